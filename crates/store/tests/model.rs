//! Random changes against a map and a root that is computed from it by other code.

use arbitrary::Unstructured;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::{CommitError, MemoryPlace, MemoryTrie};
use torr_store::partial_state::PartialState;
use torr_store::proof::InvalidProof;
use torr_store::recorder::Recorder;
use torr_store::source::{HashedNodes, NodeSource, TrieError};
use torr_store::trie::{EMPTY_ROOT, Entry, Finished, Trie, TrieChanges};
use torr_store::trie_update::TrieUpdate;
use torr_testkit::trie::reference_root;

/// Changes in a run of the model, and in one update.
const CHANGES: usize = 100_000;
const CHANGES_PER_UPDATE: usize = 50;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A change: a key, and the value unless it is deleted.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// Numbers that look random (SplitMix64), the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// A key of few letters, so that keys are often equal or begin alike.
    fn key(&mut self) -> Vec<u8> {
        let letters = [0x00, 0x01, 0x10, 0x1f, 0xff];
        (0..self.below(5)).map(|_| letters[self.below(5) as usize]).collect()
    }

    fn change(&mut self) -> Change {
        let key = self.key();
        let value = match self.below(3) {
            0 => None,
            // Few values, so that equal ones stand in several places.
            1 => Some(vec![7; self.below(3) as usize]),
            _ => Some(self.below(1_000).to_le_bytes().to_vec()),
        };
        (key, value)
    }
}

/// Does changes to the trie with `root`.
fn update(state: &PartialState, root: CryptoHash, changes: &[Change]) -> TrieChanges {
    let trie = Trie::with_root(state, root);
    let mut update = trie.update();
    for (key, value) in changes {
        match value {
            Some(value) => update.insert(key, value),
            None => update.delete(key),
        }
        .expect("all nodes are there");
    }
    update.finish().expect("all nodes are there").into_changes()
}

fn model(map: &mut Map, changes: &[Change]) {
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
}

/// The nodes and values that are kept, each with the number of its places.
type Counts = BTreeMap<CryptoHash, u32>;

fn count(counts: &mut Counts, changes: &TrieChanges) {
    for insertion in &changes.insertions {
        *counts.entry(insertion.hash).or_default() += insertion.count;
    }
    for deletion in &changes.deletions {
        let left = counts[&deletion.hash].checked_sub(deletion.count).expect("it was there");
        if left == 0 {
            counts.remove(&deletion.hash);
        } else {
            counts.insert(deletion.hash, left);
        }
    }
}

#[test]
fn a_trie_is_like_the_map_after_any_changes() {
    let mut numbers = Numbers(86);
    let (mut map, mut state, mut root) = (Map::new(), PartialState::default(), EMPTY_ROOT);
    let mut counts = Counts::new();
    for number in 0..CHANGES / CHANGES_PER_UPDATE {
        let changes: Vec<_> = (0..CHANGES_PER_UPDATE).map(|_| numbers.change()).collect();
        let done = update(&state, root, &changes);
        model(&mut map, &changes);
        done.insertions.iter().for_each(|insertion| state.insert(Arc::clone(&insertion.bytes)));
        count(&mut counts, &done);
        root = done.new_root;
        assert_eq!(root, reference_root(&map), "after update {number}");
        if number % 50 == 0 {
            reads_are_like_those_of(&map, &Trie::with_root(&state, root), &mut numbers);
        }
    }
    // The way back: nothing is left of anything.
    let all: Vec<_> = map.into_keys().map(|key| (key, None)).collect();
    let done = update(&state, root, &all);
    count(&mut counts, &done);
    assert_eq!((done.new_root, counts), (EMPTY_ROOT, Counts::new()));
}

fn reads_are_like_those_of(
    map: &Map,
    trie: &Trie<HashedNodes<&PartialState>>,
    numbers: &mut Numbers,
) {
    let entries = |iterator: &mut dyn Iterator<Item = Result<Entry, TrieError>>| {
        let entry = |entry: Result<Entry, _>| {
            let (key, value) = entry.expect("all nodes are there");
            (key, value.to_vec())
        };
        iterator.map(entry).collect::<Map>()
    };
    assert_eq!(entries(&mut trie.iter()), *map);
    values_together_are_those_of(map, trie, numbers);
    for _ in 0..20 {
        let key = numbers.key();
        let value = trie.get(&key).expect("all nodes are there");
        assert_eq!(value.as_deref(), map.get(&key).map(Vec::as_slice));
        for bound in [Bound::Included(&key[..]), Bound::Excluded(&key[..])] {
            let mut iterator = trie.iter();
            iterator.seek(bound).expect("all nodes are there");
            let expected = map.range::<[u8], _>((bound, Bound::Unbounded));
            let expected =
                expected.map(|(key, value)| (key.clone(), value.clone())).collect::<Map>();
            assert_eq!(entries(&mut iterator), expected, "{bound:?}");
        }
        let mut prefixed = trie.iter_prefix(&key).expect("all nodes are there");
        let expected = map.iter().filter(|(other, _)| other.starts_with(&key));
        assert!(entries(&mut prefixed).iter().eq(expected));
    }
}

/// Reads keys together, some of them twice and some that are not there.
fn values_together_are_those_of<S: NodeSource>(map: &Map, trie: &Trie<S>, numbers: &mut Numbers) {
    for len in [0, 1, 16, 17, 40] {
        let keys: Vec<_> = (0..len).map(|_| numbers.key()).collect();
        let values = trie.values(&keys).expect("all nodes are there");
        let expected = keys.iter().map(|key| map.get(key).map(Vec::as_slice));
        assert!(values.iter().map(Option::as_deref).eq(expected), "{len} keys");
    }
}

/// Does changes to a version in memory.
fn update_in_memory(
    memory: &MemoryTrie,
    root: CryptoHash,
    changes: &[Change],
) -> Finished<MemoryPlace> {
    let trie = memory.version(root).expect("it is kept");
    let mut update = trie.update();
    for (key, value) in changes {
        match value {
            Some(value) => update.insert(key, value),
            None => update.delete(key),
        }
        .expect("all nodes are there");
    }
    update.finish().expect("all nodes are there")
}

#[test]
fn versions_in_memory_stay_what_they_were_until_they_are_removed() {
    let mut numbers = Numbers(88);
    let mut memory = MemoryTrie::default();
    let mut kept = vec![(EMPTY_ROOT, Map::new())];
    for _ in 0..1_000 {
        let (root, mut map) = kept[numbers.below(kept.len() as u64) as usize].clone();
        let changes: Vec<_> = (0..20).map(|_| numbers.change()).collect();
        let finished = update_in_memory(&memory, root, &changes);
        model(&mut map, &changes);
        assert_eq!(memory.commit(&finished), Ok(reference_root(&map)));
        kept.push((finished.root(), map));
        if kept.len() > 8 {
            let (root, _) = kept.remove(1 + numbers.below(7) as usize);
            assert_eq!(memory.remove(root), root != EMPTY_ROOT);
        }
        for (root, map) in &kept {
            let trie = memory.version(*root).expect("it is kept");
            values_together_are_those_of(map, &trie, &mut numbers);
            let entries = trie.iter().map(|entry| entry.expect("all nodes are there"));
            assert!(
                entries.eq(map.iter().map(|(key, value)| (key.clone(), Arc::from(&value[..]))))
            );
        }
    }
    for (root, _) in kept {
        memory.remove(root);
    }
    assert!(memory.is_empty());
}

#[test]
fn an_update_of_a_version_that_is_gone_is_refused() {
    let mut memory = MemoryTrie::default();
    let first = update_in_memory(&memory, EMPTY_ROOT, &[(vec![1], Some(vec![1]))]);
    let root = memory.commit(&first).expect("there is room");
    let late = update_in_memory(&memory, root, &[(vec![2], Some(vec![2]))]);
    memory.remove(root);
    assert_eq!(memory.commit(&late), Err(CommitError::UnknownVersion { root }));
    // Not even after one with the same root came, which has other nodes.
    memory.commit(&first).expect("there is room");
    assert_eq!(memory.commit(&late), Err(CommitError::UnknownVersion { root }));
    // Nor by another trie that has one.
    let mut other = MemoryTrie::default();
    other.commit(&first).expect("there is room");
    assert_eq!(other.commit(&late), Err(CommitError::UnknownVersion { root }));
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let key = prop::collection::vec(prop::sample::select(vec![0x00, 0x01, 0x10, 0xff]), 0..4);
    let value = prop::option::of(prop::collection::vec(any::<u8>(), 0..3));
    prop::collection::vec((key, value), 0..30)
}

proptest! {
    #[test]
    fn what_was_recorded_is_enough_to_do_the_same(
        content in changes(), reads in changes(), then in changes(),
    ) {
        let mut state = PartialState::default();
        let made = update(&state, EMPTY_ROOT, &content);
        made.insertions.into_iter().for_each(|insertion| state.insert(insertion.bytes));
        let (source, root) = Trie::with_root(&state, made.new_root).into_parts();
        let recorder = Recorder::new(source);
        let trie = Trie::new(&recorder, root);
        let mut read = Vec::new();
        for (key, _) in &reads {
            read.push(trie.get(key).expect("all nodes are there"));
        }
        let mut changed = trie.update();
        for (key, value) in &then {
            match value {
                Some(value) => changed.insert(key, value),
                None => changed.delete(key),
            }
            .expect("all nodes are there");
        }
        let changed = changed.finish().expect("all nodes are there").into_changes();
        prop_assert_eq!(&changed, &update(&state, made.new_root, &then));

        let witness = recorder.partial_state();
        prop_assert_eq!(witness.size(), recorder.size());
        let on_witness = Trie::with_root(&witness, made.new_root);
        for ((key, _), value) in reads.iter().zip(read) {
            prop_assert_eq!(on_witness.get(key).expect("it was read"), value);
        }
        prop_assert_eq!(changed, update(&witness, made.new_root, &then));
    }

    #[test]
    fn what_is_rolled_back_leaves_nothing(
        content in changes(), kept in changes(), undone in changes(), prefix in changes(),
    ) {
        let mut state = PartialState::default();
        let made = update(&state, EMPTY_ROOT, &content);
        made.insertions.into_iter().for_each(|insertion| state.insert(insertion.bytes));
        let trie = Trie::with_root(&state, made.new_root);
        let mut update = TrieUpdate::new(&trie);
        let mut map = Map::new();
        model(&mut map, &content);
        let change = |update: &mut TrieUpdate<'_, _>, changes: &[Change]| {
            for (key, value) in changes {
                match value {
                    Some(value) => update.set(key.clone(), &value[..]),
                    None => update.remove(key.clone()),
                }
            }
        };
        change(&mut update, &kept);
        model(&mut map, &kept);
        let checkpoint = update.checkpoint();
        change(&mut update, &undone);
        update.roll_back(checkpoint);

        let prefix = prefix.first().map(|(key, _)| key.clone()).unwrap_or_default();
        let entries = update.iter_prefix(&prefix).expect("all nodes are there");
        let entries: Map = entries
            .map(|entry| entry.map(|(key, value)| (key, value.to_vec())).expect("all nodes are there"))
            .collect();
        prop_assert!(entries.iter().eq(map.iter().filter(|(key, _)| key.starts_with(&prefix))));
        for (key, _) in content.iter().chain(&kept).chain(&undone) {
            let value = update.get(key).expect("all nodes are there");
            prop_assert_eq!(value.as_deref(), map.get(key).map(Vec::as_slice));
            prop_assert_eq!(update.contains(key).expect("all nodes are there"), value.is_some());
        }
        let finished = update.finish().expect("all nodes are there");
        prop_assert_eq!(finished.root(), reference_root(&map));
    }

    #[test]
    fn any_nodes_end_in_a_result_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        // Bytes that run out are no finding.
        let _ = torr_testkit::trie::check_any_nodes(&mut Unstructured::new(&bytes));
    }

    #[test]
    fn no_altered_proof_is_accepted(content in changes(), key in changes(), flip: u8) {
        let mut state = PartialState::default();
        let made = update(&state, EMPTY_ROOT, &content);
        made.insertions.into_iter().for_each(|insertion| state.insert(insertion.bytes));
        let root = made.new_root;
        let trie = Trie::with_root(&state, root);
        let key = key.first().map(|(key, _)| key.clone()).unwrap_or_default();
        let proof = trie.prove(&key).expect("all nodes are there");
        let proven = trie.value_ref(&key).expect("all nodes are there");
        prop_assert_eq!(proof.verify(root, &key), Ok(proven));
        for index in 0..proof.nodes.len() {
            let mut dropped = proof.clone();
            dropped.nodes.remove(index);
            prop_assert!(dropped.verify(root, &key).is_err());
            let mut doubled = proof.clone();
            doubled.nodes.insert(index, Arc::clone(&proof.nodes[index]));
            prop_assert!(doubled.verify(root, &key).is_err());
            for byte in 0..proof.nodes[index].len() {
                let mut altered = proof.clone();
                let mut bytes = altered.nodes[index].to_vec();
                bytes[byte] ^= flip.max(1);
                altered.nodes[index] = bytes.into();
                prop_assert_eq!(altered.verify(root, &key), Err(InvalidProof::OtherHash { index }));
            }
        }
    }
}
