//! The state as one receipt sees it, with its changes while they may still be taken back.
//!
//! Four layers, the first that knows a key says what is there: changes that are not yet committed,
//! changes of this receipt that are, changes of what came before in the chunk, the trie. What a receipt
//! comes to is a list of commits, which the chunk takes in the protocol's order. So a receipt can be
//! executed before it is its turn, and thrown away if that was in vain.

mod chunk;
mod contract_data;
mod overlay;
mod reader;
mod typed;

pub(crate) use chunk::{ChunkEffects, ChunkState, StateEffects};
pub(crate) use contract_data::DataKey;
pub use overlay::StateChange;
pub(crate) use overlay::{Changed, Overlay, TouchedNodes};
pub use reader::ContractCodes;
pub(crate) use reader::{ChunkTrie, RecordedTrie, TrieFork, TrieReader, UnrecordedTrie};
pub(crate) use typed::decoded;

use crate::balance;
use crate::error::Fault;
use crate::stats::BalanceStats;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::RuntimeConfig;
use torr_primitives::receipt::{PromiseYieldTimeout, Receipt};
use torr_primitives::trie_key::Column;
use torr_primitives::{AccountId, StateChangeCause, TrieKey};
use torr_store::node::ValueRef;
use torr_store::trie::Entry;

/// The state, with changes.
pub(crate) struct StateUpdate<'s> {
    reader: &'s dyn TrieReader,
    /// Changes of what came before in the chunk.
    before: &'s Overlay,
    /// Nodes that contracts touched before in the chunk.
    touched_before: &'s TouchedNodes,
    /// Changes that were committed here.
    committed: BTreeMap<Vec<u8>, Changed>,
    /// Changes that were not committed yet.
    prospective: BTreeMap<Vec<u8>, Changed>,
    /// Timeouts of yields that were not committed yet.
    timeouts: Vec<PromiseYieldTimeout>,
    /// Contracts that were deployed and not committed yet.
    deployed: Vec<CryptoHash>,
    /// What was committed, in order.
    commits: Vec<Commit>,
    /// Contracts that were called and stood in the trie.
    accessed: Vec<CryptoHash>,
    /// Keys under which called contracts were looked for.
    called: Vec<Vec<u8>>,
    touched: TouchedNodes,
    /// Nodes and values that contracts were charged for, each time.
    visits: Vec<CryptoHash>,
    /// What contracts were charged for these.
    counts: NodeCounts,
    /// Values of contracts that were removed, taken back or not.
    removals: u64,
    /// Bytes of the proof when the actions of the receipt began, with what removals may add to it.
    size_before: u64,
    scope: Scope<'s>,
    left_scope: Cell<bool>,
    /// What stood where tokens are, before the receipt.
    tokens_before: RefCell<balance::Before>,
}

/// Changes that were committed together.
#[derive(Debug)]
pub(crate) struct Commit {
    /// What for.
    pub(crate) cause: StateChangeCause,
    /// The changes.
    pub(crate) changes: BTreeMap<Vec<u8>, Changed>,
    /// Timeouts of yields that have to be put in the queue, which is the chunk's.
    pub(crate) timeouts: Vec<PromiseYieldTimeout>,
    /// Contracts that were deployed.
    pub(crate) deployed: Vec<CryptoHash>,
}

/// Which part of the state may be read and changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'s> {
    /// All of it.
    Everything,
    /// What belongs to an account; what no receipt of the same batch changes, global contracts; and which
    /// yields wait for their time, by which no receipt goes.
    Account(&'s AccountId),
}

/// Nodes and values that a contract's access to the state takes, by what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeCounts {
    /// Not touched before in the chunk.
    pub(crate) touched: u64,
    /// Touched before.
    pub(crate) cached: u64,
}

impl NodeCounts {
    pub(crate) fn plus(self, other: NodeCounts) -> NodeCounts {
        NodeCounts {
            touched: self.touched.saturating_add(other.touched),
            cached: self.cached.saturating_add(other.cached),
        }
    }
}

/// Bytes that a removal may add to a proof at most; the protocol counts as many for each.
const REMOVAL_PROOF_BYTES: u64 = 2000;

impl<'s> StateUpdate<'s> {
    /// The state after what came before in the chunk.
    pub(crate) fn new(
        reader: &'s dyn TrieReader,
        before: &'s Overlay,
        touched_before: &'s TouchedNodes,
        scope: Scope<'s>,
    ) -> StateUpdate<'s> {
        let mut state = StateUpdate {
            reader,
            before,
            touched_before,
            committed: BTreeMap::new(),
            prospective: BTreeMap::new(),
            timeouts: Vec::new(),
            deployed: Vec::new(),
            commits: Vec::new(),
            accessed: Vec::new(),
            called: Vec::new(),
            touched: TouchedNodes::default(),
            visits: Vec::new(),
            counts: NodeCounts::default(),
            removals: 0,
            size_before: 0,
            scope,
            left_scope: Cell::new(false),
            tokens_before: RefCell::default(),
        };
        state.size_before = state.recorded_size();
        state
    }

    /// Reads through another reader of the same trie from now on: for the next receipt, of which is
    /// recorded apart what it reads.
    pub(crate) fn read_through(&mut self, reader: &'s dyn TrieReader) {
        self.reader = reader;
    }

    /// Counts the proof of the receipt from here on: from where its actions begin. What it waited for and
    /// its receiver are read before.
    pub(crate) fn begin_actions(&mut self) {
        self.size_before = self.recorded_size();
    }

    /// Whether something was read or changed outside of the scope.
    pub(crate) fn has_left_scope(&self) -> bool {
        self.left_scope.get()
    }

    /// The value under a key. What is found in the trie is recorded.
    pub(crate) fn get(&self, key: &TrieKey) -> Result<Option<Arc<[u8]>>, Fault> {
        self.check_scope(key)?;
        let key = key.to_bytes();
        if let Some(changed) = self.changed_here(&key) {
            return Ok(changed.clone());
        }
        let value = match self.before.get(&key) {
            Some(changed) => changed.clone(),
            None => self.reader.get(&key)?,
        };
        self.tokens_before.borrow_mut().note(&key, &value);
        Ok(value)
    }

    /// Whether there is a value under a key; the value is not read.
    pub(crate) fn contains(&self, key: &TrieKey) -> Result<bool, Fault> {
        Ok(self.value_ref(key)?.is_some())
    }

    /// Hash and length of the value under a key, which is not read from the trie.
    pub(crate) fn value_ref(&self, key: &TrieKey) -> Result<Option<ValueRef>, Fault> {
        self.check_scope(key)?;
        let key = key.to_bytes();
        match self.changed(&key) {
            Some(changed) => Ok(changed.as_deref().and_then(ValueRef::of)),
            None => Ok(self.reader.value_ref(&key)?),
        }
    }

    /// Puts a value under a key.
    pub(crate) fn set(&mut self, key: &TrieKey, value: impl Into<Arc<[u8]>>) {
        self.note_scope(key);
        self.prospective.insert(key.to_bytes(), Some(value.into()));
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &TrieKey) {
        self.note_scope(key);
        if key.column() == Column::ContractData {
            self.removals = self.removals.saturating_add(1);
        }
        self.prospective.insert(key.to_bytes(), None);
    }

    /// Keys that begin with a prefix, with their values, as changed, in the order of keys. Those of the
    /// trie are recorded.
    pub(crate) fn entries(&self, prefix: &[u8]) -> Result<Vec<Entry>, Fault> {
        let mut entries: BTreeMap<Vec<u8>, Changed> = BTreeMap::new();
        for entry in self.reader.iter_prefix(prefix)? {
            let (key, value) = entry?;
            entries.insert(key, Some(value));
        }
        for (key, changed) in self.before.with_prefix(prefix) {
            entries.insert(key.clone(), changed.clone());
        }
        for (key, value) in &entries {
            self.tokens_before.borrow_mut().note(key, value);
        }
        for (key, changed) in overlay::with_prefix(&self.committed, prefix) {
            entries.insert(key.clone(), changed.clone());
        }
        for (key, changed) in overlay::with_prefix(&self.prospective, prefix) {
            entries.insert(key.clone(), changed.clone());
        }
        Ok(entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
    }

    /// The contract with this hash that stands under `key`; `None` if it does not. Never recorded.
    pub(crate) fn code(
        &self,
        key: &TrieKey,
        hash: &CryptoHash,
    ) -> Result<Option<Arc<[u8]>>, Fault> {
        self.check_scope(key)?;
        let key = key.to_bytes();
        match self.changed(&key) {
            Some(Some(code)) => Ok(Some(Arc::clone(code))),
            Some(None) | None => self.reader.code(&key, hash),
        }
    }

    /// The contract with this hash that stood under `key` before the chunk; `None` if it did not. Never
    /// recorded.
    pub(crate) fn code_before_chunk(
        &self,
        key: &TrieKey,
        hash: &CryptoHash,
    ) -> Result<Option<Arc<[u8]>>, Fault> {
        self.check_scope(key)?;
        self.reader.code(&key.to_bytes(), hash)
    }

    /// Notes that the contract under `key` is called, and whether the trie has it. Not recorded.
    pub(crate) fn note_access(&mut self, key: &TrieKey, hash: CryptoHash) -> Result<(), Fault> {
        let key = key.to_bytes();
        if self.reader.has_code(&key, &hash)? {
            self.accessed.push(hash);
        }
        self.called.push(key);
        Ok(())
    }

    /// Notes that a contract is deployed, unless that is taken back.
    pub(crate) fn note_deployment(&mut self, hash: CryptoHash) {
        self.deployed.push(hash);
    }

    /// Contracts that were deployed and may still be taken back.
    #[cfg(test)]
    pub(crate) fn uncommitted_deployments(&self) -> &[CryptoHash] {
        &self.deployed
    }

    /// Puts a timeout in the chunk's queue, unless that is taken back.
    pub(crate) fn enqueue_yield_timeout(&mut self, timeout: PromiseYieldTimeout) {
        self.timeouts.push(timeout);
    }

    /// Does `read` and says which nodes and values of the trie it took, which count as touched from now
    /// on.
    pub(crate) fn visiting<T>(&self, read: impl FnOnce() -> T) -> (T, Vec<CryptoHash>) {
        self.reader.start_visits();
        let result = read();
        (result, self.reader.end_visits())
    }

    /// Counts nodes and values as touched.
    pub(crate) fn count(&mut self, visited: &[CryptoHash]) -> NodeCounts {
        let mut counts = NodeCounts::default();
        for hash in visited {
            self.visits.push(*hash);
            if self.touched_before.contains(hash) || !self.touched.insert(*hash) {
                counts.cached = counts.cached.saturating_add(1);
            } else {
                counts.touched = counts.touched.saturating_add(1);
            }
        }
        self.counts = self.counts.plus(counts);
        counts
    }

    /// Bytes of the proof so far, with what removals may add to it.
    pub(crate) fn recorded_size(&self) -> u64 {
        let removals = self.before.removals().saturating_add(self.removals);
        let of_removals = removals.saturating_mul(REMOVAL_PROOF_BYTES);
        self.reader.recorded_size().saturating_add(of_removals)
    }

    /// Bytes of the proof when the actions of the receipt began, counted in the same way.
    pub(crate) fn recorded_size_before(&self) -> u64 {
        self.size_before
    }

    /// Makes the changes so far final.
    pub(crate) fn commit(&mut self, cause: StateChangeCause) {
        let changes = std::mem::take(&mut self.prospective);
        for (key, changed) in &changes {
            self.committed.insert(key.clone(), changed.clone());
        }
        let timeouts = std::mem::take(&mut self.timeouts);
        let deployed = std::mem::take(&mut self.deployed);
        self.commits.push(Commit { cause, changes, timeouts, deployed });
    }

    /// Takes back all changes since the last commit.
    pub(crate) fn roll_back(&mut self) {
        self.prospective.clear();
        self.timeouts.clear();
        self.deployed.clear();
    }

    fn changed(&self, key: &[u8]) -> Option<&Changed> {
        self.changed_here(key).or_else(|| self.before.get(key))
    }

    fn changed_here(&self, key: &[u8]) -> Option<&Changed> {
        self.prospective.get(key).or_else(|| self.committed.get(key))
    }

    /// Holds what a receipt came to, of which the changes are committed here, against what it brought.
    pub(crate) fn check_balance(
        &self,
        receipt: &Receipt,
        sent: &[Receipt],
        stats: &BalanceStats,
        config: &RuntimeConfig,
    ) -> Result<(), Fault> {
        let before = self.tokens_before.borrow();
        let changes = self.commits.iter().flat_map(|commit| &commit.changes);
        balance::check_receipt(receipt, &before, changes, sent, stats, config)
    }

    fn check_scope(&self, key: &TrieKey) -> Result<(), Fault> {
        self.note_scope(key);
        self.check_in_scope()
    }

    fn check_in_scope(&self) -> Result<(), Fault> {
        match self.left_scope.get() {
            false => Ok(()),
            true => Err(Fault::Bug { what: "what left its scope is executed again" }),
        }
    }

    fn note_scope(&self, key: &TrieKey) {
        self.note_access_of(key.account_id(), key.column());
    }

    fn note_access_of(&self, owner: Option<&AccountId>, column: Column) {
        let Scope::Account(account_id) = self.scope else { return };
        // Of the queue of yields, a call reads which entries there are and does not go by it.
        let is_shared = matches!(column, Column::GlobalContractCode | Column::PromiseYieldIndices);
        if owner != Some(account_id) && !is_shared {
            self.left_scope.set(true);
        }
    }
}
