//! Reading an embedded database: as it is now, or as it was at a snapshot.

use super::super::per_column::PerColumn;
use super::super::record;
use super::super::{Bytes, Column, DatabaseError, Direction, Entries, Entry, KeyRange, Reader};
use super::{Opened, table_of};
use redb::{AccessGuard, ReadOnlyTable, ReadableDatabase, StorageError};
use std::sync::Arc;

/// A column as it was at some time.
pub(super) struct ColumnView {
    column: Column,
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
    opened: Arc<Opened>,
}

impl ColumnView {
    /// The column as it is now.
    pub(super) fn of(opened: &Arc<Opened>, column: Column) -> Result<ColumnView, DatabaseError> {
        opened.guard(|| {
            let transaction = opened.redb.begin_read().map_err(|error| opened.error(error))?;
            let table = transaction.open_table(table_of(column));
            let table = table.map_err(|error| opened.error(error))?;
            Ok(ColumnView { column, table, opened: Arc::clone(opened) })
        })
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        self.opened.guard(|| {
            let found = self.table.get(key).map_err(|error| self.opened.error(error))?;
            let Some(found) = found else { return Ok(None) };
            Ok(Some(record::decode(self.column, key, found.value())?.value))
        })
    }

    /// The entries in a range.
    pub(super) fn entries(
        &self,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'static>, DatabaseError> {
        if range.is_empty() {
            return Ok(Box::new(std::iter::empty()));
        }
        let entries = self.opened.guard(|| {
            let entries = self.table.range::<&[u8]>(range.as_bounds());
            entries.map_err(|error| self.opened.error(error))
        })?;
        let opened = Arc::clone(&self.opened);
        Ok(Box::new(Walk { entries, direction, column: self.column, opened, ended: false }))
    }
}

/// All columns as they were at one time.
pub(super) struct Snapshot {
    columns: PerColumn<ColumnView>,
}

impl Snapshot {
    /// The columns as they are now.
    pub(super) fn of(opened: &Arc<Opened>) -> Result<Snapshot, DatabaseError> {
        opened.guard(|| {
            let transaction = opened.redb.begin_read().map_err(|error| opened.error(error))?;
            let columns = PerColumn::try_new(|column| {
                let table = transaction.open_table(table_of(column));
                let table = table.map_err(|error| opened.error(error))?;
                Ok::<_, DatabaseError>(ColumnView { column, table, opened: Arc::clone(opened) })
            })?;
            Ok(Snapshot { columns })
        })
    }
}

impl Reader for Snapshot {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        self.columns.of(column).get(key)
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        self.columns.of(column).entries(range, direction)
    }
}

/// A way through the entries of a range.
struct Walk {
    entries: redb::Range<'static, &'static [u8], &'static [u8]>,
    direction: Direction,
    column: Column,
    opened: Arc<Opened>,
    ended: bool,
}

/// A key and a value in the pages of redb.
type Found = (AccessGuard<'static, &'static [u8]>, AccessGuard<'static, &'static [u8]>);

impl Walk {
    fn step(&mut self) -> Option<Result<Found, StorageError>> {
        match self.direction {
            Direction::Ascending => self.entries.next(),
            Direction::Descending => self.entries.next_back(),
        }
    }
}

impl Iterator for Walk {
    type Item = Result<Entry, DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let (column, opened) = (self.column, Arc::clone(&self.opened));
        let next = opened.guard(|| {
            let Some(found) = self.step() else { return Ok(None) };
            let (key, value) = found.map_err(|error| opened.error(error))?;
            let value = record::decode(column, key.value(), value.value())?.value;
            Ok(Some((Bytes::from(key.value()), value)))
        });
        self.ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}
