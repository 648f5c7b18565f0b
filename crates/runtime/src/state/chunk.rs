//! The state as a chunk changes it.
//!
//! Receipts hand in what they came to, in the protocol's order. What belongs to nobody, the queues of the
//! shard, the chunk changes itself; it becomes final with the next commit.

use super::overlay::{Changed, Overlay, StateChange, TouchedNodes};
use super::typed::{decoded, encoded, missing};
use super::{ChunkTrie, Commit, NodeCounts, REMOVAL_PROOF_BYTES, Scope, StateUpdate, TrieReader};
use crate::error::Fault;
use crate::threads::Threads;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::QueueIndices;
use torr_primitives::{StateChangeCause, TrieKey};

/// The state, as changed so far.
pub(crate) struct ChunkState<'r> {
    reader: &'r dyn ChunkTrie,
    /// What is final.
    overlay: Overlay,
    /// What becomes final with the next commit.
    prospective: BTreeMap<Vec<u8>, Changed>,
    touched: TouchedNodes,
    accessed: BTreeSet<CryptoHash>,
    called: BTreeSet<Vec<u8>>,
    deployed: BTreeSet<CryptoHash>,
}

/// What a chunk did to the state, and with which contracts.
pub(crate) struct ChunkEffects {
    /// Every change of every value, in the order of keys.
    pub(crate) changes: BTreeMap<Vec<u8>, Vec<StateChange>>,
    /// Contracts that were called and stood in the trie.
    pub(crate) accessed: BTreeSet<CryptoHash>,
    /// Keys under which called contracts were looked for.
    pub(crate) called: BTreeSet<Vec<u8>>,
    /// Contracts that were deployed.
    pub(crate) deployed: BTreeSet<CryptoHash>,
}

/// What a receipt did to the state.
#[derive(Debug)]
pub(crate) struct StateEffects {
    commits: Vec<Commit>,
    accessed: Vec<CryptoHash>,
    called: Vec<Vec<u8>>,
    /// Nodes and values that contracts were charged for, each time.
    visits: Vec<CryptoHash>,
    /// What they were charged for these.
    counts: NodeCounts,
    removals: u64,
}

impl<'s> StateUpdate<'s> {
    /// What was done to the state, to hand it in; and then the state goes on from there.
    pub(crate) fn take_effects(&mut self) -> StateEffects {
        let changes = self.commits.iter().flat_map(|commit| &commit.changes);
        self.tokens_before.get_mut().replace(changes);
        StateEffects {
            commits: std::mem::take(&mut self.commits),
            accessed: std::mem::take(&mut self.accessed),
            called: std::mem::take(&mut self.called),
            visits: std::mem::take(&mut self.visits),
            counts: std::mem::take(&mut self.counts),
            removals: std::mem::take(&mut self.removals),
        }
    }
}

impl StateEffects {
    /// Nodes and values that contracts were charged for, each time.
    pub(crate) fn visits(&self) -> &[CryptoHash] {
        &self.visits
    }

    /// What they were charged for these.
    pub(crate) fn counts(&self) -> NodeCounts {
        self.counts
    }

    /// What the removal of values may add to a proof, in bytes.
    pub(crate) fn removal_bytes(&self) -> u64 {
        self.removals.saturating_mul(REMOVAL_PROOF_BYTES)
    }
}

impl<'r> ChunkState<'r> {
    /// The state before the chunk.
    pub(crate) fn new(reader: &'r dyn ChunkTrie) -> ChunkState<'r> {
        ChunkState {
            reader,
            overlay: Overlay::default(),
            prospective: BTreeMap::new(),
            touched: TouchedNodes::default(),
            accessed: BTreeSet::new(),
            called: BTreeSet::new(),
            deployed: BTreeSet::new(),
        }
    }

    /// The state for a receipt that is executed now.
    pub(crate) fn update(&self) -> StateUpdate<'_> {
        StateUpdate::new(self.reader, &self.overlay, &self.touched, Scope::Everything)
    }

    /// The state for a receipt that is executed before its turn and reads through `reader`.
    pub(crate) fn speculate<'s>(
        &'s self,
        reader: &'s dyn TrieReader,
        scope: Scope<'s>,
    ) -> StateUpdate<'s> {
        StateUpdate::new(reader, &self.overlay, &self.touched, scope)
    }

    /// The trie before the chunk.
    pub(crate) fn reader(&self) -> &'r dyn ChunkTrie {
        self.reader
    }

    /// Takes what a receipt did. What the chunk has changed itself since the last commit becomes final
    /// with the first commit of the receipt.
    pub(crate) fn absorb(&mut self, effects: StateEffects) -> Result<(), Fault> {
        self.overlay.add_removals(effects.removals);
        self.accessed.extend(effects.accessed);
        self.called.extend(effects.called);
        for hash in effects.visits {
            self.touched.insert(hash);
        }
        for commit in effects.commits {
            self.prospective.extend(commit.changes);
            self.deployed.extend(commit.deployed);
            self.enqueue_timeouts(&commit.timeouts)?;
            self.commit(commit.cause);
        }
        Ok(())
    }

    /// How many of these nodes and values were touched before, one after the other.
    pub(crate) fn count(&self, visits: &[CryptoHash]) -> NodeCounts {
        let mut touched = TouchedNodes::default();
        let mut counts = NodeCounts::default();
        for hash in visits {
            if self.touched.contains(hash) || !touched.insert(*hash) {
                counts.cached = counts.cached.saturating_add(1);
            } else {
                counts.touched = counts.touched.saturating_add(1);
            }
        }
        counts
    }

    fn enqueue_timeouts(
        &mut self,
        timeouts: &[torr_primitives::receipt::PromiseYieldTimeout],
    ) -> Result<(), Fault> {
        if timeouts.is_empty() {
            return Ok(());
        }
        let mut indices: QueueIndices =
            self.read(&TrieKey::PromiseYieldIndices)?.unwrap_or_default();
        for timeout in timeouts {
            let index = indices.next_available_index;
            self.write(&TrieKey::PromiseYieldTimeout { index }, timeout)?;
            indices.next_available_index =
                index.checked_add(1).ok_or(Fault::Overflow { what: "the queue of timeouts" })?;
        }
        self.write(&TrieKey::PromiseYieldIndices, &indices)
    }

    /// The value under a key. What is found in the trie is recorded.
    pub(crate) fn get(&self, key: &TrieKey) -> Result<Option<Arc<[u8]>>, Fault> {
        let key = key.to_bytes();
        match self.prospective.get(&key).or_else(|| self.overlay.get(&key)) {
            Some(changed) => Ok(changed.clone()),
            None => Ok(self.reader.get(&key)?),
        }
    }

    /// The values under keys, for each of the keys. What is found in the trie is recorded.
    pub(crate) fn get_all(
        &self,
        keys: &[Vec<u8>],
        threads: &Threads,
    ) -> Result<Vec<Changed>, Fault> {
        let mut values = Vec::with_capacity(keys.len());
        let (mut places, mut unchanged) = (Vec::new(), Vec::new());
        for (place, key) in keys.iter().enumerate() {
            let changed = self.prospective.get(key).or_else(|| self.overlay.get(key));
            values.push(changed.cloned().flatten());
            if changed.is_none() {
                places.push(place);
                unchanged.push(key.as_slice());
            }
        }
        for (place, value) in places.into_iter().zip(self.values_of_trie(&unchanged, threads)?) {
            if let Some(there) = values.get_mut(place) {
                *there = value;
            }
        }
        Ok(values)
    }

    fn values_of_trie(&self, keys: &[&[u8]], threads: &Threads) -> Result<Vec<Changed>, Fault> {
        /// As many keys as one thread reads before it takes the next.
        const TOGETHER: usize = 256;
        if threads.count() == NonZeroUsize::MIN {
            return Ok(self.reader.values(keys)?);
        }
        let parts = threads.map(keys.chunks(TOGETHER).collect(), |keys| {
            let fork = self.reader.fork();
            (fork.values(keys), fork.into_recorded())
        });
        let mut all = Vec::with_capacity(keys.len());
        for (values, recorded) in parts {
            self.reader.absorb(recorded);
            all.extend(values?);
        }
        Ok(all)
    }

    /// Whether there is a value under a key; the value is not read.
    pub(crate) fn contains(&self, key: &TrieKey) -> Result<bool, Fault> {
        let key = key.to_bytes();
        match self.prospective.get(&key).or_else(|| self.overlay.get(&key)) {
            Some(changed) => Ok(changed.is_some()),
            None => Ok(self.reader.value_ref(&key)?.is_some()),
        }
    }

    /// The value under a key, decoded.
    pub(crate) fn read<T: BorshDeserialize>(&self, key: &TrieKey) -> Result<Option<T>, Fault> {
        self.get(key)?.map(|bytes| decoded(key, &bytes)).transpose()
    }

    /// The value under a key, decoded, where the trie is read through `reader`.
    pub(crate) fn read_through<T: BorshDeserialize>(
        &self,
        key: &TrieKey,
        reader: &(impl TrieReader + ?Sized),
    ) -> Result<Option<T>, Fault> {
        let bytes = key.to_bytes();
        let value = match self.prospective.get(&bytes).or_else(|| self.overlay.get(&bytes)) {
            Some(changed) => changed.clone(),
            None => reader.get(&bytes)?,
        };
        value.map(|value| decoded(key, &value)).transpose()
    }

    /// The value under a key that has to be there, decoded.
    pub(crate) fn read_present<T: BorshDeserialize>(&self, key: &TrieKey) -> Result<T, Fault> {
        self.read(key)?.ok_or_else(|| missing(key))
    }

    /// Puts a value under a key, encoded.
    pub(crate) fn write<T: BorshSerialize>(
        &mut self,
        key: &TrieKey,
        value: &T,
    ) -> Result<(), Fault> {
        self.prospective.insert(key.to_bytes(), Some(encoded(value)?.into()));
        Ok(())
    }

    /// Takes a key out.
    pub(crate) fn remove(&mut self, key: &TrieKey) {
        self.prospective.insert(key.to_bytes(), None);
    }

    /// Makes what the chunk has changed itself final.
    pub(crate) fn commit(&mut self, cause: StateChangeCause) {
        for (key, value) in std::mem::take(&mut self.prospective) {
            self.overlay.add(key, StateChange { cause, value });
        }
    }

    /// Bytes of the proof so far, with what removals may add to it.
    pub(crate) fn recorded_size(&self) -> u64 {
        let of_removals = self.overlay.removals().saturating_mul(REMOVAL_PROOF_BYTES);
        self.reader.recorded_size().saturating_add(of_removals)
    }

    /// What the chunk did.
    pub(crate) fn into_effects(self) -> ChunkEffects {
        let ChunkState { overlay, accessed, called, deployed, .. } = self;
        ChunkEffects { changes: overlay.into_changes(), accessed, called, deployed }
    }
}
