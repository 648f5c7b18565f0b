//! Work that is a chunk of transactions or receipts, applied to a state again and again.
//!
//! The state stays as it is, so every lap does the same. Where reads of a database should miss its cache,
//! laps take turns among several chunks that touch different keys.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Lap, Work};
use crate::price::Price;
use crate::work::scene::Scene;
use crate::work::states::{Applied, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ActionCost, ExtCost, Locality, RuntimeConfig};
use torr_primitives::congestion::CongestionInfoV1;
use torr_primitives::error::TxExecutionError;
use torr_primitives::outcome::{CostCategory, CostGasUsed, ExecutionStatus};
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    AccountId, Balance, BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo,
    CongestionInfo, ExtendedCongestionInfo, ShardId, ShardLayout,
};
use torr_runtime::{
    BlockContext, ChunkContext, ChunkInput, ChunkPresence, Environment, EpochContext,
};
use torr_vm_runner::{CacheConfig, Runner};

/// Height of the chunks; nonces have to be below a million times it.
pub const HEIGHT: u64 = 1_000;
/// The price of gas in them.
pub const GAS_PRICE: Balance = Balance::from_yoctonear(1_000_000_000);
const SHARD_ID: ShardId = 0;
/// Validators of the epoch.
pub const VALIDATORS: usize = 500;

/// What a chunk has in it.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Its transactions.
    pub transactions: Vec<SignedTransaction>,
    /// Receipts that come in.
    pub receipts: Vec<Receipt>,
}

/// A chunk, or several in turn, applied again and again.
#[derive(Debug)]
pub struct Chunks<'s> {
    scene: &'s Scene,
    state: State<'s>,
    chunks: Vec<Chunk>,
    /// What the idle lap applies: nothing, or what all chunks have in common.
    idle: Chunk,
    turn: usize,
    units: u64,
    /// What is charged for a unit beside what host functions and instructions are.
    declared: Charges,
    /// Whether contracts send actions, and to whom.
    sent: Option<Locality>,
    functions: Vec<&'static str>,
    size: Option<u64>,
    config: Arc<RuntimeConfig>,
    counting: Arc<RuntimeConfig>,
    epoch: Arc<EpochContext>,
    ending: Ending,
    /// Whether every unit sends a receipt, so that not to have done it is seen.
    sends: bool,
    /// What runs contracts in place of what the scene has for it.
    runner: Option<Runner>,
}

/// How receipts have to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Well.
    Success,
    /// With a failure of their first action, after which nothing is executed of the others.
    FirstActionFails,
}

impl<'s> Chunks<'s> {
    /// Chunks of `units` units each. `declared` is what is charged for a unit, but for what contracts
    /// are charged while they run: that is read of outcomes.
    ///
    /// # Errors
    /// When a validator's name is none, which does not happen.
    pub fn new(
        scene: &'s Scene,
        state: State<'s>,
        chunks: Vec<Chunk>,
        units: u64,
        declared: Charges,
    ) -> Result<Chunks<'s>, EstimatorError> {
        let epoch = Arc::new(epoch()?);
        let idle = Chunk::default();
        let (config, counting) = (Arc::clone(&scene.config), Arc::clone(&scene.counting));
        let (turn, sent, functions) = (0, None, Vec::new());
        Ok(Chunks {
            scene,
            state,
            chunks,
            idle,
            turn,
            units,
            declared,
            sent,
            functions,
            size: None,
            config,
            counting,
            epoch,
            ending: Ending::Success,
            sends: false,
            runner: None,
        })
    }

    /// The same where the first action of every receipt fails, and has to.
    pub fn where_first_actions_fail(mut self) -> Chunks<'s> {
        self.ending = Ending::FirstActionFails;
        self
    }

    /// The same where every unit sends a receipt, and has to.
    pub fn where_every_unit_sends_a_receipt(mut self) -> Chunks<'s> {
        self.sends = true;
        self
    }

    /// The same where nothing that was compiled is kept, so that contracts are compiled in every lap.
    ///
    /// # Errors
    /// When contracts cannot be run so.
    pub fn that_compile(mut self) -> Result<Chunks<'s>, EstimatorError> {
        let nothing = CacheConfig { memory_bytes: 0, ..CacheConfig::default() };
        self.runner = Some(Runner::new(self.scene.engine, nothing)?);
        Ok(self)
    }

    /// The same with something in the idle lap, which a full lap has beside its units.
    pub fn with_idle(mut self, idle: Chunk) -> Chunks<'s> {
        self.idle = idle;
        self
    }

    /// The same where reading pays for every node on its way.
    pub fn with_reads_by_nodes(mut self) -> Chunks<'s> {
        for config in [&mut self.config, &mut self.counting] {
            let config = Arc::make_mut(config);
            Arc::make_mut(&mut config.vm).flat_storage_reads = false;
        }
        self
    }

    /// The same with actions that contracts send, all of them to accounts of this locality: they are
    /// charged as sent.
    pub fn with_sent_actions(mut self, locality: Locality) -> Chunks<'s> {
        self.sent = Some(locality);
        self
    }

    /// The same with the host functions that contracts call in it, for who asks.
    pub fn with_functions(mut self, functions: Vec<&'static str>) -> Chunks<'s> {
        self.functions = functions;
        self
    }

    /// The same with how large it is, where that is not what was asked for.
    pub fn with_size(mut self, size: u64) -> Chunks<'s> {
        self.size = Some(size);
        self
    }

    fn apply(&self, chunk: &Chunk, config: &Arc<RuntimeConfig>) -> Result<Applied, EstimatorError> {
        let context = self.context(config);
        let (congestion, bandwidth_requests) = quiet();
        let input = ChunkInput {
            context: &context,
            presence: ChunkPresence::New,
            transactions: &chunk.transactions,
            transactions_in_time: &[],
            incoming_receipts: &chunk.receipts,
            validator_accounts_update: None,
            congestion: &congestion,
            bandwidth_requests: &bandwidth_requests,
        };
        let shared = self.scene.runner();
        let runner = self.runner.as_ref().unwrap_or(&shared);
        let environment = Environment::new(runner, &self.scene.threads);
        self.state.apply(&input, &environment)
    }

    fn context(&self, config: &Arc<RuntimeConfig>) -> ChunkContext {
        ChunkContext {
            block: BlockContext {
                height: HEIGHT,
                prev_block_hash: CryptoHash::of(b"block before"),
                timestamp: 1_700_000_000_000_000_000,
                gas_price: GAS_PRICE,
                random_seed: CryptoHash::of(b"seed"),
            },
            epoch: Arc::clone(&self.epoch),
            shard_id: SHARD_ID,
            gas_limit: None,
            config: Arc::clone(config),
            protocol_version: self.scene.protocol_version,
        }
    }

    /// What contracts are charged in a chunk, and all that is burnt in it, where nothing is free.
    fn counted(&self, chunk: &Chunk) -> Result<(Charges, f64), EstimatorError> {
        let applied = self.apply(chunk, &self.counting)?;
        self.check(&applied)?;
        let mut charges = Charges::default();
        let mut burnt = 0.0;
        for outcome in &applied.outcomes {
            burnt += outcome.outcome.gas_burnt.as_gas() as f64;
            let profile = outcome.outcome.metadata.gas_profile();
            for cost in profile.map_or(&[][..], |profile| profile.costs()) {
                let Some(price) = self.price_of(cost) else { continue };
                let each = price.amount(&self.scene.counting_table)?.gas;
                charges.add(price, cost.gas_used.as_gas() as f64 / each.as_gas() as f64);
            }
        }
        Ok((charges, burnt))
    }

    /// All has to have been done, and to have ended as it should: or else it would be other work that is
    /// measured.
    fn check(&self, applied: &Applied) -> Result<(), EstimatorError> {
        for outcome in &applied.outcomes {
            match (&outcome.outcome.status, self.ending) {
                (
                    ExecutionStatus::Failure(TxExecutionError::ActionError(error)),
                    Ending::FirstActionFails,
                ) if error.index == Some(0) => {}
                (ExecutionStatus::Failure(error), _) => {
                    return Err(EstimatorError::of_work(error.to_string()));
                }
                (ExecutionStatus::SuccessValue(_), Ending::FirstActionFails) => {
                    return Err(EstimatorError::of_work("a receipt did not fail"));
                }
                _ => {}
            }
        }
        if applied.delayed_receipts_count > 0 {
            return Err(EstimatorError::of_work("receipts were delayed"));
        }
        Ok(())
    }
}

impl Chunks<'_> {
    /// What a line of a gas profile was charged for, if it was by a contract.
    fn price_of(&self, cost: &CostGasUsed) -> Option<Price> {
        match cost.cost_category {
            CostCategory::ActionCost => {
                let action = ActionCost::from_name(&cost.cost)?;
                self.sent.map(|locality| Price::send(action, locality))
            }
            CostCategory::WasmHostCost => Some(match ExtCost::from_name(&cost.cost) {
                Some(cost) => Price::host(cost),
                None => Price::of("wasm_regular_op_cost"),
            }),
        }
    }
}

impl Work for Chunks<'_> {
    fn units(&self) -> u64 {
        self.units
    }

    fn prepare(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        if lap == Lap::Full {
            self.turn = (self.turn + 1) % self.chunks.len().max(1);
        }
        Ok(())
    }

    fn run(&mut self, lap: Lap) -> Result<(), EstimatorError> {
        let chunk = match lap {
            Lap::Full => self.chunks.get(self.turn).unwrap_or(&self.idle),
            Lap::Idle => &self.idle,
        };
        let applied = self.apply(chunk, &self.config)?;
        if lap == Lap::Full && self.sends && (applied.outgoing_receipts.len() as u64) < self.units {
            return Err(EstimatorError::of_work("a receipt was not sent"));
        }
        self.check(&applied)
    }

    fn size(&self) -> Option<u64> {
        self.size
    }

    fn functions(&self) -> Vec<&'static str> {
        self.functions.clone()
    }

    fn charges(&mut self) -> Result<Charges, EstimatorError> {
        let chunk = self.chunks.first().unwrap_or(&self.idle);
        let (full, full_burnt) = self.counted(chunk)?;
        let (idle, idle_burnt) = self.counted(&self.idle)?;
        let units = self.units as f64;
        let mut charges = self.declared.clone();
        for (price, count) in full.iter() {
            charges.add(price.clone(), count / units);
        }
        for (price, count) in idle.iter() {
            charges.add(price.clone(), -count / units);
        }
        // Every unit of gas has to have its price: else something would be measured that nobody counts.
        // What counts in compute only is not burnt.
        let total = charges.total(&self.scene.counting_table)?.gas;
        let burnt = (full_burnt - idle_burnt) / units;
        if (total - burnt).abs() > 0.5 + burnt * 1e-9 {
            let reason =
                format!("{burnt:.1} gas was burnt for a unit, and {total:.1} accounted for");
            return Err(EstimatorError::of_work(reason));
        }
        Ok(charges)
    }
}

fn epoch() -> Result<EpochContext, EstimatorError> {
    let stake = Balance::from_yoctonear(10_u128.pow(30));
    let names = (0..VALIDATORS).map(|number| crate::work::states::account_id(&validator(number)));
    let validators: BTreeMap<AccountId, Balance> =
        names.map(|name| Ok((name?, stake))).collect::<Result<_, EstimatorError>>()?;
    let total = stake.checked_mul(VALIDATORS as u128).unwrap_or(stake);
    Ok(EpochContext {
        chain_id: "estimator".to_owned(),
        epoch_id: CryptoHash::of(b"epoch"),
        epoch_height: 1,
        shard_layout: Arc::new(ShardLayout::single_shard()),
        validators,
        total_stake: total,
        minimum_stake: Balance::ZERO,
    })
}

/// The name of a validator: as long as names may be.
pub fn validator(number: usize) -> String {
    format!("validator-{number:03}-{:a<50}", "")
}

/// What the only shard has to do and asks to send: nothing.
fn quiet() -> (BlockCongestionInfo, BlockBandwidthRequests) {
    let congestion_info = CongestionInfo::V1(CongestionInfoV1::default());
    let congestion = ExtendedCongestionInfo { congestion_info, missed_chunks_count: 0 };
    let requests = BandwidthRequests::empty();
    (
        BlockCongestionInfo { shards: BTreeMap::from([(SHARD_ID, congestion)]) },
        BlockBandwidthRequests { shards: BTreeMap::from([(SHARD_ID, requests)]) },
    )
}
