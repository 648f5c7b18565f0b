//! Where a trie's nodes are read from, whatever names them there.
//!
//! Reading, updating and proving are written once, over [`NodeSource`]. A source in a database names
//! nodes by their hashes, one in memory by places in its own structure.

use crate::database::DatabaseError;
use crate::nibbles::KeyPath;
use crate::node::{EncodedChild, EncodedNode, InvalidNode, Node, ValueRef, Way};
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
    /// What leads to a node.
    type Ref: Clone + Debug;
    /// What a structure that keeps nodes knows them by; nothing, where they are known by hashes.
    type Place: Copy + Debug;
    /// A node that was read.
    type Node: ReadNode<Ref = Self::Ref, Place = Self::Place>;

    /// Tells versions apart of a source that changes: what was known by a `Ref` in one may be gone in
    /// another.
    fn version(&self) -> u64 {
        0
    }

    /// The hash of a node.
    fn hash(&self, node: &Self::Ref) -> CryptoHash;

    /// What a node is known by.
    fn place(&self, node: &Self::Ref) -> Self::Place;

    /// Reads a node.
    ///
    /// # Errors
    /// When it is not there or is no node.
    fn read(&self, node: &Self::Ref) -> Result<Self::Node, TrieError>;

    /// The bytes of the value that stands at a node, which says this of it.
    ///
    /// # Errors
    /// When it is not there.
    fn value(&self, node: &Self::Node, value: &ValueRef) -> Result<Arc<[u8]>, TrieError>;

    /// Says that a node will be read soon, where it helps to know: nodes that are told one after the other
    /// are then waited for together.
    fn approach(&self, _: &Self::Ref) {}

    /// Where a key goes on from a node, of which `rest` is left: to another node, or to the value that
    /// stands at this one.
    ///
    /// # Errors
    /// As [`NodeSource::read`].
    fn way(&self, node: &Self::Ref, rest: KeyPath<'_>) -> Result<WayFrom<Self>, TrieError> {
        let read = self.read(node)?;
        Ok(match read.encoded()?.way(rest) {
            Way::Ended(None) => Way::Ended(None),
            Way::Ended(Some(value)) => Way::Ended(Some((read, value))),
            Way::Below { child, consumed } => Way::Below { child: read.child(child), consumed },
            Way::Endless => Way::Endless,
        })
    }

    /// A node taken apart, and the memory that is counted from it down, in bytes. What leads to its
    /// children goes through `child`, for who wants it in another form.
    ///
    /// # Errors
    /// As [`NodeSource::read`].
    fn node<C>(
        &self,
        node: &Self::Ref,
        child: impl Fn(Self::Ref) -> C,
    ) -> Result<(Node<C>, u64), TrieError> {
        let read = self.read(node)?;
        let encoded = read.encoded()?;
        let node = Node::of_encoded(&encoded, |below| child(read.child(below)));
        Ok((node, encoded.memory_usage()))
    }
}

/// A source that several threads read.
pub trait SharedNodeSource: NodeSource<Ref: Send + Sync, Node: Sync, Place: Send> + Sync {
    /// The same source, as one of the threads has it for itself.
    type Apart<'s>: NodeSource<Ref = Self::Ref, Node = Self::Node, Place = Self::Place> + Send
    where
        Self: 's;

    /// The same source, for one of several threads.
    fn apart(&self) -> Self::Apart<'_>;

    /// Takes back what threads had, with what it has noted of their reading.
    fn rejoin<'s>(&'s self, parts: Vec<Self::Apart<'s>>);
}

/// Where a key goes on from a node of a source: to another node, or to a value, with the node where it
/// stands.
pub type WayFrom<S> = Way<<S as NodeSource>::Ref, (<S as NodeSource>::Node, ValueRef)>;

/// A node that was read, held where it lies.
pub trait ReadNode: Clone + Debug {
    /// What leads to a node.
    type Ref;
    /// What a structure that keeps nodes knows them by.
    type Place;

    /// Its encoding.
    fn bytes(&self) -> &[u8];

    /// Its encoding, to keep.
    fn to_bytes(&self) -> Arc<[u8]> {
        self.bytes().into()
    }

    /// What leads to one of its children.
    fn child(&self, child: EncodedChild<'_>) -> Self::Ref;

    /// What it is known by.
    fn place(&self) -> Self::Place;

    /// What one of its children is known by, which has this place among those that are there.
    fn child_place(&self, position: usize) -> Self::Place;

    /// What it consists of.
    ///
    /// # Errors
    /// None: it was read before, and is whole.
    fn encoded(&self) -> Result<EncodedNode<'_>, TrieError> {
        let what = "a node is not what it was when it was read";
        EncodedNode::parse(self.bytes()).map_err(|_| TrieError::Inconsistent { what })
    }
}

impl<S: NodeSource> NodeSource for &S {
    type Ref = S::Ref;
    type Place = S::Place;
    type Node = S::Node;

    fn version(&self) -> u64 {
        (**self).version()
    }

    fn hash(&self, node: &S::Ref) -> CryptoHash {
        (**self).hash(node)
    }

    fn place(&self, node: &S::Ref) -> S::Place {
        (**self).place(node)
    }

    fn read(&self, node: &S::Ref) -> Result<S::Node, TrieError> {
        (**self).read(node)
    }

    fn value(&self, node: &S::Node, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        (**self).value(node, value)
    }

    fn approach(&self, node: &S::Ref) {
        (**self).approach(node);
    }

    fn way(&self, node: &S::Ref, rest: KeyPath<'_>) -> Result<WayFrom<S>, TrieError> {
        (**self).way(node, rest)
    }
}

impl<S: SharedNodeSource> SharedNodeSource for &S {
    type Apart<'s>
        = S::Apart<'s>
    where
        Self: 's;

    fn apart(&self) -> S::Apart<'_> {
        (**self).apart()
    }

    fn rejoin<'s>(&'s self, parts: Vec<S::Apart<'s>>) {
        (**self).rejoin(parts);
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

impl<B: HashedBytes> HashedNodes<B> {
    /// The bytes of a value of which a node says this.
    ///
    /// # Errors
    /// When it is not there.
    pub fn value_of(&self, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.0.bytes(&value.hash)?;
        if bytes.len() as u64 == u64::from(value.length) {
            Ok(bytes)
        } else {
            Err(TrieError::Inconsistent { what: "a value is not as long as its node says" })
        }
    }
}

/// A node that is named by its hash.
#[derive(Clone, Debug)]
pub struct HashedNode(Arc<[u8]>);

impl<B: HashedBytes> NodeSource for HashedNodes<B> {
    type Ref = CryptoHash;
    type Place = ();
    type Node = HashedNode;

    fn hash(&self, node: &CryptoHash) -> CryptoHash {
        *node
    }

    fn place(&self, _: &CryptoHash) {}

    fn read(&self, node: &CryptoHash) -> Result<HashedNode, TrieError> {
        let bytes = self.0.bytes(node)?;
        match EncodedNode::parse(&bytes) {
            Ok(_) => Ok(HashedNode(bytes)),
            Err(reason) => Err(TrieError::InvalidNode { hash: *node, reason }),
        }
    }

    fn value(&self, _: &HashedNode, value: &ValueRef) -> Result<Arc<[u8]>, TrieError> {
        self.value_of(value)
    }
}

impl<B: HashedBytes + Sync> SharedNodeSource for HashedNodes<B> {
    type Apart<'s>
        = &'s HashedNodes<B>
    where
        Self: 's;

    fn apart(&self) -> &HashedNodes<B> {
        self
    }

    fn rejoin<'s>(&'s self, _: Vec<&'s HashedNodes<B>>) {}
}

impl ReadNode for HashedNode {
    type Ref = CryptoHash;
    type Place = ();

    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn to_bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.0)
    }

    fn child(&self, child: EncodedChild<'_>) -> CryptoHash {
        CryptoHash(*child.hash)
    }

    fn place(&self) {}

    fn child_place(&self, _: usize) {}
}
