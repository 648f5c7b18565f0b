//! What an update adds to the nodes and values that are kept, and what it takes from them.
//!
//! Equal subtries stand under equal hashes, and are kept once with a count of the places where they are
//! part of the trie. So what an update changes is counts (protocol specification, "Data structures:
//! trie").

use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// The difference between the nodes and values of two tries. In borsh it is as the protocol has it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrieChanges {
    /// The root before.
    pub old_root: CryptoHash,
    /// The root after.
    pub new_root: CryptoHash,
    /// What is there in more places than before, in the order of hashes.
    pub insertions: Vec<Insertion>,
    /// What is there in fewer places, in the order of hashes.
    pub deletions: Vec<Deletion>,
}

/// A node or value that is there in more places.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Insertion {
    /// Its hash.
    pub hash: CryptoHash,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// In how many more.
    pub count: u32,
}

/// A node or value that is there in fewer places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Its hash.
    pub hash: CryptoHash,
    /// In how many fewer.
    pub count: u32,
}

impl TrieChanges {
    /// Counts what is `added`, with its bytes, and what is `removed`, by hashes.
    pub(super) fn new(
        old_root: CryptoHash,
        new_root: CryptoHash,
        added: &[(CryptoHash, &[u8])],
        removed: &[CryptoHash],
    ) -> TrieChanges {
        // Short things are sorted faster: what stands in for a hash is its beginning, and its place.
        let hashes = added.iter().map(|(hash, _)| hash).chain(removed);
        let mut all: Vec<_> =
            hashes.enumerate().map(|(place, hash)| (start(hash), place)).collect();
        let hash_at = |place: usize| match added.get(place) {
            Some((hash, _)) => Some(hash),
            None => removed.get(place - added.len()),
        };
        all.sort_unstable_by(|(start, place), (other_start, other)| {
            start
                .cmp(other_start)
                .then_with(|| hash_at(*place).cmp(&hash_at(*other)))
                .then(place.cmp(other))
        });
        let mut changes =
            TrieChanges { old_root, new_root, insertions: Vec::new(), deletions: Vec::new() };
        for same in all.chunk_by(|(start, one), (other_start, other)| {
            start == other_start && hash_at(*one) == hash_at(*other)
        }) {
            // What was added comes first, and its bytes are the same.
            let &[(_, first), ..] = same else { continue };
            let count_added = same.partition_point(|(_, place)| *place < added.len());
            let count_removed = same.len() - count_added;
            let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            match (added.get(first), hash_at(first)) {
                (Some((hash, bytes)), _) if count_added > count_removed => {
                    let count = count(count_added - count_removed);
                    let (hash, bytes) = (*hash, Arc::from(*bytes));
                    changes.insertions.push(Insertion { hash, bytes, count });
                }
                (_, Some(hash)) if count_removed > count_added => {
                    let count = count(count_removed - count_added);
                    changes.deletions.push(Deletion { hash: *hash, count });
                }
                _ => {}
            }
        }
        changes
    }
}

/// The beginning of a hash, in its order.
fn start(hash: &CryptoHash) -> u64 {
    hash.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// The protocol has bytes in deletions too, and they are none.
const NO_BYTES: Vec<u8> = Vec::new();

impl BorshSerialize for Deletion {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        (self.hash, NO_BYTES, self.count).serialize(writer)
    }
}

impl BorshDeserialize for Deletion {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Deletion> {
        let (hash, bytes, count) = <(CryptoHash, Vec<u8>, u32)>::deserialize_reader(reader)?;
        if !bytes.is_empty() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "a deletion of trie changes has bytes",
            ));
        }
        Ok(Deletion { hash, count })
    }
}
