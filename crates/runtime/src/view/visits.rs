//! Nodes of a trie in the order in which they are read.

use std::cell::RefCell;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::node::ValueRef;
use torr_store::source::{NodeSource, ReadNode, TrieError};

/// A source that lists the nodes that are read, values not, each time that one is.
#[derive(Debug)]
pub(super) struct Visits<S> {
    source: S,
    nodes: RefCell<Vec<Arc<[u8]>>>,
}

impl<S> Visits<S> {
    pub(super) fn new(source: S) -> Visits<S> {
        Visits { source, nodes: RefCell::default() }
    }

    /// The nodes, as they are encoded.
    pub(super) fn into_nodes(self) -> Vec<Arc<[u8]>> {
        self.nodes.into_inner()
    }
}

impl<S: NodeSource> NodeSource for Visits<S> {
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

    fn read(&self, node: &S::Ref) -> Result<S::Node, TrieError> {
        let node = self.source.read(node)?;
        self.nodes.borrow_mut().push(node.to_bytes());
        Ok(node)
    }

    fn value(&self, node: &S::Node, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        self.source.value(node, value)
    }
}
