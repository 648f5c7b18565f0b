//! Noting what is read of a trie, to prove it to others.

use crate::node::{Node, ValueRef, Way};
use crate::partial_state::PartialState;
use crate::source::{NodeSource, TrieError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use torr_crypto::hash::CryptoHash;

/// A source that notes each node and value that is read of another.
///
/// Takes a copy of each and a search among what was noted.
#[derive(Debug)]
pub struct Recorder<S> {
    source: S,
    recorded: Mutex<Recorded>,
}

/// What was read, each thing once.
#[derive(Clone, Debug, Default)]
struct Recorded {
    bytes: BTreeMap<CryptoHash, Arc<[u8]>>,
    size: u64,
}

impl Recorded {
    fn note(&mut self, hash: CryptoHash, bytes: Arc<[u8]>) {
        let length = bytes.len() as u64;
        if self.bytes.insert(hash, bytes).is_none() {
            self.size = self.size.saturating_add(length);
        }
    }
}

impl<S: NodeSource> Recorder<S> {
    /// Notes what is read of `source` from now on.
    pub fn new(source: S) -> Recorder<S> {
        Recorder { source, recorded: Mutex::default() }
    }

    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_node(&self, reference: &S::Ref) -> Result<(), TrieError> {
        let hash = self.source.hash(reference);
        if self.recorded().bytes.contains_key(&hash) {
            return Ok(());
        }
        let (node, memory_usage) = self.source.node(reference, |child| self.source.hash(&child))?;
        let bytes =
            node.encode_by(memory_usage, |child| *child, |value| self.source.value_ref(value));
        self.recorded().note(hash, bytes.into());
        Ok(())
    }

    /// Length in bytes of all nodes and values that were read, each counted once. The protocol limits
    /// the size of proofs by it.
    pub fn size(&self) -> u64 {
        self.recorded().size
    }

    /// What was read: enough to do the same without the source.
    pub fn partial_state(&self) -> PartialState {
        PartialState::of_hashed(self.recorded().bytes.clone())
    }
}

impl<S: NodeSource> NodeSource for Recorder<S> {
    type Ref = S::Ref;
    type Value = S::Value;

    fn version(&self) -> u64 {
        self.source.version()
    }

    fn hash(&self, node: &S::Ref) -> CryptoHash {
        self.source.hash(node)
    }

    fn node<C>(
        &self,
        reference: &S::Ref,
        child: impl Fn(S::Ref) -> C,
    ) -> Result<(Node<C, S::Value>, u64), TrieError> {
        self.note_node(reference)?;
        self.source.node(reference, child)
    }

    fn way(&self, node: &S::Ref, rest: &[u8]) -> Result<Way<S::Ref, S::Value>, TrieError> {
        self.note_node(node)?;
        self.source.way(node, rest)
    }

    fn value_ref(&self, value: &S::Value) -> ValueRef {
        self.source.value_ref(value)
    }

    fn value(&self, value: &S::Value) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.source.value(value)?;
        self.recorded().note(self.source.value_ref(value).hash, Arc::clone(&bytes));
        Ok(bytes)
    }
}
