//! Small tries of every shape, and what is proven of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::node::ValueRef;
use torr_store::partial_state::PartialState;
use torr_store::source::HashedNodes;
use torr_store::trie::{EMPTY_ROOT, Trie};

pub(crate) type Key = Vec<u8>;

/// A trie, and what it is to hold.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) map: BTreeMap<Key, Vec<u8>>,
    /// All nodes and values.
    pub(crate) state: PartialState,
    pub(crate) root: CryptoHash,
}

impl Case {
    pub(crate) fn new(name: &'static str, entries: &[(&[u8], &[u8])]) -> Case {
        let entries = entries.iter().map(|(key, value)| (key.to_vec(), value.to_vec()));
        Case::of_map(name, entries.collect())
    }

    pub(crate) fn of_map(name: &'static str, map: BTreeMap<Key, Vec<u8>>) -> Case {
        let empty = PartialState::default();
        let trie = Trie::with_root(&empty, EMPTY_ROOT);
        let mut update = trie.update();
        for (key, value) in &map {
            update.insert(key, value).expect("all nodes are there");
        }
        let changes = update.finish().expect("all nodes are there").into_changes();
        let added = changes.insertions.into_iter().map(|insertion| insertion.bytes);
        Case { name, map, state: PartialState::new(added), root: changes.new_root }
    }

    pub(crate) fn trie(&self) -> Trie<HashedNodes<&PartialState>> {
        Trie::with_root(&self.state, self.root)
    }

    /// What the map says of a key.
    pub(crate) fn value_ref(&self, key: &[u8]) -> Option<ValueRef> {
        self.map.get(key).and_then(|value| ValueRef::of(value))
    }

    pub(crate) fn value_refs(&self, keys: &[Key]) -> Vec<Option<ValueRef>> {
        keys.iter().map(|key| self.value_ref(key)).collect()
    }

    /// The keys that the trie has and keys close to them that it may not have.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let mut keys = BTreeSet::from([vec![], vec![0x77]]);
        for key in self.map.keys() {
            keys.insert([key, &[0x00][..]].concat());
            if let Some((last, before)) = key.split_last() {
                keys.insert(before.to_vec());
                keys.insert([before, &[last ^ 0x01]].concat());
                keys.insert([before, &[last ^ 0x10]].concat());
            }
            keys.insert(key.clone());
        }
        keys.into_iter().collect()
    }

    /// Sets of keys to prove: each key, each with the next, those that are there, those that are not,
    /// and all.
    pub(crate) fn key_sets(&self) -> Vec<Vec<Key>> {
        let keys = self.keys();
        let (there, absent): (Vec<Key>, Vec<Key>) =
            keys.iter().cloned().partition(|key| self.map.contains_key(key));
        let mut sets: Vec<Vec<Key>> = keys.iter().map(|key| vec![key.clone()]).collect();
        sets.extend(keys.windows(2).map(<[Key]>::to_vec));
        sets.extend([there, absent, keys].into_iter().filter(|keys| !keys.is_empty()));
        sets
    }
}

/// Tries of every shape that nodes can have.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("empty", &[]),
        Case::new("one key", &[(b"\x12\x34", b"value")]),
        Case::new("the empty key", &[(b"", b"value")]),
        Case::new("an empty value", &[(b"\x12", b""), (b"\x13", b"1")]),
        Case::new(
            "prefixes of one another",
            &[(b"", b"0"), (b"\x12", b"1"), (b"\x12\x34", b"2"), (b"\x12\x34\x56", b"3")],
        ),
        Case::new(
            "values of branches",
            &[(b"\x12", b"1"), (b"\x12\x34", b"2"), (b"\x12\x44", b"3")],
        ),
        Case::new(
            "extensions, even and odd",
            &[(b"\x12\x34\x56", b"1"), (b"\x12\x34\x66", b"2"), (b"\x12\x34\x67", b"3")],
        ),
        Case::new(
            "parting at each nibble",
            &[(b"\x00\x00", b"1"), (b"\x00\x01", b"2"), (b"\x00\x10", b"3"), (b"\x10\x00", b"4")],
        ),
    ];
    let mut equal = BTreeMap::new();
    for first in [0x00, 0x01, 0x10] {
        for last in [0x20, 0x21] {
            equal.insert(vec![first, last], vec![last; 3]);
        }
    }
    cases.push(Case::of_map("equal subtries", equal));
    let wide = [0_u8, 1, 7, 8, 15].map(|nibble| (vec![nibble << 4 | 7], vec![nibble % 3]));
    cases.push(Case::of_map("a wide branch", BTreeMap::from(wide)));
    cases
}

/// The same nodes with another in one place.
pub(crate) fn replaced(nodes: &[Arc<[u8]>], index: usize, bytes: Vec<u8>) -> Vec<Arc<[u8]>> {
    let mut nodes = nodes.to_vec();
    nodes[index] = bytes.into();
    nodes
}

/// Numbers that look random (SplitMix64), the same in every run.
pub(crate) struct Numbers(pub u64);

impl Numbers {
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The same bytes with one changed: each byte in turn, by each of four masks.
    pub(crate) fn changed<'b>(&'b mut self, bytes: &'b [u8]) -> impl Iterator<Item = Vec<u8>> + 'b {
        (0..bytes.len()).flat_map(move |at| {
            let any = 1 + (self.draw() % 255) as u8;
            [0x01, 0x80, 0xff, any].map(|mask| {
                let mut changed = bytes.to_vec();
                changed[at] ^= mask;
                changed
            })
        })
    }
}
