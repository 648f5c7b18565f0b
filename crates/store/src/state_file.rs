//! State files: the whole state at one root, to be stored, copied and read by others.
//!
//! A file is a header, frames of entries in the order of their keys, and an end:
//!
//! | part | bytes | what |
//! |---|---|---|
//! | header | 13 | `torr state 1` and a line feed |
//! | | 32 | the root |
//! | | 32 | hash: SHA-256 of the 45 bytes before |
//! | frame | 1 | 0 |
//! | | 4 | length of the entries together, in bytes |
//! | | 4 | number of entries, at least 1 |
//! | | length | for each: length of the key (4), the key, length of the value (4), the value |
//! | | 32 | hash: SHA-256 of the hash before this frame and all bytes of the frame before this one |
//! | end | 1 | 1 |
//! | | 8 | number of entries in all frames |
//! | | 32 | hash: SHA-256 of the hash before the end and the 9 bytes of the end before this one |
//!
//! Numbers are little-endian. Keys ascend, across frames too. An entry goes into the frame of the one
//! before it if that keeps the entries of the frame within 1 MiB; otherwise a frame begins with it. So a
//! longer entry has a frame for itself, and where frames begin follows from the content.
//!
//! Each hash covers the one before it, so that a frame is right only in its place, and a hash stands for
//! the file up to there. That makes exports and imports resumable.
//!
//! The hashes are for damage on the way, and keep no one from making a file. What is believed of one is
//! what its entries make of the trie: [`import`] compares the root.
//!
//! **Invariant:** a state has one file. Bytes that are not what [`export`] writes are refused.
//! **Invariant:** reading takes no more memory than a frame and what is there of it; a length that a file
//! only claims reserves none.

mod error;
mod export;
mod frame;
mod import;
mod reader;

pub use error::{BadFrame, StateFileError};
pub use export::{Begun, export};
pub use frame::{Entries, Frame};
pub use import::import;
pub use reader::StateFileReader;

use torr_crypto::hash::CryptoHash;

/// Longest key of a file, in bytes: thirty times the longest that the protocol has today, which is an
/// account id, a separator and a contract's key of 2048 bytes.
pub const LONGEST_KEY: usize = 1 << 16;

/// Longest value of a file, in bytes: sixteen times the longest that contracts can write. Memory for one
/// is taken while its bytes arrive.
pub const LONGEST_VALUE: usize = 1 << 26;

/// Most bytes of entries in a frame with more than one: enough that hashes and batches cost little for
/// each entry, little enough that a damaged or unfinished frame loses little.
pub const FRAME_LEN: usize = 1 << 20;

/// What a file begins with. The number is the version of the format.
const MAGIC: [u8; 13] = *b"torr state 1\n";

/// Kinds of parts.
const FRAME: u8 = 0;
const END: u8 = 1;

/// How far the writing or reading of a file has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Frames before it.
    pub frames: u64,
    /// Entries before it.
    pub entries: u64,
    /// Bytes of the file before it.
    pub bytes: u64,
    /// The hash that ends what is before it; it stands for all of that.
    pub hash: CryptoHash,
}

impl Position {
    /// The position behind a part of so many entries and bytes, which ends in a hash.
    fn behind(self, entries: u64, bytes: u64, hash: CryptoHash) -> Position {
        Position {
            frames: self.frames.saturating_add(u64::from(entries > 0)),
            entries: self.entries.saturating_add(entries),
            bytes: self.bytes.saturating_add(bytes),
            hash,
        }
    }
}
