//! Reading a state file frame by frame.

use super::frame::{HEAD_LEN, HEADER_LEN, LONGEST_ENTRY, entry_len, hash_after, header};
use super::{BadFrame, END, FRAME, FRAME_LEN, Frame, MAGIC, Position, StateFileError};
use std::io::{self, BufReader, Read};
use torr_crypto::hash::CryptoHash;

/// A state file that is read. Nothing that it gives out is damaged or out of order; whether it is of the
/// root shows when all of it is in a trie.
#[derive(Debug)]
pub struct StateFileReader<R> {
    reader: BufReader<R>,
    /// Most bytes of entries in a frame with more than one.
    frame_len: usize,
    root: CryptoHash,
    position: Position,
    /// Length of the entries of the frame before, and the last key in it.
    before: Option<(usize, Vec<u8>)>,
    is_at_end: bool,
}

impl<R: Read> StateFileReader<R> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// When it is none, or the file cannot be read.
    pub fn open(reader: R) -> Result<StateFileReader<R>, StateFileError> {
        let mut reader = BufReader::new(reader);
        let bytes = read_up_to(&mut reader, HEADER_LEN).map_err(StateFileError::Read)?;
        let start = bytes.get(..MAGIC.len()).unwrap_or(&bytes);
        if !MAGIC.starts_with(start) {
            return Err(StateFileError::OtherFormat);
        }
        let root = bytes.get(MAGIC.len()..).and_then(|rest| rest.first_chunk());
        let root = root.copied().map(CryptoHash).ok_or(StateFileError::NoHeader)?;
        let (expected, hash) = header(&root);
        if bytes.len() < HEADER_LEN {
            return Err(StateFileError::NoHeader);
        }
        if bytes != expected {
            return Err(StateFileError::DamagedHeader);
        }
        let position = Position { frames: 0, entries: 0, bytes: HEADER_LEN as u64, hash };
        let (before, is_at_end) = (None, false);
        Ok(StateFileReader { reader, frame_len: FRAME_LEN, root, position, before, is_at_end })
    }

    /// The same, of files that are cut into shorter frames: for tests.
    #[doc(hidden)]
    pub fn with_frame_len(self, frame_len: usize) -> StateFileReader<R> {
        StateFileReader { frame_len, ..self }
    }

    pub(super) fn frame_len(&self) -> usize {
        self.frame_len
    }

    /// The root that the file says it is of.
    pub fn root(&self) -> CryptoHash {
        self.root
    }

    /// How far it has been read.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The last key of all that was read.
    pub(super) fn last_key(&self) -> Option<&[u8]> {
        self.before.as_ref().map(|(_, key)| &key[..])
    }

    /// Whether the end was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// The next frame; `None` at the end of the file, behind which nothing is.
    ///
    /// # Errors
    /// When the file is not as it was written, or cannot be read. Done again, that goes on somewhere
    /// behind the error, so it must not be.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, StateFileError> {
        if self.is_at_end {
            return Ok(None);
        }
        let head: [u8; HEAD_LEN] = self.take()?;
        let [kind, numbers @ ..] = head;
        match kind {
            FRAME => self.frame(head).map(Some),
            END => self.end(head, u64::from_le_bytes(numbers)).map(|()| None),
            kind => Err(self.bad(BadFrame::UnknownKind { kind })),
        }
    }

    fn frame(&mut self, head: [u8; HEAD_LEN]) -> Result<Frame, StateFileError> {
        let [_, length @ .., a, b, c, d] = head;
        let (length, count) = (u32::from_le_bytes(length), u32::from_le_bytes([a, b, c, d]));
        let longest = match count {
            0 => return Err(self.bad(BadFrame::Empty)),
            1 => LONGEST_ENTRY,
            _ => self.frame_len,
        };
        let len = usize::try_from(length).ok().filter(|len| *len <= longest);
        let len = len.ok_or_else(|| self.bad(BadFrame::TooLong { length }))?;
        let bytes = read_up_to(&mut self.reader, len).map_err(StateFileError::Read)?;
        if bytes.len() < len {
            return Err(self.bad(BadFrame::TooShort));
        }
        let hash = self.expect_hash(&[&head, &bytes])?;
        let frame = Frame::decode(bytes, count, self.last_key());
        let frame = frame.map_err(|reason| self.bad(reason))?;
        let first_len = frame.entries().next().map_or(0, |(key, value)| entry_len(key, value));
        if let Some((before_len, _)) = &self.before
            && before_len.saturating_add(first_len) <= self.frame_len
        {
            return Err(self.bad(BadFrame::OtherPlace));
        }
        self.before = frame.entries().last().map(|(key, _)| (len, key.to_vec()));
        let part_len = HEAD_LEN + len + CryptoHash::LENGTH;
        self.position = self.position.behind(u64::from(count), part_len as u64, hash);
        Ok(frame)
    }

    fn end(&mut self, head: [u8; HEAD_LEN], claimed: u64) -> Result<(), StateFileError> {
        let hash = self.expect_hash(&[&head])?;
        let found = self.position.entries;
        if claimed != found {
            return Err(self.bad(BadFrame::OtherTotal { claimed, found }));
        }
        let rest = read_up_to(&mut self.reader, 1).map_err(StateFileError::Read)?;
        if !rest.is_empty() {
            return Err(StateFileError::Continues);
        }
        self.is_at_end = true;
        let part_len = HEAD_LEN + CryptoHash::LENGTH;
        self.position = self.position.behind(0, part_len as u64, hash);
        Ok(())
    }

    /// Reads the hash that ends a part, which has to be the one of these pieces in this place.
    fn expect_hash(&mut self, pieces: &[&[u8]]) -> Result<CryptoHash, StateFileError> {
        let found = CryptoHash(self.take()?);
        let expected = hash_after(&self.position.hash, pieces);
        if found == expected { Ok(found) } else { Err(self.bad(BadFrame::OtherHash)) }
    }

    fn take<const LEN: usize>(&mut self) -> Result<[u8; LEN], StateFileError> {
        let bytes = read_up_to(&mut self.reader, LEN).map_err(StateFileError::Read)?;
        <[u8; LEN]>::try_from(&bytes[..]).map_err(|_| self.bad(BadFrame::TooShort))
    }

    fn bad(&self, reason: BadFrame) -> StateFileError {
        StateFileError::BadFrame { number: self.position.frames, reason }
    }
}

/// The next bytes, fewer than `len` only if the file ends. Memory is taken as they arrive.
fn read_up_to(reader: &mut impl Read, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
