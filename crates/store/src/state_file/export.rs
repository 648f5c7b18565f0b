//! Writing state files, also those of which a part is there.

use super::frame::{HEAD_LEN, entry_len, hash_after, header};
use super::{
    END, FRAME_LEN, Frame, LONGEST_KEY, LONGEST_VALUE, Position, StateFileError, StateFileReader,
};
use crate::source::NodeSource;
use crate::trie::Trie;
use std::io::{Read, Write};
use std::ops::Bound;
use torr_crypto::hash::CryptoHash;

/// What is there already of a file: nothing, some whole frames, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    root: CryptoHash,
    frame_len: usize,
    position: Position,
    last_key: Option<Vec<u8>>,
    is_whole: bool,
}

impl Begun {
    /// Nothing, of the file of the state with this root.
    pub fn nothing(root: CryptoHash) -> Begun {
        let (frame_len, position) = (FRAME_LEN, Position::default());
        Begun { root, frame_len, position, last_key: None, is_whole: false }
    }

    /// The same, of files that are cut into shorter frames: for tests.
    #[doc(hidden)]
    pub fn with_frame_len(self, frame_len: usize) -> Begun {
        Begun { frame_len, ..self }
    }

    /// Looks what an export of the state with this root has left in a file, which may be empty. Reads it up
    /// to the first frame that is not whole; whoever goes on has to cut it off behind
    /// [`bytes`](Begun::bytes) and write there.
    ///
    /// # Errors
    /// When it is the file of another state or none, or cannot be read.
    pub fn find(self, file: impl Read) -> Result<Begun, StateFileError> {
        let mut reader = match StateFileReader::open(file) {
            Err(StateFileError::NoHeader) => return Ok(self),
            opened => opened?.with_frame_len(self.frame_len),
        };
        if reader.root() != self.root {
            return Err(StateFileError::OtherRoot { expected: self.root, found: reader.root() });
        }
        loop {
            match reader.next_frame() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) if error.is_unfinished() => break,
                Err(error) => return Err(error),
            }
        }
        let last_key = reader.last_key().map(<[u8]>::to_vec);
        let (position, is_whole) = (reader.position(), reader.is_at_end());
        Ok(Begun { position, last_key, is_whole, ..self })
    }

    /// Length of what is there and stays, in bytes.
    pub fn bytes(&self) -> u64 {
        self.position.bytes
    }

    /// Entries that are there.
    pub fn entries(&self) -> u64 {
        self.position.entries
    }

    /// Whether nothing is left to be written.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

/// Writes the file of a state, or, if it was begun, the rest of it: the bytes that are there and those
/// that are written are together the same, however often that was interrupted. Tells `progress` after each
/// frame how far it is, and gives the position at the end.
///
/// Holds a frame, and the nodes on the way to a key.
///
/// # Errors
/// When what was begun is of another state; when the state has a key or value that is too long; when the
/// state cannot be read or the file cannot be written.
pub fn export<S: NodeSource>(
    trie: &Trie<S>,
    begun: &Begun,
    file: &mut impl Write,
    progress: impl FnMut(&Position),
) -> Result<Position, StateFileError> {
    let root = trie.root();
    if begun.root != root {
        return Err(StateFileError::OtherRoot { expected: root, found: begun.root });
    }
    if begun.is_whole {
        return Ok(begun.position);
    }
    let mut writing = Writing { file, position: begun.position, progress };
    if begun.position.bytes == 0 {
        let (header, hash) = header(&root);
        writing.part(&[&header], None, hash)?;
    }
    let mut iterator = trie.iter();
    if let Some(last_key) = &begun.last_key {
        iterator.seek(Bound::Excluded(last_key))?;
    }
    let mut frame = Frame::default();
    for entry in iterator {
        let (key, value) = entry?;
        check_lengths(&key, &value)?;
        if !frame.has_room_for(entry_len(&key, &value), begun.frame_len) {
            writing.frame(&frame)?;
            frame = Frame::default();
        }
        frame.push(&key, &value);
    }
    if !frame.is_empty() {
        writing.frame(&frame)?;
    }
    writing.end()
}

fn check_lengths(key: &[u8], value: &[u8]) -> Result<(), StateFileError> {
    if key.len() > LONGEST_KEY {
        return Err(StateFileError::KeyTooLong { length: key.len() });
    }
    if value.len() > LONGEST_VALUE {
        return Err(StateFileError::ValueTooLong { key: key.to_vec(), length: value.len() });
    }
    Ok(())
}

/// A file that is written, and how far it is.
struct Writing<'f, W, P> {
    file: &'f mut W,
    position: Position,
    progress: P,
}

impl<W: Write, P: FnMut(&Position)> Writing<'_, W, P> {
    fn frame(&mut self, frame: &Frame) -> Result<(), StateFileError> {
        let (head, entries) = (frame.head(), frame.bytes());
        let hash = hash_after(&self.position.hash, &[&head, entries]);
        self.part(&[&head, entries, hash.as_bytes()], Some(frame), hash)
    }

    fn end(mut self) -> Result<Position, StateFileError> {
        let mut head = [END; HEAD_LEN];
        for (place, byte) in head.iter_mut().skip(1).zip(self.position.entries.to_le_bytes()) {
            *place = byte;
        }
        let hash = hash_after(&self.position.hash, &[&head]);
        self.part(&[&head, hash.as_bytes()], None, hash)?;
        self.file.flush().map_err(StateFileError::Write)?;
        Ok(self.position)
    }

    fn part(
        &mut self,
        pieces: &[&[u8]],
        frame: Option<&Frame>,
        hash: CryptoHash,
    ) -> Result<(), StateFileError> {
        let mut len = 0;
        for piece in pieces {
            self.file.write_all(piece).map_err(StateFileError::Write)?;
            len += piece.len() as u64;
        }
        let entries = frame.map_or(0, |frame| u64::from(frame.count()));
        self.position = self.position.behind(entries, len, hash);
        (self.progress)(&self.position);
        Ok(())
    }
}
