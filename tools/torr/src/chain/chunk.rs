//! Applying a chunk to the state of a shard, whatever keeps its trie while that is worked on.

use super::arguments::TrieKind;
use super::{ChainError, Machine, Witnesses};
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_primitives::outcome::{ExecutionOutcomeWithId, ExecutionStatus, outcome_tree};
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo, ShardId,
};
use torr_runtime::witness::Witness;
use torr_runtime::{
    ApplyError, ApplyResult, ChunkContext, ChunkInput, ChunkPresence, Environment, StateChange,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::node_cache::NodeCache;
use torr_store::shard_state::{ShardState, Version};
use torr_store::source::SharedNodeSource;
use torr_store::stored_trie::StoredBytes;
use torr_store::trie::{Trie, TrieChanges};

/// The trie of a shard.
pub(crate) struct ShardNodes {
    /// The root of the state that comes next to be worked on.
    root: CryptoHash,
    keeping: Keeping,
}

/// Where nodes are read from.
enum Keeping {
    /// All of them are in memory.
    Memory(Box<MemoryTrie>),
    /// They are in the database, and those that are used most are in memory.
    Disk(Box<NodeCache>),
}

/// A chunk that is to be applied.
pub(super) struct ChunkWork<'w> {
    pub(super) context: ChunkContext,
    pub(super) presence: ChunkPresence,
    pub(super) transactions: Vec<SignedTransaction>,
    pub(super) incoming: Vec<Receipt>,
    pub(super) congestion: &'w BlockCongestionInfo,
    pub(super) bandwidth_requests: &'w BlockBandwidthRequests,
}

/// What came of a chunk.
pub(crate) struct AppliedChunk {
    pub(crate) shard_id: ShardId,
    /// Root of the state before.
    pub(crate) old_root: CryptoHash,
    /// Root of the state after.
    pub(crate) state_root: CryptoHash,
    /// Root of the tree over all outcomes.
    pub(crate) outcome_root: CryptoHash,
    pub(crate) outcomes: Vec<ExecutionOutcomeWithId>,
    pub(crate) outgoing_receipts: Vec<Receipt>,
    pub(crate) congestion_info: Option<CongestionInfo>,
    pub(crate) bandwidth_requests: BandwidthRequests,
    pub(crate) delayed_receipts: u64,
    state_changes: BTreeMap<Vec<u8>, Vec<StateChange>>,
    /// What proves all of it, if that is wanted.
    pub(crate) witness: Option<Box<Witness>>,
}

impl ShardNodes {
    /// The trie of a version.
    pub(super) fn open(
        state: &ShardState,
        version: Version,
        machine: &Machine,
    ) -> Result<ShardNodes, ChainError> {
        let root = version.root;
        let keeping = match machine.trie {
            TrieKind::Disk => Keeping::Disk(Box::new(NodeCache::new(machine.cache_bytes))),
            TrieKind::Memory => {
                let snapshot = state.snapshot()?;
                let trie = snapshot.trie_at(version.number)?;
                let mut memory = MemoryTrie::default();
                if snapshot.head()? == Some(version) {
                    memory.load_from(&trie, &snapshot)?;
                } else {
                    memory.load(&trie)?;
                }
                Keeping::Memory(Box::new(memory))
            }
        };
        Ok(ShardNodes { root, keeping })
    }

    /// Applies a chunk. A trie in memory has both states then: one of them is to be forgotten.
    pub(super) fn apply(
        &mut self,
        state: &ShardState,
        work: ChunkWork<'_>,
        machine: &Machine,
    ) -> Result<(AppliedChunk, TrieChanges), ChainError> {
        let old_root = self.root;
        let input = ChunkInput {
            context: &work.context,
            presence: work.presence,
            transactions: &work.transactions,
            transactions_in_time: &[],
            incoming_receipts: &work.incoming,
            validator_accounts_update: None,
            congestion: work.congestion,
            bandwidth_requests: work.bandwidth_requests,
        };
        let environment = Environment::new(&machine.runner, &machine.threads);
        let failed = |source| ChainError::Apply {
            height: work.context.block.height,
            shard_id: work.context.shard_id,
            source: Box::new(source),
        };
        let (applied, changes) = match &mut self.keeping {
            Keeping::Memory(memory) => {
                let trie = memory.version(old_root).ok_or(ChainError::LostState { old_root })?;
                let result = apply(&trie, &input, &environment, machine.witnesses);
                let (witness, result) = result.map_err(failed)?;
                memory.commit(&result.trie_update)?;
                AppliedChunk::new(work.context.shard_id, old_root, result, witness)
            }
            Keeping::Disk(cache) => {
                let snapshot = state.snapshot()?;
                let stored = StoredBytes::new(snapshot.reader(), state.shard());
                let trie = Trie::with_root(cache.over(stored), old_root);
                let result = apply(&trie, &input, &environment, machine.witnesses);
                let (witness, result) = result.map_err(failed)?;
                let applied = AppliedChunk::new(work.context.shard_id, old_root, result, witness);
                cache.keep(&applied.1);
                applied
            }
        };
        self.root = applied.state_root;
        Ok((applied, changes))
    }

    /// Goes on with the other of two states.
    pub(super) fn forget(&mut self, root: CryptoHash, kept: CryptoHash) {
        self.root = kept;
        if let Keeping::Memory(memory) = &mut self.keeping {
            memory.remove(root);
        }
    }
}

/// What came of a chunk, with the witness of it if that is wanted.
type Produced<P> = Result<(Option<Box<Witness>>, ApplyResult<P>), ApplyError>;

fn apply<S>(
    trie: &Trie<S>,
    input: &ChunkInput<'_>,
    environment: &Environment<'_>,
    witnesses: Witnesses,
) -> Produced<S::Place>
where
    S: SharedNodeSource,
{
    match witnesses {
        Witnesses::Unwanted => Ok((None, torr_runtime::apply(trie, input, environment)?)),
        Witnesses::Wanted => {
            let (witness, result) = Witness::produce(trie, input, environment)?;
            Ok((Some(Box::new(witness)), result))
        }
    }
}

impl AppliedChunk {
    fn new<P>(
        shard_id: ShardId,
        old_root: CryptoHash,
        result: ApplyResult<P>,
        witness: Option<Box<Witness>>,
    ) -> (AppliedChunk, TrieChanges) {
        let hashes: Vec<_> = result.outcomes.iter().map(|outcome| outcome.to_hashes()).collect();
        let applied = AppliedChunk {
            shard_id,
            old_root,
            state_root: result.state_root,
            outcome_root: outcome_tree(&hashes).root(),
            outcomes: result.outcomes,
            outgoing_receipts: result.outgoing_receipts,
            congestion_info: result.congestion_info,
            bandwidth_requests: result.bandwidth_requests,
            delayed_receipts: result.delayed_receipts_count,
            state_changes: result.state_changes,
            witness,
        };
        (applied, result.trie_update.into_changes())
    }

    /// Keys that changed, with their values now.
    pub(super) fn flat(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.state_changes
            .iter()
            .filter_map(|(key, changes)| Some((&key[..], changes.last()?.value.as_deref())))
    }

    /// How many outcomes are failures.
    pub(crate) fn failures(&self) -> usize {
        let is_failure = |outcome: &&ExecutionOutcomeWithId| {
            matches!(outcome.outcome.status, ExecutionStatus::Failure(_))
        };
        self.outcomes.iter().filter(is_failure).count()
    }

    /// Gas that was burnt.
    pub(crate) fn gas_burnt(&self) -> u128 {
        self.outcomes.iter().map(|outcome| u128::from(outcome.outcome.gas_burnt.as_gas())).sum()
    }
}
