//! Proofs of many keys: the nodes on the ways from the root to them, each once, and nothing else.

use super::walk::{Endless, Walk};
use super::{InvalidProof, node_of};
use crate::node::{EncodedNode, ValueRef};
use crate::partial_state::PartialState;
use crate::source::{NodeSource, ReadNode, TrieError};
use crate::trie::{EMPTY_EXTENSION, EMPTY_ROOT, Trie};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// What proves of each of many keys that it has a certain value under a root, or none.
///
/// Its nodes stand in the order in which a walk from the root first meets them, that goes down before it
/// goes on and visits children in the order of their nibbles. A node that is on several ways, because
/// subtries are equal, stands once. So a proof of one key is its [`KeyProof`](super::KeyProof), and one of
/// no key has no node and proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MultiProof {
    /// The nodes. None for an empty trie.
    pub nodes: Vec<Arc<[u8]>>,
}

/// A proof, and what it proves of each key.
pub(super) type Proven = (MultiProof, Vec<Option<ValueRef>>);

impl<S: NodeSource> Trie<S> {
    /// The proof of what is under keys, in any order, where equal ones count once. Reads each node on
    /// their ways once, but no value.
    ///
    /// # Errors
    /// When a node on the way to a key cannot be read.
    pub fn prove_keys<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<MultiProof, TrieError> {
        Ok(self.proven(keys)?.0)
    }

    /// The proof of what is under keys, and what that is.
    pub(super) fn proven<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Proven, TrieError> {
        let source = self.source();
        let mut walk = Walk::new(self.root_node().cloned(), keys);
        let mut met = BTreeMap::new();
        let mut nodes = Vec::new();
        while let Some(visit) = walk.next_visit() {
            let node = match met.entry(source.hash(&visit.node)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let node = source.read(&visit.node)?;
                    nodes.push(node.to_bytes());
                    place.insert(node)
                }
            };
            walk.go_on(visit, &node.encoded()?, |child| node.child(child))
                .map_err(|Endless| EMPTY_EXTENSION)?;
        }
        Ok((MultiProof { nodes }, walk.into_found()))
    }
}

impl MultiProof {
    /// What is under each of `keys` in the trie with this root, in their order, read strictly.
    ///
    /// Takes a hash for each node, a step for each node on the way of each key, and room for the nodes
    /// and keys.
    ///
    /// # Errors
    /// When the proof is not the one that [`Trie::prove_keys`] gives for this root and these keys.
    pub fn verify<K: AsRef<[u8]>>(
        &self,
        root: CryptoHash,
        keys: &[K],
    ) -> Result<Vec<Option<ValueRef>>, InvalidProof> {
        let mut walk = Walk::new((root != EMPTY_ROOT).then_some(root), keys);
        let mut met: BTreeMap<CryptoHash, (usize, EncodedNode<'_>)> = BTreeMap::new();
        let mut nodes = self.nodes.iter().enumerate();
        while let Some(visit) = walk.next_visit() {
            let hash = visit.node;
            let (index, node) = match met.entry(hash) {
                Entry::Occupied(known) => known.into_mut(),
                // A way on which no node was met before goes on with the next one of the proof.
                Entry::Vacant(place) => {
                    let (index, bytes) = nodes.next().ok_or(InvalidProof::Missing { hash })?;
                    place.insert((index, node_of(index, bytes, hash)?))
                }
            };
            walk.go_on(visit, node, |child| CryptoHash(*child.hash))
                .map_err(|Endless| InvalidProof::Endless { index: *index })?;
        }
        match nodes.next() {
            None => Ok(walk.into_found()),
            Some((index, _)) => Err(InvalidProof::Unused { index }),
        }
    }

    /// The proof as the protocol reads it.
    pub fn to_partial_state(&self) -> PartialState {
        PartialState::new(self.nodes.iter().cloned())
    }

    /// Length of all nodes together, in bytes.
    pub fn size(&self) -> u64 {
        self.nodes.iter().map(|bytes| bytes.len() as u64).sum()
    }
}
