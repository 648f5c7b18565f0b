//! Changes over a trie that are final but not in it yet, and nodes that contracts touched.

use std::collections::BTreeSet;
use std::collections::btree_map::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::StateChangeCause;

/// A changed value; `None` if its key was removed.
pub(crate) type Changed = Option<Arc<[u8]>>;

/// One change of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// What was being done.
    pub cause: StateChangeCause,
    /// The new value; `None` if the key was removed.
    pub value: Changed,
}

/// Changes over a trie, by keys.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// None of the lists is empty; the last change counts.
    changes: BTreeMap<Vec<u8>, Vec<StateChange>>,
    /// Values of contracts that were removed, taken back or not.
    removals: u64,
}

impl Overlay {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Changed> {
        self.changes.get(key).and_then(|changes| last(changes))
    }

    pub(crate) fn add(&mut self, key: Vec<u8>, change: StateChange) {
        self.changes.entry(key).or_default().push(change);
    }

    /// Every change of every value, in the order of keys.
    pub(crate) fn into_changes(self) -> BTreeMap<Vec<u8>, Vec<StateChange>> {
        self.changes
    }

    pub(crate) fn removals(&self) -> u64 {
        self.removals
    }

    pub(crate) fn add_removals(&mut self, removals: u64) {
        self.removals = self.removals.saturating_add(removals);
    }

    /// Changes of keys that begin with a prefix, in the order of keys.
    pub(crate) fn with_prefix<'o>(
        &'o self,
        prefix: &'o [u8],
    ) -> Box<dyn Iterator<Item = (&'o Vec<u8>, &'o Changed)> + 'o> {
        let changes = with_prefix(&self.changes, prefix);
        Box::new(changes.filter_map(|(key, changes)| Some((key, last(changes)?))))
    }
}

fn last(changes: &[StateChange]) -> Option<&Changed> {
    changes.last().map(|change| &change.value)
}

/// Entries of keys that begin with a prefix, in the order of keys.
pub(crate) fn with_prefix<'o, T>(
    changes: &'o BTreeMap<Vec<u8>, T>,
    prefix: &'o [u8],
) -> impl Iterator<Item = (&'o Vec<u8>, &'o T)> {
    changes
        .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

/// Nodes and values that contracts touched, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct TouchedNodes(BTreeSet<CryptoHash>);

impl TouchedNodes {
    pub(crate) fn contains(&self, hash: &CryptoHash) -> bool {
        self.0.contains(hash)
    }

    /// Whether it was not touched before.
    pub(crate) fn insert(&mut self, hash: CryptoHash) -> bool {
        self.0.insert(hash)
    }
}
