//! What was compiled, kept by content: in memory, bounded, and on disk.
//!
//! The key of an artifact is the hash of everything that changes it: the code, the parameters that
//! preparation reads, the way of charging, the engine with its version and settings. So an entry is
//! never out of date.

mod disk;
mod memory;

pub use disk::{CacheError, DiskCache, Stored};
pub(crate) use memory::MemoryCache;

use crate::artifact::Artifact;
use std::path::PathBuf;
use torr_crypto::hash::CryptoHash;

/// Bounds and places of a runner's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// Compiled code that is kept in memory, in bytes of artifacts; at most 8192 modules, however small.
    /// Loaded modules that are called stay alive beyond it until the call ends.
    pub memory_bytes: u64,
    /// A folder for artifacts, made when it is missing; `None`: nothing is kept on disk.
    pub folder: Option<PathBuf>,
    /// Artifacts that are kept in the folder, in bytes. Those not used for longest go first.
    pub folder_bytes: u64,
}

impl Default for CacheConfig {
    /// 1 GiB in memory, nothing on disk; where a folder is named, 16 GiB in it.
    fn default() -> CacheConfig {
        CacheConfig { memory_bytes: 1 << 30, folder: None, folder_bytes: 16 << 30 }
    }
}

/// The caches of a runner.
pub(crate) struct Caches {
    pub(crate) memory: MemoryCache,
    disk: Option<DiskCache>,
}

impl Caches {
    pub(crate) fn open(config: CacheConfig) -> Result<Caches, CacheError> {
        let CacheConfig { memory_bytes, folder, folder_bytes } = config;
        let disk = folder.map(|folder| DiskCache::open(folder, folder_bytes)).transpose()?;
        Ok(Caches { memory: MemoryCache::new(memory_bytes), disk })
    }

    /// The artifact on disk, without its module, and the file that begins with that. One that cannot
    /// be read is compiled again, so this is no error.
    pub(crate) fn stored(&self, key: &CryptoHash) -> Option<(Artifact, Stored)> {
        let stored = self.disk.as_ref()?.get(key).ok().flatten()?;
        Some((borsh::from_slice(&stored.description).ok()?, stored))
    }

    /// Keeps an artifact on disk. A disk that cannot be written costs a compilation, no call.
    pub(crate) fn store(&self, key: &CryptoHash, artifact: &Artifact, module: &[u8]) {
        if let (Some(disk), Ok(description)) = (&self.disk, borsh::to_vec(artifact)) {
            // Dropped on purpose: see above.
            let _ = disk.put(key, module, &description);
        }
    }
}
