//! Reading a node where its encoding lies, without taking it apart.

use super::{BRANCH, BRANCH_WITH_VALUE, CHILDREN, EXTENSION, InvalidNode, LEAF, ValueRef, Way};
use super::{own_memory_usage_of, path_memory_usage};
use crate::nibbles::{KeyPath, PackedPath, PathEnd};
use torr_crypto::hash::CryptoHash;

/// A node in its encoding, which is whole.
#[derive(Clone, Copy, Debug)]
pub struct EncodedNode<'b> {
    kind: EncodedKind<'b>,
    value: Option<&'b [u8; ValueRef::LENGTH]>,
    memory_usage: &'b [u8; 8],
}

/// What an encoded node is.
#[derive(Clone, Copy, Debug)]
pub enum EncodedKind<'b> {
    /// The end of a key, with the rest of it.
    Leaf(PackedPath<'b>),
    /// Where keys part.
    Branch(EncodedChildren<'b>),
    /// What all keys below have in common, and the hash of the node below.
    Extension(PackedPath<'b>, &'b [u8; CryptoHash::LENGTH]),
}

/// The children of an encoded branch.
#[derive(Clone, Copy, Debug)]
pub struct EncodedChildren<'b> {
    /// A bit for each nibble to which a child belongs.
    mask: u16,
    /// The hashes of those that are there, by nibbles.
    hashes: &'b [[u8; CryptoHash::LENGTH]],
}

impl<'b> EncodedNode<'b> {
    /// Reads what a node consists of.
    ///
    /// # Errors
    /// When the bytes are not what [`Node::encode`](super::Node::encode) gives for some node.
    pub fn parse(bytes: &'b [u8]) -> Result<EncodedNode<'b>, InvalidNode> {
        let mut rest = Rest(bytes);
        let [tag] = *rest.take()?;
        let (kind, value) = match tag {
            LEAF => (EncodedKind::Leaf(rest.path(PathEnd::Leaf)?), Some(rest.take()?)),
            BRANCH => (EncodedKind::Branch(rest.children()?), None),
            BRANCH_WITH_VALUE => {
                let value = rest.take()?;
                (EncodedKind::Branch(rest.children()?), Some(value))
            }
            EXTENSION => {
                let path = rest.path(PathEnd::Extension)?;
                (EncodedKind::Extension(path, rest.take()?), None)
            }
            tag => return Err(InvalidNode::UnknownKind { tag }),
        };
        let memory_usage = rest.take()?;
        if rest.0.is_empty() {
            Ok(EncodedNode { kind, value, memory_usage })
        } else {
            Err(InvalidNode::TooLong)
        }
    }

    /// What it is.
    pub fn kind(&self) -> EncodedKind<'b> {
        self.kind
    }

    /// The value that stands here.
    pub fn value(&self) -> Option<ValueRef> {
        self.value.map(ValueRef::from_bytes)
    }

    /// A child, by its place among those that are there.
    pub fn child(&self, position: usize) -> Option<EncodedChild<'b>> {
        let hash = match self.kind {
            EncodedKind::Leaf(_) => None,
            EncodedKind::Branch(children) => children.hashes.get(position),
            EncodedKind::Extension(_, hash) => (position == 0).then_some(hash),
        };
        Some(EncodedChild { position, hash: hash? })
    }

    /// Memory that is counted from it down, in bytes.
    pub fn memory_usage(&self) -> u64 {
        u64::from_le_bytes(*self.memory_usage)
    }

    /// Memory counted for the node alone, in bytes.
    pub(crate) fn own_memory_usage(&self) -> u64 {
        let path = match self.kind {
            EncodedKind::Leaf(path) | EncodedKind::Extension(path, _) => {
                path_memory_usage(path.len())
            }
            EncodedKind::Branch(_) => 0,
        };
        own_memory_usage_of(path, self.value().map(|value| value.length))
    }

    /// Where a key goes on from here, of which this is left: to a child by its place among those that
    /// are there, or to the value.
    pub(crate) fn way(&self, rest: KeyPath<'_>) -> Way<EncodedChild<'b>, ValueRef> {
        match self.kind {
            EncodedKind::Leaf(path) => Way::Ended(if rest.is(path) { self.value() } else { None }),
            EncodedKind::Branch(children) => match rest.first() {
                None => Way::Ended(self.value()),
                Some(nibble) => children
                    .at(nibble)
                    .map_or(Way::Ended(None), |child| Way::Below { child, consumed: 1 }),
            },
            EncodedKind::Extension(path, hash) => {
                let child = EncodedChild { position: 0, hash };
                Way::along(path.len(), child, || rest.starts_with(path))
            }
        }
    }
}

/// A child of an encoded node.
#[derive(Clone, Copy, Debug)]
pub struct EncodedChild<'b> {
    /// Its place among those that are there.
    pub position: usize,
    /// Its hash.
    pub hash: &'b [u8; CryptoHash::LENGTH],
}

impl<'b> EncodedChildren<'b> {
    /// The child to which a nibble leads.
    pub fn at(self, nibble: u8) -> Option<EncodedChild<'b>> {
        let position = position_of(self.mask, nibble)?;
        Some(EncodedChild { position, hash: self.hashes.get(position)? })
    }

    /// A bit for each nibble to which a child belongs.
    pub fn mask(self) -> u16 {
        self.mask
    }

    /// The children with their nibbles.
    pub fn iter(self) -> impl Iterator<Item = (u8, EncodedChild<'b>)> {
        let there = (0..CHILDREN as u8).filter(move |nibble| self.mask >> nibble & 1 == 1);
        let children = self.hashes.iter().enumerate();
        there.zip(children.map(|(position, hash)| EncodedChild { position, hash }))
    }
}

/// The place of a nibble's child among those that are there, by the bits for all nibbles.
pub(crate) fn position_of(mask: u16, nibble: u8) -> Option<usize> {
    let bit = 1_u16.checked_shl(u32::from(nibble))?;
    (mask & bit != 0).then(|| (mask & (bit - 1)).count_ones() as usize)
}

/// What is not read yet.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take<const N: usize>(&mut self) -> Result<&'b [u8; N], InvalidNode> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(InvalidNode::TooShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn slice(&mut self, len: usize) -> Result<&'b [u8], InvalidNode> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(InvalidNode::TooShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn path(&mut self, expected: PathEnd) -> Result<PackedPath<'b>, InvalidNode> {
        let len = u32::from_le_bytes(*self.take()?);
        let packed = self.slice(usize::try_from(len).map_err(|_| InvalidNode::TooShort)?)?;
        match PackedPath::new(packed) {
            Some((path, end)) if end == expected => Ok(path),
            _ => Err(InvalidNode::MalformedPath),
        }
    }

    fn children(&mut self) -> Result<EncodedChildren<'b>, InvalidNode> {
        let mask = u16::from_le_bytes(*self.take()?);
        let hashes = self.slice(mask.count_ones() as usize * CryptoHash::LENGTH)?;
        Ok(EncodedChildren { mask, hashes: hashes.as_chunks().0 })
    }
}
