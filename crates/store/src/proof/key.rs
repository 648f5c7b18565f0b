//! Proofs of single keys: the nodes from the root to where the key ends or parts, each once, and nothing
//! else.

use super::{InvalidProof, node_of};
use crate::nibbles::KeyPath;
use crate::node::{ValueRef, Way};
use crate::partial_state::PartialState;
use crate::source::{NodeSource, ReadNode, TrieError};
use crate::trie::{EMPTY_EXTENSION, EMPTY_ROOT, Trie};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// What proves that a key has a certain value under a root, or none: the nodes from the root down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProof {
    /// The nodes, from the root down. None for an empty trie.
    pub nodes: Vec<Arc<[u8]>>,
}

impl<S: NodeSource> Trie<S> {
    /// The proof of what is under a key. Reads the nodes on the way, but not the value.
    ///
    /// # Errors
    /// When a node on the way cannot be read.
    pub fn prove(&self, key: &[u8]) -> Result<KeyProof, TrieError> {
        let mut nodes = Vec::new();
        let mut rest = KeyPath::new(key);
        let mut at = self.root_node().cloned();
        while let Some(reference) = at.take() {
            let node = self.source().read(&reference)?;
            match node.encoded()?.way(rest) {
                Way::Ended(_) => {}
                Way::Below { child, consumed } => {
                    rest = rest.after(consumed);
                    at = Some(node.child(child));
                }
                Way::Endless => return Err(EMPTY_EXTENSION),
            }
            nodes.push(node.to_bytes());
        }
        Ok(KeyProof { nodes })
    }
}

impl KeyProof {
    /// What is under `key` in the trie with this root, read strictly. Takes a hash for each node of the
    /// proof, and no room that grows with it.
    ///
    /// # Errors
    /// When the proof is not the one that [`Trie::prove`] gives for this root and key.
    pub fn verify(&self, root: CryptoHash, key: &[u8]) -> Result<Option<ValueRef>, InvalidProof> {
        let mut rest = KeyPath::new(key);
        let mut expected = Some(root).filter(|root| *root != EMPTY_ROOT);
        let mut value = None;
        let mut nodes = self.nodes.iter().enumerate();
        while let Some(hash) = expected.take() {
            let (index, bytes) = nodes.next().ok_or(InvalidProof::Missing { hash })?;
            match node_of(index, bytes, hash)?.way(rest) {
                Way::Ended(here) => value = here,
                Way::Below { child, consumed } => {
                    rest = rest.after(consumed);
                    expected = Some(CryptoHash(*child.hash));
                }
                Way::Endless => return Err(InvalidProof::Endless { index }),
            }
        }
        match nodes.next() {
            None => Ok(value),
            Some((index, _)) => Err(InvalidProof::Unused { index }),
        }
    }

    /// The proof as the protocol reads it.
    pub fn to_partial_state(&self) -> PartialState {
        PartialState::new(self.nodes.iter().cloned())
    }
}
