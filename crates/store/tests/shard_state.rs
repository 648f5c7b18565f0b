//! Versions of a shard's state: random histories, beside a map for each version.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::database::{Batch, Column, Database, KeyRange, MemoryDatabase, Reader};
use torr_store::flat::FlatValue;
use torr_store::memory_trie::MemoryTrie;
use torr_store::shard_state::{Collection, ShardState, StateError, Version, VersionNumber};
use torr_store::source::TrieError;
use torr_store::stored_trie::ShardUid;
use torr_store::trie::EMPTY_ROOT;
use torr_testkit::state_history::{
    Contents, Map, Workload, check_counts, check_versions, commit, is_empty,
};
use torr_testkit::trie::{reference_root, reference_trie};

const SHARD: ShardUid = ShardUid { version: 1, shard_id: 2 };
/// One whose name differs from the other's in the last byte that can.
const NEIGHBOUR: ShardUid = ShardUid { version: 1, shard_id: 3 };

/// A step of a history. Versions are chosen among those that are kept.
#[derive(Clone, Debug)]
enum Step {
    Commit {
        parent: prop::sample::Index,
        changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    },
    /// A version with the root of one that is kept, as a first version.
    Import {
        like: prop::sample::Index,
    },
    SetHead(prop::sample::Index),
    Remove(prop::sample::Index),
    RetainLatest(usize),
    Collect(usize),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let key = prop::collection::vec(prop::sample::select(vec![0x00_u8, 0x01, 0x10, 0xff]), 0..4);
    let value = prop_oneof![
        2 => Just(None),
        4 => prop::collection::vec(0..3_u8, 0..2).prop_map(Some),
        1 => Just(Some(vec![9; 4_001])),
    ];
    let changes = prop::collection::vec((key, value), 0..12);
    let index = any::<prop::sample::Index>;
    prop_oneof![
        8 => (index(), changes).prop_map(|(parent, changes)| Step::Commit { parent, changes }),
        1 => index().prop_map(|like| Step::Import { like }),
        2 => index().prop_map(Step::SetHead),
        6 => index().prop_map(Step::Remove),
        1 => (0..4_usize).prop_map(Step::RetainLatest),
        8 => (1..12_usize).prop_map(Step::Collect),
        1 => Just(Step::Reopen),
    ]
}

/// A state beside what its versions have to have.
struct History {
    database: Arc<dyn Database>,
    state: ShardState,
    chunk_len: usize,
    contents: Contents,
    height: u64,
}

impl History {
    fn new(chunk_len: usize) -> History {
        let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
        let state = open(&database, chunk_len);
        History { database, state, chunk_len, contents: Contents::new(), height: 0 }
    }

    fn versions(&self) -> Vec<Version> {
        self.state.versions().expect("it can be read")
    }

    fn commit(&mut self, parent: Option<VersionNumber>, content: Map) -> Version {
        let before = parent.map(|parent| self.contents[&parent].clone()).unwrap_or_default();
        self.height += 1;
        let version = commit(&self.state, parent, self.height, &before, &content)
            .expect("the parent is kept");
        assert_eq!(version.root, reference_root(&content));
        assert_eq!((version.parent, version.height), (parent, self.height));
        // Done again, it is found.
        let again = commit(&self.state, parent, self.height, &before, &content);
        assert_eq!(again.expect("the parent is kept"), version);
        let found = self.state.find(version.root).expect("it can be read");
        assert!(found.contains(&version));
        self.contents.insert(version.number, content);
        version
    }

    fn take(&mut self, step: Step) {
        let versions = self.versions();
        let chosen =
            |index: prop::sample::Index| (!versions.is_empty()).then(|| *index.get(&versions));
        match step {
            Step::Commit { parent, changes } => {
                let parent = chosen(parent).map(|version| version.number);
                let mut content =
                    parent.map(|parent| self.contents[&parent].clone()).unwrap_or_default();
                for (key, value) in changes {
                    match value {
                        Some(value) => content.insert(key, value),
                        None => content.remove(&key),
                    };
                }
                self.commit(parent, content);
            }
            Step::Import { like } => {
                if let Some(like) = chosen(like) {
                    self.commit(None, self.contents[&like.number].clone());
                }
            }
            Step::SetHead(index) => {
                if let Some(version) = chosen(index) {
                    self.state.set_head(version.number).expect("it is kept");
                    assert_eq!(self.state.head().expect("it can be read"), Some(version));
                }
            }
            Step::Remove(index) => {
                if let Some(version) = chosen(index) {
                    self.remove(version);
                }
            }
            Step::RetainLatest(count) => {
                let removed = self.state.retain_latest(count).expect("it can be read");
                assert_eq!(self.versions().len(), versions.len() - removed);
            }
            Step::Collect(limit) => {
                let _ = self.state.collect(limit).expect("it can be read");
            }
            Step::Reopen => self.state = open(&self.database, self.chunk_len),
        }
    }

    fn remove(&mut self, version: Version) {
        let is_head = self.state.head().expect("it can be read") == Some(version);
        match self.state.remove(version.number) {
            Ok(was_kept) => assert!(was_kept && !is_head),
            Err(StateError::IsHead { number }) => assert!(is_head && number == version.number),
            Err(error) => panic!("{error}"),
        }
        if !is_head {
            assert!(!self.state.remove(version.number).expect("it can be read"));
            assert_eq!(self.state.version(version.number).expect("it can be read"), None);
        }
    }

    fn collect_all(&self, limit: usize) {
        let mut steps = 0;
        while self.state.collect(limit).expect("it can be read") == Collection::Unfinished {
            steps += 1;
            assert!(steps < 100_000, "collecting does not end");
        }
    }

    fn check(&self) {
        check_versions(&self.state, &self.contents).expect("it can be read");
    }

    fn check_counts(&self) {
        check_counts(&self.state, &*self.database, &self.contents).expect("it can be read");
    }
}

fn open(database: &Arc<dyn Database>, chunk_len: usize) -> ShardState {
    let state = ShardState::open(Arc::clone(database), SHARD).expect("it can be read");
    state.with_chunk_len(chunk_len)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_kept_version_is_whole_and_nothing_else_stays(
        steps in prop::collection::vec(step(), 1..60), chunk_len in 1..9_usize, limit in 1..40_usize,
    ) {
        let mut history = History::new(chunk_len);
        let beside = ShardState::open(Arc::clone(&history.database), NEIGHBOUR).expect("it opens");
        let theirs = Map::from([(vec![], vec![1]), (vec![0x10], vec![9; 4_001])]);
        let version = commit(&beside, None, 1, &Map::new(), &theirs).expect("it can be written");
        let of_beside = Contents::from([(version.number, theirs)]);

        for step in steps {
            history.take(step);
            history.check();
        }
        history.collect_all(limit);
        history.check();
        history.check_counts();

        // Only the head.
        for version in history.versions() {
            if Some(version) != history.state.head().expect("it can be read") {
                history.remove(version);
            }
        }
        history.collect_all(limit);
        history.check();
        history.check_counts();
        prop_assert!(history.versions().len() <= 1);
        prop_assert!(is_empty(&*history.database, Column::Deltas, SHARD)?);

        // Nothing.
        history.state.remove_all().expect("it can be written");
        history.collect_all(limit);
        for column in [Column::Nodes, Column::Flat, Column::Deltas] {
            prop_assert!(is_empty(&*history.database, column, SHARD)?, "{}", column);
        }
        let entries = history.database.entries_with_prefix(Column::Roots, &SHARD.to_bytes())?;
        prop_assert!(entries.count() <= 1);
        // And it begins anew.
        let content = Map::from([(vec![1], vec![1])]);
        history.commit(None, content);
        history.check();

        check_versions(&beside, &of_beside)?;
        check_counts(&beside, &*history.database, &of_beside)?;
    }
}

#[test]
fn the_workload_of_the_crash_test_is_sound() {
    for seed in 0..3 {
        follow(Workload { seed, changes: 8 }, 70);
    }
}

/// Does what the program of the crash test does, up to a version.
fn follow(workload: Workload, last: u64) {
    let mut history = History::new(8);
    for number in 0..=last {
        let version = workload.commit(&history.state, number).expect("the parent is kept");
        assert_eq!(version.number, VersionNumber(number));
        history.contents.insert(version.number, workload.content(number));
        if workload.moves_head(number) {
            history.state.set_head(version.number).expect("it is kept");
        }
        for old in workload.to_remove(number, &history.versions()) {
            if history.state.head().expect("it can be read").map(|head| head.number) == Some(old) {
                history.state.set_head(version.number).expect("it is kept");
            }
            assert!(history.state.remove(old).expect("it is not the head"));
        }
        for limit in workload.collections(number) {
            let _ = history.state.collect(limit).expect("it can be read");
        }
        if number % 10 == 0 {
            history.check();
        }
    }
    history.collect_all(1_000);
    history.check();
    history.check_counts();
}

/// A map of so many keys, with values of a kind.
fn many(count: u32, kind: u8) -> Map {
    let key = |n: u32| CryptoHash::of(&n.to_le_bytes()).0.to_vec();
    (0..count).map(|n| (key(n), vec![kind, (n % 100) as u8])).collect()
}

#[test]
fn versions_that_differ_in_many_chunks_are_merged() {
    let mut history = History::new(usize::MAX);
    let first = history.commit(None, many(100, 0)).number;
    let second = history.commit(Some(first), many(3_000, 1)).number;
    let mut content = many(1_500, 2);
    content.extend(many(200, 1));
    let third = history.commit(Some(second), content).number;
    let fourth = history.commit(Some(third), many(3_000, 1)).number;
    for number in [third, second, first] {
        assert!(history.state.remove(number).expect("it can be written"));
        history.collect_all(700);
        history.check();
        history.check_counts();
    }
    assert_eq!(
        history.versions(),
        [Version {
            number: fourth,
            height: 4,
            root: reference_root(&many(3_000, 1)),
            parent: None,
        }]
    );
}

#[test]
fn a_version_with_several_children_waits() {
    let mut history = History::new(4);
    let first = history.commit(None, many(5, 0)).number;
    let second = history.commit(Some(first), many(9, 0)).number;
    let third = history.commit(Some(first), many(3, 1)).number;
    history.state.remove(first).expect("it is not the head");
    history.collect_all(3);
    let waiting = history.state.snapshot().and_then(|it| it.waiting()).expect("it can be read");
    assert_eq!(waiting.iter().map(|it| it.number).collect::<Vec<_>>(), [first]);
    history.check_counts();
    history.state.remove(third).expect("it is not the head");
    history.collect_all(3);
    history.check_counts();
    let versions = history.versions();
    assert_eq!(
        versions.iter().map(|it| (it.number, it.parent)).collect::<Vec<_>>(),
        [(second, None)]
    );
}

#[test]
fn the_last_versions_of_the_heads_line_are_retained_with_what_follows_them() {
    let mut history = History::new(4);
    let mut line = vec![history.commit(None, many(3, 0)).number];
    for kind in 1..5 {
        line.push(history.commit(line.last().copied(), many(3, kind)).number);
    }
    let beside_old = history.commit(Some(line[1]), many(3, 7)).number;
    let beside_new = history.commit(Some(line[3]), many(3, 8)).number;
    let elsewhere = history.commit(None, many(3, 9)).number;
    assert_eq!(history.state.retain_latest(2).expect("it can be written"), 4);
    let kept: Vec<_> = history.versions().iter().map(|version| version.number).collect();
    assert_eq!(kept, [line[3], line[4], beside_new, elsewhere]);
    assert!(!kept.contains(&beside_old));
    history.collect_all(5);
    history.check();
    history.check_counts();
    assert_eq!(history.state.retain_latest(100).expect("it can be written"), 0);
}

#[test]
fn a_snapshot_reads_what_is_collected_later() {
    let mut history = History::new(4);
    let first = history.commit(None, many(50, 0)).number;
    let second = history.commit(Some(first), many(50, 1)).number;
    let snapshot = history.state.snapshot().expect("it can be read");
    history.state.remove(first).expect("it is not the head");
    history.collect_all(100);
    history.commit(Some(second), Map::new());
    assert_eq!(snapshot.verify(first).expect("it is whole"), 50);
    assert_eq!(snapshot.verify(second).expect("it is whole"), 50);
    let (key, value) = many(1, 1).pop_first().expect("there is one");
    assert_eq!(snapshot.flat_get(&key).expect("it can be read").as_deref(), Some(&value[..]));
    assert_eq!(history.state.flat_get(&key).expect("it can be read"), None);
    let late = history.state.snapshot().and_then(|snapshot| snapshot.verify(first));
    assert!(matches!(late, Err(StateError::NotKept { number }) if number == first));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut history = History::new(4);
    let first = history.commit(None, many(3, 0)).number;
    let second = history.commit(Some(first), many(3, 1)).number;
    let before = all(&*history.database);
    let state = &history.state;
    let other = commit(state, Some(second), 9, &Map::new(), &many(2, 0)).expect("it fits").number;
    state.remove(other).expect_err("it is the head");
    state.set_head(second).expect("it is kept");
    state.remove(other).expect("it is not the head");
    history.collect_all(10);
    let mut after = all(&*history.database);
    // Only the next number has changed.
    after.retain(|entry| !before.contains(entry));
    assert_eq!(after.len(), 1);

    let changes = |root| torr_store::trie::TrieChanges {
        old_root: root,
        new_root: root,
        insertions: vec![],
        deletions: vec![],
    };
    let state = &history.state;
    let unknown = VersionNumber(77);
    let refused = state.commit(Some(unknown), 1, &changes(EMPTY_ROOT), []);
    assert!(matches!(refused, Err(StateError::NotKept { number }) if number == unknown));
    let refused = state.commit(Some(first), 1, &changes(EMPTY_ROOT), []);
    let expected = reference_root(&many(3, 0));
    assert!(
        matches!(refused, Err(StateError::OtherRoot { expected: e, found: EMPTY_ROOT }) if e == expected)
    );
    let refused = state.commit(None, 1, &changes(expected), []);
    assert!(matches!(refused, Err(StateError::OtherRoot { expected: EMPTY_ROOT, .. })));
    assert!(matches!(state.set_head(unknown), Err(StateError::NotKept { .. })));
    assert!(!state.remove(unknown).expect("it can be read"));

    state.remove_all().expect("it can be written");
    let refused = state.commit(None, 1, &changes(EMPTY_ROOT), []);
    assert!(matches!(refused, Err(StateError::NotCollected)));
}

#[test]
fn an_empty_state_has_versions_too() {
    let mut history = History::new(4);
    let first = history.commit(None, Map::new()).number;
    let second = history.commit(Some(first), Map::new()).number;
    assert_eq!(history.state.find(EMPTY_ROOT).expect("it can be read").len(), 2);
    history.commit(Some(second), many(2, 0));
    history.check();
    for number in [first, second] {
        history.state.remove(number).expect("it is not the head");
    }
    history.collect_all(1);
    history.check();
    history.check_counts();
}

/// All entries of all columns.
fn all(reader: &dyn Reader) -> Vec<(Column, Vec<u8>, Vec<u8>)> {
    let entries = |column| {
        let entries = reader.entries_with_prefix(column, &[]).expect("it can be read");
        entries.map(move |entry| {
            let (key, value) = entry.expect("it can be read");
            (column, key.to_vec(), value.to_vec())
        })
    };
    Column::ALL.into_iter().flat_map(entries).collect()
}

/// The database of a small state whose entry is replaced, and what verifying its head says then.
fn verify_with(column: Column, key: &[u8], value: Option<&[u8]>) -> Result<u64, StateError> {
    let mut history = History::new(4);
    let head = history.commit(None, many(20, 0)).number;
    let mut batch = Batch::new();
    let key = [&SHARD.to_bytes()[..], key].concat();
    if column.is_counted() {
        batch.delete(column, &key[..]);
        if let Some(value) = value {
            batch.add_references(column, &key[..], value, 1);
        }
    } else if let Some(value) = value {
        batch.put(column, &key[..], value);
    } else {
        batch.delete_range(column, KeyRange::prefix(&key));
    }
    history.database.write(batch).expect("it can be written");
    history.state.snapshot().and_then(|snapshot| snapshot.verify(head))
}

#[test]
fn damage_is_named() {
    let content = many(20, 0);
    let (_, places) = reference_trie(&content);
    for hash in places.keys() {
        let missing = verify_with(Column::Nodes, hash.as_bytes(), None);
        let missing = missing.expect_err("it is missing");
        assert!(matches!(missing, StateError::Trie(TrieError::Missing { hash: h }) if h == *hash));
        let other = verify_with(Column::Nodes, hash.as_bytes(), Some(b"something else"));
        let other = other.expect_err("it is another");
        assert!(matches!(
            other,
            StateError::Trie(TrieError::OtherHash { hash: h, found })
                if h == *hash && found == CryptoHash::of(b"something else")
        ));
    }
    let flat = |value: &[u8]| {
        borsh::to_vec(&FlatValue::Inlined(value.to_vec())).expect("memory does not fail")
    };
    for key in content.keys() {
        for value in [None, Some(flat(b"other"))] {
            let error = verify_with(Column::Flat, key, value.as_deref()).expect_err("it differs");
            assert!(matches!(error, StateError::FlatDiffers { key: k } if k == *key));
        }
    }
    let more = verify_with(Column::Flat, &[0xff; 40], Some(&flat(b"more")));
    assert!(matches!(more, Err(StateError::FlatDiffers { key }) if key == [0xff; 40]));
    let no_value = verify_with(Column::Flat, &[0xff; 40], Some(b"\x09"));
    assert!(matches!(no_value, Err(StateError::Database(_))));
    assert!(matches!(
        verify_with(Column::Flat, b"", Some(&flat(b"more"))),
        Err(StateError::FlatDiffers { .. })
    ));
}

#[test]
fn any_record_is_read_or_refused() {
    let mut history = History::new(4);
    let first = history.commit(None, many(9, 0)).number;
    history.commit(Some(first), many(9, 1));
    history.state.remove(first).expect("it is not the head");
    for (column, key, value) in all(&*history.database) {
        if !matches!(column, Column::Roots | Column::Deltas) {
            continue;
        }
        for damaged in [&[][..], &[0xff; 7], &[&value[..], &[0]].concat(), &[0xff; 400]] {
            let database = Arc::new(MemoryDatabase::new());
            let mut batch = Batch::new();
            for (column, key, value) in all(&*history.database) {
                match column.is_counted() {
                    true => batch.add_references(column, key, value, 9),
                    false => batch.put(column, key, value),
                }
            }
            batch.put(column, &key[..], damaged);
            database.write(batch).expect("it can be written");
            let done = use_all(database);
            // Marks of what is pending, and of roots, are in their keys alone.
            let has_value = column == Column::Deltas || matches!(key.get(8), Some(0 | 1));
            assert_eq!(done.is_err(), has_value, "{column} {key:?} {damaged:?}");
        }
    }
}

/// Reads and changes all there is.
fn use_all(database: Arc<dyn Database>) -> Result<(), StateError> {
    let state = ShardState::open(database, SHARD)?;
    for version in state.versions()? {
        state.set_head(version.number)?;
    }
    state.retain_latest(1)?;
    let _ = state.collect(10_000)?;
    state.remove_all()
}

#[test]
fn stats_tell_what_is_there() {
    let mut history = History::new(4);
    let empty = history.state.snapshot().and_then(|it| it.stats()).expect("it can be read");
    assert_eq!((empty.versions, empty.waiting, empty.head), (0, 0, None));
    let content = Map::from([
        (vec![0x11], vec![1; 10]),
        (vec![0x11, 0x22], vec![2; 10]),
        (vec![0x11, 0x33], vec![2; 10]),
    ]);
    let (_, places) = reference_trie(&content);
    history.commit(None, content);
    let stats = history.state.snapshot().and_then(|it| it.stats()).expect("it can be read");
    let head = stats.head.expect("there is one");
    assert_eq!(
        (head.leaves, head.branches, head.branches_with_value, head.extensions),
        (2, 1, 1, 1)
    );
    assert_eq!(head.by_depth, BTreeMap::from([(0, 1), (1, 1), (2, 2)]));
    assert_eq!(head.value_bytes, 30);
    let nodes = stats.columns[&Column::Nodes];
    assert_eq!(nodes.entries, places.len() as u64);
    assert_eq!(
        nodes.value_bytes,
        places.values().map(|(bytes, _)| bytes.len() as u64).sum::<u64>()
    );
    assert_eq!(head.node_bytes, nodes.value_bytes - 20);
    assert_eq!(stats.columns[&Column::Flat].entries, 3);
    assert_eq!((stats.versions, stats.waiting), (1, 0));
}

#[test]
fn the_head_is_loaded_into_memory_from_its_keys_and_values() {
    let database: Arc<dyn Database> = Arc::new(MemoryDatabase::new());
    let content = |seed: u8| {
        let key = |number: u16| CryptoHash::of(&[&number.to_le_bytes()[..], &[seed]].concat());
        let long = (vec![seed], vec![seed; 5_000]);
        let many = (0..2_000).map(|number| (key(number).as_bytes().to_vec(), vec![seed; 300]));
        many.chain([long, (vec![], vec![seed])]).collect::<Map>()
    };
    for (seed, shard) in [(1, SHARD), (2, NEIGHBOUR)] {
        let state = ShardState::open(Arc::clone(&database), shard).expect("it opens");
        commit(&state, None, 1, &Map::new(), &content(seed)).expect("it can be written");
    }
    for (seed, shard) in [(1, SHARD), (2, NEIGHBOUR)] {
        let state = ShardState::open(Arc::clone(&database), shard).expect("it opens");
        let snapshot = state.snapshot().expect("it can be read");
        let head = snapshot.head().expect("it can be read").expect("there is one");
        let trie = snapshot.trie_at(head.number).expect("it is kept");
        let mut memory = MemoryTrie::default();
        let root = memory.load_from(&trie, &snapshot).expect("all is there");
        let trie = memory.version(root).expect("it was added");
        let entries = trie.iter().map(|entry| entry.expect("all nodes are there"));
        let entries: Map = entries.map(|(key, value)| (key, value.to_vec())).collect();
        assert_eq!(entries, content(seed));
    }
}
