//! Where a trie's nodes are read from, whatever names them there.
//!
//! Reading, updating and proving are written once, over [`NodeSource`]. A source in a database names
//! nodes by their hashes, one in memory by places in its own structure.

use crate::database::DatabaseError;
use crate::node::{InvalidNode, Node, ValueRef, Way};
use std::fmt::Debug;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Why a trie cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TrieError {
    /// A node or value is not there: in a proof, it is not part of it; in a database, it is damaged.
    #[error("the trie's node or value {hash} is not there")]
    Missing {
        /// Its hash.
        hash: CryptoHash,
    },
    /// What stands under a hash is not what it was computed from.
    #[error("what is stored as the trie's node or value {hash} has the hash {found}")]
    OtherHash {
        /// The hash under which it stands.
        hash: CryptoHash,
        /// Its own hash.
        found: CryptoHash,
    },
    /// What stands under a hash is no node.
    #[error("what is stored as the trie's node {hash} is no node: {reason}")]
    InvalidNode {
        /// The hash.
        hash: CryptoHash,
        /// What is wrong.
        reason: InvalidNode,
    },
    /// Nodes are whole, but do not form a trie.
    #[error("the trie's nodes do not form a trie: {what}")]
    Inconsistent {
        /// What does not fit.
        what: &'static str,
    },
    /// The database failed.
    #[error(transparent)]
    Database(Box<DatabaseError>),
    /// A value is too long for a node to say so.
    #[error("a value of {length} bytes is too long, 4294967295 are the most")]
    ValueTooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Where nodes and values are read from.
pub trait NodeSource {
    /// What a node is known by.
    type Ref: Clone + Debug;
    /// What a value is known by.
    type Value: Clone + Debug;

    /// Tells versions apart of a source that changes: what was known by a `Ref` in one may be gone in
    /// another.
    fn version(&self) -> u64 {
        0
    }

    /// The hash of a node.
    fn hash(&self, node: &Self::Ref) -> CryptoHash;

    /// A node, and the memory that is counted from it down, in bytes. What leads to its children goes
    /// through `child`, for who wants it in another form.
    ///
    /// # Errors
    /// When it is not there or is no node.
    fn node<C>(
        &self,
        node: &Self::Ref,
        child: impl Fn(Self::Ref) -> C,
    ) -> Result<(Node<C, Self::Value>, u64), TrieError>;

    /// Where a key goes on from a node, of which `rest` is left, as nibbles.
    ///
    /// # Errors
    /// As [`NodeSource::node`].
    fn way(&self, node: &Self::Ref, rest: &[u8]) -> Result<Way<Self::Ref, Self::Value>, TrieError> {
        Ok(self.node(node, |child| child)?.0.way(rest))
    }

    /// What a node says of a value.
    fn value_ref(&self, value: &Self::Value) -> ValueRef;

    /// The bytes of a value.
    ///
    /// # Errors
    /// When it is not there.
    fn value(&self, value: &Self::Value) -> Result<Arc<[u8]>, TrieError>;
}

impl<S: NodeSource> NodeSource for &S {
    type Ref = S::Ref;
    type Value = S::Value;

    fn version(&self) -> u64 {
        (**self).version()
    }

    fn hash(&self, node: &S::Ref) -> CryptoHash {
        (**self).hash(node)
    }

    fn node<C>(
        &self,
        node: &S::Ref,
        child: impl Fn(S::Ref) -> C,
    ) -> Result<(Node<C, S::Value>, u64), TrieError> {
        (**self).node(node, child)
    }

    fn way(&self, node: &S::Ref, rest: &[u8]) -> Result<Way<S::Ref, S::Value>, TrieError> {
        (**self).way(node, rest)
    }

    fn value_ref(&self, value: &S::Value) -> ValueRef {
        (**self).value_ref(value)
    }

    fn value(&self, value: &S::Value) -> Result<Arc<[u8]>, TrieError> {
        (**self).value(value)
    }
}

/// Where nodes and values stand under their hashes, as bytes.
pub trait HashedBytes {
    /// The bytes under a hash.
    ///
    /// # Errors
    /// When nothing stands there, or it cannot be read.
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError>;
}

impl<B: HashedBytes> HashedBytes for &B {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        (**self).bytes(hash)
    }
}

/// Nodes and values of which each is hashed when it is read, for who does not believe where they are kept.
#[derive(Clone, Debug)]
pub struct VerifiedBytes<B>(pub B);

impl<B: HashedBytes> HashedBytes for VerifiedBytes<B> {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.0.bytes(hash)?;
        let found = CryptoHash::of(&bytes);
        if found == *hash { Ok(bytes) } else { Err(TrieError::OtherHash { hash: *hash, found }) }
    }
}

/// Nodes that are named by their hashes.
#[derive(Clone, Debug)]
pub struct HashedNodes<B>(pub B);

impl<B: HashedBytes> NodeSource for HashedNodes<B> {
    type Ref = CryptoHash;
    type Value = ValueRef;

    fn hash(&self, node: &CryptoHash) -> CryptoHash {
        *node
    }

    fn node<C>(
        &self,
        node: &CryptoHash,
        child: impl Fn(CryptoHash) -> C,
    ) -> Result<(Node<C>, u64), TrieError> {
        Node::decode_by(&self.0.bytes(node)?, child)
            .map_err(|reason| TrieError::InvalidNode { hash: *node, reason })
    }

    fn value_ref(&self, value: &ValueRef) -> ValueRef {
        *value
    }

    fn value(&self, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.0.bytes(&value.hash)?;
        if bytes.len() as u64 == u64::from(value.length) {
            Ok(bytes)
        } else {
            Err(TrieError::Inconsistent { what: "a value is not as long as its node says" })
        }
    }
}
