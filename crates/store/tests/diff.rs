//! The difference of two tries against that of two maps, and what is read for it.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::node::{Node, ValueRef};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::source::{HashedNodes, NodeSource, TrieError};
use torr_store::trie::{EMPTY_ROOT, Trie};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A key with the values that both have there.
type Found = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>);

/// The nodes and values of a map's trie, and its root.
fn trie_of(map: &Map) -> (PartialState, CryptoHash) {
    let mut state = PartialState::default();
    let empty = Trie::with_root(&state, EMPTY_ROOT);
    let mut update = empty.update();
    for (key, value) in map {
        update.insert(key, value).expect("nothing is read");
    }
    let changes = update.finish().expect("nothing is read").into_changes();
    changes.insertions.into_iter().for_each(|insertion| state.insert(insertion.bytes));
    (state, changes.new_root)
}

fn difference_of_maps(old: &Map, new: &Map) -> Vec<Found> {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| (key.clone(), old.get(key).cloned(), new.get(key).cloned()))
        .collect()
}

fn difference_of_tries<S: NodeSource, T: NodeSource>(old: &Trie<S>, new: &Trie<T>) -> Vec<Found> {
    old.diff(new)
        .map(|found| {
            let found = found.expect("all nodes are there");
            let old = old.get(&found.key).expect("all nodes are there");
            let new = new.get(&found.key).expect("all nodes are there");
            let refers_to = |value: &Option<Arc<[u8]>>| value.as_deref().and_then(ValueRef::of);
            assert_eq!((found.old, found.new), (refers_to(&old), refers_to(&new)));
            (found.key, old.map(|value| value.to_vec()), new.map(|value| value.to_vec()))
        })
        .collect()
}

/// A trie of which everything that is read is noted.
fn recorded(state: &PartialState, root: CryptoHash) -> Trie<Recorder<HashedNodes<&PartialState>>> {
    let (source, root) = Trie::with_root(state, root).into_parts();
    Trie::new(Recorder::new(source), root)
}

/// The hashes of all nodes by their places.
fn places(state: &PartialState, root: CryptoHash) -> BTreeMap<Vec<u8>, CryptoHash> {
    let mut places = BTreeMap::new();
    let mut todo: Vec<_> = (root != EMPTY_ROOT).then(|| (Vec::new(), root)).into_iter().collect();
    while let Some((path, hash)) = todo.pop() {
        let (node, _) = HashedNodes(state).node(&hash, |child| child).expect("it is there");
        for (nibble, child) in node.children() {
            let by = match &node {
                Node::Extension { path, .. } => path.as_slice().to_vec(),
                _ => nibble.into_iter().collect(),
            };
            todo.push(([&path[..], &by].concat(), *child));
        }
        places.insert(path, hash);
    }
    places
}

/// The hashes of nodes that only the first trie has in their places.
fn only_in(
    of: &BTreeMap<Vec<u8>, CryptoHash>,
    other: &BTreeMap<Vec<u8>, CryptoHash>,
) -> BTreeSet<CryptoHash> {
    of.iter()
        .filter(|(path, hash)| other.get(*path) != Some(*hash))
        .map(|(_, hash)| *hash)
        .collect()
}

fn hashes_of(read: &PartialState) -> BTreeSet<CryptoHash> {
    read.values().iter().map(|bytes| CryptoHash::of(bytes)).collect()
}

/// Maps of few different bytes, so that keys begin alike, and values repeat.
fn map() -> impl Strategy<Value = Map> {
    let byte = prop::sample::select(vec![0x00_u8, 0x01, 0x10, 0x1f, 0xff]);
    let key = prop::collection::vec(byte, 0..5);
    prop::collection::btree_map(key, prop::collection::vec(0..3_u8, 0..2), 0..20)
}

proptest! {
    #[test]
    fn tries_differ_as_their_maps_do(one in map(), changed in map(), removed in map(), apart: bool) {
        let mut two = if apart { Map::new() } else { one.clone() };
        two.retain(|key, _| !removed.contains_key(key));
        two.extend(changed);
        let ((old_state, old_root), (new_state, new_root)) = (trie_of(&one), trie_of(&two));
        let (old, new) = (recorded(&old_state, old_root), recorded(&new_state, new_root));

        let mut found = Vec::new();
        for difference in old.diff(&new) {
            let difference = difference.expect("all nodes are there");
            found.push(difference.key);
        }
        let expected = difference_of_maps(&one, &two);
        prop_assert!(found.iter().eq(expected.iter().map(|(key, ..)| key)));

        // No value was read, and of nodes exactly those that the other has not in their places.
        let (old_places, new_places) = (places(&old_state, old_root), places(&new_state, new_root));
        let read = hashes_of(&old.source().partial_state());
        prop_assert_eq!(read, only_in(&old_places, &new_places));
        let read = hashes_of(&new.source().partial_state());
        prop_assert_eq!(read, only_in(&new_places, &old_places));

        prop_assert_eq!(difference_of_tries(&old, &new), expected);
    }

    #[test]
    fn sources_may_be_of_different_kinds(one in map(), two in map()) {
        let ((old_state, old_root), (new_state, new_root)) = (trie_of(&one), trie_of(&two));
        let mut memory = MemoryTrie::default();
        memory.load(&Trie::with_root(&old_state, old_root)).expect("all nodes are there");
        let old = memory.version(old_root).expect("it was loaded");
        let new = Trie::with_root(&new_state, new_root);
        prop_assert_eq!(difference_of_tries(&old, &new), difference_of_maps(&one, &two));
        prop_assert_eq!(difference_of_tries(&new, &old), difference_of_maps(&two, &one));
    }
}

#[test]
fn a_changed_key_takes_the_nodes_on_its_way() {
    let key = |n: u32| CryptoHash::of(&n.to_le_bytes()).0.to_vec();
    let map: Map = (0..10_000).map(|n| (key(n), vec![1])).collect();
    let mut changed = map.clone();
    let key = key(7);
    changed.insert(key.clone(), vec![2]);
    let ((old_state, old_root), (new_state, new_root)) = (trie_of(&map), trie_of(&changed));
    let (old, new) = (recorded(&old_state, old_root), recorded(&new_state, new_root));
    let found = difference_of_tries(&old, &new);
    assert_eq!(found, [(key.clone(), Some(vec![1]), Some(vec![2]))]);
    let way = old.prove(&key).expect("all nodes are there").nodes.len();
    for trie in [&old, &new] {
        // And the value, which the test has read.
        assert_eq!(trie.source().partial_state().values().len(), way + 1);
    }
    assert!(way < 10, "{way}");
}

#[test]
fn what_cannot_be_read_ends_it() {
    let map: Map = (0..50_u8).map(|n| (vec![n, n], vec![n])).collect();
    let (state, root) = trie_of(&map);
    let nothing = PartialState::default();
    let (whole, empty) = (Trie::with_root(&state, root), Trie::with_root(&nothing, EMPTY_ROOT));
    let missing = Trie::with_root(&nothing, CryptoHash::of(b"missing"));
    let mut diff = whole.diff(&missing);
    assert!(matches!(diff.next(), Some(Err(TrieError::Missing { .. }))));
    assert!(diff.next().is_none());
    assert_eq!(whole.diff(&empty).count(), 50);

    let endless = Node::Extension { path: Default::default(), child: root }.encode(0);
    let endless = PartialState::new([endless.into()]);
    let root = CryptoHash::of(&endless.values()[0]);
    let endless = Trie::with_root(&endless, root);
    let mut diff = whole.diff(&endless).map(|found| found.is_err());
    assert_eq!((diff.next(), diff.next()), (Some(true), None));
}
