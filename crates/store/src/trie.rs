//! The Merkle-Patricia trie: a map from keys to values under one hash.
//!
//! Keys are paths of nibbles. Nodes with one child are joined with it, so the shape, and with it the
//! hash of the root, depends on the content alone, not on how it came about (protocol specification,
//! "Data structures: trie").

mod changes;
mod diff;
mod finish;
mod iterator;
mod node_update;
#[cfg(not(target_family = "wasm"))]
mod parallel;
mod together;

pub use changes::{Deletion, Insertion, TrieChanges};
pub use diff::{Difference, TrieDiff};
pub use finish::Finished;
pub(crate) use finish::{NewLink, NewValue};
pub use iterator::TrieIterator;
pub use node_update::NodeUpdate;

use crate::nibbles::KeyPath;
use crate::node::{ValueRef, Way};
use crate::source::{HashedBytes, HashedNodes, NodeSource, ReadNode, TrieError};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// The root of the empty trie, which has no node.
pub const EMPTY_ROOT: CryptoHash = CryptoHash([0; 32]);

/// A key with its value.
pub type Entry = (Vec<u8>, Arc<[u8]>);

/// A trie that is read.
#[derive(Clone, Debug)]
pub struct Trie<S: NodeSource> {
    source: S,
    root: Option<S::Ref>,
}

impl<B: HashedBytes> Trie<HashedNodes<B>> {
    /// The trie with this root, of nodes under their hashes. Nothing is read yet.
    pub fn with_root(bytes: B, root: CryptoHash) -> Trie<HashedNodes<B>> {
        Trie::new(HashedNodes(bytes), (root != EMPTY_ROOT).then_some(root))
    }
}

impl<S: NodeSource> Trie<S> {
    /// The trie below a node; an empty one if there is none.
    pub fn new(source: S, root: Option<S::Ref>) -> Trie<S> {
        Trie { source, root }
    }

    /// The source of its nodes.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Its root in the source; `None` if the trie is empty.
    pub fn root_node(&self) -> Option<&S::Ref> {
        self.root.as_ref()
    }

    /// The source of its nodes, and its root there.
    pub fn into_parts(self) -> (S, Option<S::Ref>) {
        (self.source, self.root)
    }

    /// The hash of its root.
    pub fn root(&self) -> CryptoHash {
        self.root.as_ref().map_or(EMPTY_ROOT, |root| self.source.hash(root))
    }

    /// Memory that is counted for it, in bytes.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn memory_usage(&self) -> Result<u64, TrieError> {
        let Some(root) = &self.root else { return Ok(0) };
        Ok(self.source.read(root)?.encoded()?.memory_usage())
    }

    /// The value under a key. Takes a node for each place where the key parts from others.
    ///
    /// # Errors
    /// When a node on the way or the value cannot be read.
    pub fn get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, TrieError> {
        let found = self.find(key)?;
        found.map(|(node, value)| self.source.value(&node, &value)).transpose()
    }

    /// The value under a key, if `wanted` says so when it is told its hash and length. The value is not
    /// read before.
    ///
    /// # Errors
    /// As [`Trie::get`].
    pub fn get_if(
        &self,
        key: &[u8],
        wanted: impl FnOnce(&ValueRef) -> bool,
    ) -> Result<Option<Arc<[u8]>>, TrieError> {
        match self.find(key)? {
            Some((node, value)) if wanted(&value) => self.source.value(&node, &value).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// Hash and length of the value under a key, which itself is not read.
    ///
    /// # Errors
    /// When a node on the way cannot be read.
    pub fn value_ref(&self, key: &[u8]) -> Result<Option<ValueRef>, TrieError> {
        Ok(self.find(key)?.map(|(_, value)| value))
    }

    /// Whether there is a value under a key.
    ///
    /// # Errors
    /// When a node on the way cannot be read.
    pub fn contains(&self, key: &[u8]) -> Result<bool, TrieError> {
        Ok(self.find(key)?.is_some())
    }

    /// The value under a key, with the node where it stands.
    fn find(&self, key: &[u8]) -> Result<Option<(S::Node, ValueRef)>, TrieError> {
        let mut rest = KeyPath::new(key);
        let mut at = self.root.clone();
        while let Some(node) = at {
            match self.source.way(&node, rest)? {
                Way::Ended(value) => return Ok(value),
                Way::Below { child, consumed } => {
                    rest = rest.after(consumed);
                    at = Some(child);
                }
                Way::Endless => return Err(EMPTY_EXTENSION),
            }
        }
        Ok(None)
    }

    /// All keys with their values, in the order of the keys.
    pub fn iter(&self) -> TrieIterator<'_, S> {
        TrieIterator::new(self)
    }

    /// The keys that begin with a prefix, with their values, in the order of the keys. Reads no node but
    /// those on the way to the prefix and those below it.
    ///
    /// # Errors
    /// When a node on the way to the first of them cannot be read.
    pub fn iter_prefix(&self, prefix: &[u8]) -> Result<TrieIterator<'_, S>, TrieError> {
        let mut iterator = self.iter();
        iterator.seek_prefix(prefix)?;
        Ok(iterator)
    }

    /// Changes to the trie, which stays as it is.
    pub fn update(&self) -> NodeUpdate<'_, S> {
        NodeUpdate::new(self)
    }
}

/// Every other node consumes a nibble or ends the key, so that no path goes on for ever.
pub(crate) const EMPTY_EXTENSION: TrieError =
    TrieError::Inconsistent { what: "an extension extends nothing" };
