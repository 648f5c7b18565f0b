//! The ways to keep states and to work on them, behind one interface.

use super::observed::{Detail, observed};
use super::proofs::FromWitnesses;
use super::scenario::{Entry, Scenario};
use super::{States, in_memory};
use crate::store::{OpenStore, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use torr_crypto::hash::CryptoHash;
use torr_primitives::{ShardId, ShardLayout};
use torr_runtime::{ApplyError, Environment, Threads, ThreadsError, apply};
use torr_store::database::Batch;
use torr_store::memory_trie::{MemoryNodes, MemoryPlace, MemoryTrie};
use torr_store::stored_trie::ShardUid;
use torr_store::trie::{EMPTY_ROOT, Finished, Trie, TrieChanges};
use torr_vm_runner::Runner;

/// What a chunk came to, or why it is not applied.
pub(super) type Applied = Result<Value, ApplyError>;

/// States of all shards, each as it is now.
pub(super) trait Keeper {
    /// Applies a chunk. If that succeeds, the state of its shard is the new one.
    fn apply(
        &mut self,
        entry: &Entry,
        environment: &Environment<'_>,
        detail: Detail,
    ) -> Result<Applied, String>;
}

/// A way to keep states and to work on them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// In memory, with one thread.
    Memory,
    /// In memory, with two threads.
    MemoryWithTwoThreads,
    /// From witnesses alone.
    Witnesses,
    /// In a database.
    Store(Store),
}

/// Two threads, for all scenarios together.
static TWO_THREADS: LazyLock<Result<Threads, ThreadsError>> =
    LazyLock::new(|| Threads::new(NonZeroUsize::MIN.saturating_add(1)));

impl Way {
    /// What it is, in words that stand behind the name of a scenario.
    pub(super) fn description(self) -> String {
        match self {
            Way::Memory => "on the trie in memory".to_owned(),
            Way::MemoryWithTwoThreads => "on the trie in memory with two threads".to_owned(),
            Way::Witnesses => "from its witnesses".to_owned(),
            Way::Store(store) => format!("on {}", store.description()),
        }
    }

    /// The states at first.
    pub(super) fn keeper(self, scenario: &Scenario) -> Result<Box<dyn Keeper>, String> {
        Ok(match self {
            Way::Memory | Way::MemoryWithTwoThreads => Box::new(InMemory::new(&scenario.states)?),
            Way::Witnesses => Box::new(FromWitnesses(InMemory::new(&scenario.states)?)),
            Way::Store(store) => Box::new(Stored::new(store, scenario)?),
        })
    }

    /// What chunks are applied with.
    pub(super) fn environment(self, runner: &Runner) -> Result<Environment<'_>, String> {
        const ONE: &Threads = &Threads::one();
        match self {
            Way::MemoryWithTwoThreads => {
                let threads = TWO_THREADS.as_ref().map_err(ToString::to_string)?;
                Ok(Environment::new(runner, threads))
            }
            Way::Memory | Way::Witnesses | Way::Store(_) => Ok(Environment::new(runner, ONE)),
        }
    }
}

/// In memory, one version of each.
pub(super) struct InMemory(BTreeMap<ShardId, MemoryTrie>);

impl InMemory {
    pub(super) fn new(states: &States) -> Result<InMemory, String> {
        let tries = states.iter().map(|(shard, (_, entries))| Ok((*shard, in_memory(entries)?.0)));
        Ok(InMemory(tries.collect::<Result<_, String>>()?))
    }

    /// The state of an entry's shard, which has to be the one that the entry begins with.
    pub(super) fn trie(&self, entry: &Entry) -> Result<Trie<MemoryNodes<'_>>, String> {
        let shard_id = entry.context.shard_id;
        let trie = self.0.get(&shard_id).ok_or_else(|| unknown_shard(shard_id))?;
        trie.version(entry.prev_state_root).ok_or_else(|| OTHER_STATE.to_owned())
    }

    /// Keeps the changed state of an entry's shard instead of the one before.
    pub(super) fn replace(
        &mut self,
        entry: &Entry,
        update: &Finished<MemoryPlace>,
    ) -> Result<(), String> {
        let shard_id = entry.context.shard_id;
        let trie = self.0.get_mut(&shard_id).ok_or_else(|| unknown_shard(shard_id))?;
        trie.commit(update).map_err(|error| error.to_string())?;
        trie.remove(entry.prev_state_root);
        Ok(())
    }
}

const OTHER_STATE: &str = "the state is not the one that `prev_state_root` says";

fn unknown_shard(shard_id: ShardId) -> String {
    format!("there is no state of shard {shard_id}")
}

impl Keeper for InMemory {
    fn apply(
        &mut self,
        entry: &Entry,
        environment: &Environment<'_>,
        detail: Detail,
    ) -> Result<Applied, String> {
        let result = match apply(&self.trie(entry)?, &entry.input(), environment) {
            Ok(result) => result,
            Err(error) => return Ok(Err(error)),
        };
        self.replace(entry, &result.trie_update)?;
        Ok(Ok(observed(result, detail)?.0))
    }
}

/// In a database, one version of each.
struct Stored {
    store: OpenStore,
    layout: Arc<ShardLayout>,
    roots: BTreeMap<ShardId, CryptoHash>,
}

impl Stored {
    fn new(store: Store, scenario: &Scenario) -> Result<Stored, String> {
        let mut stored = Stored {
            store: store.open()?,
            layout: Arc::clone(&scenario.layout),
            roots: BTreeMap::new(),
        };
        for (&shard_id, (_, entries)) in &scenario.states {
            let shard = stored.shard(shard_id)?;
            let empty = Trie::stored(&*stored.store.database, shard, EMPTY_ROOT);
            let mut update = empty.update();
            for (key, value) in entries {
                update.insert(key, value).map_err(|error| error.to_string())?;
            }
            let finished = update.finish().map_err(|error| error.to_string())?;
            stored.write(shard_id, &finished.into_changes())?;
        }
        Ok(stored)
    }

    fn shard(&self, shard_id: ShardId) -> Result<ShardUid, String> {
        let uids = &mut self.layout.shard_uids();
        let uid = uids.find(|uid| ShardId::from(uid.shard_id) == shard_id);
        let uid = uid.ok_or_else(|| unknown_shard(shard_id))?;
        Ok(ShardUid { version: uid.version, shard_id: uid.shard_id })
    }

    /// Keeps the changed state of a shard instead of the one before.
    fn write(&mut self, shard_id: ShardId, changes: &TrieChanges) -> Result<(), String> {
        let (shard, mut batch) = (self.shard(shard_id)?, Batch::new());
        changes.insert_into(shard, &mut batch);
        changes.delete_from(shard, &mut batch);
        self.store.database.write(batch).map_err(|error| error.to_string())?;
        self.roots.insert(shard_id, changes.new_root);
        Ok(())
    }
}

impl Keeper for Stored {
    fn apply(
        &mut self,
        entry: &Entry,
        environment: &Environment<'_>,
        detail: Detail,
    ) -> Result<Applied, String> {
        let shard_id = entry.context.shard_id;
        if self.roots.get(&shard_id) != Some(&entry.prev_state_root) {
            return Err(OTHER_STATE.to_owned());
        }
        let (database, shard) = (&*self.store.database, self.shard(shard_id)?);
        let trie = Trie::stored(database, shard, entry.prev_state_root);
        let (given, changes) = match apply(&trie, &entry.input(), environment) {
            Ok(result) => observed(result, detail)?,
            Err(error) => return Ok(Err(error)),
        };
        self.write(shard_id, &changes)?;
        Ok(Ok(given))
    }
}
