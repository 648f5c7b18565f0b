//! Files of blocks and of witnesses, read and written one at a time.
//!
//! ```text
//! 8 bytes     TORRBLKS or TORRWITS
//! u32         1, the version of the form
//! 32 bytes    hash of the genesis file of the chain
//! of each block or witness, in order:
//!   u32       length of its bytes, not 0
//!   32 bytes  hash of its bytes, which is the name of a block
//!   bytes     a block in borsh, or a witness as `torr_runtime::witness` writes it
//! u32         0
//! u64         how many there are
//! ```
//!
//! Numbers stand with their low byte first. **Invariant:** a file that was cut short anywhere is noticed,
//! and what is handed out is what was written.

use super::{Block, ChainError, FileError};
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use torr_crypto::hash::CryptoHash;
use torr_runtime::witness::Witness;

/// What a file has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// [`Block`]s.
    Blocks,
    /// [`Witness`]es.
    Witnesses,
}

const VERSION: u32 = 1;

/// The longest block or witness that is read, in bytes: many times what one of the protocol has.
const LONGEST: u32 = 256 << 20;

impl Content {
    const fn magic(self) -> &'static [u8; 8] {
        match self {
            Content::Blocks => b"TORRBLKS",
            Content::Witnesses => b"TORRWITS",
        }
    }

    /// One of them, for messages.
    pub(crate) const fn item(self) -> &'static str {
        match self {
            Content::Blocks => "block",
            Content::Witnesses => "witness",
        }
    }

    /// Several of them, for messages.
    pub(crate) const fn items(self) -> &'static str {
        match self {
            Content::Blocks => "blocks",
            Content::Witnesses => "witnesses",
        }
    }

    /// The command that writes such a file.
    pub(crate) const fn made_by(self) -> &'static str {
        match self {
            Content::Blocks => "torr workload",
            Content::Witnesses => "torr apply --witness-out FILE",
        }
    }
}

/// Writes a file.
pub(crate) struct FrameWriter<W> {
    file: W,
    count: u64,
}

impl<W: Write> FrameWriter<W> {
    /// A file of the chain that begins with a genesis.
    pub(crate) fn new(
        mut file: W,
        content: Content,
        genesis: &CryptoHash,
    ) -> io::Result<FrameWriter<W>> {
        file.write_all(content.magic())?;
        file.write_all(&VERSION.to_le_bytes())?;
        file.write_all(genesis.as_bytes())?;
        Ok(FrameWriter { file, count: 0 })
    }

    /// Adds the bytes of a block or witness. Gives their hash.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<CryptoHash> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("a block or witness is too long"))?;
        let hash = CryptoHash::of(bytes);
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(hash.as_bytes())?;
        self.file.write_all(bytes)?;
        self.count += 1;
        Ok(hash)
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&0_u32.to_le_bytes())?;
        self.file.write_all(&self.count.to_le_bytes())?;
        self.file.flush()
    }
}

/// Reads a file.
pub(crate) struct FrameReader<R> {
    file: R,
    content: Content,
    genesis: CryptoHash,
    count: u64,
    ended: bool,
}

impl<R: Read> FrameReader<R> {
    /// Reads the beginning of a file.
    pub(crate) fn new(mut file: R, content: Content) -> Result<FrameReader<R>, FileError> {
        let magic = match read_array(&mut file) {
            Err(FileError::CutShort { .. }) => None,
            magic => Some(magic?),
        };
        if magic != Some(*content.magic()) {
            return Err(FileError::OtherContent { content });
        }
        let version = u32::from_le_bytes(read_array(&mut file)?);
        if version != VERSION {
            return Err(FileError::OtherVersion { found: version, known: VERSION });
        }
        let genesis = CryptoHash(read_array(&mut file)?);
        Ok(FrameReader { file, content, genesis, count: 0, ended: false })
    }

    /// The genesis of the chain.
    pub(crate) fn genesis(&self) -> CryptoHash {
        self.genesis
    }

    /// The next block, with its hash; `None` at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<(CryptoHash, Block)>, FileError> {
        let Some((hash, bytes)) = self.next()? else { return Ok(None) };
        let block = borsh::from_slice(&bytes)
            .map_err(|source| FileError::Malformed { number: self.count, source })?;
        Ok(Some((hash, block)))
    }

    /// The next witness; `None` at the end.
    pub(crate) fn next_witness(&mut self) -> Result<Option<Witness>, FileError> {
        let Some((_, bytes)) = self.next()? else { return Ok(None) };
        let witness = Witness::decode(&bytes, LONGEST as usize).map_err(|source| {
            FileError::Witness { number: self.count, source: Box::new(source) }
        })?;
        Ok(Some(witness))
    }

    /// The next bytes, with their hash; `None` at the end. After an error there is nothing more.
    fn next(&mut self) -> Result<Option<(CryptoHash, Vec<u8>)>, FileError> {
        if self.ended {
            return Ok(None);
        }
        let read = self.read();
        self.ended = !matches!(read, Ok(Some(_)));
        read
    }

    fn read(&mut self) -> Result<Option<(CryptoHash, Vec<u8>)>, FileError> {
        let (number, item) = (self.count.saturating_add(1), self.content.item());
        let cut_short = |error| match error {
            FileError::CutShort { .. } => FileError::CutShort { number },
            error => error,
        };
        let length = u32::from_le_bytes(read_array(&mut self.file).map_err(cut_short)?);
        if length == 0 {
            return self.end().map_err(cut_short).map(|()| None);
        }
        if length > LONGEST {
            return Err(FileError::TooLong { item, number, length, limit: LONGEST });
        }
        let hash = CryptoHash(read_array(&mut self.file).map_err(cut_short)?);
        let mut bytes = Vec::new();
        let read = self.file.by_ref().take(u64::from(length)).read_to_end(&mut bytes)?;
        if read < length as usize {
            return Err(FileError::CutShort { number });
        }
        if CryptoHash::of(&bytes) != hash {
            return Err(FileError::Checksum { item, number });
        }
        self.count = number;
        Ok(Some((hash, bytes)))
    }

    /// There is nothing behind the end, and nothing is missing before it.
    fn end(&mut self) -> Result<(), FileError> {
        let expected = u64::from_le_bytes(read_array(&mut self.file)?);
        if expected != self.count {
            return Err(FileError::OtherCount { expected, found: self.count });
        }
        let mut more = Vec::new();
        self.file.by_ref().take(1).read_to_end(&mut more)?;
        if more.is_empty() { Ok(()) } else { Err(FileError::MoreBehindEnd) }
    }
}

/// Opens a file to be read, and says how many bytes it has.
pub(crate) fn open_file(path: &Path) -> Result<(BufReader<File>, u64), ChainError> {
    let failed = |error| {
        let source = FileError::Read(error);
        ChainError::File { path: path.to_owned(), source }
    };
    let file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    Ok((BufReader::new(file), len))
}

fn read_array<const N: usize>(file: &mut impl Read) -> Result<[u8; N], FileError> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => FileError::CutShort { number: 0 },
        _ => FileError::Read(error),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
