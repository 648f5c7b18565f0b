//! Noting what is read of a trie, to prove it to others.

use crate::bytes_by_hash::BytesByHash;
use crate::node::ValueRef;
use crate::partial_state::PartialState;
use crate::source::{NodeSource, ReadNode, SharedNodeSource, TrieError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use torr_crypto::hash::CryptoHash;

/// A source that notes each node and value that is read of another.
///
/// Takes a copy of each and a search among what was noted.
#[derive(Debug)]
pub struct Recorder<S> {
    source: S,
    /// What the recorder had noted that this one is a fork of.
    before: Option<Arc<Recorded>>,
    /// Shared with forks.
    recorded: Mutex<Arc<Recorded>>,
}

/// What was read, each thing once.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    bytes: BytesByHash,
    size: u64,
    /// What was read, each time that it was, while somebody wants to know.
    visits: Option<Vec<CryptoHash>>,
}

impl Recorded {
    /// Length in bytes of all nodes and values together.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn note(&mut self, hash: CryptoHash, bytes: impl FnOnce() -> Arc<[u8]>) {
        if let Some(len) = self.bytes.insert_with(hash, bytes) {
            self.size = self.size.saturating_add(len as u64);
        }
    }
}

impl<S: NodeSource> Recorder<S> {
    /// Notes what is read of `source` from now on.
    pub fn new(source: S) -> Recorder<S> {
        Recorder { source, before: None, recorded: Mutex::default() }
    }

    /// A recorder of the same source that notes only what this one has not noted yet. As long as it is
    /// there, whatever this one notes costs a copy of all that it has noted.
    pub fn fork(&self) -> Recorder<&S> {
        let before = Some(Arc::clone(&self.recorded()));
        Recorder { source: &self.source, before, recorded: Mutex::default() }
    }

    fn note(&self, hash: CryptoHash, bytes: impl FnOnce() -> Arc<[u8]>) {
        let is_known = self.before.as_ref().is_some_and(|before| before.bytes.contains(&hash));
        let mut recorded = self.recorded();
        let recorded = Arc::make_mut(&mut recorded);
        if let Some(visits) = &mut recorded.visits {
            visits.push(hash);
        }
        if !is_known {
            recorded.note(hash, bytes);
        }
    }

    fn recorded(&self) -> MutexGuard<'_, Arc<Recorded>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Length in bytes of all nodes and values that were read, each counted once; of a fork, of those that
    /// it noted itself. The protocol limits the size of proofs by it.
    pub fn size(&self) -> u64 {
        self.recorded().size
    }

    /// Begins to list what is read, in order and as often as it is read.
    pub fn start_visits(&self) {
        Arc::make_mut(&mut self.recorded()).visits = Some(Vec::new());
    }

    /// The nodes and values that were read since [`Recorder::start_visits`], which ends with this.
    pub fn end_visits(&self) -> Vec<CryptoHash> {
        Arc::make_mut(&mut self.recorded()).visits.take().unwrap_or_default()
    }

    /// What was read, without the source; of a fork, what it noted itself.
    pub fn into_recorded(self) -> Recorded {
        Arc::unwrap_or_clone(self.recorded.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what another recorder of the same source has noted.
    pub fn absorb(&self, other: Recorded) {
        let mut recorded = self.recorded();
        let recorded = Arc::make_mut(&mut recorded);
        for (hash, bytes) in other.bytes.into_entries() {
            recorded.note(hash, || bytes);
        }
    }

    /// The source, for what shall not be noted.
    pub fn unrecorded(&self) -> &S {
        &self.source
    }

    /// What was read: enough to do the same without the source. Takes a copy of the list, not of nodes.
    pub fn partial_state(&self) -> PartialState {
        PartialState::of_hashed(self.recorded().bytes.clone())
    }
}

impl<S: NodeSource> NodeSource for Recorder<S> {
    type Ref = S::Ref;
    type Place = S::Place;
    type Node = S::Node;

    fn version(&self) -> u64 {
        self.source.version()
    }

    fn hash(&self, node: &S::Ref) -> CryptoHash {
        self.source.hash(node)
    }

    fn place(&self, node: &S::Ref) -> S::Place {
        self.source.place(node)
    }

    fn approach(&self, node: &S::Ref) {
        self.source.approach(node);
    }

    fn read(&self, reference: &S::Ref) -> Result<S::Node, TrieError> {
        let node = self.source.read(reference)?;
        let hash = self.source.hash(reference);
        self.note(hash, || node.to_bytes());
        Ok(node)
    }

    fn value(&self, node: &S::Node, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.source.value(node, value)?;
        self.note(value.hash, || Arc::clone(&bytes));
        Ok(bytes)
    }
}

/// Each thread notes for itself, and only what was not noted before.
impl<S: SharedNodeSource> SharedNodeSource for Recorder<S> {
    type Apart<'s>
        = Recorder<&'s S>
    where
        Self: 's;

    fn apart(&self) -> Recorder<&S> {
        self.fork()
    }

    fn rejoin<'s>(&'s self, parts: Vec<Recorder<&'s S>>) {
        // All are done with what was noted before they began, so that nothing is copied.
        let parts: Vec<Recorded> = parts.into_iter().map(Recorder::into_recorded).collect();
        parts.into_iter().for_each(|recorded| self.absorb(recorded));
    }
}
