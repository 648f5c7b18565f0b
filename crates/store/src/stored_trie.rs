//! Tries in a database: the nodes and values of each shard's tries under its name and their hashes, with
//! counts.

use crate::database::{Batch, Column, DatabaseError, Reader};
use crate::source::{HashedBytes, HashedNodes, TrieError};
use crate::trie::{Trie, TrieChanges};
use std::fmt;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

pub use torr_primitives::shard_layout::ShardUid;

/// The nodes and values of a shard's tries.
#[derive(Clone)]
pub struct StoredBytes<'d> {
    reader: &'d dyn Reader,
    shard: ShardUid,
}

impl fmt::Debug for StoredBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nodes of {}", self.shard)
    }
}

impl<'d> StoredBytes<'d> {
    /// Those of a shard, in a database or a snapshot of one.
    pub fn new(reader: &'d dyn Reader, shard: ShardUid) -> StoredBytes<'d> {
        StoredBytes { reader, shard }
    }
}

impl HashedBytes for StoredBytes<'_> {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        let bytes = self.reader.get(Column::Nodes, &node_key(self.shard, hash))?;
        bytes.ok_or(TrieError::Missing { hash: *hash })
    }
}

impl<'d> Trie<HashedNodes<StoredBytes<'d>>> {
    /// A shard's trie with this root. Nothing is read yet.
    pub fn stored(
        reader: &'d dyn Reader,
        shard: ShardUid,
        root: CryptoHash,
    ) -> Trie<HashedNodes<StoredBytes<'d>>> {
        Trie::with_root(StoredBytes::new(reader, shard), root)
    }
}

impl TrieChanges {
    /// Adds to a batch that a shard has the changed trie too. The one before stays.
    pub fn insert_into(&self, shard: ShardUid, batch: &mut Batch) {
        for insertion in &self.insertions {
            let key = node_key(shard, &insertion.hash);
            let bytes = Arc::clone(&insertion.bytes);
            batch.add_references(Column::Nodes, key, bytes, insertion.count);
        }
    }

    /// Adds to a batch that a shard has the trie before no more. The changed one stays.
    pub fn delete_from(&self, shard: ShardUid, batch: &mut Batch) {
        for deletion in &self.deletions {
            let key = node_key(shard, &deletion.hash);
            batch.remove_references(Column::Nodes, key, deletion.count);
        }
    }
}

impl From<DatabaseError> for TrieError {
    fn from(error: DatabaseError) -> TrieError {
        TrieError::Database(Box::new(error))
    }
}

/// The key of a node or value of a shard.
pub(crate) fn node_key(
    shard: ShardUid,
    hash: &CryptoHash,
) -> [u8; ShardUid::LENGTH + CryptoHash::LENGTH] {
    let mut key = [0; ShardUid::LENGTH + CryptoHash::LENGTH];
    let (start, rest) = key.split_at_mut(ShardUid::LENGTH);
    start.copy_from_slice(&shard.to_bytes());
    rest.copy_from_slice(hash.as_bytes());
    key
}
