//! Reading RocksDB: from a fixed point on, as it is now or as it was at a snapshot.

use super::super::{
    Bytes, Column, DatabaseError, Direction, Entries, Entry, KeyRange, Reader, record,
};
use super::Opened;
use super::columns::Columns;
use rocksdb::{DBRawIterator, ReadOptions};
use std::ops::Bound;
use std::sync::Arc;

self_cell::self_cell!(
    /// A database as it was at one time, which it keeps open.
    pub(super) struct Snapshot {
        owner: Arc<Opened>,
        #[covariant]
        dependent: At,
    }
);

/// What RocksDB has at one time.
type At<'a> = rocksdb::Snapshot<'a>;

impl Snapshot {
    /// The database as it is now.
    pub(super) fn of(opened: Arc<Opened>) -> Snapshot {
        Snapshot::new(opened, |opened| opened.columns.snapshot())
    }
}

impl Reader for Snapshot {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        let columns = &self.borrow_owner().columns;
        let found = self.borrow_dependent().get_pinned_cf(columns.family(column)?, key);
        Ok(columns.counted(column, key, found)?.map(|found| found.value))
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        let Some(options) = bounded(range) else { return Ok(Box::new(std::iter::empty())) };
        let columns = &self.borrow_owner().columns;
        let family = columns.family(column)?;
        let iterator = self.borrow_dependent().raw_iterator_cf_opt(family, options);
        Ok(Box::new(Walk::new(iterator, columns, column, direction)))
    }
}

/// Reads within `range`; `None` when no key can be in it. RocksDB's lower bound is in the range, and its
/// upper bound is not: the next key after any other is that key with a zero byte behind.
pub(super) fn bounded(range: &KeyRange) -> Option<ReadOptions> {
    if range.is_empty() {
        return None;
    }
    let after = |key: &Bytes| [&**key, &[0]].concat();
    let mut options = ReadOptions::default();
    match &range.start {
        Bound::Unbounded => {}
        Bound::Included(start) => options.set_iterate_lower_bound(start.to_vec()),
        Bound::Excluded(start) => options.set_iterate_lower_bound(after(start)),
    }
    match &range.end {
        Bound::Unbounded => {}
        Bound::Included(end) => options.set_iterate_upper_bound(after(end)),
        // Nothing is before the empty key.
        Bound::Excluded(end) if end.is_empty() => return None,
        Bound::Excluded(end) => options.set_iterate_upper_bound(end.to_vec()),
    }
    Some(options)
}

/// A way through the entries that an iterator is bounded to.
pub(super) struct Walk<'a> {
    iterator: DBRawIterator<'a>,
    columns: &'a Columns,
    column: Column,
    direction: Direction,
    progress: Progress,
}

/// How far a walk has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Before,
    Within,
    Ended,
}

impl<'a> Walk<'a> {
    /// Walks through the entries of `column` that `iterator` has.
    pub(super) fn new(
        iterator: DBRawIterator<'a>,
        columns: &'a Columns,
        column: Column,
        direction: Direction,
    ) -> Walk<'a> {
        Walk { iterator, columns, column, direction, progress: Progress::Before }
    }

    fn step(&mut self) {
        match (self.progress, self.direction) {
            (Progress::Before, Direction::Ascending) => self.iterator.seek_to_first(),
            (Progress::Before, Direction::Descending) => self.iterator.seek_to_last(),
            (_, Direction::Ascending) => self.iterator.next(),
            (_, Direction::Descending) => self.iterator.prev(),
        }
    }

    /// The entry it has come to.
    fn entry(&self) -> Result<Option<Entry>, DatabaseError> {
        let Some((key, value)) = self.iterator.item() else {
            // It also stops where it cannot read on.
            self.iterator.status().map_err(|error| self.columns.error(error))?;
            return Ok(None);
        };
        let value = record::decode(self.column, key, value)?.value;
        Ok(Some((Bytes::from(key), value)))
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Entry, DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.progress == Progress::Ended {
            return None;
        }
        self.step();
        let entry = self.entry();
        self.progress = match entry {
            Ok(Some(_)) => Progress::Within,
            Ok(None) | Err(_) => Progress::Ended,
        };
        entry.transpose()
    }
}
