//! Nodes of the trie and their encoding, whose hash is a node's name.
//!
//! A node is borsh: a byte that says which kind, its parts, and the memory that the whole trie below it
//! is counted to take (protocol specification, "Data structures: trie"). That memory is a formula of
//! the protocol, not what a machine needs.
//!
//! **Invariant:** a node has one encoding. Bytes that are not what encoding would give are refused.

mod encoded;

pub(crate) use encoded::position_of;
pub use encoded::{EncodedChild, EncodedChildren, EncodedKind, EncodedNode};

use crate::nibbles::{Nibbles, PathEnd, pack, packed_len};
use borsh::{BorshDeserialize, BorshSerialize};
use torr_crypto::hash::CryptoHash;

/// Children of a branch, one for each nibble.
pub const CHILDREN: usize = 16;

/// Counted for a node, and once more for a value, in bytes.
const NODE_COST: u64 = 50;
/// Counted for a byte of a packed path, in bytes.
const PATH_BYTE_COST: u64 = 2;

/// Tags of the encoding.
const LEAF: u8 = 0;
const BRANCH: u8 = 1;
const BRANCH_WITH_VALUE: u8 = 2;
const EXTENSION: u8 = 3;

/// What a node says of a value, which is stored under its own hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct ValueRef {
    /// Length in bytes.
    pub length: u32,
    /// Hash of the bytes.
    pub hash: CryptoHash,
}

impl ValueRef {
    /// Length of its encoding, in bytes.
    pub(crate) const LENGTH: usize = 4 + CryptoHash::LENGTH;

    /// Reads an encoding.
    fn from_bytes(bytes: &[u8; ValueRef::LENGTH]) -> ValueRef {
        let ([a, b, c, d, ..], hash) = (bytes, bytes.last_chunk::<{ CryptoHash::LENGTH }>());
        let hash = CryptoHash(hash.copied().unwrap_or_default());
        ValueRef { length: u32::from_le_bytes([*a, *b, *c, *d]), hash }
    }

    /// What a node would say of a value; `None` if it is too long for that.
    pub fn of(value: &[u8]) -> Option<ValueRef> {
        let length = u32::try_from(value.len()).ok()?;
        Some(ValueRef { length, hash: CryptoHash::of(value) })
    }
}

/// A node, with its children as `R` has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<R = CryptoHash> {
    /// The end of a key.
    Leaf {
        /// The rest of the key.
        path: Nibbles,
        /// Its value.
        value: ValueRef,
    },
    /// Where keys part.
    Branch {
        /// The nodes below, by the next nibble.
        children: Box<[Option<R>; CHILDREN]>,
        /// The value of the key that ends here.
        value: Option<ValueRef>,
    },
    /// What all keys below have in common.
    Extension {
        /// The nibbles; at least one in a trie that updates made.
        path: Nibbles,
        /// The node below, a branch in a trie that updates made.
        child: R,
    },
}

/// Why bytes are no node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNode {
    /// They are too few.
    #[error("it ends too early")]
    TooShort,
    /// Something follows the node.
    #[error("bytes follow it")]
    TooLong,
    /// No kind of node begins so.
    #[error("there is no kind of node {tag}")]
    UnknownKind {
        /// The first byte.
        tag: u8,
    },
    /// The path is not packed as a path of such a node.
    #[error("its path is not packed as it should be")]
    MalformedPath,
}

impl<R> Node<R> {
    /// The nodes below with the nibble that leads there, if one does, in order.
    pub fn children(&self) -> impl Iterator<Item = (Option<u8>, &R)> {
        let (branch, below) = match self {
            Node::Leaf { .. } => (None, None),
            Node::Branch { children, .. } => (Some(children), None),
            Node::Extension { child, .. } => (None, Some((None, child))),
        };
        let branch = branch.into_iter().flat_map(|children| (0..).zip(children.iter()));
        let branch = branch.filter_map(|(nibble, child)| Some((Some(nibble), child.as_ref()?)));
        branch.chain(below)
    }

    /// The value that stands here.
    pub fn value(&self) -> Option<&ValueRef> {
        match self {
            Node::Leaf { value, .. } => Some(value),
            Node::Branch { value, .. } => value.as_ref(),
            Node::Extension { .. } => None,
        }
    }

    /// A node as it is encoded, where `child` says what leads to a child.
    pub(crate) fn of_encoded<'b>(
        encoded: &EncodedNode<'b>,
        child: impl Fn(EncodedChild<'b>) -> R,
    ) -> Node<R> {
        let value = encoded.value();
        match encoded.kind() {
            EncodedKind::Leaf(path) => {
                // A leaf has a value: none is read without.
                let value = value.unwrap_or(ValueRef { length: 0, hash: CryptoHash([0; 32]) });
                Node::Leaf { path: path.nibbles().collect(), value }
            }
            EncodedKind::Branch(there) => {
                let mut children = Box::new([const { None }; CHILDREN]);
                for (nibble, below) in there.iter() {
                    if let Some(place) = children.get_mut(usize::from(nibble)) {
                        *place = Some(child(below));
                    }
                }
                Node::Branch { children, value }
            }
            EncodedKind::Extension(path, hash) => {
                let child = child(EncodedChild { position: 0, hash });
                Node::Extension { path: path.nibbles().collect(), child }
            }
        }
    }
}

/// Where a key goes on from a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way<R, V> {
    /// Nowhere: it ends at the node, with this value, or is not in the trie.
    Ended(Option<V>),
    /// Below.
    Below {
        /// The next node.
        child: R,
        /// Nibbles of the key that lead there.
        consumed: usize,
    },
    /// There, but without taking a nibble, which no trie that updates made has.
    Endless,
}

impl<R, V> Way<R, V> {
    /// Along an extension of so many nibbles, if the key goes along it.
    pub(crate) fn along(len: usize, child: R, goes_along: impl FnOnce() -> bool) -> Way<R, V> {
        match len {
            0 => Way::Endless,
            consumed if goes_along() => Way::Below { child, consumed },
            _ => Way::Ended(None),
        }
    }
}

impl Node {
    /// The encoding of the node, where the trie from it down is counted `memory_usage` bytes.
    pub fn encode(&self, memory_usage: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Node::Leaf { path, value } => put_leaf(path.as_slice(), value, &mut bytes),
            Node::Branch { children, value } => {
                let bit = |mask, child: &Option<_>| mask << 1 | u16::from(child.is_some());
                let mask = children.iter().rev().fold(0_u16, bit);
                put_branch(mask, value.as_ref(), &mut bytes);
                for child in children.iter().flatten() {
                    bytes.extend_from_slice(child.as_bytes());
                }
            }
            Node::Extension { path, child } => {
                put_extension(path.as_slice(), child.as_bytes(), &mut bytes);
            }
        }
        put_memory_usage(memory_usage, &mut bytes);
        bytes
    }

    /// Reads a node and the memory that is counted from it down, in bytes.
    ///
    /// # Errors
    /// When the bytes are not what [`Node::encode`] gives for some node.
    pub fn decode(bytes: &[u8]) -> Result<(Node, u64), InvalidNode> {
        let encoded = EncodedNode::parse(bytes)?;
        let node = Node::of_encoded(&encoded, |child| CryptoHash(*child.hash));
        Ok((node, encoded.memory_usage()))
    }
}

/// Writes a leaf, up to its memory.
pub(crate) fn put_leaf(path: &[u8], value: &ValueRef, bytes: &mut Vec<u8>) {
    bytes.push(LEAF);
    put_path(path, PathEnd::Leaf, bytes);
    put_value(value, bytes);
}

/// Writes what comes before the children's hashes of a branch, which has those of the mask.
pub(crate) fn put_branch(mask: u16, value: Option<&ValueRef>, bytes: &mut Vec<u8>) {
    bytes.push(if value.is_some() { BRANCH_WITH_VALUE } else { BRANCH });
    if let Some(value) = value {
        put_value(value, bytes);
    }
    bytes.extend_from_slice(&mask.to_le_bytes());
}

/// Writes an extension, up to its memory.
pub(crate) fn put_extension(path: &[u8], child: &[u8; CryptoHash::LENGTH], bytes: &mut Vec<u8>) {
    bytes.push(EXTENSION);
    put_path(path, PathEnd::Extension, bytes);
    bytes.extend_from_slice(child);
}

/// Writes the end of a node: the memory counted from it down, in bytes.
pub(crate) fn put_memory_usage(memory_usage: u64, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&memory_usage.to_le_bytes());
}

fn put_path(path: &[u8], end: PathEnd, bytes: &mut Vec<u8>) {
    let len = packed_len(path.len());
    // A key is in memory, and its length in the protocol's limits far below.
    bytes.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
    pack(path, end, bytes);
}

fn put_value(value: &ValueRef, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&value.length.to_le_bytes());
    bytes.extend_from_slice(value.hash.as_bytes());
}

/// Memory counted for a path of so many nibbles, in bytes.
pub(crate) fn path_memory_usage(nibbles: usize) -> u64 {
    (packed_len(nibbles) as u64).saturating_mul(PATH_BYTE_COST)
}

/// Memory counted for a node alone, in bytes, where that of its path and the length of its value are
/// these.
pub(crate) fn own_memory_usage_of(path: u64, value: Option<u32>) -> u64 {
    let value = value.map_or(0, |length| u64::from(length) + NODE_COST);
    path.saturating_add(value).saturating_add(NODE_COST)
}

#[cfg(test)]
mod tests {
    use super::{InvalidNode, Node};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            tag in 0..5_u8,
            len in 0..4_u8,
            rest in prop::collection::vec(any::<u8>(), 0..160),
        ) {
            let bytes = [&[tag, len, 0, 0, 0][..], &rest].concat();
            for end in 0..bytes.len() {
                if let Ok((node, usage)) = Node::decode(&bytes[..end]) {
                    prop_assert_eq!(node.encode(usage), &bytes[..end]);
                }
            }
        }
    }

    #[test]
    fn each_kind_of_damage_is_named() {
        let leaf = [&[0, 1, 0, 0, 0, 0x20][..], &[7; 44]].concat();
        assert!(Node::decode(&leaf).is_ok());
        for (bytes, expected) in [
            (leaf[..49].to_vec(), InvalidNode::TooShort),
            ([&leaf[..], &[0]].concat(), InvalidNode::TooLong),
            ([&[9], &leaf[1..]].concat(), InvalidNode::UnknownKind { tag: 9 }),
            ([&[0, 1, 0, 0, 0, 0x00], &leaf[6..]].concat(), InvalidNode::MalformedPath),
            ([&[0, 255, 255, 255, 255], &leaf[5..]].concat(), InvalidNode::TooShort),
        ] {
            assert_eq!(Node::decode(&bytes), Err(expected));
        }
    }
}
