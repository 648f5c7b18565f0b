//! What came of a chunk.

use super::Outgoing;
use crate::state::{ChunkEffects, StateChange};
use crate::stats::ChunkStats;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::hash::CryptoHash;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::{PromiseYieldTimeout, Receipt};
use torr_primitives::{BandwidthRequests, CongestionInfo, ValidatorStake};
use torr_store::partial_state::PartialState;
use torr_store::trie::Finished;

/// What came of a chunk. The trie that was changed knows its nodes by `P`.
#[derive(Clone, Debug)]
pub struct ApplyResult<P> {
    /// Root of the new state.
    pub state_root: CryptoHash,
    /// The new state: what it has beside the old one.
    pub trie_update: Finished<P>,
    /// What came of transactions and receipts, in order.
    pub outcomes: Vec<ExecutionOutcomeWithId>,
    /// Receipts that are sent, in order, those for this shard among them.
    pub outgoing_receipts: Vec<Receipt>,
    /// Every change of every value, in the order of keys.
    pub state_changes: BTreeMap<Vec<u8>, Vec<StateChange>>,
    /// Receipts that others do not know to be executed here: local, delayed and instant ones.
    pub processed_receipts: Vec<ProcessedReceipt>,
    /// Timeouts of yields that were reached.
    pub processed_yield_timeouts: Vec<PromiseYieldTimeout>,
    /// Stakes that are proposed: the last of each account, the latest first.
    pub validator_proposals: Vec<ValidatorStake>,
    /// How many receipts are delayed now.
    pub delayed_receipts_count: u64,
    /// What happened, in numbers.
    pub stats: ChunkStats,
    /// What the shard has to do now; `None` if that was not known before a missing chunk.
    pub congestion_info: Option<CongestionInfo>,
    /// What the shard asks to send.
    pub bandwidth_requests: BandwidthRequests,
    /// Hash of the bandwidth scheduler's state, by which shards can tell that theirs are the same.
    pub bandwidth_scheduler_state_hash: CryptoHash,
    /// Contracts that were called and that the state had before.
    pub contract_accesses: BTreeSet<CryptoHash>,
    /// Keys under which called contracts were looked for.
    pub contract_keys: BTreeSet<Vec<u8>>,
    /// Contracts that were deployed.
    pub contract_deployments: BTreeSet<CryptoHash>,
    /// What was read of the old state, contracts aside: enough to do the same without it.
    pub proof: PartialState,
}

/// A receipt that was executed and did not come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// Where it came from.
    pub source: ReceiptSource,
}

/// Where a receipt came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptSource {
    /// A transaction of the chunk, to its own signer.
    Local,
    /// The queue of delayed receipts.
    Delayed,
    /// A receipt of the chunk, executed at once.
    Instant,
}

/// What came of a chunk, but for the new trie.
pub(super) struct Finish {
    pub(super) effects: ChunkEffects,
    pub(super) outcomes: Vec<ExecutionOutcomeWithId>,
    pub(super) processed_receipts: Vec<ProcessedReceipt>,
    pub(super) processed_yield_timeouts: Vec<PromiseYieldTimeout>,
    pub(super) validator_proposals: Vec<ValidatorStake>,
    pub(super) stats: ChunkStats,
    pub(super) outgoing: Outgoing,
}

impl Finish {
    pub(super) fn into_result<P>(
        self,
        trie_update: Finished<P>,
        proof: PartialState,
    ) -> ApplyResult<P> {
        ApplyResult {
            state_root: trie_update.root(),
            trie_update,
            outcomes: self.outcomes,
            outgoing_receipts: self.outgoing.receipts,
            state_changes: self.effects.changes,
            processed_receipts: self.processed_receipts,
            processed_yield_timeouts: self.processed_yield_timeouts,
            validator_proposals: self.validator_proposals,
            delayed_receipts_count: self.outgoing.delayed_receipts_count,
            stats: self.stats,
            congestion_info: self.outgoing.congestion_info,
            bandwidth_requests: self.outgoing.bandwidth_requests,
            bandwidth_scheduler_state_hash: self.outgoing.bandwidth_scheduler_state_hash,
            contract_accesses: self.effects.accessed,
            contract_keys: self.effects.called,
            contract_deployments: self.effects.deployed,
            proof,
        }
    }
}
