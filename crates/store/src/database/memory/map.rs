//! An ordered map whose clones share what they have in common.

use super::super::changes::Counted;
use super::super::{Bytes, Direction, Entries, Entry, KeyRange};
use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::Arc;

/// Most entries of a leaf. From 64 to 1024, batches and reads take the same time, within the noise, with
/// a million entries and with a snapshot or without.
const LEAF_LEN: usize = 256;

/// Parts into which a round of a search cuts what is left.
const PROBES: usize = 8;

/// An ordered map. A clone costs nothing; what is changed afterwards is copied first, leaf by leaf.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    leaves: Arc<Leaves>,
}

/// Leaves by their lower bounds: a leaf has the keys from its bound up to the next bound. The first
/// bound is the empty key. No leaf is empty.
type Leaves = BTreeMap<Key, Arc<Leaf>>;

/// Entries in the order of their keys.
type Leaf = Vec<(Key, Counted)>;

/// A key with its beginning at hand: most comparisons end there, and need not wait for the bytes, which
/// are elsewhere. The order is that of the bytes: what is behind a key's end counts as zeros, and where
/// that makes keys alike, the bytes decide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    start: [u64; 2],
    bytes: Bytes,
}

impl Key {
    fn new(bytes: Bytes) -> Key {
        let mut start = [0; 16];
        for (place, byte) in start.iter_mut().zip(bytes.iter()) {
            *place = *byte;
        }
        let start = u128::from_be_bytes(start);
        Key { start: [(start >> 64) as u64, start as u64], bytes }
    }
}

impl Map {
    /// The value of `key`.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Counted> {
        self.of_key(&Key::new(key.into()))
    }

    fn of_key(&self, key: &Key) -> Option<&Counted> {
        let (_, leaf) = self.leaves.range(..=key).next_back()?;
        let index = search(leaf, key).ok()?;
        leaf.get(index).map(|(_, counted)| counted)
    }

    /// Gives `key` a value.
    pub(super) fn insert(&mut self, key: Bytes, counted: Counted) {
        let key = Key::new(key);
        let leaves = Arc::make_mut(&mut self.leaves);
        let Some((_, leaf)) = leaves.range_mut(..=&key).next_back() else {
            // Either there is no leaf, or the one that began with the empty key is gone.
            leaves.insert(Key::new(Bytes::from([])), Arc::new(vec![(key, counted)]));
            return;
        };
        let leaf = Arc::make_mut(leaf);
        match search(leaf, &key) {
            Ok(index) => {
                if let Some((_, present)) = leaf.get_mut(index) {
                    *present = counted;
                }
            }
            Err(index) => leaf.insert(index, (key, counted)),
        }
        if leaf.len() > LEAF_LEN {
            let upper = leaf.split_off(LEAF_LEN / 2);
            if let Some((bound, _)) = upper.first() {
                leaves.insert(bound.clone(), Arc::new(upper));
            }
        }
    }

    /// Removes `key`, if it is there.
    pub(super) fn remove(&mut self, key: &[u8]) {
        let key = Key::new(key.into());
        if self.of_key(&key).is_none() {
            return;
        }
        let leaves = Arc::make_mut(&mut self.leaves);
        let Some((bound, leaf)) = leaves.range_mut(..=&key).next_back() else { return };
        let leaf = Arc::make_mut(leaf);
        if let Ok(index) = search(leaf, &key) {
            leaf.remove(index);
        }
        if leaf.is_empty() {
            let bound = bound.clone();
            leaves.remove(&bound);
        }
    }

    /// The entries in `range` as they are now.
    pub(super) fn entries(&self, range: &KeyRange, direction: Direction) -> Entries<'static> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let key = |bound: &Bound<Bytes>| bound.clone().map(Key::new);
        let (start, end) = (key(&range.start), key(&range.end));
        let leaves = Arc::clone(&self.leaves);
        let mut walk = Walk { leaves, start, end, direction, at: None };
        walk.at = walk.first();
        Box::new(walk.map(Ok))
    }
}

/// The place of a key, or the one where it would be. Probes of one round do not wait for one another, as
/// those of a binary search do: of a leaf that is not in the processor's cache it takes half the time.
fn search(leaf: &Leaf, key: &Key) -> Result<usize, usize> {
    let (mut from, mut left) = (0, &leaf[..]);
    while left.len() > PROBES {
        let step = left.len().div_ceil(PROBES);
        let probes = left.iter().step_by(step).skip(1);
        let behind = probes.map(|(present, _)| usize::from(present <= key)).sum::<usize>() * step;
        left = left.get(behind..(behind + step).min(left.len())).unwrap_or_default();
        from += behind;
    }
    let smaller = left.iter().map(|(present, _)| usize::from(present < key)).sum::<usize>();
    let is_there = left.get(smaller).is_some_and(|(present, _)| present == key);
    if is_there { Ok(from + smaller) } else { Err(from + smaller) }
}

/// A way through the entries of a range.
struct Walk {
    leaves: Arc<Leaves>,
    start: Bound<Key>,
    end: Bound<Key>,
    direction: Direction,
    at: Option<Place>,
}

/// A leaf and what of it is still to come.
struct Place {
    bound: Key,
    leaf: Arc<Leaf>,
    left: Range<usize>,
}

impl Iterator for Walk {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            let place = self.at.as_mut()?;
            let index = match self.direction {
                Direction::Ascending => place.left.next(),
                Direction::Descending => place.left.next_back(),
            };
            if let Some((key, counted)) = index.and_then(|index| place.leaf.get(index)) {
                return Some((Arc::clone(&key.bytes), Arc::clone(&counted.value)));
            }
            let bound = place.bound.clone();
            self.at = self.after(&bound);
        }
    }
}

impl Walk {
    /// Where the way begins.
    fn first(&self) -> Option<Place> {
        let mut up_to_end = self.leaves.range((Bound::Unbounded, self.end.as_ref()));
        match (self.direction, &self.start) {
            (Direction::Descending, _) => up_to_end.next_back(),
            (_, Bound::Unbounded) => up_to_end.next(),
            // The leaf that would have the key; if none would, the first.
            (_, Bound::Included(key) | Bound::Excluded(key)) => {
                self.leaves.range(..=key).next_back().or_else(|| up_to_end.next())
            }
        }
        .map(|leaf| self.place(leaf))
    }

    /// Where it goes on behind the leaf at `bound`.
    fn after(&self, bound: &Key) -> Option<Place> {
        let next = match self.direction {
            Direction::Ascending => {
                let is_last = match &self.end {
                    Bound::Unbounded => false,
                    Bound::Included(end) | Bound::Excluded(end) => bound >= end,
                };
                let behind = (Bound::Excluded(bound), self.end.as_ref());
                if is_last { None } else { self.leaves.range(behind).next() }
            }
            Direction::Descending => {
                let is_last = match &self.start {
                    Bound::Unbounded => false,
                    Bound::Included(start) | Bound::Excluded(start) => bound <= start,
                };
                if is_last { None } else { self.leaves.range(..bound).next_back() }
            }
        };
        next.map(|leaf| self.place(leaf))
    }

    fn place(&self, (bound, leaf): (&Key, &Arc<Leaf>)) -> Place {
        let from = match &self.start {
            Bound::Unbounded => 0,
            Bound::Included(start) => leaf.partition_point(|(key, _)| key < start),
            Bound::Excluded(start) => leaf.partition_point(|(key, _)| key <= start),
        };
        let to = match &self.end {
            Bound::Unbounded => leaf.len(),
            Bound::Included(end) => leaf.partition_point(|(key, _)| key <= end),
            Bound::Excluded(end) => leaf.partition_point(|(key, _)| key < end),
        };
        Place { bound: bound.clone(), leaf: Arc::clone(leaf), left: from..to.max(from) }
    }
}
