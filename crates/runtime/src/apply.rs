//! Applying a chunk: transactions and receipts in, a new state root and what came of it all out.
//!
//! The steps in the protocol's order: validators' accounts, the bandwidth scheduler, receipts that wait
//! for room in other shards, transactions, local receipts, delayed ones, incoming ones, timeouts of
//! yields, and the end, which hashes the new state ("Apply chunk", RuntimeSpec).

mod input;
mod receipts;
mod result;
mod speculation;
mod transactions;
mod validators;
mod yields;

pub use input::{ChunkInput, ChunkPresence, Environment, ValidatorAccountsUpdate};
pub use result::{ApplyResult, ProcessedReceipt, ReceiptSource};

use crate::bandwidth_scheduler::{
    BandwidthSchedulerParams, Schedule, SchedulerInput, schedule, shard_statuses,
};
use crate::congestion::allowed_shard;
use crate::error::{ApplyError, Fault};
use crate::queue::{DelayedReceipts, count_congestion};
use crate::receipt::Execution;
use crate::receipt_sink::ReceiptSink;
use crate::state::{ChunkState, ChunkTrie, RecordedTrie};
use crate::stats::ChunkStats;
use crate::threads::Threads;
use std::collections::BTreeSet;
use torr_parameters::RuntimeConfig;
use torr_primitives::bandwidth::BandwidthSchedulerState;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::PromiseYieldTimeout;
use torr_primitives::{
    BandwidthRequests, Compute, CongestionInfo, Gas, ShardId, StateChangeCause, TrieKey,
    ValidatorStake,
};
use torr_store::recorder::Recorder;
use torr_store::source::SharedNodeSource;
use torr_store::trie::{Finished, Trie};

/// Applies a chunk to the state that `trie` has. The state itself stays as it is: what changed is
/// returned, to be kept or thrown away.
///
/// Takes time for each transaction, receipt and changed key; nothing of it grows with the state but the
/// depth of the trie. The result is the same for any number of threads, any engine and any way in which
/// the trie is kept.
///
/// # Errors
/// When the input is bad, or this node cannot go on.
pub fn apply<S>(
    trie: &Trie<S>,
    input: &ChunkInput<'_>,
    environment: &Environment<'_>,
) -> Result<ApplyResult<S::Place>, ApplyError>
where
    S: SharedNodeSource,
{
    environment.threads.within(|| apply_here(trie, input, environment))
}

fn apply_here<S>(
    trie: &Trie<S>,
    input: &ChunkInput<'_>,
    environment: &Environment<'_>,
) -> Result<ApplyResult<S::Place>, ApplyError>
where
    S: SharedNodeSource,
{
    let source = Recorder::new(trie.source());
    let trie = Trie::new(source, trie.root_node().cloned());
    let recorded = RecordedTrie { trie, codes: environment.codes };
    let mut application = Application::new(&recorded, input, environment)?;
    application.run()?;
    let finish = application.finish()?;
    let finished = finish_trie(&recorded.trie, &finish, environment.threads)?;
    Ok(finish.into_result(finished, recorded.trie.source().partial_state()))
}

/// What a shard has to do, counted from its state, for who begins with a state and has no chunk before it
/// that says so. Takes time for every receipt that waits in the state.
///
/// # Errors
/// When the state cannot be read, or is damaged.
pub fn congestion_of_state<S: SharedNodeSource>(
    trie: &Trie<S>,
    config: &RuntimeConfig,
    shard_id: ShardId,
) -> Result<CongestionInfo, Fault> {
    let trie = Trie::new(Recorder::new(trie.source()), trie.root_node().cloned());
    let recorded = RecordedTrie { trie, codes: None };
    count_congestion(config, shard_id, &ChunkState::new(&recorded))
}

/// The trie with all changes.
fn finish_trie<S>(
    trie: &Trie<S>,
    finish: &result::Finish,
    threads: &Threads,
) -> Result<Finished<S::Place>, Fault>
where
    S: SharedNodeSource,
{
    let last = finish.effects.changes.iter().map(|(key, changes)| {
        let value = changes.last().and_then(|change| change.value.as_deref());
        (key.as_slice(), value)
    });
    Ok(threads.change(trie, last.collect())?)
}

/// A chunk while it is applied.
struct Application<'a> {
    threads: &'a Threads,
    input: &'a ChunkInput<'a>,
    execution: Execution<'a>,
    state: ChunkState<'a>,
    totals: Totals,
    stats: ChunkStats,
    outcomes: Vec<ExecutionOutcomeWithId>,
    processed_receipts: Vec<ProcessedReceipt>,
    validator_proposals: Vec<ValidatorStake>,
    processed_yield_timeouts: Vec<PromiseYieldTimeout>,
    outgoing: Outgoing,
}

/// What counts towards the limits of the chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    gas: Gas,
    compute: Compute,
}

/// What the chunk leaves to others.
struct Outgoing {
    receipts: Vec<torr_primitives::receipt::Receipt>,
    delayed_receipts_count: u64,
    congestion_info: Option<CongestionInfo>,
    bandwidth_requests: BandwidthRequests,
    bandwidth_scheduler_state_hash: torr_crypto::hash::CryptoHash,
}

impl<'a> Application<'a> {
    fn new(
        reader: &'a dyn ChunkTrie,
        input: &'a ChunkInput<'a>,
        environment: &Environment<'a>,
    ) -> Result<Application<'a>, ApplyError> {
        let shard_id = input.context.shard_id;
        if input.context.epoch.shard_layout.shard_index(shard_id).is_none() {
            return Err(ApplyError::UnknownShard { shard_id });
        }
        Ok(Application {
            threads: environment.threads,
            input,
            execution: Execution { chunk: input.context, runner: environment.runner },
            state: ChunkState::new(reader),
            totals: Totals::default(),
            stats: ChunkStats {
                transactions_num: input.transactions.len() as u64,
                incoming_receipts_num: input.incoming_receipts.len() as u64,
                ..ChunkStats::default()
            },
            outcomes: Vec::new(),
            processed_receipts: Vec::new(),
            validator_proposals: Vec::new(),
            processed_yield_timeouts: Vec::new(),
            outgoing: Outgoing {
                receipts: Vec::new(),
                delayed_receipts_count: 0,
                congestion_info: None,
                bandwidth_requests: BandwidthRequests::empty(),
                bandwidth_scheduler_state_hash: Default::default(),
            },
        })
    }

    /// All steps up to the end.
    fn run(&mut self) -> Result<(), ApplyError> {
        if let Some(update) = self.input.validator_accounts_update {
            validators::update(&mut self.state, update)?;
        }
        let delayed = DelayedReceipts::load(&self.state)?;
        let params = BandwidthSchedulerParams::new(
            self.input.context.epoch.shard_layout.shard_ids().len(),
            &self.input.context.config,
        );
        let schedule = self.schedule_bandwidth(&params)?;
        self.outgoing.bandwidth_scheduler_state_hash = schedule.state_hash;
        match self.input.presence {
            ChunkPresence::Missing => self.leave_missing(&delayed),
            ChunkPresence::New => self.run_new(delayed, &schedule, params)?,
        }
        Ok(())
    }

    /// The bandwidth scheduler runs in every chunk, empty and missing ones included.
    fn schedule_bandwidth(
        &mut self,
        params: &BandwidthSchedulerParams,
    ) -> Result<Schedule, ApplyError> {
        let chunk = self.input.context;
        let before: BandwidthSchedulerState =
            self.state.read(&TrieKey::BandwidthSchedulerState)?.unwrap_or_default();
        let control = &chunk.config.congestion_control;
        let schedule = schedule(&SchedulerInput {
            layout: &chunk.epoch.shard_layout,
            params,
            state: &before,
            requests: self.input.bandwidth_requests,
            shards: &shard_statuses(control, self.input.congestion),
            seed: chunk.block.prev_block_hash.0,
        });
        self.state.write(&TrieKey::BandwidthSchedulerState, &schedule.state)?;
        self.state.commit(StateChangeCause::BandwidthSchedulerStateUpdate);
        self.stats.granted_bandwidth = schedule.granted.granted.clone();
        Ok(schedule)
    }

    /// A chunk that is missing sends nothing and still wants to send what it wanted.
    fn leave_missing(&mut self, delayed: &DelayedReceipts) {
        let shard_id = self.input.context.shard_id;
        self.outgoing.delayed_receipts_count = delayed.len();
        let congestion = self.input.congestion.shards.get(&shard_id);
        self.outgoing.congestion_info = congestion.map(|info| info.congestion_info);
        let requests = self.input.bandwidth_requests.shards.get(&shard_id);
        self.outgoing.bandwidth_requests =
            requests.cloned().unwrap_or_else(BandwidthRequests::empty);
    }

    fn run_new(
        &mut self,
        mut delayed: DelayedReceipts,
        schedule: &Schedule,
        params: BandwidthSchedulerParams,
    ) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        let own = self.input.congestion.shards.get(&chunk.shard_id);
        let own = match own {
            Some(info) => info.congestion_info,
            None => count_congestion(&chunk.config, chunk.shard_id, &self.state)?,
        };
        let granted = &schedule.granted;
        let mut sink =
            ReceiptSink::new(chunk, self.input.congestion, granted, params, own, &self.state)?;
        self.stats.outgoing_limits = sink.limits().clone();
        sink.forward_from_buffers(chunk, &mut self.state)?;
        let local = self.process_transactions(&mut sink)?;
        self.process_receipts(local, &mut delayed, &mut sink)?;
        self.time_out_yields(&mut sink)?;
        self.close(&delayed, sink)
    }

    /// The end of a new chunk: what others need to know of it.
    fn close(&mut self, delayed: &DelayedReceipts, sink: ReceiptSink) -> Result<(), ApplyError> {
        let chunk = self.input.context;
        let mut congestion = sink.congestion();
        delayed.count(&mut congestion)?;
        let layout = &chunk.epoch.shard_layout;
        let unknown = ApplyError::UnknownShard { shard_id: chunk.shard_id };
        let allowed = allowed_shard(layout, chunk.shard_id, chunk.block.height);
        congestion.set_allowed_shard(allowed.ok_or(unknown)?);
        self.outgoing.bandwidth_requests = sink.bandwidth_requests(chunk, &self.state)?;
        self.state.commit(StateChangeCause::UpdatedDelayedReceipts);
        self.outgoing.congestion_info = Some(congestion);
        self.outgoing.delayed_receipts_count = delayed.len();
        self.outgoing.receipts = sink.finish(&mut self.stats);
        Ok(())
    }

    /// All that is left is hashing.
    fn finish(self) -> Result<result::Finish, ApplyError> {
        Ok(result::Finish {
            effects: self.state.into_effects(),
            outcomes: self.outcomes,
            processed_receipts: self.processed_receipts,
            processed_yield_timeouts: self.processed_yield_timeouts,
            validator_proposals: last_of_each(self.validator_proposals),
            stats: self.stats,
            outgoing: self.outgoing,
        })
    }

    /// Whether the chunk may do no more.
    fn is_full(&self) -> bool {
        self.totals.compute >= self.compute_limit()
            || self.state.recorded_size() > self.proof_limit()
    }

    fn compute_limit(&self) -> Compute {
        self.input.context.gas_limit.map_or(Compute::MAX, Gas::as_gas)
    }

    /// Bytes of proof after which nothing new is begun.
    fn proof_limit(&self) -> u64 {
        self.input.context.config.witness.main_storage_proof_size_soft_limit
    }

    fn count(&mut self, gas: Gas, compute: Compute) -> Result<(), Fault> {
        const OVERFLOW: Fault = Fault::Overflow { what: "the gas of a chunk" };
        self.totals.gas = self.totals.gas.checked_add(gas).ok_or(OVERFLOW)?;
        self.totals.compute = self.totals.compute.checked_add(compute).ok_or(OVERFLOW)?;
        Ok(())
    }
}

/// The last proposal of each account, the latest first.
fn last_of_each(proposals: Vec<ValidatorStake>) -> Vec<ValidatorStake> {
    let mut seen = BTreeSet::new();
    let latest_first = proposals.into_iter().rev();
    latest_first.filter(|proposal| seen.insert(proposal.account_id.clone())).collect()
}
