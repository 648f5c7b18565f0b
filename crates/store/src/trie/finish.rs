//! The end of an update: hashes, and what is new.

use super::node_update::{Link, NodeUpdate, Working, WorkingValue};
use super::{EMPTY_ROOT, TrieChanges};
use crate::node::{Node, ValueRef};
use crate::source::{NodeSource, TrieError};
use std::iter;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// An updated trie: its root, and what it has that the trie before had not, or not there.
///
/// Nodes and values of the trie before are known as its source knows them, by `R` and `V`.
#[derive(Clone, Debug)]
pub struct Finished<R, V> {
    pub(crate) old_root: CryptoHash,
    /// [`NodeSource::version`] of the source of the trie before.
    pub(crate) version: u64,
    pub(crate) root: CryptoHash,
    memory_usage: u64,
    /// Children come before their parents, and the root is the last, if it is new.
    pub(crate) nodes: Vec<NewNode<R, V>>,
    removed: Vec<CryptoHash>,
}

/// A node of the updated trie that was worked on.
#[derive(Clone, Debug)]
pub(crate) struct NewNode<R, V> {
    pub(crate) node: Node<Link<R>, NewValue<V>>,
    pub(crate) hash: CryptoHash,
    pub(crate) memory_usage: u64,
    pub(crate) bytes: Vec<u8>,
}

/// A value in a node that was worked on.
#[derive(Clone, Debug)]
pub(crate) enum NewValue<V> {
    /// One that the trie before has too.
    Old(V),
    /// Another.
    New(ValueRef, Arc<[u8]>),
}

impl<R, V> Finished<R, V> {
    /// The root of the updated trie.
    pub fn root(&self) -> CryptoHash {
        self.root
    }

    /// Memory that is counted for the updated trie, in bytes.
    pub fn memory_usage(&self) -> u64 {
        self.memory_usage
    }

    /// What the update adds to the nodes and values that are kept, and what it takes from them.
    pub fn into_changes(self) -> TrieChanges {
        let added = self.nodes.into_iter().flat_map(|new| {
            let value = match new.node.value() {
                Some(NewValue::New(value, bytes)) => Some((value.hash, bytes.to_vec())),
                _ => None,
            };
            iter::once((new.hash, new.bytes)).chain(value)
        });
        TrieChanges::new(self.old_root, self.root, added, &self.removed)
    }
}

impl<S: NodeSource> NodeUpdate<'_, S> {
    /// Hashes what was worked on. Takes a hash for each such node and each new value.
    ///
    /// # Errors
    /// When the memory of nodes in the source is more than there can be.
    pub fn finish(mut self) -> Result<Finished<S::Ref, S::Value>, TrieError> {
        let order = self.children_last();
        let mut nodes = Vec::with_capacity(order.len());
        // The places of those that are done.
        let mut places = vec![usize::MAX; self.nodes.len()];
        for at in order.into_iter().rev() {
            let Working { node, stored_below } = self.take(at);
            let mut node = node.map_value(WorkingValue::finish);
            for child in node.children_mut() {
                if let Link::Working(child) = child {
                    *child = places[*child];
                }
            }
            places[at] = nodes.len();
            nodes.push(hashed(node, stored_below, &nodes, &self.trie.source)?);
        }
        let old_root = self.trie.root();
        let (root, memory_usage) = match (&self.root, nodes.last()) {
            (Some(Link::Stored(_)), _) => (old_root, self.trie.memory_usage()?),
            (Some(Link::Working(_)), Some(root)) => (root.hash, root.memory_usage),
            _ => (EMPTY_ROOT, 0),
        };
        let version = self.trie.source.version();
        Ok(Finished { old_root, version, root, memory_usage, nodes, removed: self.removed })
    }
}

impl<S: NodeSource> NodeUpdate<'_, S> {
    /// The nodes that are worked on and part of the trie, each before its children.
    fn children_last(&self) -> Vec<usize> {
        let mut found = Vec::with_capacity(self.nodes.len());
        if let Some(Link::Working(root)) = self.root {
            found.push(root);
        }
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            found.extend(self.nodes[at].node.children().filter_map(|(_, child)| match child {
                Link::Working(child) => Some(*child),
                Link::Stored(_) => None,
            }));
            next += 1;
        }
        found
    }
}

impl<V> WorkingValue<V> {
    fn finish(self) -> NewValue<V> {
        match self {
            WorkingValue::Stored(value) => NewValue::Old(value),
            WorkingValue::New(bytes) => {
                // `insert` has seen to it that the length fits.
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                let hash = CryptoHash::of(&bytes);
                NewValue::New(ValueRef { length, hash }, bytes.into())
            }
        }
    }
}

/// A node whose new children are among `done`.
fn hashed<S: NodeSource>(
    node: Node<Link<S::Ref>, NewValue<S::Value>>,
    stored_below: u64,
    done: &[NewNode<S::Ref, S::Value>],
    source: &S,
) -> Result<NewNode<S::Ref, S::Value>, TrieError> {
    let value_ref = |value: &NewValue<S::Value>| match value {
        NewValue::Old(value) => source.value_ref(value),
        NewValue::New(value, _) => *value,
    };
    let own = node.own_memory_usage(|value| u64::from(value_ref(value).length));
    let mut memory_usage = plus(stored_below, own)?;
    for (_, child) in node.children() {
        if let Link::Working(place) = child {
            memory_usage = plus(memory_usage, done[*place].memory_usage)?;
        }
    }
    let hash = |child: &Link<S::Ref>| match child {
        Link::Stored(child) => source.hash(child),
        Link::Working(place) => done[*place].hash,
    };
    let bytes = node.encode_by(memory_usage, hash, value_ref);
    Ok(NewNode { hash: CryptoHash::of(&bytes), node, memory_usage, bytes })
}

fn plus(memory_usage: u64, part: u64) -> Result<u64, TrieError> {
    let what = "nodes take more memory than can be counted";
    memory_usage.checked_add(part).ok_or(TrieError::Inconsistent { what })
}
