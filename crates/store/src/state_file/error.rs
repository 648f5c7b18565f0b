//! Why a state file cannot be written, read or imported.

use super::{LONGEST_KEY, LONGEST_VALUE};
use crate::shard_state::StateError;
use crate::source::TrieError;
use std::io;
use torr_crypto::hash::CryptoHash;

/// A state file cannot be written, read or imported.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// The system cannot read it.
    #[error("cannot read the state file: {0}; see to it, then go on")]
    Read(#[source] io::Error),
    /// The system cannot write it.
    #[error("cannot write the state file: {0}; see to it, then go on")]
    Write(#[source] io::Error),
    /// It does not begin as state files do.
    #[error(
        "this is no state file of version 1, which begins with the line `torr state 1`; check that \
         it is the right file, and whether it needs a newer program"
    )]
    OtherFormat,
    /// It ends before its first frame.
    #[error("the state file ends within its header; copy it again")]
    NoHeader,
    /// The header is not the one that was written.
    #[error("the header of the state file is damaged; copy the file again")]
    DamagedHeader,
    /// It is of another state.
    #[error(
        "the state file is of root {found}, not of {expected}; name another file, or the state that \
         it is of"
    )]
    OtherRoot {
        /// The root of the state that is exported.
        expected: CryptoHash,
        /// The root in the file.
        found: CryptoHash,
    },
    /// A frame or the end is not as it was written.
    #[error(
        "frame {number} of the state file {reason}; copy the file again, then go on with what was \
         imported"
    )]
    BadFrame {
        /// Which, from 0. The end counts as the last.
        number: u64,
        /// What is wrong with it.
        reason: BadFrame,
    },
    /// Something follows the end.
    #[error("the state file goes on behind its end; copy it again")]
    Continues,
    /// The state has a key that files do not hold.
    #[error("a key of {length} bytes is too long for a state file, which holds {LONGEST_KEY}")]
    KeyTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The state has a value that files do not hold.
    #[error(
        "the value of key {} has {length} bytes, too many for a state file, which holds \
         {LONGEST_VALUE}",
        hex::encode(key)
    )]
    ValueTooLong {
        /// The key.
        key: Vec<u8>,
        /// Length of the value in bytes.
        length: usize,
    },
    /// The state cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The state cannot take it.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What is wrong with a frame, or with the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The file ends before it does.
    #[error("is cut short")]
    TooShort,
    /// There is no such part.
    #[error("is of kind {kind}, which there is not")]
    UnknownKind {
        /// Its first byte.
        kind: u8,
    },
    /// It has no entries.
    #[error("has no entries")]
    Empty,
    /// It has more than a frame with so many entries can.
    #[error("is said to have {length} bytes of entries, more than any")]
    TooLong {
        /// The length that it claims.
        length: u32,
    },
    /// The bytes are not those that were written, or the frame is in the place of another.
    #[error("does not have the hash that is expected in its place")]
    OtherHash,
    /// Its entries end before or behind it.
    #[error("is not as long as its entries")]
    Uneven,
    /// A key is longer than any.
    #[error("has a key of {length} bytes")]
    KeyTooLong {
        /// Its length in bytes.
        length: u32,
    },
    /// A value is longer than any.
    #[error("has a value of {length} bytes")]
    ValueTooLong {
        /// Its length in bytes.
        length: u32,
    },
    /// A key is the one before or sorts below it.
    #[error("has a key out of order, or twice")]
    KeyOutOfOrder,
    /// The first entry had room in the frame before.
    #[error("begins with an entry that belongs into the frame before it")]
    OtherPlace,
    /// The end counts other entries than there are.
    #[error("is the end of {claimed} entries, but there are {found}")]
    OtherTotal {
        /// The number in the end.
        claimed: u64,
        /// Entries that were read.
        found: u64,
    },
}

impl StateFileError {
    /// Whether the file is what an export leaves that did not come to its end.
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self, StateFileError::BadFrame { .. })
    }
}
