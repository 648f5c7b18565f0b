//! Nodes and values that were read of a database, kept in memory for the next time.
//!
//! They stand under their hashes, so one cache serves all roots and all shards, and nothing in it is ever
//! out of date. What a trie is read for most are the nodes near its root: a cache that has room for a
//! sixteenth of all nodes spares all reads but two or three for a key.

use crate::source::{HashedBytes, TrieError};
use crate::trie::TrieChanges;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Longest node or value that is kept, in bytes: a long value would push out many nodes.
const LONGEST: usize = 4096;
/// What an entry takes beside its bytes, about, in bytes.
const ENTRY_OVERHEAD: u64 = 100;

/// Nodes and values in memory, by their hashes. Threads may share one.
pub struct NodeCache {
    entries: Cache<CryptoHash, Arc<[u8]>, ByLength, BuildHasherDefault<StartOfHash>>,
}

impl fmt::Debug for NodeCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cache of {} nodes and values", self.entries.len())
    }
}

impl NodeCache {
    /// A cache that takes about so many bytes when it is full. Then what was used longest ago, or only
    /// once, goes first.
    pub fn new(bytes: u64) -> NodeCache {
        // A node takes some two or three hundred bytes.
        let expected = usize::try_from(bytes / 300).unwrap_or(usize::MAX);
        let entries = Cache::with(
            expected,
            bytes,
            ByLength,
            BuildHasherDefault::default(),
            Default::default(),
        );
        NodeCache { entries }
    }

    /// Keeps what an update adds: the next one begins with it.
    pub fn keep(&self, changes: &TrieChanges) {
        for insertion in &changes.insertions {
            self.put(insertion.hash, &insertion.bytes);
        }
    }

    /// Nodes and values that are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// `bytes`, read by way of this cache.
    pub fn over<B: HashedBytes>(&self, bytes: B) -> CachedBytes<'_, B> {
        CachedBytes { cache: self, bytes }
    }

    fn put(&self, hash: CryptoHash, bytes: &Arc<[u8]>) {
        if bytes.len() <= LONGEST {
            self.entries.insert(hash, Arc::clone(bytes));
        }
    }
}

/// Nodes and values that are read by way of a cache.
#[derive(Clone, Debug)]
pub struct CachedBytes<'c, B> {
    cache: &'c NodeCache,
    bytes: B,
}

impl<B: HashedBytes> HashedBytes for CachedBytes<'_, B> {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        if let Some(bytes) = self.cache.entries.get(hash) {
            return Ok(bytes);
        }
        let bytes = self.bytes.bytes(hash)?;
        self.cache.put(*hash, &bytes);
        Ok(bytes)
    }
}

/// Weighs an entry by its length.
#[derive(Clone)]
struct ByLength;

impl Weighter<CryptoHash, Arc<[u8]>> for ByLength {
    fn weight(&self, _: &CryptoHash, bytes: &Arc<[u8]>) -> u64 {
        bytes.len() as u64 + ENTRY_OVERHEAD
    }
}

/// Takes the beginning of a hash for its own hash: it is as good as any, and costs nothing.
#[derive(Default)]
struct StartOfHash(u64);

impl Hasher for StartOfHash {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(start) = bytes.first_chunk() {
            self.0 ^= u64::from_le_bytes(*start);
        }
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::NodeCache;
    use crate::partial_state::PartialState;
    use crate::trie::{EMPTY_ROOT, Trie};
    use std::sync::Arc;

    #[test]
    fn what_was_read_or_written_is_read_without_the_database() {
        let (state, cache) = (PartialState::default(), NodeCache::new(1 << 20));
        let trie = Trie::with_root(&state, EMPTY_ROOT);
        let mut update = trie.update();
        for key in 0..100_u8 {
            update.insert(&[key, 7], &[key; 50]).expect("all nodes are there");
        }
        let changes = update.finish().expect("all nodes are there").into_changes();
        let whole = PartialState::new(changes.insertions.iter().map(|new| Arc::clone(&new.bytes)));
        let read_all = |bytes| {
            let trie = Trie::with_root(bytes, changes.new_root);
            trie.iter().collect::<Result<Vec<_>, _>>().map(|entries| entries.len()).ok()
        };
        assert_eq!(read_all(cache.over(&state)), None);
        assert_eq!(read_all(cache.over(&whole)), Some(100));
        assert_eq!(read_all(cache.over(&state)), Some(100));
        let other = NodeCache::new(1 << 20);
        other.keep(&changes);
        assert_eq!(read_all(other.over(&state)), Some(100));
    }

    #[test]
    fn it_takes_no_more_than_it_may() {
        let cache = NodeCache::new(100_000);
        for key in 0..10_000_u32 {
            let state = PartialState::new([Arc::from(key.to_le_bytes().repeat(50))]);
            let hash = torr_crypto::hash::CryptoHash::of(&key.to_le_bytes().repeat(50));
            crate::source::HashedBytes::bytes(&cache.over(&state), &hash).expect("it is there");
        }
        assert!((1..=100_000 / 300).contains(&cache.len()), "{}", cache.len());
    }
}
