//! The ways to keep a trie, behind one interface.

use super::{Change, apply};
use crate::encoding::Hex;
use crate::store::on_disk;
use std::sync::Arc;
use tempfile::TempDir;
use torr_crypto::hash::CryptoHash;
#[cfg(feature = "rocksdb")]
use torr_store::database::RocksDatabase;
use torr_store::database::{
    Batch, Column, Database, Direction, EmbeddedDatabase, KeyRange, MemoryDatabase,
};
use torr_store::memory_trie::{MemoryNodes, MemoryTrie};
use torr_store::partial_state::PartialState;
use torr_store::source::{HashedNodes, NodeSource};
use torr_store::stored_trie::{ShardUid, StoredBytes};
use torr_store::trie::{EMPTY_ROOT, Finished, Trie, TrieChanges};

/// Tries that are kept in a certain way.
pub(super) trait Keeper: Sized {
    /// Where their nodes are read from.
    type Source<'a>: NodeSource
    where
        Self: 'a;

    /// No tries yet.
    fn new() -> Result<Self, String>;

    /// A trie with these entries only, and its root.
    fn with_content(content: Vec<(Hex, Hex)>) -> Result<(Self, CryptoHash), String> {
        let mut keeper = Self::new()?;
        let changes: Vec<Change> =
            content.into_iter().map(|(key, value)| (key, Some(value))).collect();
        let root = keeper.change(EMPTY_ROOT, &changes)?.root;
        Ok((keeper, root))
    }

    /// The trie with this root.
    fn trie(&self, root: CryptoHash) -> Result<Trie<Self::Source<'_>>, String>;

    /// Changes the trie with this root, keeps the changed one too, and tells what is new.
    fn change(&mut self, root: CryptoHash, changes: &[Change]) -> Result<Changed, String>;
}

/// A trie that was changed.
pub(super) struct Changed {
    pub(super) root: CryptoHash,
    pub(super) memory_usage: u64,
    pub(super) changes: TrieChanges,
}

impl Changed {
    /// Of a trie, which is not kept as it is then.
    pub(super) fn of<S: NodeSource>(trie: &Trie<S>, changes: &[Change]) -> Result<Changed, String> {
        Ok(Changed::from_finished(finished(trie, changes)?))
    }

    fn from_finished<P>(finished: Finished<P>) -> Changed {
        let (root, memory_usage) = (finished.root(), finished.memory_usage());
        Changed { root, memory_usage, changes: finished.into_changes() }
    }
}

fn finished<S: NodeSource>(
    trie: &Trie<S>,
    changes: &[Change],
) -> Result<Finished<S::Place>, String> {
    let mut update = trie.update();
    apply(&mut update, changes)?;
    update.finish().map_err(|error| error.to_string())
}

/// Versions in memory, of which the last is kept.
pub(super) struct InMemory(MemoryTrie);

impl Keeper for InMemory {
    type Source<'a> = MemoryNodes<'a>;

    fn new() -> Result<InMemory, String> {
        Ok(InMemory(MemoryTrie::default()))
    }

    fn trie(&self, root: CryptoHash) -> Result<Trie<MemoryNodes<'_>>, String> {
        self.0.version(root).ok_or_else(|| format!("version {root} is not kept"))
    }

    fn change(&mut self, root: CryptoHash, changes: &[Change]) -> Result<Changed, String> {
        let finished = finished(&self.trie(root)?, changes)?;
        self.0.commit(&finished).map_err(|error| error.to_string())?;
        self.0.remove(root);
        if finished.root() == EMPTY_ROOT && !self.0.is_empty() {
            return Err("nodes are left of versions that are gone".to_owned());
        }
        Ok(Changed::from_finished(finished))
    }
}

/// All nodes and values that ever were, as one set.
pub(super) struct InPartialState(PartialState);

impl Keeper for InPartialState {
    type Source<'a> = HashedNodes<&'a PartialState>;

    fn new() -> Result<InPartialState, String> {
        Ok(InPartialState(PartialState::default()))
    }

    fn trie(&self, root: CryptoHash) -> Result<Trie<Self::Source<'_>>, String> {
        Ok(Trie::with_root(&self.0, root))
    }

    fn change(&mut self, root: CryptoHash, changes: &[Change]) -> Result<Changed, String> {
        let changed = Changed::of(&self.trie(root)?, changes)?;
        for insertion in &changed.changes.insertions {
            self.0.insert(Arc::clone(&insertion.bytes));
        }
        Ok(changed)
    }
}

/// A shard of a database, of which the last trie is kept.
pub(super) struct Stored<D> {
    database: D,
    /// Where it is, if it is on disk.
    _folder: Option<TempDir>,
}

/// The shard. It is not the first, so that its name matters.
const SHARD: ShardUid = ShardUid { version: 3, shard_id: 7 };

/// A database of a kind, to be made.
pub(super) trait NewDatabase: Database + Sized {
    fn new() -> Result<(Self, Option<TempDir>), String>;
}

impl NewDatabase for MemoryDatabase {
    fn new() -> Result<(MemoryDatabase, Option<TempDir>), String> {
        Ok((MemoryDatabase::new(), None))
    }
}

impl NewDatabase for EmbeddedDatabase {
    fn new() -> Result<(EmbeddedDatabase, Option<TempDir>), String> {
        on_disk(EmbeddedDatabase::open).map(|(database, folder)| (database, Some(folder)))
    }
}

#[cfg(feature = "rocksdb")]
impl NewDatabase for RocksDatabase {
    fn new() -> Result<(RocksDatabase, Option<TempDir>), String> {
        on_disk(RocksDatabase::open).map(|(database, folder)| (database, Some(folder)))
    }
}

impl<D: NewDatabase> Keeper for Stored<D> {
    type Source<'a>
        = HashedNodes<StoredBytes<'a>>
    where
        D: 'a;

    fn new() -> Result<Stored<D>, String> {
        let (database, folder) = D::new()?;
        Ok(Stored { database, _folder: folder })
    }

    fn trie(&self, root: CryptoHash) -> Result<Trie<Self::Source<'_>>, String> {
        Ok(Trie::stored(&self.database, SHARD, root))
    }

    fn change(&mut self, root: CryptoHash, changes: &[Change]) -> Result<Changed, String> {
        let changed = Changed::of(&self.trie(root)?, changes)?;
        let mut batch = Batch::new();
        changed.changes.insert_into(SHARD, &mut batch);
        changed.changes.delete_from(SHARD, &mut batch);
        self.database.write(batch).map_err(|error| error.to_string())?;
        let is_empty = self
            .database
            .entries(Column::Nodes, &KeyRange::ALL, Direction::Ascending)
            .map_err(|error| error.to_string())?
            .next()
            .is_none();
        if is_empty != (changed.root == EMPTY_ROOT) {
            return Err("what is kept is not what the last trie has".to_owned());
        }
        Ok(changed)
    }
}
