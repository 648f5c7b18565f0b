//! The keys and values of the head, read in order from the flat column.

use super::StateSnapshot;
use super::snapshot::decode_flat;
use crate::database::{self, Column, Direction, KeyRange};
use crate::flat::FlatValue;
use crate::memory_trie::StateEntries;
use crate::source::TrieError;
use crate::stored_trie::ShardUid;
use crate::trie::Entry;
use std::ops::Bound;
use std::sync::Arc;

impl StateEntries for StateSnapshot {
    fn entries(
        &self,
        range: &KeyRange,
    ) -> Result<impl Iterator<Item = Result<Entry, TrieError>>, TrieError> {
        let range = of_shard(self.shard(), range);
        let entries = self.reader().entries(Column::Flat, &range, Direction::Ascending)?;
        Ok(entries.map(|entry| self.entry(entry?)))
    }
}

impl StateSnapshot {
    fn entry(&self, (key, bytes): database::Entry) -> Result<Entry, TrieError> {
        let value: Arc<[u8]> = match decode_flat(&key, &bytes)? {
            FlatValue::Inlined(value) => value.into(),
            FlatValue::Ref(value) => self.empty_trie().source().value_of(&value)?,
        };
        // What is in the range begins with the shard's name.
        Ok((key.get(ShardUid::LENGTH..).unwrap_or_default().to_vec(), value))
    }
}

/// The keys of a column that belong to the keys of a shard in a range.
fn of_shard(shard: ShardUid, range: &KeyRange) -> KeyRange {
    let all = KeyRange::prefix(&shard.to_bytes());
    let with_shard = |key: &Arc<[u8]>| Arc::from([&shard.to_bytes()[..], key].concat());
    let bound = |bound: &Bound<Arc<[u8]>>, otherwise| match bound {
        Bound::Unbounded => otherwise,
        bound => bound.as_ref().map(with_shard),
    };
    KeyRange { start: bound(&range.start, all.start), end: bound(&range.end, all.end) }
}
