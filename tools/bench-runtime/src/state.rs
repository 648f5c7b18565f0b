//! Ways of keeping the state that blocks are applied to.

use crate::Failure;
use crate::genesis::Entries;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_runtime::witness::Witness;
use torr_runtime::{ApplyError, ApplyResult, ChunkInput, Environment, apply};
use torr_store::database::{Batch, Database, MemoryDatabase};
use torr_store::memory_trie::{MemoryNodes, MemoryPlace, MemoryTrie};
use torr_store::shard_state::{Collection, ShardState, Version};
use torr_store::source::{HashedNodes, NodeSource, TrieError};
use torr_store::stored_trie::{ShardUid, StoredBytes};
use torr_store::trie::{EMPTY_ROOT, Finished, Trie};

/// A state: the last version, to which the next block is applied.
pub(crate) trait State {
    /// What the way of keeping it knows nodes by.
    type Place;

    /// Puts entries, in the order of keys.
    fn put(&mut self, entries: &Entries) -> Result<(), Failure>;

    /// Applies a chunk, and leaves the state as it is.
    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<Self::Place>, ApplyError>;

    /// Applies a chunk, and makes a witness of it.
    fn witness(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<Witness, ApplyError>;

    /// Goes on to what a chunk came to, at a height.
    fn commit(&mut self, height: u64, result: Applied<Self::Place>) -> Result<(), Failure>;
}

/// A new value; `None` if the key was removed.
pub(crate) type ChangedValue = Option<Arc<[u8]>>;

/// What a chunk came to, as far as the state goes.
pub(crate) struct Applied<P> {
    pub(crate) trie_update: Finished<P>,
    /// Keys that changed, with their values.
    pub(crate) values: Vec<(Vec<u8>, ChangedValue)>,
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

    fn put(&mut self, entries: &Entries) -> Result<(), Failure> {
        let finished = updated(&self.version(), entries)?;
        self.advance(&finished)
    }

    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<MemoryPlace>, ApplyError> {
        apply(&self.version(), input, environment)
    }

    fn witness(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<Witness, ApplyError> {
        Ok(Witness::produce(&self.version(), input, environment)?.0)
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
const SHARD: ShardUid = ShardUid { version: 0, shard_id: 0 };
/// Versions that are kept in a database on disk.
const VERSIONS: usize = 5;

impl ByHash {
    pub(crate) fn new() -> ByHash {
        ByHash { database: MemoryDatabase::new(), root: EMPTY_ROOT }
    }

    fn version(&self) -> Trie<HashedNodes<StoredBytes<'_>>> {
        Trie::stored(&self.database, SHARD, self.root)
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

    fn put(&mut self, entries: &Entries) -> Result<(), Failure> {
        let finished = updated(&self.version(), entries)?;
        self.advance(finished)
    }

    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<()>, ApplyError> {
        apply(&self.version(), input, environment)
    }

    fn witness(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<Witness, ApplyError> {
        Ok(Witness::produce(&self.version(), input, environment)?.0)
    }

    fn commit(&mut self, _: u64, applied: Applied<()>) -> Result<(), Failure> {
        self.advance(applied.trie_update)
    }
}

/// Nodes in memory, and on disk all that it takes to begin again, with a few versions before.
pub(crate) struct OnDisk {
    memory: InMemory,
    shard: ShardState,
    head: Option<Version>,
}

impl OnDisk {
    /// A state that is empty yet, in a database that is.
    pub(crate) fn new(database: Arc<dyn Database>) -> Result<OnDisk, Failure> {
        let shard = ShardState::open(database, SHARD)?;
        Ok(OnDisk { memory: InMemory::new(), shard, head: None })
    }

    fn advance(&mut self, height: u64, applied: Applied<MemoryPlace>) -> Result<(), Failure> {
        self.memory.advance(&applied.trie_update)?;
        let changes = applied.trie_update.into_changes();
        let flat = applied.values.iter().map(|(key, value)| (&key[..], value.as_deref()));
        let parent = self.head.map(|head| head.number);
        self.head = Some(self.shard.commit(parent, height, &changes, flat)?);
        self.shard.retain_latest(VERSIONS)?;
        while self.shard.collect(usize::MAX)? == Collection::Unfinished {}
        Ok(())
    }
}

impl State for OnDisk {
    type Place = MemoryPlace;

    fn put(&mut self, entries: &Entries) -> Result<(), Failure> {
        let trie_update = updated(&self.memory.version(), entries)?;
        let value =
            |(key, value): &(Vec<u8>, Vec<u8>)| (key.clone(), Some(value.as_slice().into()));
        let values = entries.iter().map(value).collect();
        self.advance(0, Applied { trie_update, values })
    }

    fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<ApplyResult<MemoryPlace>, ApplyError> {
        self.memory.apply(input, environment)
    }

    fn witness(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<Witness, ApplyError> {
        self.memory.witness(input, environment)
    }

    fn commit(&mut self, height: u64, applied: Applied<MemoryPlace>) -> Result<(), Failure> {
        self.advance(height, applied)
    }
}

/// A trie with more entries, in the order of keys.
fn updated<S: NodeSource>(
    trie: &Trie<S>,
    entries: &Entries,
) -> Result<Finished<S::Place>, TrieError> {
    let mut update = trie.update();
    for (key, value) in entries {
        update.insert(key, value)?;
    }
    update.finish()
}
