//! Frames as bytes.

use super::{BadFrame, FRAME, LONGEST_KEY, LONGEST_VALUE, MAGIC};
use torr_crypto::hash::CryptoHash;

/// Length of the part before the entries of a frame, and of all of the end but its hash.
pub(super) const HEAD_LEN: usize = 9;

/// Length of the header of a file.
pub(super) const HEADER_LEN: usize = MAGIC.len() + 2 * CryptoHash::LENGTH;

/// Bytes that an entry takes beside its key and value.
const LENGTHS: usize = 8;

/// Longest entry, in bytes.
pub(super) const LONGEST_ENTRY: usize = LENGTHS + LONGEST_KEY + LONGEST_VALUE;

/// The header of the file of a state, and the hash that ends it.
pub(super) fn header(root: &CryptoHash) -> (Vec<u8>, CryptoHash) {
    let mut header = [&MAGIC[..], root.as_bytes()].concat();
    let hash = CryptoHash::of(&header);
    header.extend_from_slice(hash.as_bytes());
    (header, hash)
}

/// The hash of a part that consists of these pieces and comes after `before`.
pub(super) fn hash_after(before: &CryptoHash, pieces: &[&[u8]]) -> CryptoHash {
    let mut bytes = before.as_bytes().to_vec();
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
    CryptoHash::of(&bytes)
}

/// Length of an entry in a frame.
pub(super) fn entry_len(key: &[u8], value: &[u8]) -> usize {
    LENGTHS.saturating_add(key.len()).saturating_add(value.len())
}

/// Entries that stand together in a file, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    bytes: Vec<u8>,
    count: u32,
}

impl Frame {
    /// Of these bytes, if they are so many entries, each as long as can be at most, in ascending order of
    /// their keys, of which the first is above `last_key`.
    pub(super) fn decode(
        bytes: Vec<u8>,
        count: u32,
        last_key: Option<&[u8]>,
    ) -> Result<Frame, BadFrame> {
        let mut rest = &bytes[..];
        let mut last_key = last_key;
        for _ in 0..count {
            let (key, _) = take_entry(&mut rest)?;
            if last_key.is_some_and(|last| last >= key) {
                return Err(BadFrame::KeyOutOfOrder);
            }
            last_key = Some(key);
        }
        if rest.is_empty() { Ok(Frame { bytes, count }) } else { Err(BadFrame::Uneven) }
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) {
        for part in [key, value] {
            // Neither is longer than is allowed, which four bytes hold.
            self.bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
            self.bytes.extend_from_slice(part);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Whether an entry of so many bytes belongs here, if the frame has the entry before it.
    pub(super) fn has_room_for(&self, entry_len: usize, frame_len: usize) -> bool {
        self.count == 0 || self.len().saturating_add(entry_len) <= frame_len
    }

    /// Its entries as they stand in a file.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands before the entries.
    pub(super) fn head(&self) -> [u8; HEAD_LEN] {
        let mut head = [FRAME; HEAD_LEN];
        let numbers = [(self.len() as u32).to_le_bytes(), self.count.to_le_bytes()];
        for (place, byte) in head.iter_mut().skip(1).zip(numbers.as_flattened()) {
            *place = *byte;
        }
        head
    }

    /// Length of its entries together, in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has no entries, as no frame of a file has.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Number of its entries.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Keys with their values.
    pub fn entries(&self) -> Entries<'_> {
        Entries { rest: &self.bytes }
    }
}

/// Keys with their values, in the order of the keys.
#[derive(Clone, Debug)]
pub struct Entries<'f> {
    rest: &'f [u8],
}

impl<'f> Iterator for Entries<'f> {
    type Item = (&'f [u8], &'f [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        // What is in a frame was read once before, or written here.
        take_entry(&mut self.rest).ok()
    }
}

fn take_entry<'b>(rest: &mut &'b [u8]) -> Result<(&'b [u8], &'b [u8]), BadFrame> {
    let key = take_part(rest, LONGEST_KEY, |length| BadFrame::KeyTooLong { length })?;
    let value = take_part(rest, LONGEST_VALUE, |length| BadFrame::ValueTooLong { length })?;
    Ok((key, value))
}

fn take_part<'b>(
    rest: &mut &'b [u8],
    longest: usize,
    too_long: impl Fn(u32) -> BadFrame,
) -> Result<&'b [u8], BadFrame> {
    let (length, behind) = rest.split_first_chunk().ok_or(BadFrame::Uneven)?;
    let length = u32::from_le_bytes(*length);
    let len = usize::try_from(length).ok().filter(|len| *len <= longest);
    let len = len.ok_or_else(|| too_long(length))?;
    let (part, behind) = behind.split_at_checked(len).ok_or(BadFrame::Uneven)?;
    *rest = behind;
    Ok(part)
}
