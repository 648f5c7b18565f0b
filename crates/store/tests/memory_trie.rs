//! The trie in memory: loading on several threads, and room.

use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::database::KeyRange;
use torr_store::memory_trie::{CommitError, LoadError, MemoryTrie, StateEntries};
use torr_store::partial_state::PartialState;
use torr_store::source::TrieError;
use torr_store::trie::{EMPTY_ROOT, Entry, Trie};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// The nodes and values of a map's trie, and its root.
fn stored(map: &Map) -> (PartialState, CryptoHash) {
    let nothing = PartialState::default();
    let empty = Trie::with_root(&nothing, EMPTY_ROOT);
    let mut update = empty.update();
    for (key, value) in map {
        update.insert(key, value).expect("nothing is read");
    }
    let changes = update.finish().expect("nothing is read").into_changes();
    (PartialState::new(changes.insertions.into_iter().map(|new| new.bytes)), changes.new_root)
}

/// Some keys near one another, and many spread by a hash, so that the trie is cut into parts.
fn large_map() -> Map {
    let spread = (0..20_000_u32).map(|number| {
        let key = CryptoHash::of(&number.to_le_bytes());
        (key.as_bytes()[..12].to_vec(), number.to_le_bytes().repeat(number as usize % 20))
    });
    let near = (0..3_000_u32).map(|number| {
        let key = [b"a long beginning that all have ".as_slice(), &number.to_be_bytes()].concat();
        (key, vec![7; 30])
    });
    let special =
        [(vec![], vec![1]), (vec![0x61], vec![2]), (b"a long beg".to_vec(), vec![9; 5_000])];
    spread.chain(near).chain(special).collect()
}

/// The entries of a map.
struct OfMap<'m>(&'m Map);

impl StateEntries for OfMap<'_> {
    fn entries(
        &self,
        range: &KeyRange,
    ) -> Result<impl Iterator<Item = Result<Entry, TrieError>>, TrieError> {
        let range = range.clone();
        let entries = self.0.iter().filter(move |(key, _)| range.contains(key));
        Ok(entries.map(|(key, value)| Ok((key.clone(), Arc::from(&value[..])))))
    }
}

fn entries(memory: &MemoryTrie, root: CryptoHash) -> Map {
    let trie = memory.version(root).expect("it is kept");
    let entry = |entry: Result<Entry, _>| {
        let (key, value) = entry.expect("all nodes are there");
        (key, value.to_vec())
    };
    trie.iter().map(entry).collect()
}

#[test]
fn a_trie_is_loaded_from_its_nodes_or_from_its_entries() {
    let map = large_map();
    let (state, root) = stored(&map);
    let trie = Trie::with_root(&state, root);
    let mut memory = MemoryTrie::default();
    assert_eq!(memory.load(&trie).expect("all nodes are there"), root);
    assert_eq!(entries(&memory, root), map);
    let nodes = memory.len();

    let mut other = MemoryTrie::default();
    assert_eq!(other.load_from(&trie, &OfMap(&map)).expect("all is there"), root);
    assert_eq!((entries(&other, root), other.len()), (map, nodes));
    // Twice is kept until it is removed twice.
    other.load(&trie).expect("all nodes are there");
    assert!(other.remove(root) && other.version(root).is_some());
    assert!(other.remove(root) && other.is_empty());
}

#[test]
fn entries_of_another_state_are_refused_and_leave_nothing() {
    let mut map = large_map();
    let (state, root) = stored(&map);
    let trie = Trie::with_root(&state, root);
    let key = CryptoHash::of(&7_u32.to_le_bytes()).as_bytes()[..12].to_vec();
    map.remove(&key).expect("it was there");
    let mut memory = MemoryTrie::default();
    let refused = memory.load_from(&trie, &OfMap(&map));
    assert!(matches!(refused, Err(LoadError::Trie(TrieError::Inconsistent { .. }))), "{refused:?}");
    assert!(memory.is_empty() && memory.version(root).is_none());
    // Nor is a trie loaded of which a node is missing.
    let values = state.values();
    let some = PartialState::new(values.into_iter().enumerate().filter_map(|(index, bytes)| {
        (index % 1_000 != 0 || CryptoHash::of(&bytes) == root).then_some(bytes)
    }));
    assert!(memory.load(&Trie::with_root(&some, root)).is_err());
    assert!(memory.is_empty());
}

#[test]
fn an_empty_trie_is_loaded_and_takes_nothing() {
    let state = PartialState::default();
    let mut memory = MemoryTrie::default();
    let root = memory.load(&Trie::with_root(&state, EMPTY_ROOT)).expect("there is nothing to read");
    assert_eq!((root, memory.len(), memory.memory()), (EMPTY_ROOT, 0, 0));
}

#[test]
fn a_key_that_is_too_long_is_refused_and_leaves_nothing() {
    let mut memory = MemoryTrie::default();
    let trie = memory.version(EMPTY_ROOT).expect("it is always there");
    let mut update = trie.update();
    // The others are put before the long one is found.
    for key in [vec![0; 20], vec![0x10; 2 << 20], vec![0x20; 20]] {
        update.insert(&key, &[7; 2_000]).expect("nothing is read");
    }
    let finished = update.finish().expect("nothing is read");
    let refused = memory.commit(&finished);
    assert!(matches!(refused, Err(CommitError::NodeTooLong { .. })), "{refused:?}");
    assert!(memory.is_empty());
}

#[test]
fn room_is_used_again() {
    let mut memory = MemoryTrie::default();
    let mut root = EMPTY_ROOT;
    let mut most = 0;
    for round in 0..60_u32 {
        let trie = memory.version(root).expect("it is kept");
        let mut update = trie.update();
        for number in 0..500_u32 {
            let key = CryptoHash::of(&number.to_le_bytes());
            // Short ones, and long ones that stand alone.
            let length = if number % 10 == 0 { 3_000 } else { 100 };
            update
                .insert(key.as_bytes(), &round.to_le_bytes().repeat(length / 4))
                .expect("it can be read");
        }
        let finished = update.finish().expect("it can be read");
        memory.commit(&finished).expect("there is room");
        memory.remove(root);
        root = finished.root();
        if round == 10 {
            most = memory.memory();
        }
    }
    assert_eq!(memory.memory(), most);
    let trie = memory.version(root).expect("it is kept");
    let value = trie.get(CryptoHash::of(&[0; 4]).as_bytes()).expect("it can be read");
    assert_eq!(value.as_deref(), Some(&59_u32.to_le_bytes().repeat(750)[..]));
}
