//! Blocks, one after the other, with what each leaves to the next.

use crate::Failure;
use crate::state::{Applied, State};
use crate::workload;
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
use torr_runtime::witness::validate;
use torr_runtime::{
    ApplyResult, BlockContext, ChunkContext, ChunkInput, ChunkPresence, Environment, EpochContext,
    Threads,
};
use torr_store::partial_state::PartialState;
use torr_vm_runner::Runner;

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
    pub(crate) threads: &'e Threads,
    epoch: Arc<EpochContext>,
    version: ProtocolVersion,
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
    /// How long it took to validate it by its witness.
    pub(crate) validation: Option<Duration>,
    /// How long it took to go on to the new state, as time passes.
    pub(crate) commit: Duration,
}

/// Whether blocks are also validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    /// Each is, by its witness.
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
    ) -> Result<Chain<'e, S>, Failure> {
        let version = workload::PROTOCOL_VERSION;
        let epoch = EpochContext {
            chain_id: "bench".to_owned(),
            epoch_id: CryptoHash::of(b"epoch"),
            epoch_height: 1,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::new(),
            total_stake: Balance::ZERO,
            minimum_stake: Balance::ZERO,
        };
        let (epoch, config) = (Arc::new(epoch), config(version)?);
        let (height, receipts) = (FIRST_HEIGHT, Vec::new());
        Ok(Chain { state, runner, threads, epoch, version, config, height, receipts })
    }

    /// Goes on by a version of the protocol.
    pub(crate) fn change_version(&mut self, version: ProtocolVersion) -> Result<(), Failure> {
        if version != self.version {
            self.config = config(version)?;
            self.version = version;
        }
        Ok(())
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
        let input = input(&context, transactions, &receipts, &congestion, &bandwidth_requests);
        let environment = Environment::new(self.runner, self.threads);
        let clock = Clock::start(self.threads);
        let result = self.state.apply(&input, &environment)?;
        let time = clock.elapsed();
        check(&result, transactions.len())?;
        let validation = match validation {
            Validation::Without => None,
            Validation::Measured => Some(self.validate(&input)?),
        };
        let proof = result.proof.size();
        let values = result.state_changes.into_iter();
        let values = values.filter_map(|(key, mut changes)| Some((key, changes.pop()?.value)));
        let applied = Applied { trie_update: result.trie_update, values: values.collect() };
        let start = Instant::now();
        self.state.commit(self.height, applied)?;
        let commit = start.elapsed();
        self.receipts = result.outgoing_receipts;
        self.height += 1;
        let (transactions, receipts) = (transactions.len(), receipts.len());
        Ok(Block { transactions, receipts, time, proof, validation, commit })
    }

    /// Applies blocks that could be the next, one after the other, and keeps nothing of them, until the
    /// time is over; says how many. Or validates them, by witnesses that are made before.
    pub(crate) fn repeat(
        &self,
        blocks: &[Vec<SignedTransaction>],
        time: Duration,
        validation: Validation,
    ) -> Result<u64, Failure> {
        let context = self.context();
        let (congestion, bandwidth_requests) = quiet();
        let environment = Environment::new(self.runner, self.threads);
        let inputs = blocks.iter().map(|transactions| {
            input(&context, transactions, &self.receipts, &congestion, &bandwidth_requests)
        });
        let mut works: Vec<Box<dyn Fn() -> Result<(), Failure> + '_>> = Vec::new();
        for input in inputs {
            works.push(match validation {
                Validation::Without => Box::new(move || {
                    check(&self.state.apply(&input, &environment)?, input.transactions.len())
                }),
                Validation::Measured => {
                    let witness = self.state.witness(&input, &environment)?;
                    Box::new(move || Ok(validate(&witness, &self.config, &environment).map(drop)?))
                }
            });
        }
        let start = Instant::now();
        let mut count = 0;
        for work in works.iter().cycle() {
            if start.elapsed() >= time {
                break;
            }
            work()?;
            count += 1;
        }
        Ok(count)
    }

    /// Blocks without transactions, until no receipt is left.
    pub(crate) fn drain(&mut self) -> Result<(), Failure> {
        while !self.receipts.is_empty() {
            self.next(&[], Validation::Without)?;
        }
        Ok(())
    }

    /// Validates a chunk by its witness alone: hashes the nodes and values in it, and applies the chunk to
    /// them.
    fn validate(&self, input: &ChunkInput<'_>) -> Result<Duration, Failure> {
        let environment = Environment::new(self.runner, self.threads);
        let mut witness = self.state.witness(input, &environment)?;
        let values = witness.proof.values();
        let clock = Clock::start(self.threads);
        witness.proof = PartialState::new(values);
        let validated = validate(&witness, &self.config, &environment)?;
        let time = clock.elapsed();
        drop(validated);
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
            protocol_version: self.version,
        }
    }
}

/// The configuration of a version, but that nothing is delayed for the length of its proof, however deep
/// the trie.
fn config(version: ProtocolVersion) -> Result<Arc<RuntimeConfig>, Failure> {
    let mut config = (*Parameters::builtin(version)?).clone();
    config.witness.main_storage_proof_size_soft_limit = u64::MAX;
    Ok(Arc::new(config))
}

/// A new chunk.
fn input<'i>(
    context: &'i ChunkContext,
    transactions: &'i [SignedTransaction],
    incoming_receipts: &'i [Receipt],
    congestion: &'i BlockCongestionInfo,
    bandwidth_requests: &'i BlockBandwidthRequests,
) -> ChunkInput<'i> {
    ChunkInput {
        context,
        presence: ChunkPresence::New,
        transactions,
        transactions_in_time: &[],
        incoming_receipts,
        validator_accounts_update: None,
        congestion,
        bandwidth_requests,
    }
}

/// All has to have been done, and with success: or else it would be other work that was measured.
fn check<P>(result: &ApplyResult<P>, transactions: usize) -> Result<(), Failure> {
    for outcome in &result.outcomes {
        if let ExecutionStatus::Failure(error) = &outcome.outcome.status {
            return Err(Failure::Outcome { reason: error.to_string() });
        }
    }
    let held_back = result.delayed_receipts_count > 0 || !result.stats.buffered_receipts.is_empty();
    if held_back || result.outcomes.len() < transactions {
        return Err(Failure::Outcome { reason: "not all was done in its block".to_owned() });
    }
    Ok(())
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
