//! Loaded modules in memory, bounded by the size of their artifacts, and in number.

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
struct BySize {
    /// What each weighs at least, so that there are not too many.
    least: u64,
}

/// What an entry takes beside its artifact, in bytes, about.
const ENTRY_OVERHEAD: u64 = 1 << 12;
/// The most entries, however small. Machine code of each takes up to four mappings of memory, and Linux
/// grants 65 530 to a process if nobody changes that: who deploys tens of thousands of small contracts
/// would take the last.
const MOST_ENTRIES: u64 = 8192;

impl Weighter<CryptoHash, Entry> for BySize {
    fn weight(&self, _: &CryptoHash, entry: &Entry) -> u64 {
        entry.size.saturating_add(ENTRY_OVERHEAD).max(self.least)
    }
}

impl MemoryCache {
    pub(crate) fn new(bytes: u64) -> MemoryCache {
        let expected = usize::try_from(bytes / (1 << 20)).unwrap_or(usize::MAX).clamp(16, 1 << 16);
        let weighter = BySize { least: bytes.div_ceil(MOST_ENTRIES) };
        MemoryCache { entries: Cache::with_weighter(expected, bytes, weighter) }
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

#[cfg(test)]
mod tests {
    use super::{MOST_ENTRIES, MemoryCache};
    use crate::ready::Ready;
    use std::sync::Arc;
    use torr_crypto::hash::CryptoHash;
    use torr_vm_logic::error::ContractError;

    /// Room for bytes is not room for any number of small modules: each takes mappings of memory, of which
    /// a process has so many and no more.
    #[test]
    fn small_modules_are_bounded_in_number() {
        let cache = MemoryCache::new(1 << 30);
        let rejected = |msg: String| {
            let result = Err(ContractError::LinkError { msg });
            Arc::new(Ready { code_len: 1, result, module_size: 0 })
        };
        for number in 0..2 * MOST_ENTRIES {
            let key = CryptoHash::of(&number.to_le_bytes());
            let ready = cache.get_or_insert(key, || Ok(rejected(number.to_string())));
            assert!(ready.is_ok());
        }
        let kept = cache.entries.len() as u64;
        assert!((MOST_ENTRIES / 2..=MOST_ENTRIES).contains(&kept), "{kept} are kept");
    }
}
