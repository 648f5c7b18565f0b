//! Files of blocks, read and written one block at a time.
//!
//! ```text
//! 8 bytes     TORRBLKS
//! u32         1, the version of the form
//! 32 bytes    hash of the genesis file that the blocks follow
//! of each block, in order:
//!   u32       length of its bytes, not 0
//!   32 bytes  its hash, which is that of its bytes
//!   bytes     the block in borsh
//! u32         0
//! u64         how many blocks there are
//! ```
//!
//! Numbers stand with their low byte first. **Invariant:** a file that was cut short anywhere is noticed,
//! and a block is handed out only if it is the one that was written.

use super::{Block, BlockFileError};
use std::io::{self, ErrorKind, Read, Write};
use torr_crypto::hash::CryptoHash;

const MAGIC: &[u8; 8] = b"TORRBLKS";
const VERSION: u32 = 1;

/// The longest block that is read, in bytes: many times what a block of the protocol has.
const LONGEST_BLOCK: u32 = 256 << 20;

/// Writes a file of blocks.
pub(crate) struct BlockFileWriter<W> {
    file: W,
    blocks: u64,
}

impl<W: Write> BlockFileWriter<W> {
    /// A file of blocks that follow a genesis.
    pub(crate) fn new(mut file: W, genesis: &CryptoHash) -> io::Result<BlockFileWriter<W>> {
        file.write_all(MAGIC)?;
        file.write_all(&VERSION.to_le_bytes())?;
        file.write_all(genesis.as_bytes())?;
        Ok(BlockFileWriter { file, blocks: 0 })
    }

    /// Adds a block and gives its hash.
    pub(crate) fn write(&mut self, block: &Block) -> io::Result<CryptoHash> {
        let bytes = block.to_bytes();
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= LONGEST_BLOCK);
        let length = length.ok_or_else(|| io::Error::other("the block is too long"))?;
        let hash = CryptoHash::of(&bytes);
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(hash.as_bytes())?;
        self.file.write_all(&bytes)?;
        self.blocks += 1;
        Ok(hash)
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&0_u32.to_le_bytes())?;
        self.file.write_all(&self.blocks.to_le_bytes())?;
        self.file.flush()
    }
}

/// Reads a file of blocks.
pub(crate) struct BlockFileReader<R> {
    file: R,
    genesis: CryptoHash,
    blocks: u64,
    ended: bool,
}

impl<R: Read> BlockFileReader<R> {
    /// Reads the beginning of a file.
    pub(crate) fn new(mut file: R) -> Result<BlockFileReader<R>, BlockFileError> {
        let magic = read_array(&mut file).map_err(|error| match error {
            BlockFileError::CutShort { .. } => BlockFileError::NoBlocks,
            error => error,
        })?;
        if magic != *MAGIC {
            return Err(BlockFileError::NoBlocks);
        }
        let version = u32::from_le_bytes(read_array(&mut file)?);
        if version != VERSION {
            return Err(BlockFileError::OtherVersion { found: version, known: VERSION });
        }
        let genesis = CryptoHash(read_array(&mut file)?);
        Ok(BlockFileReader { file, genesis, blocks: 0, ended: false })
    }

    /// The genesis that the blocks follow.
    pub(crate) fn genesis(&self) -> CryptoHash {
        self.genesis
    }

    /// The next block, with its hash; `None` at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<(CryptoHash, Block)>, BlockFileError> {
        if self.ended {
            return Ok(None);
        }
        let read = self.read();
        self.ended = !matches!(read, Ok(Some(_)));
        read
    }

    fn read(&mut self) -> Result<Option<(CryptoHash, Block)>, BlockFileError> {
        let number = self.blocks.saturating_add(1);
        let cut_short = |error| match error {
            BlockFileError::CutShort { .. } => BlockFileError::CutShort { number },
            error => error,
        };
        let length = u32::from_le_bytes(read_array(&mut self.file).map_err(cut_short)?);
        if length == 0 {
            return self.end().map_err(cut_short).map(|()| None);
        }
        if length > LONGEST_BLOCK {
            return Err(BlockFileError::TooLong { number, length, limit: LONGEST_BLOCK });
        }
        let hash = CryptoHash(read_array(&mut self.file).map_err(cut_short)?);
        let mut bytes = Vec::new();
        let read = self.file.by_ref().take(u64::from(length)).read_to_end(&mut bytes)?;
        if read < length as usize {
            return Err(BlockFileError::CutShort { number });
        }
        if CryptoHash::of(&bytes) != hash {
            return Err(BlockFileError::Checksum { number });
        }
        let block = borsh::from_slice(&bytes)
            .map_err(|source| BlockFileError::Malformed { number, source })?;
        self.blocks = number;
        Ok(Some((hash, block)))
    }

    /// There is nothing behind the end, and nothing is missing before it.
    fn end(&mut self) -> Result<(), BlockFileError> {
        let count = u64::from_le_bytes(read_array(&mut self.file)?);
        if count != self.blocks {
            return Err(BlockFileError::OtherCount { expected: count, found: self.blocks });
        }
        let mut more = Vec::new();
        self.file.by_ref().take(1).read_to_end(&mut more)?;
        if more.is_empty() { Ok(()) } else { Err(BlockFileError::MoreBehindEnd) }
    }
}

fn read_array<const N: usize>(file: &mut impl Read) -> Result<[u8; N], BlockFileError> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => BlockFileError::CutShort { number: 0 },
        _ => BlockFileError::Read(error),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
