//! What an update adds to the nodes and values that are kept, and what it takes from them.
//!
//! Equal subtries stand under equal hashes, and are kept once with a count of the places where they are
//! part of the trie. So what an update changes is counts (protocol specification, "Data structures:
//! trie").

use borsh::{BorshDeserialize, BorshSerialize};
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
    pub bytes: Vec<u8>,
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
    /// Counts what is `added` and what is `removed`, by hashes.
    pub(super) fn new(
        old_root: CryptoHash,
        new_root: CryptoHash,
        added: impl Iterator<Item = (CryptoHash, Vec<u8>)>,
        removed: &[CryptoHash],
    ) -> TrieChanges {
        let added = added.map(|(hash, bytes)| (hash, Some(bytes)));
        let removed = removed.iter().map(|hash| (*hash, None));
        let mut all: Vec<_> = added.chain(removed).collect();
        // The bytes of one hash are the same, and come first to be at hand.
        all.sort_unstable_by(|(one, bytes), (other, others)| {
            one.cmp(other).then(bytes.is_none().cmp(&others.is_none()))
        });
        let mut changes =
            TrieChanges { old_root, new_root, insertions: Vec::new(), deletions: Vec::new() };
        for same in all.chunk_by_mut(|(one, _), (other, _)| one == other) {
            let added = same.iter().filter(|(_, bytes)| bytes.is_some()).count();
            let removed = same.len() - added;
            let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            match same.first_mut() {
                Some((hash, Some(bytes))) if added > removed => {
                    let (hash, bytes) = (*hash, std::mem::take(bytes));
                    let count = count(added - removed);
                    changes.insertions.push(Insertion { hash, bytes, count });
                }
                Some((hash, _)) if removed > added => {
                    let count = count(removed - added);
                    changes.deletions.push(Deletion { hash: *hash, count });
                }
                _ => {}
            }
        }
        changes
    }
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
