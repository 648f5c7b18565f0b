//! A map from hashes that is searched often and never walked through.
//!
//! Hashes are spread already, so a few of their bits find a place. Somebody who makes nodes can make
//! hashes whose bits agree; so the bits are mixed with those of a hash over them. Of a map that is made all
//! at once, as of what comes from outside, nobody knows it before the last node is chosen. One that grows
//! while a trie is read takes the hash over what was read so far, the root first. Entries stay in the order
//! in which they came.

use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Bytes by their hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct BytesByHash {
    entries: Vec<(CryptoHash, Arc<[u8]>)>,
    /// Places among the entries, plus one; zero where there is none. As many as a power of two, and more
    /// than entries; none as long as there are [`FEW`].
    slots: Vec<u32>,
    seed: u64,
}

/// As many entries as are searched one after the other.
const FEW: usize = 8;
/// Slots that a map with more has at first.
const FIRST_SLOTS: usize = 128;

impl BytesByHash {
    /// A map of all of these; of equal hashes the first counts.
    pub(crate) fn of(entries: Vec<(CryptoHash, Arc<[u8]>)>) -> BytesByHash {
        let mut map = BytesByHash::default();
        if entries.len() > FEW {
            map.seed = seed_of(&entries);
            map.slots = vec![0; (entries.len() * 2).next_power_of_two().max(FIRST_SLOTS)];
        }
        for (hash, bytes) in entries {
            map.insert_with(hash, || bytes);
        }
        map
    }

    /// Puts bytes under a hash if nothing stands there; says their length then.
    pub(crate) fn insert_with(
        &mut self,
        hash: CryptoHash,
        bytes: impl FnOnce() -> Arc<[u8]>,
    ) -> Option<usize> {
        // Half of the slots stay free, so that the search is short.
        if self.entries.len() >= FEW.max(self.slots.len() / 2) {
            self.grow();
        }
        let slot = match self.slots.is_empty() {
            true if self.contains(&hash) => return None,
            true => None,
            false => Some(self.find(&hash).err()?),
        };
        let bytes = bytes();
        let len = bytes.len();
        self.entries.push((hash, bytes));
        let place = u32::try_from(self.entries.len()).expect("so many nodes are never read");
        if let Some(slot) = slot.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = place;
        }
        Some(len)
    }

    /// The bytes under a hash.
    pub(crate) fn get(&self, hash: &CryptoHash) -> Option<&Arc<[u8]>> {
        let found = match self.slots.is_empty() {
            true => self.entries.iter().find(|(there, _)| there == hash),
            false => self.entries.get(self.find(hash).ok()?),
        };
        found.map(|(_, bytes)| bytes)
    }

    /// Whether there are bytes under a hash.
    pub(crate) fn contains(&self, hash: &CryptoHash) -> bool {
        self.get(hash).is_some()
    }

    /// All entries, in the order in which they came.
    pub(crate) fn into_entries(self) -> Vec<(CryptoHash, Arc<[u8]>)> {
        self.entries
    }

    /// All entries, in the order in which they came.
    pub(crate) fn entries(&self) -> &[(CryptoHash, Arc<[u8]>)] {
        &self.entries
    }

    /// The place of a hash among the entries, or else the free slot for it. Without slots, which are never
    /// all taken, neither is there.
    fn find(&self, hash: &CryptoHash) -> Result<usize, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = self.first_slot(hash);
        loop {
            let place = self.slots.get(slot).map_or(0, |place| *place as usize);
            match place.checked_sub(1) {
                None => return Err(slot),
                Some(place) if self.entries.get(place).is_some_and(|(there, _)| there == hash) => {
                    return Ok(place);
                }
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }

    fn first_slot(&self, hash: &CryptoHash) -> usize {
        // An odd number without pattern: 2^64 divided by the golden ratio.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let bits = (start_of(hash) ^ self.seed).wrapping_mul(SPREAD);
        let unused = 64 - self.slots.len().trailing_zeros();
        // As many bits as slots need.
        (bits >> unused.min(63)) as usize
    }

    fn grow(&mut self) {
        self.seed = seed_of(&self.entries);
        let slots = (self.slots.len() * 2).max(FIRST_SLOTS);
        self.slots = vec![0; slots];
        for (index, place) in (0..self.entries.len()).zip(1_u32..) {
            let free = self.entries.get(index).and_then(|(hash, _)| self.find(hash).err());
            if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
                *slot = place;
            }
        }
    }
}

/// What the bits of these hashes are mixed with.
fn seed_of(entries: &[(CryptoHash, Arc<[u8]>)]) -> u64 {
    let hashes: Vec<[u8; CryptoHash::LENGTH]> = entries.iter().map(|(hash, _)| hash.0).collect();
    start_of(&CryptoHash::of(hashes.as_flattened()))
}

fn start_of(hash: &CryptoHash) -> u64 {
    let (start, _) = hash.0.split_first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*start)
}

#[cfg(test)]
mod tests {
    use super::BytesByHash;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use torr_crypto::hash::CryptoHash;

    #[test]
    fn it_keeps_what_a_sorted_map_keeps() {
        let mut map = BytesByHash::default();
        let mut sorted = BTreeMap::new();
        for number in 0..5000_u32 {
            let hash = CryptoHash::of(&(number % 3000).to_le_bytes());
            let bytes: Arc<[u8]> = number.to_le_bytes().as_slice().into();
            assert_eq!(map.get(&hash), sorted.get(&hash));
            let is_new = map.insert_with(hash, || Arc::clone(&bytes)).is_some();
            assert_eq!(is_new, !sorted.contains_key(&hash));
            sorted.entry(hash).or_insert(bytes);
        }
        assert_eq!(map.entries().len(), 3000);
        let hashes: BTreeMap<_, _> = map.into_entries().into_iter().collect();
        assert_eq!(hashes, sorted);
    }

    #[test]
    fn a_map_of_all_at_once_is_that_of_one_after_the_other() {
        for len in [0, 1, 8, 9, 63, 64, 65, 1000_u32] {
            let entry = |number: u32| {
                let hash = CryptoHash::of(&(number / 2).to_le_bytes());
                (hash, Arc::from(number.to_le_bytes()))
            };
            let entries: Vec<(CryptoHash, Arc<[u8]>)> = (0..len).map(entry).collect();
            let mut one_by_one = BytesByHash::default();
            for (hash, bytes) in &entries {
                one_by_one.insert_with(*hash, || Arc::clone(bytes));
            }
            let map = BytesByHash::of(entries.clone());
            assert_eq!(map.entries(), one_by_one.entries());
            for (hash, _) in &entries {
                assert!(map.get(hash).is_some_and(|bytes| one_by_one.get(hash) == Some(bytes)));
            }
            assert_eq!(map.get(&CryptoHash::of(b"another")), None);
        }
    }

    /// Hashes that differ in a few bits only still come apart.
    #[test]
    fn hashes_that_look_alike_do_not_meet() {
        let mut map = BytesByHash::default();
        for number in 0..2000_u64 {
            let mut hash = CryptoHash([0; 32]);
            hash.0[..8].copy_from_slice(&(number << 40).to_le_bytes());
            assert!(map.insert_with(hash, Arc::default).is_some());
            assert!(map.insert_with(hash, Arc::default).is_none());
        }
    }
}
