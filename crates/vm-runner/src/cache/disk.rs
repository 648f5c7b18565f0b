//! Artifacts on disk: one file an artifact, in a folder that only its owner can enter.
//!
//! A file is written under a temporary name and renamed, so readers see all of it or nothing, and
//! carries a checksum, so a torn or decayed file is noticed and removed. Loading an artifact runs
//! native code from it: the folder must not be writable by others, and is refused when it is.

use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use torr_crypto::hash::CryptoHash;

/// First bytes of every file: what it is, and the version of this format.
const MAGIC: &[u8; 16] = b"torr artifact 1\n";
const CHECKSUM_LEN: usize = 32;

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
    /// Makes temporary names differ between threads.
    writes: AtomicU64,
}

impl DiskCache {
    /// Opens the folder, making it, for its owner only, when it is missing.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, or can be entered by others.
    pub fn open(folder: PathBuf) -> Result<DiskCache, CacheError> {
        make_private_folder(&folder)?;
        Ok(DiskCache { folder, writes: AtomicU64::new(0) })
    }

    /// What was put under `key`; `None` when there is nothing, or nothing intact.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn get(&self, key: &CryptoHash) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.path(key);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error("open", &path, source)),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| io_error("read", &path, source))?;
        match content(&bytes, key) {
            Some(content) => Ok(Some(content.to_vec())),
            None => {
                fs::remove_file(&path).map_err(|source| io_error("remove", &path, source))?;
                Ok(None)
            }
        }
    }

    /// Puts `content` under `key`, in place of what is there.
    ///
    /// # Errors
    /// When the file system fails; what was there is then still there.
    pub fn put(&self, key: &CryptoHash, content: &[u8]) -> Result<(), CacheError> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let temporary = self.folder.join(format!(".{key}.{}.{number}", std::process::id()));
        let result = self.write(&temporary, key, content);
        if result.is_err() {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    fn write(&self, temporary: &Path, key: &CryptoHash, content: &[u8]) -> Result<(), CacheError> {
        let failed = |source| io_error("write", temporary, source);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(temporary).map_err(failed)?;
        file.write_all(MAGIC).map_err(failed)?;
        file.write_all(&checksum(key, content)).map_err(failed)?;
        file.write_all(content).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let path = self.path(key);
        fs::rename(temporary, &path).map_err(|source| io_error("replace", &path, source))
    }

    fn path(&self, key: &CryptoHash) -> PathBuf {
        self.folder.join(key.to_string())
    }
}

/// What a file holds for `key`, if it is whole.
fn content<'b>(file: &'b [u8], key: &CryptoHash) -> Option<&'b [u8]> {
    let rest = file.strip_prefix(MAGIC)?;
    let (sum, content) = rest.split_at_checked(CHECKSUM_LEN)?;
    (sum == checksum(key, content)).then_some(content)
}

/// The checksum covers the key, so a file that was renamed is noticed too.
fn checksum(key: &CryptoHash, content: &[u8]) -> [u8; CHECKSUM_LEN] {
    Sha256::new()
        .chain_update(MAGIC)
        .chain_update(key.as_bytes())
        .chain_update(content)
        .finalize()
        .into()
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
