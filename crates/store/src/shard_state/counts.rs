//! By how much the places of nodes and values differ between a version and its parent, in
//! [`Column::Deltas`].
//!
//! The counts of a version are in the order of hashes, cut into chunks. The key of a chunk is the
//! shard's name, the version's number and the first hash of the chunk, so that the counts around a hash
//! are found without reading others. What was collected of a version is in no chunk any more, so how far
//! collecting has come shows in the chunks alone.

use super::records::Records;
use super::{ShardState, StateError, VersionNumber};
use crate::database::{Batch, Bytes, Column, Direction, KeyRange};
use crate::stored_trie::ShardUid;
use crate::trie::TrieChanges;
use std::collections::BTreeMap;
use std::ops::Bound;
use torr_crypto::hash::CryptoHash;

/// Most counts of a chunk: 40 KiB.
pub(super) const CHUNK_LEN: usize = 1024;

/// The largest count that is believed. A trie with more places would need more memory than there is.
pub(super) const MOST_PLACES: i64 = 1 << 40;

/// Length of a count as it is stored: a hash and a number.
const COUNT_LEN: usize = CryptoHash::LENGTH + 8;

/// By how much the number of places differs of what has a hash. Not by zero.
pub(super) type Count = (CryptoHash, i64);

/// Some of the counts of a version, in the order of hashes. Not none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) key: Bytes,
    pub(super) counts: Vec<Count>,
}

/// The counts of changes. Takes a search for each.
pub(super) fn counts_of(changes: &TrieChanges) -> Vec<Count> {
    let mut counts = BTreeMap::<_, i64>::new();
    // The sum of numbers of 32 bits, of which memory has room for less than there are.
    let mut add = |hash: &CryptoHash, count: i64| {
        let sum = counts.entry(*hash).or_default();
        *sum = sum.saturating_add(count);
    };
    changes.insertions.iter().for_each(|it| add(&it.hash, i64::from(it.count)));
    changes.deletions.iter().for_each(|it| add(&it.hash, -i64::from(it.count)));
    counts.into_iter().filter(|(_, count)| *count != 0).collect()
}

impl ShardState {
    /// Adds chunks of these counts to a batch.
    pub(super) fn put_counts(&self, number: VersionNumber, counts: &[Count], batch: &mut Batch) {
        for chunk in counts.chunks(self.chunk_len) {
            if let Some((first, _)) = chunk.first() {
                let mut bytes = Vec::with_capacity(chunk.len() * COUNT_LEN);
                for (hash, count) in chunk {
                    bytes.extend_from_slice(hash.as_bytes());
                    bytes.extend_from_slice(&count.to_le_bytes());
                }
                batch.put(Column::Deltas, chunk_key(self.shard, number, first), bytes);
            }
        }
    }
}

/// Takes a chunk out.
pub(super) fn delete_chunk(chunk: &Chunk, batch: &mut Batch) {
    batch.delete(Column::Deltas, Bytes::clone(&chunk.key));
}

/// What keys of a version's chunks begin with; the key of the nodes that are still to be taken away of
/// a first version is this alone.
pub(super) fn version_prefix(shard: ShardUid, number: VersionNumber) -> Vec<u8> {
    [&shard.to_bytes()[..], &number.0.to_be_bytes()].concat()
}

fn chunk_key(shard: ShardUid, number: VersionNumber, first: &CryptoHash) -> Vec<u8> {
    [&version_prefix(shard, number)[..], first.as_bytes()].concat()
}

impl Records<'_> {
    /// The first chunk of a version that is left, if there is one.
    pub(super) fn first_chunk(&self, number: VersionNumber) -> Result<Option<Chunk>, StateError> {
        let KeyRange { end, .. } = KeyRange::prefix(&version_prefix(self.shard, number));
        let start = Bound::Excluded(version_prefix(self.shard, number).into());
        self.chunk_in(number, &KeyRange { start, end }, Direction::Ascending)
    }

    /// The chunk of a version in which a hash would be: of the chunks that begin no later, the last. If
    /// there is none, the first of all.
    pub(super) fn chunk_around(
        &self,
        number: VersionNumber,
        hash: &CryptoHash,
    ) -> Result<Option<Chunk>, StateError> {
        let start = Bound::Excluded(version_prefix(self.shard, number).into());
        let end = Bound::Included(chunk_key(self.shard, number, hash).into());
        match self.chunk_in(number, &KeyRange { start, end }, Direction::Descending)? {
            None => self.first_chunk(number),
            found => Ok(found),
        }
    }

    /// The first hash of the chunk behind another one, if there is one.
    pub(super) fn hash_behind(
        &self,
        number: VersionNumber,
        chunk: &Chunk,
    ) -> Result<Option<CryptoHash>, StateError> {
        let KeyRange { end, .. } = KeyRange::prefix(&version_prefix(self.shard, number));
        let range = KeyRange { start: Bound::Excluded(Bytes::clone(&chunk.key)), end };
        let mut entries = self.reader.entries(Column::Deltas, &range, Direction::Ascending)?;
        let Some((key, _)) = entries.next().transpose()? else { return Ok(None) };
        let hash = key.last_chunk().copied().map(CryptoHash);
        hash.map(Some).ok_or_else(|| self.damaged(number, "a key of what it changed is too short"))
    }

    fn chunk_in(
        &self,
        number: VersionNumber,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Option<Chunk>, StateError> {
        let mut entries = self.reader.entries(Column::Deltas, range, direction)?;
        let Some((key, bytes)) = entries.next().transpose()? else { return Ok(None) };
        let chunk = decode(&bytes).map(|counts| Chunk { key, counts });
        let chunk = chunk.filter(|Chunk { key, counts }| {
            counts.first().is_some_and(|(hash, _)| key.ends_with(hash.as_bytes()))
        });
        chunk.map(Some).ok_or_else(|| self.damaged(number, "what it changed cannot be read"))
    }
}

/// The counts of a chunk; `None` if they are not as they were written.
fn decode(bytes: &[u8]) -> Option<Vec<Count>> {
    let (chunks, []) = bytes.as_chunks::<COUNT_LEN>() else { return None };
    let counts = chunks.iter().map(|chunk| {
        let (hash, count) = chunk.split_first_chunk()?;
        let count = i64::from_le_bytes(*count.first_chunk()?);
        (count != 0 && count.checked_abs()? <= MOST_PLACES).then_some((CryptoHash(*hash), count))
    });
    let counts: Vec<_> = counts.collect::<Option<_>>()?;
    counts.is_sorted_by(|(one, _), (other, _)| one < other).then_some(counts)
}
