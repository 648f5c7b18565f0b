//! Blocks, one after the other, with what each leaves to the next.

use crate::Failure;
use crate::state::{Applied, State};
use cpu_time::ThreadTime;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use torr_crypto::hash::CryptoHash;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::congestion::CongestionInfoV1;
use torr_primitives::outcome::ExecutionStatus;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    Balance, BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo,
    ExtendedCongestionInfo, ProtocolVersion, ShardId, ShardLayout,
};
use torr_runtime::{
    BlockContext, ChunkContext, ChunkInput, ChunkPresence, ContractCodes, Environment,
    EpochContext, Threads, apply,
};
use torr_store::partial_state::PartialState;
use torr_store::trie::Trie;
use torr_vm_runner::Runner;

/// The version of the protocol of the vectors of state transitions.
const PROTOCOL_VERSION: ProtocolVersion = 86;
/// Height of the first block; nonces have to be below a million times it.
const FIRST_HEIGHT: u64 = 1_000;
/// Nanoseconds from block to block.
const BLOCK_TIME: u64 = 1_000_000_000;
/// The only shard.
const SHARD_ID: ShardId = 0;
const GAS_PRICE: Balance = Balance::from_yoctonear(100_000_000);

/// A state and what blocks are applied with.
pub(crate) struct Chain<'e, S> {
    pub(crate) state: S,
    runner: &'e Runner,
    threads: &'e Threads,
    /// Contracts, for who validates.
    codes: &'e ContractCodes,
    epoch: Arc<EpochContext>,
    config: Arc<RuntimeConfig>,
    height: u64,
    /// Receipts that the block before has sent.
    pub(crate) receipts: Vec<Receipt>,
}

/// What there is to say of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Transactions.
    pub(crate) transactions: usize,
    /// Receipts that came in.
    pub(crate) receipts: usize,
    /// How long it took to apply.
    pub(crate) time: Duration,
    /// Bytes of its witness.
    pub(crate) proof: u64,
    /// How long it took to apply it to the witness alone, hashing all of that.
    pub(crate) validation: Option<Duration>,
}

/// Whether blocks are also validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    /// Each is applied to its witness as well.
    Measured,
    /// They are not.
    Without,
}

impl<'e, S: State> Chain<'e, S> {
    /// Begins with a state.
    pub(crate) fn new(
        state: S,
        runner: &'e Runner,
        threads: &'e Threads,
        codes: &'e ContractCodes,
    ) -> Result<Chain<'e, S>, Failure> {
        let mut config = (*Parameters::builtin(PROTOCOL_VERSION)?).clone();
        // Nothing is delayed for the length of its proof, however deep the trie.
        config.witness.main_storage_proof_size_soft_limit = u64::MAX;
        let epoch = EpochContext {
            chain_id: "bench".to_owned(),
            epoch_id: CryptoHash::of(b"epoch"),
            epoch_height: 1,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::new(),
            total_stake: Balance::ZERO,
            minimum_stake: Balance::ZERO,
        };
        let (epoch, config) = (Arc::new(epoch), Arc::new(config));
        let (height, receipts) = (FIRST_HEIGHT, Vec::new());
        Ok(Chain { state, runner, threads, codes, epoch, config, height, receipts })
    }

    /// Applies the next block, with all receipts that the one before has sent.
    pub(crate) fn next(
        &mut self,
        transactions: &[SignedTransaction],
        validation: Validation,
    ) -> Result<Block, Failure> {
        let context = self.context();
        let receipts = std::mem::take(&mut self.receipts);
        let (congestion, bandwidth_requests) = quiet();
        let input = ChunkInput {
            context: &context,
            presence: ChunkPresence::New,
            transactions,
            transactions_in_time: &[],
            incoming_receipts: &receipts,
            validator_accounts_update: None,
            congestion: &congestion,
            bandwidth_requests: &bandwidth_requests,
        };
        let environment = Environment::new(self.runner, self.threads);
        let clock = Clock::start(self.threads);
        let result = self.state.apply(&input, &environment)?;
        let time = clock.elapsed();

        for outcome in &result.outcomes {
            if let ExecutionStatus::Failure(error) = &outcome.outcome.status {
                return Err(Failure::Outcome { reason: error.to_string() });
            }
        }
        let held_back =
            result.delayed_receipts_count > 0 || !result.stats.buffered_receipts.is_empty();
        if held_back || result.outcomes.len() < transactions.len() {
            return Err(Failure::Outcome { reason: "not all was done in its block".to_owned() });
        }
        let block = Block {
            transactions: transactions.len(),
            receipts: receipts.len(),
            time,
            proof: result.proof.size(),
            validation: match validation {
                Validation::Without => None,
                Validation::Measured => {
                    let root = self.state.root();
                    Some(self.validate(&input, root, &result.proof, result.state_root)?)
                }
            },
        };
        let values = result.state_changes.into_iter();
        let values = values.filter_map(|(key, mut changes)| Some((key, changes.pop()?.value)));
        let values = values.map(|(key, value)| (key, value.map(|value| value.to_vec()))).collect();
        let applied = Applied { trie_update: result.trie_update, values };
        self.state.commit(self.height, applied)?;
        self.receipts = result.outgoing_receipts;
        self.height += 1;
        Ok(block)
    }

    /// Blocks without transactions, until no receipt is left.
    pub(crate) fn drain(&mut self) -> Result<(), Failure> {
        while !self.receipts.is_empty() {
            self.next(&[], Validation::Without)?;
        }
        Ok(())
    }

    /// Applies a chunk to nothing but its witness, contracts given beside it.
    fn validate(
        &self,
        input: &ChunkInput<'_>,
        root: CryptoHash,
        proof: &PartialState,
        expected: CryptoHash,
    ) -> Result<Duration, Failure> {
        let values = proof.values();
        let environment =
            Environment { codes: Some(self.codes), ..Environment::new(self.runner, self.threads) };
        let clock = Clock::start(self.threads);
        let trie = Trie::with_root(PartialState::new(values), root);
        let result = apply(&trie, input, &environment)?;
        let time = clock.elapsed();
        if result.state_root != expected {
            return Err(Failure::Outcome { reason: "the witness gives another root".to_owned() });
        }
        Ok(time)
    }

    fn context(&self) -> ChunkContext {
        let hash = |what: &str| CryptoHash::of(format!("{what} {}", self.height).as_bytes());
        ChunkContext {
            block: BlockContext {
                height: self.height,
                prev_block_hash: hash("block before"),
                timestamp: self.height * BLOCK_TIME,
                gas_price: GAS_PRICE,
                random_seed: hash("seed"),
            },
            epoch: Arc::clone(&self.epoch),
            shard_id: SHARD_ID,
            gas_limit: None,
            config: Arc::clone(&self.config),
            protocol_version: PROTOCOL_VERSION,
        }
    }
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

/// Processor time where one thread works, so that other programs do not count; else time as it passes.
enum Clock {
    Processor(ThreadTime),
    Wall(Instant),
}

impl Clock {
    fn start(threads: &Threads) -> Clock {
        match threads.count().get() {
            1 => Clock::Processor(ThreadTime::now()),
            _ => Clock::Wall(Instant::now()),
        }
    }

    fn elapsed(&self) -> Duration {
        match self {
            Clock::Processor(start) => start.elapsed(),
            Clock::Wall(start) => start.elapsed(),
        }
    }
}
