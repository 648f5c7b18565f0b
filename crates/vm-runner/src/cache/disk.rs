//! Artifacts on disk: one file an artifact, in a folder that only its owner can enter.
//!
//! A file begins with what the engine compiled, so that an engine can map it, then has what else is
//! known of it, then a trailer with lengths and a checksum under the key. It is written under a
//! temporary name and renamed, so readers see all of it or nothing; a torn, decayed or renamed file is
//! noticed before anything of it is used, and removed. Loading an artifact runs native code from it:
//! the folder must not be open to others, and links are not followed.

#![expect(
    clippy::disallowed_types,
    reason = "when an artifact was used decides which is evicted, and nothing else"
)]

use std::fs::{self, DirBuilder, File, FileTimes, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;
use torr_crypto::hash::CryptoHash;
use twox_hash::xxhash3_128::Hasher;

/// Last bytes of every file: what it is, and the version of this format.
const MAGIC: &[u8; 16] = b"torr artifact 3\n";

/// Length of the trailer: the lengths of compiled and other bytes, checksum, [`MAGIC`].
const TRAILER_LEN: usize = 8 + 8 + 16 + MAGIC.len();

/// How much is read at a time, in bytes: what stays in the processor's caches.
const CHUNK: usize = 128 << 10;

/// When the folder is full, artifacts are evicted until this part of it, in percent, is in use.
const PERCENT_AFTER_EVICTION: u64 = 90;

/// The disk cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The file system refused something.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others could put artifacts into the folder.
    #[error("{path} can be entered by other users; run `chmod 700` on it or name another folder")]
    NotPrivate {
        /// The folder.
        path: PathBuf,
    },
    /// The path leads somewhere else than to a folder.
    #[error("{path} is not a folder of its own; name a folder, not a link to one")]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
}

/// A folder of artifacts. Several processes can share it.
#[derive(Debug)]
pub struct DiskCache {
    folder: PathBuf,
    /// Most bytes of all files together.
    quota: u64,
    /// Bytes in the folder when it was last looked at, and what was written since.
    used: AtomicU64,
    /// Makes temporary names differ between threads.
    writes: AtomicU64,
}

/// An artifact that was found whole.
#[derive(Debug)]
pub struct Stored {
    /// The file, read from its beginning; what the engine compiled comes first.
    pub file: File,
    /// Length of what the engine compiled, in bytes.
    pub module_len: u64,
    /// What else was put.
    pub description: Vec<u8>,
}

impl DiskCache {
    /// Opens the folder, making it, for its owner only, when it is missing. It is kept below `quota`
    /// bytes, by evicting what was not used for longest.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, or can be entered by others.
    pub fn open(folder: PathBuf, quota: u64) -> Result<DiskCache, CacheError> {
        make_private_folder(&folder)?;
        let used = entries(&folder)?.iter().map(|entry| entry.len).sum();
        Ok(DiskCache { folder, quota, used: AtomicU64::new(used), writes: AtomicU64::new(0) })
    }

    /// What was put under `key`; `None` when there is nothing, or nothing intact.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn get(&self, key: &CryptoHash) -> Result<Option<Stored>, CacheError> {
        let path = self.path(key);
        let mut options = OpenOptions::new();
        options.read(true);
        // A link in the place of an artifact is nobody's who may put one there.
        #[cfg(target_os = "linux")]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_FOLLOW);
        let mut file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error("open", &path, source)),
        };
        let read = read_whole(&mut file, key);
        match read.map_err(|source| io_error("read", &path, source))? {
            Some((module_len, description)) => {
                touch(&file);
                Ok(Some(Stored { file, module_len, description }))
            }
            None => {
                fs::remove_file(&path).map_err(|source| io_error("remove", &path, source))?;
                Ok(None)
            }
        }
    }

    /// Puts what the engine compiled, and what else is known of it, under `key`, in place of what is
    /// there.
    ///
    /// # Errors
    /// When the file system fails; what was there is then still there.
    pub fn put(
        &self,
        key: &CryptoHash,
        module: &[u8],
        description: &[u8],
    ) -> Result<(), CacheError> {
        let len = (module.len() + description.len() + TRAILER_LEN) as u64;
        if len > self.quota {
            return Ok(());
        }
        if self.used.fetch_add(len, Ordering::Relaxed).saturating_add(len) > self.quota {
            self.evict(len)?;
        }
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let temporary = self.folder.join(format!(".{key}.{}.{number}", std::process::id()));
        let result = self.write(&temporary, key, module, description);
        if result.is_err() {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    fn write(
        &self,
        temporary: &Path,
        key: &CryptoHash,
        module: &[u8],
        description: &[u8],
    ) -> Result<(), CacheError> {
        let failed = |source| io_error("write", temporary, source);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut sum = Checksum::new(key);
        sum.add(module);
        sum.add(description);
        let trailer = Trailer {
            module_len: module.len() as u64,
            description_len: description.len() as u64,
            checksum: sum.finish(module.len() as u64, description.len() as u64),
        };
        let mut file = options.open(temporary).map_err(failed)?;
        file.write_all(module).map_err(failed)?;
        file.write_all(description).map_err(failed)?;
        file.write_all(&trailer.to_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let path = self.path(key);
        fs::rename(temporary, &path).map_err(|source| io_error("replace", &path, source))
    }

    /// Makes room for `more` bytes. What is in use stays readable for those who use it.
    fn evict(&self, more: u64) -> Result<(), CacheError> {
        let mut entries = entries(&self.folder)?;
        entries.sort_by_key(|entry| entry.used_at);
        let mut used: u64 = entries.iter().map(|entry| entry.len).sum();
        let most = self.quota / 100 * PERCENT_AFTER_EVICTION;
        for entry in entries {
            if used.saturating_add(more) <= most {
                break;
            }
            // Another process may have been first.
            match fs::remove_file(&entry.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error("remove", &entry.path, error));
                }
                _ => used = used.saturating_sub(entry.len),
            }
        }
        self.used.store(used.saturating_add(more), Ordering::Relaxed);
        Ok(())
    }

    fn path(&self, key: &CryptoHash) -> PathBuf {
        self.folder.join(key.to_string())
    }
}

/// `O_NOFOLLOW` of Linux.
#[cfg(target_os = "linux")]
const NO_FOLLOW: i32 =
    if cfg!(any(target_arch = "arm", target_arch = "aarch64")) { 0o100_000 } else { 0o400_000 };

/// A file of the folder.
struct Entry {
    path: PathBuf,
    len: u64,
    used_at: SystemTime,
}

/// The files of the folder, forgotten temporary ones too.
fn entries(folder: &Path) -> Result<Vec<Entry>, CacheError> {
    let failed = |source| io_error("list", folder, source);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // One that is gone by now needs no room.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            let used_at = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            entries.push(Entry { path: entry.path(), len: metadata.len(), used_at });
        }
    }
    Ok(entries)
}

/// Notes that an artifact was used. Only eviction sees when that was; if it cannot be noted, a file
/// goes earlier than it should.
fn touch(file: &File) {
    let now = FileTimes::new().set_modified(SystemTime::now());
    let _ = file.set_times(now);
}

/// The end of a file.
struct Trailer {
    module_len: u64,
    description_len: u64,
    checksum: u128,
}

impl Trailer {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(TRAILER_LEN);
        bytes.extend_from_slice(&self.module_len.to_le_bytes());
        bytes.extend_from_slice(&self.description_len.to_le_bytes());
        bytes.extend_from_slice(&self.checksum.to_le_bytes());
        bytes.extend_from_slice(MAGIC);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Trailer> {
        let (module_len, rest) = bytes.split_first_chunk()?;
        let (description_len, rest) = rest.split_first_chunk()?;
        let (checksum, rest) = rest.split_first_chunk()?;
        (rest == MAGIC).then_some(Trailer {
            module_len: u64::from_le_bytes(*module_len),
            description_len: u64::from_le_bytes(*description_len),
            checksum: u128::from_le_bytes(*checksum),
        })
    }
}

/// Over the key, so that a file under another's name is noticed, the content and its lengths.
struct Checksum(Hasher);

impl Checksum {
    fn new(key: &CryptoHash) -> Checksum {
        let mut hasher = Hasher::new();
        hasher.write(key.as_bytes());
        Checksum(hasher)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(mut self, module_len: u64, description_len: u64) -> u128 {
        self.0.write(&module_len.to_le_bytes());
        self.0.write(&description_len.to_le_bytes());
        self.0.finish_128()
    }
}

/// Reads all of `file`; if it is what was put under `key`, the length of what the engine compiled and
/// what comes behind. The file is then at its beginning again.
fn read_whole(file: &mut File, key: &CryptoHash) -> io::Result<Option<(u64, Vec<u8>)>> {
    let len = file.metadata()?.len();
    let Some(content_len) = len.checked_sub(TRAILER_LEN as u64) else { return Ok(None) };
    file.seek(SeekFrom::Start(content_len))?;
    let mut trailer = [0; TRAILER_LEN];
    file.read_exact(&mut trailer)?;
    let Some(Trailer { module_len, description_len, checksum }) = Trailer::from_bytes(&trailer)
    else {
        return Ok(None);
    };
    if module_len.checked_add(description_len) != Some(content_len) {
        return Ok(None);
    }
    file.rewind()?;
    let mut sum = Checksum::new(key);
    read_chunks(&mut Read::take(&mut *file, module_len), &mut sum)?;
    let mut description = Vec::new();
    Read::take(&mut *file, description_len).read_to_end(&mut description)?;
    sum.add(&description);
    file.rewind()?;
    let is_whole = sum.finish(module_len, description_len) == checksum;
    Ok(is_whole.then_some((module_len, description)))
}

fn read_chunks(reader: &mut impl Read, sum: &mut Checksum) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(()),
            len => sum.add(chunk.get(..len).unwrap_or_default()),
        }
    }
}

fn make_private_folder(folder: &Path) -> Result<(), CacheError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| io_error("make", folder, source))?;
    let metadata =
        fs::symlink_metadata(folder).map_err(|source| io_error("look at", folder, source))?;
    if !metadata.is_dir() {
        return Err(CacheError::NotAFolder { path: folder.to_owned() });
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(CacheError::NotPrivate { path: folder.to_owned() });
    }
    Ok(())
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> CacheError {
    CacheError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
