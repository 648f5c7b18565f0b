//! How much was written: the number of the last change, in a file of its own.
//!
//! RocksDB numbers changes from one on, without gaps. When its newest log or its list of files is cut
//! short, what is left is a database as it was earlier, and nothing in it tells that there was more. The
//! mark does.
//!
//! **Invariant:** what the mark names is durable, so a database with less has lost something. The mark is
//! written after the batch, and reaches the disk when the system likes, or when the database is closed:
//! it may name less than there is after the power failed. Waiting for it would double the time of small
//! batches.

use super::DatabaseError;
use super::failure::damaged;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use twox_hash::xxhash3_128::Hasher;

/// Name of the file, in RocksDB's folder; none that RocksDB would give a file of its own.
const FILE: &str = "WRITTEN";

/// Length of a number, in bytes.
const SEQUENCE_LEN: usize = 8;

/// Length of the checksum, in bytes.
const CHECKSUM_LEN: usize = 16;

/// The number of the last change that is known to be durable.
pub(super) struct Mark {
    sequence: u64,
    file: File,
    path: PathBuf,
}

impl Mark {
    /// Makes the mark of the database in `folder`, durable.
    pub(super) fn make(folder: &Path, sequence: u64) -> Result<(), DatabaseError> {
        let path = folder.join(FILE);
        let file = File::create_new(&path);
        let file = file.map_err(|source| DatabaseError::io("make", &path, source))?;
        let mut mark = Mark { sequence, file, path };
        mark.set(sequence)?;
        mark.sync()?;
        // Its name is durable when the folder is.
        #[cfg(unix)]
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| DatabaseError::io("sync", folder, source))?;
        Ok(())
    }

    /// The mark of the database in `folder`.
    pub(super) fn open(folder: &Path) -> Result<Mark, DatabaseError> {
        let path = folder.join(FILE);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => damaged(folder, format!("it has no file {FILE}")),
            _ => DatabaseError::io("read", &path, source),
        };
        let len = fs::metadata(&path).map_err(failed)?.len();
        let unreadable = || damaged(&path, "it is not a number with its checksum".to_owned());
        if len != (SEQUENCE_LEN + CHECKSUM_LEN) as u64 {
            return Err(unreadable());
        }
        let sequence = decode(&fs::read(&path).map_err(failed)?).ok_or_else(unreadable)?;
        let file = File::options().write(true).open(&path).map_err(failed)?;
        Ok(Mark { sequence, file, path })
    }

    /// The number.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Everything up to `sequence` is durable.
    pub(super) fn set(&mut self, sequence: u64) -> Result<(), DatabaseError> {
        // In place: so few bytes are in one sector, which disks write whole.
        let written =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&encode(sequence)));
        written.map_err(|source| DatabaseError::io("write", &self.path, source))?;
        self.sequence = sequence;
        Ok(())
    }

    fn sync(&self) -> Result<(), DatabaseError> {
        self.file.sync_all().map_err(|source| DatabaseError::io("sync", &self.path, source))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // If it fails, the mark names less, which it may.
        let _ = self.sync();
    }
}

fn encode(sequence: u64) -> [u8; SEQUENCE_LEN + CHECKSUM_LEN] {
    let sequence = sequence.to_le_bytes();
    let mut bytes = [0; SEQUENCE_LEN + CHECKSUM_LEN];
    let (number, checksum) = bytes.split_at_mut(SEQUENCE_LEN);
    number.copy_from_slice(&sequence);
    checksum.copy_from_slice(&Hasher::oneshot(&sequence).to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<u64> {
    let (sequence, checksum) = bytes.split_first_chunk::<SEQUENCE_LEN>()?;
    let expected = Hasher::oneshot(sequence).to_le_bytes();
    (*checksum == expected).then(|| u64::from_le_bytes(*sequence))
}

#[cfg(test)]
impl Mark {
    /// The mark of the database in `folder`, on a file that cannot be written.
    pub(super) fn unwritable(folder: &Path) -> Mark {
        let path = folder.join(FILE);
        let file = File::open(&path).expect("it is there");
        Mark { sequence: 0, file, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn a_number_is_there_when_it_is_opened_again() {
        let folder = TempDir::new().expect("a folder can be made");
        Mark::make(folder.path(), 7).expect("it can be made");
        let mut mark = Mark::open(folder.path()).expect("it can be read");
        assert_eq!(mark.sequence(), 7);
        for sequence in [u64::MAX, 8] {
            mark.set(sequence).expect("it can be written");
            assert_eq!(Mark::open(folder.path()).expect("it can be read").sequence(), sequence);
        }
    }

    #[test]
    fn other_bytes_are_damage() {
        let folder = TempDir::new().expect("a folder can be made");
        let is_damaged = || matches!(Mark::open(folder.path()), Err(DatabaseError::Damaged { .. }));
        assert!(is_damaged());
        Mark::make(folder.path(), 7).expect("it can be made");
        let path = folder.path().join(FILE);
        let bytes = fs::read(&path).expect("files can be read");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, changed).expect("files can be written");
            assert!(is_damaged(), "bit {bit}");
        }
        for len in [0, bytes.len() - 1, bytes.len() + 1] {
            let mut changed = bytes.clone();
            changed.resize(len, 0);
            fs::write(&path, changed).expect("files can be written");
            assert!(is_damaged(), "{len} bytes");
        }
        fs::write(&path, bytes).expect("files can be written");
        assert!(!is_damaged());
    }
}
