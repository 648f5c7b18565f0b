//! Versions of several shards that are committed in one batch, with what else belongs to a block.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use torr_store::database::{Batch, Column, Database, MemoryDatabase};
use torr_store::shard_state::{Commit, ShardState, StateError, VersionNumber, commit_together};
use torr_store::stored_trie::ShardUid;
use torr_store::trie::TrieChanges;
use torr_store::trie_update::TrieUpdate;

type Flat<'f> = Vec<(&'f [u8], Option<&'f [u8]>)>;

fn shard_of(database: &Arc<dyn Database>, shard_id: u32) -> ShardState {
    ShardState::open(Arc::clone(database), ShardUid { version: 0, shard_id }).unwrap()
}

/// What `entries` add to the trie of a version.
fn changes(state: &ShardState, parent: Option<VersionNumber>, entries: &Flat<'_>) -> TrieChanges {
    let snapshot = state.snapshot().unwrap();
    let trie = match parent {
        Some(parent) => snapshot.trie_at(parent).unwrap(),
        None => snapshot.empty_trie(),
    };
    let mut update = TrieUpdate::new(&trie);
    for (key, value) in entries {
        update.set(key.to_vec(), value.unwrap());
    }
    update.finish().unwrap().into_changes()
}

fn record(value: &[u8]) -> Batch {
    let mut batch = Batch::new();
    batch.put(Column::Blocks, *b"head", value);
    batch
}

#[test]
fn all_is_kept_or_nothing() {
    let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let states = [0, 1].map(|shard_id| shard_of(&database, shard_id));
    let entries: [Flat<'_>; 2] = [vec![(b"one", Some(b"1"))], vec![(b"two", Some(b"2"))]];
    let changes = [0, 1].map(|shard| changes(&states[shard], None, &entries[shard]));
    let commit = |shard: usize, parent| Commit {
        state: &states[shard],
        parent,
        height: 7,
        changes: &changes[shard],
        flat: entries[shard].clone(),
    };
    // The second of them has no such parent.
    let wrong = [commit(0, None), commit(1, Some(VersionNumber(3)))];
    let refused = commit_together(&wrong, record(b"wrong"));
    assert!(matches!(refused, Err(StateError::NotKept { .. })));
    assert!(states.iter().all(|state| state.head().unwrap().is_none()));
    assert_eq!(database.get(Column::Blocks, b"head").unwrap(), None);

    let both = [commit(0, None), commit(1, None)];
    let versions = commit_together(&both, record(b"first")).unwrap();
    for (state, version) in states.iter().zip(&versions) {
        assert_eq!(state.head().unwrap(), Some(*version));
    }
    assert_eq!(states[1].flat_get(b"two").unwrap().as_deref(), Some(&b"2"[..]));
    assert_eq!(database.get(Column::Blocks, b"head").unwrap().as_deref(), Some(&b"first"[..]));

    // Done again, it finds what is there.
    assert_eq!(commit_together(&both, record(b"again")).unwrap(), versions);
    assert_eq!(states[0].versions().unwrap().len(), 1);
    assert_eq!(database.get(Column::Blocks, b"head").unwrap().as_deref(), Some(&b"again"[..]));
}

#[test]
fn only_different_shards_of_one_database_go_together() {
    let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let other: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let state = shard_of(&database, 0);
    let changes = changes(&state, None, &vec![(b"key", Some(b"value"))]);
    let commit = |state| Commit { state, parent: None, height: 0, changes: &changes, flat: vec![] };
    for second in [&state, &shard_of(&database, 0), &shard_of(&other, 1)] {
        let refused = commit_together(&[commit(&state), commit(second)], Batch::new());
        assert!(matches!(refused, Err(StateError::NotTogether { .. })));
    }
    assert!(commit_together(&[], Batch::new()).unwrap().is_empty());
    assert_eq!(state.head().unwrap(), None);
}
