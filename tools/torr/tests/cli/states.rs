//! Databases that the command line does not make: with several versions, with what has no record; and
//! files that are cut off.

use crate::{STARTING, sandbox, torr};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use torr_primitives::{AccountId, TrieKey};
use torr_store::database::{EmbeddedDatabase, Identity, MemoryDatabase, OpenOptions};
use torr_store::shard_state::{SCHEMA, ShardState, Version, VersionNumber};
use torr_store::state_file::{Begun, export};
use torr_store::stored_trie::ShardUid;
use torr_store::trie_update::TrieUpdate;

/// A key with its new value.
type Change = (TrieKey, Option<Vec<u8>>);

fn open(folder: &Path, shard_id: u32) -> ShardState {
    let identity = Identity { schema: SCHEMA, chain_id: "example".to_owned() };
    let database = EmbeddedDatabase::open(folder, &OpenOptions::new(identity)).unwrap();
    ShardState::open(Arc::new(database), ShardUid { version: 0, shard_id }).unwrap()
}

fn commit(
    state: &ShardState,
    parent: Option<VersionNumber>,
    height: u64,
    changes: Vec<Change>,
) -> Version {
    let snapshot = state.snapshot().unwrap();
    let trie = match parent {
        Some(parent) => snapshot.trie_at(parent).unwrap(),
        None => snapshot.empty_trie(),
    };
    let mut update = TrieUpdate::new(&trie);
    for (key, value) in changes {
        match value {
            Some(value) => update.set(key.to_bytes(), value),
            None => update.remove(key.to_bytes()),
        }
    }
    let finished = update.finish().unwrap().into_changes();
    state.commit(parent, height, &finished, update.changes()).unwrap()
}

fn data(key: &[u8], value: &[u8]) -> Change {
    let account_id: AccountId = "a.near".parse().unwrap();
    (TrieKey::ContractData { account_id, key: key.to_vec() }, Some(value.to_vec()))
}

/// Three versions, one after the other.
pub(crate) fn history(folder: &Path) {
    let _alone = STARTING.write().unwrap();
    let state = open(folder, 0);
    let first = vec![data(b"counter", b"1"), data(b"old", b"goes")];
    let first = commit(&state, None, 1, first).number;
    let second = commit(&state, Some(first), 2, vec![data(b"counter", b"2")]).number;
    let third = vec![(data(b"old", b"").0, None), data(b"counter", b"3"), data(b"new", b"comes")];
    commit(&state, Some(second), 3, third);
}

/// A state with something that no record says.
pub(crate) fn unrecorded(folder: &Path, shard_id: u32) {
    let indices = borsh::to_vec(&[0_u64, 0]).unwrap();
    let changes = vec![
        data(b"counter", b"1"),
        (TrieKey::PromiseYieldIndices, Some(indices)),
        (TrieKey::BandwidthSchedulerState, Some(vec![0; 40])),
    ];
    let _alone = STARTING.write().unwrap();
    commit(&open(folder, shard_id), None, 1, changes);
}

/// The file of a state that takes several steps to import.
fn large_file() -> Vec<u8> {
    let database = Arc::new(MemoryDatabase::new());
    let state = ShardState::open(database, ShardUid::default()).unwrap();
    let changes = (0..20).map(|n| data(&[n], &[n; 600_000])).collect();
    let version = commit(&state, None, 0, changes);
    let snapshot = state.snapshot().unwrap();
    let trie = snapshot.trie_at(version.number).unwrap();
    let mut file = Vec::new();
    export(&trie, &Begun::nothing(version.root), &mut file, |_| ()).unwrap();
    file
}

#[test]
fn a_copy_that_broke_off_is_gone_on_with() {
    let folder = sandbox();
    let path = folder.path().join("large.torr");
    let whole = large_file();
    fs::write(&path, &whole[..11_000_000]).unwrap();
    let import = ["state", "import", "large.torr", "--db", "db", "--chain", "example"];
    let refused = torr(folder.path(), &import, &[]);
    assert!(refused.contains("frame 18 of the state file is cut short"), "{refused}");
    let refused = torr(folder.path(), &["state", "root", "--db", "db"], &[]);
    assert!(refused.contains("has no state"), "{refused}");
    // Another file is not.
    let records = ["state", "import", "state/records.json", "--format", "records", "--db", "db"];
    let refused = torr(folder.path(), &records, &[]);
    assert!(refused.contains("an import of something else was begun"), "{refused}");
    fs::write(&path, &whole).unwrap();
    let imported = torr(folder.path(), &import, &[]);
    assert!(imported.contains("resumed   behind 14 frames"), "{imported}");
    let verified = torr(folder.path(), &["state", "verify", "--db", "db"], &[]);
    assert!(verified.contains("the state is whole"), "{verified}");

    // And so is an export.
    let export = ["state", "export", "again.torr", "--db", "db"];
    let path = folder.path().join("again.torr");
    for len in [0, 40, 1_000_000, 9_999_999, whole.len() - 1] {
        fs::write(&path, &whole[..len]).unwrap();
        let exported = torr(folder.path(), &export, &[]);
        assert!(exported.contains("exported to"), "{exported}");
        assert!(fs::read(&path).unwrap() == whole, "cut off at {len}");
    }
}

#[test]
fn an_import_can_be_begun_anew() {
    let folder = sandbox();
    fs::write(folder.path().join("large.torr"), &large_file()[..11_000_000]).unwrap();
    let import = ["state", "import", "large.torr", "--db", "db", "--chain", "example"];
    torr(folder.path(), &import, &[]);
    let records = ["state", "import", "state/records.json", "--format", "records", "--db", "db"];
    let imported = torr(folder.path(), &[&records[..], &["--restart"]].concat(), &[]);
    assert!(imported.contains("imported"), "{imported}");
    let stats = torr(folder.path(), &["state", "stats", "--db", "db", "--json"], &[]);
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["columns"]["flat"]["entries"], 18);
    let verified = torr(folder.path(), &["state", "verify", "--db", "db"], &[]);
    assert!(verified.contains("the state is whole"), "{verified}");
}

/// Whatever bytes of the database are others: verifying says so, or finds all whole, and ends.
#[test]
fn a_damaged_database_is_said_to_be() {
    let folder = sandbox();
    history(&folder.path().join("db"));
    let path = folder.path().join("db/database.redb");
    let whole = fs::read(&path).unwrap();
    let verify = ["state", "verify", "--db", "db"];
    let mut damaged = 0;
    for place in (0..whole.len()).step_by(whole.len() / 12) {
        let mut bytes = whole.clone();
        bytes.iter_mut().skip(place).take(4_000).for_each(|byte| *byte ^= 0x55);
        fs::write(&path, bytes).unwrap();
        let said = torr(folder.path(), &verify, &[]);
        assert!(!said.contains("panicked"), "{said}");
        damaged += u32::from(said.contains("[exit 1]"));
    }
    assert!(damaged > 2, "{damaged}");
    fs::write(&path, whole).unwrap();
    assert!(torr(folder.path(), &verify, &[]).contains("whole"));
}
