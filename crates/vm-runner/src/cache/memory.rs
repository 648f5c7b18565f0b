//! Loaded modules in memory, bounded by the size of their artifacts.

use crate::ready::Ready;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_vm_logic::error::Fault;

/// The cache. Threads that want the same entry at once wait for the one that makes it.
pub(crate) struct MemoryCache {
    entries: Cache<CryptoHash, Entry, BySize>,
}

/// What is kept under a key, with its size as the cache counts it, which must not change unseen.
#[derive(Clone)]
struct Entry {
    ready: Arc<Ready>,
    size: u64,
}

impl Entry {
    fn new(ready: Arc<Ready>) -> Entry {
        Entry { size: ready.size(), ready }
    }
}

/// Weighs an entry by its artifacts, and a rejection by what its bookkeeping takes.
#[derive(Clone)]
struct BySize;

/// What an entry takes beside its artifact, in bytes, about.
const ENTRY_OVERHEAD: u64 = 1 << 12;

impl Weighter<CryptoHash, Entry> for BySize {
    fn weight(&self, _: &CryptoHash, entry: &Entry) -> u64 {
        entry.size.saturating_add(ENTRY_OVERHEAD)
    }
}

impl MemoryCache {
    pub(crate) fn new(bytes: u64) -> MemoryCache {
        let expected = usize::try_from(bytes / (1 << 20)).unwrap_or(usize::MAX).clamp(16, 1 << 16);
        MemoryCache { entries: Cache::with_weighter(expected, bytes, BySize) }
    }

    /// The entry of `key`, made by `make` if there is none.
    pub(crate) fn get_or_insert(
        &self,
        key: CryptoHash,
        make: impl FnOnce() -> Result<Arc<Ready>, Fault>,
    ) -> Result<Arc<Ready>, Fault> {
        let entry = self.entries.get_or_insert_with(&key, || make().map(Entry::new))?;
        Ok(entry.ready)
    }

    /// Weighs the entry of `key` again, which has more artifacts now. It may have to go for that.
    pub(crate) fn weigh_again(&self, key: CryptoHash, ready: Arc<Ready>) {
        // Refused when the entry is gone already.
        let _ = self.entries.replace(key, Entry::new(ready), true);
    }
}
