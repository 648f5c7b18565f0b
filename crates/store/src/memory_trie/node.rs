//! A node in memory: its encoding, behind what leads to it and where its children are.
//!
//! ```text
//! references: 4 bytes   length of the encoding: 4   value: 4   children's nibbles: 2   children: 1   flags: 1
//! places of the children: 4 each
//! encoding
//! value, if it is short
//! ```
//!
//! The way to a key reads the beginning of a branch only. Of a value that is long, which nodes share,
//! the field has its place among long ones, of others the length.

use crate::node::{EncodedKind, EncodedNode};

/// Length of what comes before the places of children, in bytes.
const HEADER_LEN: usize = 16;
/// Length of a place, in bytes.
const PLACE_LEN: usize = 4;
/// Longest value, in bytes, that stands with its node.
pub(super) const LONGEST_INLINED: usize = 1024;

/// Flags.
const BRANCH: u8 = 1;
const INLINED: u8 = 2;
const LONG: u8 = 4;

/// A node, from its beginning on.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeBytes<'m>(pub(super) &'m [u8]);

/// Where the bytes of a node's value are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'m> {
    /// It has none.
    Nothing,
    /// With it.
    Inlined(&'m [u8]),
    /// Among long ones, in this place.
    Long(u32),
}

/// What is needed to write a node, but for what leads to it.
#[derive(Debug)]
pub(super) struct NewNode<'n> {
    pub(super) encoding: &'n [u8],
    pub(super) places: &'n [u32],
    pub(super) value: Value<'n>,
}

impl NewNode<'_> {
    /// Length of the node, in bytes.
    pub(super) fn len(&self) -> usize {
        let value = match self.value {
            Value::Inlined(bytes) => bytes.len(),
            Value::Nothing | Value::Long(_) => 0,
        };
        HEADER_LEN + self.places.len() * PLACE_LEN + self.encoding.len() + value
    }

    /// Writes the node to the beginning of `to`, which is long enough, without references.
    pub(super) fn write(&self, to: &mut [u8]) {
        let (value, flag) = match self.value {
            Value::Nothing => (0, 0),
            Value::Inlined(bytes) => (bytes.len() as u32, INLINED),
            Value::Long(place) => (place, LONG),
        };
        let (mask, kind) = match EncodedNode::parse(self.encoding).map(|node| node.kind()) {
            Ok(EncodedKind::Branch(children)) => (children.mask(), BRANCH),
            _ => (0, 0),
        };
        let mut writer = Writer { to, at: 0 };
        writer.put(&0_u32.to_le_bytes());
        writer.put(&(self.encoding.len() as u32).to_le_bytes());
        writer.put(&value.to_le_bytes());
        writer.put(&mask.to_le_bytes());
        writer.put(&[self.places.len() as u8, kind | flag]);
        for place in self.places {
            writer.put(&place.to_le_bytes());
        }
        writer.put(self.encoding);
        if let Value::Inlined(bytes) = self.value {
            writer.put(bytes);
        }
    }
}

struct Writer<'t> {
    to: &'t mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.to.get_mut(self.at..self.at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }
}

impl<'m> NodeBytes<'m> {
    fn u32_at(self, at: usize) -> u32 {
        let bytes = self.0.get(at..).and_then(|bytes| bytes.first_chunk());
        bytes.copied().map_or(0, u32::from_le_bytes)
    }

    fn byte_at(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }

    /// Nodes and versions that lead here.
    pub(super) fn references(self) -> u32 {
        self.u32_at(0)
    }

    /// The bits for the nibbles of its children, if it is a branch.
    pub(super) fn branch(self) -> Option<u16> {
        let mask = u16::from_le_bytes([self.byte_at(12), self.byte_at(13)]);
        (self.byte_at(15) & BRANCH != 0).then_some(mask)
    }

    /// How many children it has.
    pub(super) fn children(self) -> usize {
        usize::from(self.byte_at(14))
    }

    /// The place of a child, by its place among the children.
    pub(super) fn child(self, position: usize) -> u32 {
        self.u32_at(HEADER_LEN + position * PLACE_LEN)
    }

    fn encoding_start(self) -> usize {
        HEADER_LEN + self.children() * PLACE_LEN
    }

    fn encoding_end(self) -> usize {
        self.encoding_start() + self.u32_at(4) as usize
    }

    /// The node as the protocol has it.
    pub(super) fn encoding(self) -> &'m [u8] {
        self.0.get(self.encoding_start()..self.encoding_end()).unwrap_or_default()
    }

    /// Where the bytes of its value are.
    pub(super) fn value(self) -> Value<'m> {
        let (flags, field) = (self.byte_at(15), self.u32_at(8));
        if flags & LONG != 0 {
            return Value::Long(field);
        }
        if flags & INLINED == 0 {
            return Value::Nothing;
        }
        let start = self.encoding_end();
        Value::Inlined(self.0.get(start..start + field as usize).unwrap_or_default())
    }

    /// Its length, in bytes.
    pub(super) fn len(self) -> usize {
        let value = match self.value() {
            Value::Inlined(bytes) => bytes.len(),
            Value::Nothing | Value::Long(_) => 0,
        };
        self.encoding_end() + value
    }
}

/// Sets how many nodes and versions lead to the node at the beginning of `bytes`.
pub(super) fn set_references(bytes: &mut [u8], references: u32) {
    if let Some(place) = bytes.first_chunk_mut() {
        *place = references.to_le_bytes();
    }
}
