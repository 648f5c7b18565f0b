//! Nodes of the trie and their encoding, whose hash is a node's name.
//!
//! A node is borsh: a byte that says which kind, its parts, and the memory that the whole trie below it
//! is counted to take (protocol specification, "Data structures: trie"). That memory is a formula of
//! the protocol, not what a machine needs.
//!
//! **Invariant:** a node has one encoding. Bytes that are not what encoding would give are refused.

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
    /// What a node would say of a value; `None` if it is too long for that.
    pub fn of(value: &[u8]) -> Option<ValueRef> {
        let length = u32::try_from(value.len()).ok()?;
        Some(ValueRef { length, hash: CryptoHash::of(value) })
    }
}

/// A node, with its children as `R` has them and values as `V`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<R = CryptoHash, V = ValueRef> {
    /// The end of a key.
    Leaf {
        /// The rest of the key.
        path: Nibbles,
        /// Its value.
        value: V,
    },
    /// Where keys part.
    Branch {
        /// The nodes below, by the next nibble.
        children: Box<[Option<R>; CHILDREN]>,
        /// The value of the key that ends here.
        value: Option<V>,
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

impl<R, V> Node<R, V> {
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
    pub fn value(&self) -> Option<&V> {
        match self {
            Node::Leaf { value, .. } => Some(value),
            Node::Branch { value, .. } => value.as_ref(),
            Node::Extension { .. } => None,
        }
    }

    /// The same node with its value in another form.
    pub(crate) fn map_value<W>(self, map: impl FnOnce(V) -> W) -> Node<R, W> {
        match self {
            Node::Leaf { path, value } => Node::Leaf { path, value: map(value) },
            Node::Branch { children, value } => Node::Branch { children, value: value.map(map) },
            Node::Extension { path, child } => Node::Extension { path, child },
        }
    }

    /// What leads to the nodes below, to be changed.
    pub(crate) fn children_mut(&mut self) -> impl Iterator<Item = &mut R> {
        let (branch, below) = match self {
            Node::Leaf { .. } => (None, None),
            Node::Branch { children, .. } => (Some(children.iter_mut().flatten()), None),
            Node::Extension { child, .. } => (None, Some(child)),
        };
        branch.into_iter().flatten().chain(below)
    }

    /// Where a key goes on from here, of which this is left.
    pub(crate) fn way(self, rest: &[u8]) -> Way<R, V> {
        match self {
            Node::Leaf { path, value } => Way::Ended((path.as_slice() == rest).then_some(value)),
            Node::Branch { mut children, value } => match rest.split_first() {
                None => Way::Ended(value),
                Some((&nibble, _)) => {
                    let child = children.get_mut(usize::from(nibble)).and_then(Option::take);
                    child.map_or(Way::Ended(None), |child| Way::Below { child, consumed: 1 })
                }
            },
            Node::Extension { path, child } => {
                Way::along(path.as_slice().len(), child, || rest.starts_with(path.as_slice()))
            }
        }
    }

    /// Memory counted for the node alone, in bytes, where `length` gives that of a value.
    pub(crate) fn own_memory_usage(&self, length: impl Fn(&V) -> u64) -> u64 {
        let path = |path: &Nibbles| packed_len(path.as_slice().len()) as u64 * PATH_BYTE_COST;
        let value = |value: &V| length(value).saturating_add(NODE_COST);
        let parts = match self {
            Node::Leaf { path: rest, value: v } => path(rest).saturating_add(value(v)),
            Node::Branch { value: v, .. } => v.as_ref().map_or(0, value),
            Node::Extension { path: common, .. } => path(common),
        };
        parts.saturating_add(NODE_COST)
    }

    /// The encoding of the node, where `child` and `value` tell what it says of children and values.
    pub(crate) fn encode_by(
        &self,
        memory_usage: u64,
        child: impl Fn(&R) -> CryptoHash,
        value: impl Fn(&V) -> ValueRef,
    ) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        match self {
            Node::Leaf { path, value: leaf } => {
                bytes.push(LEAF);
                put_path(path, PathEnd::Leaf, &mut bytes);
                put_value(&value(leaf), &mut bytes);
            }
            Node::Branch { children, value: here } => {
                bytes.push(if here.is_some() { BRANCH_WITH_VALUE } else { BRANCH });
                if let Some(here) = here {
                    put_value(&value(here), &mut bytes);
                }
                let bit = |mask, child: &Option<R>| mask << 1 | u16::from(child.is_some());
                bytes.extend_from_slice(&children.iter().rev().fold(0_u16, bit).to_le_bytes());
                for below in children.iter().flatten() {
                    bytes.extend_from_slice(child(below).as_bytes());
                }
            }
            Node::Extension { path, child: below } => {
                bytes.push(EXTENSION);
                put_path(path, PathEnd::Extension, &mut bytes);
                bytes.extend_from_slice(child(below).as_bytes());
            }
        }
        bytes.extend_from_slice(&memory_usage.to_le_bytes());
        bytes
    }

    /// Room for the longest node with such a path and so many children.
    fn encoded_len(&self) -> usize {
        match self {
            Node::Leaf { path, .. } | Node::Extension { path, .. } => {
                64 + packed_len(path.as_slice().len())
            }
            Node::Branch { children, .. } => {
                64 + children.iter().flatten().count() * CryptoHash::LENGTH
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
        self.encode_by(memory_usage, |child| *child, |value| *value)
    }

    /// Reads a node and the memory that is counted from it down, in bytes.
    ///
    /// # Errors
    /// When the bytes are not what [`Node::encode`] gives for some node.
    pub fn decode(bytes: &[u8]) -> Result<(Node, u64), InvalidNode> {
        Node::decode_by(bytes, |child| child)
    }
}

impl<R> Node<R> {
    /// [`Node::decode`], where `child` makes of the hash of a child what leads there.
    pub(crate) fn decode_by(
        bytes: &[u8],
        child: impl Fn(CryptoHash) -> R,
    ) -> Result<(Node<R>, u64), InvalidNode> {
        let mut rest = Rest(bytes);
        let [tag] = rest.take()?;
        let node = match tag {
            LEAF => Node::Leaf { path: rest.path(PathEnd::Leaf)?, value: rest.value()? },
            BRANCH => Node::Branch { children: rest.children(child)?, value: None },
            BRANCH_WITH_VALUE => {
                let value = Some(rest.value()?);
                Node::Branch { children: rest.children(child)?, value }
            }
            EXTENSION => {
                let path = rest.path(PathEnd::Extension)?;
                Node::Extension { path, child: child(CryptoHash(rest.take()?)) }
            }
            tag => return Err(InvalidNode::UnknownKind { tag }),
        };
        let memory_usage = u64::from_le_bytes(rest.take()?);
        if rest.0.is_empty() { Ok((node, memory_usage)) } else { Err(InvalidNode::TooLong) }
    }
}

fn put_path(path: &Nibbles, end: PathEnd, bytes: &mut Vec<u8>) {
    let len = packed_len(path.as_slice().len());
    // A key is in memory, and its length in the protocol's limits far below.
    bytes.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
    pack(path.as_slice(), end, bytes);
}

fn put_value(value: &ValueRef, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&value.length.to_le_bytes());
    bytes.extend_from_slice(value.hash.as_bytes());
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], InvalidNode> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(InvalidNode::TooShort)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn slice(&mut self, len: usize) -> Result<&'a [u8], InvalidNode> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(InvalidNode::TooShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn path(&mut self, expected: PathEnd) -> Result<Nibbles, InvalidNode> {
        let len = u32::from_le_bytes(self.take()?);
        let packed = self.slice(usize::try_from(len).map_err(|_| InvalidNode::TooShort)?)?;
        match Nibbles::unpack(packed) {
            Some((path, end)) if end == expected => Ok(path),
            _ => Err(InvalidNode::MalformedPath),
        }
    }

    fn value(&mut self) -> Result<ValueRef, InvalidNode> {
        let length = u32::from_le_bytes(self.take()?);
        Ok(ValueRef { length, hash: CryptoHash(self.take()?) })
    }

    fn children<R>(
        &mut self,
        child: impl Fn(CryptoHash) -> R,
    ) -> Result<Box<[Option<R>; CHILDREN]>, InvalidNode> {
        let mask = u16::from_le_bytes(self.take()?);
        let mut children = Box::new([const { None }; CHILDREN]);
        for (nibble, place) in children.iter_mut().enumerate() {
            if mask >> nibble & 1 == 1 {
                *place = Some(child(CryptoHash(self.take()?)));
            }
        }
        Ok(children)
    }
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
