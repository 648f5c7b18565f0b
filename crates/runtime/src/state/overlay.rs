//! Changes over a trie that are final but not in it yet, and nodes that contracts touched.

use std::collections::BTreeSet;
use std::collections::btree_map::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// A changed value; `None` if its key was removed.
pub(crate) type Changed = Option<Arc<[u8]>>;

/// Changes over a trie, by keys.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    changes: BTreeMap<Vec<u8>, Changed>,
    /// Values of contracts that were removed, taken back or not.
    removals: u64,
}

impl Overlay {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Changed> {
        self.changes.get(key)
    }

    pub(crate) fn set(&mut self, key: Vec<u8>, changed: Changed) {
        self.changes.insert(key, changed);
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
        Box::new(with_prefix(&self.changes, prefix))
    }
}

/// Changes of keys that begin with a prefix, in the order of keys.
pub(crate) fn with_prefix<'o>(
    changes: &'o BTreeMap<Vec<u8>, Changed>,
    prefix: &'o [u8],
) -> impl Iterator<Item = (&'o Vec<u8>, &'o Changed)> {
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
