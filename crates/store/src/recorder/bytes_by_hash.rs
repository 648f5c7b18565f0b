//! A map from hashes that is searched often and never walked through.
//!
//! Hashes are spread already, so a few of their bits find a place. Somebody who makes nodes can make
//! hashes whose bits agree; so the bits are mixed with those of the first hash, the root's as a rule,
//! which nobody knows before.

use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// Bytes by their hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct BytesByHash {
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
    /// Puts bytes under a hash if nothing stands there; says their length then.
    pub(super) fn insert_with(
        &mut self,
        hash: CryptoHash,
        bytes: impl FnOnce() -> Arc<[u8]>,
    ) -> Option<usize> {
        // Half of the slots stay free, so that the search is short.
        if self.entries.len() >= FEW.max(self.slots.len() / 2) {
            self.grow();
        }
        let slot = match self.slots.is_empty() {
            true if self.is_among_few(&hash) => return None,
            true => None,
            false => Some(self.find(&hash)?),
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

    /// Whether there are bytes under a hash.
    pub(super) fn contains(&self, hash: &CryptoHash) -> bool {
        match self.slots.is_empty() {
            true => self.is_among_few(hash),
            false => self.find(hash).is_none(),
        }
    }

    fn is_among_few(&self, hash: &CryptoHash) -> bool {
        self.entries.iter().any(|(there, _)| there == hash)
    }

    /// All entries, in the order in which they came.
    pub(super) fn into_entries(self) -> Vec<(CryptoHash, Arc<[u8]>)> {
        self.entries
    }

    /// All entries, in the order in which they came.
    pub(super) fn entries(&self) -> &[(CryptoHash, Arc<[u8]>)] {
        &self.entries
    }

    /// The free slot for a hash; `None` if it is there.
    fn find(&self, hash: &CryptoHash) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = self.first_slot(hash);
        loop {
            match self.slots.get(slot)? {
                0 => return Some(slot),
                place => {
                    let (there, _) = self.entries.get(*place as usize - 1)?;
                    if there == hash {
                        return None;
                    }
                }
            }
            slot = (slot + 1) & mask;
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
        if let (true, Some((first, _))) = (self.slots.is_empty(), self.entries.first()) {
            self.seed = start_of(first);
        }
        let slots = (self.slots.len() * 2).max(FIRST_SLOTS);
        self.slots = vec![0; slots];
        for (index, place) in (0..self.entries.len()).zip(1_u32..) {
            let free = self.entries.get(index).and_then(|(hash, _)| self.find(hash));
            if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
                *slot = place;
            }
        }
    }
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
            assert_eq!(map.contains(&hash), sorted.contains_key(&hash));
            let is_new = map.insert_with(hash, || Arc::clone(&bytes)).is_some();
            assert_eq!(is_new, sorted.insert(hash, ()).is_none());
        }
        assert_eq!(map.entries().len(), 3000);
        let hashes: BTreeMap<_, _> = map.into_entries().into_iter().collect();
        assert!(hashes.keys().eq(sorted.keys()));
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
