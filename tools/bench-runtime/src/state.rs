//! Ways of keeping the state that blocks are applied to.

use crate::Failure;
use crate::genesis::Entries;
use torr_crypto::hash::CryptoHash;
use torr_runtime::{ApplyError, ApplyResult, ChunkInput, Environment, apply};
use torr_store::database::{Batch, Database, MemoryDatabase};
use torr_store::memory_trie::{MemoryNodes, MemoryPlace, MemoryTrie};
use torr_store::stored_trie::ShardUid;
use torr_store::trie::{EMPTY_ROOT, Finished, Trie};

/// A state: the last version, to which the next block is applied.
pub(crate) trait State {
    /// What the way of keeping it knows nodes by.
    type Place;

    /// The root.
    fn root(&self) -> CryptoHash;

    /// Puts entries, in the order of keys.
    fn put(&mut self, entries: &Entries) -> Result<(), Failure>;

    /// Applies a chunk, and leaves the state as it is.
    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<Self::Place>, ApplyError>;

    /// Goes on to what a chunk came to, at a height.
    fn commit(&mut self, height: u64, result: Applied<Self::Place>) -> Result<(), Failure>;
}

/// What a chunk came to, as far as the state goes.
pub(crate) struct Applied<P> {
    pub(crate) trie_update: Finished<P>,
    /// Keys that changed, with their values.
    pub(crate) values: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// Nodes in memory, in a structure of their own.
#[derive(Debug)]
pub(crate) struct InMemory {
    trie: MemoryTrie,
    root: CryptoHash,
}

impl InMemory {
    pub(crate) fn new() -> InMemory {
        InMemory { trie: MemoryTrie::default(), root: EMPTY_ROOT }
    }

    fn version(&self) -> Trie<MemoryNodes<'_>> {
        self.trie.version(self.root).expect("the last version is kept")
    }

    fn advance(&mut self, finished: &Finished<MemoryPlace>) -> Result<(), Failure> {
        let root = self.trie.commit(finished)?;
        self.trie.remove(self.root);
        self.root = root;
        Ok(())
    }
}

impl State for InMemory {
    type Place = MemoryPlace;

    fn root(&self) -> CryptoHash {
        self.root
    }

    fn put(&mut self, entries: &Entries) -> Result<(), Failure> {
        let trie = self.version();
        let mut update = trie.update();
        for (key, value) in entries {
            update.insert(key, value)?;
        }
        let finished = update.finish()?;
        self.advance(&finished)
    }

    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<MemoryPlace>, ApplyError> {
        apply(&self.version(), input, environment)
    }

    fn commit(&mut self, _: u64, applied: Applied<MemoryPlace>) -> Result<(), Failure> {
        self.advance(&applied.trie_update)
    }
}

/// Nodes by their hashes, in a database in memory.
pub(crate) struct ByHash {
    database: MemoryDatabase,
    root: CryptoHash,
}

/// The only shard.
pub(crate) const SHARD: ShardUid = ShardUid { version: 0, shard_id: 0 };

impl ByHash {
    pub(crate) fn new() -> ByHash {
        ByHash { database: MemoryDatabase::new(), root: EMPTY_ROOT }
    }

    fn advance(&mut self, finished: Finished<()>) -> Result<(), Failure> {
        let changes = finished.into_changes();
        let mut batch = Batch::new();
        changes.insert_into(SHARD, &mut batch);
        changes.delete_from(SHARD, &mut batch);
        self.database.write(batch)?;
        self.root = changes.new_root;
        Ok(())
    }
}

impl State for ByHash {
    type Place = ();

    fn root(&self) -> CryptoHash {
        self.root
    }

    fn put(&mut self, entries: &Entries) -> Result<(), Failure> {
        let trie = Trie::stored(&self.database, SHARD, self.root);
        let mut update = trie.update();
        for (key, value) in entries {
            update.insert(key, value)?;
        }
        let finished = update.finish()?;
        self.advance(finished)
    }

    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<()>, ApplyError> {
        apply(&Trie::stored(&self.database, SHARD, self.root), input, environment)
    }

    fn commit(&mut self, _: u64, applied: Applied<()>) -> Result<(), Failure> {
        self.advance(applied.trie_update)
    }
}
