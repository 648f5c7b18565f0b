//! The columns that RocksDB has open: finding and reading them, with errors that say where they are.

use super::super::changes::{Changes, Counted, Stored};
use super::super::{Bytes, Column, DatabaseError, Direction, Entries, KeyRange, record};
use super::failure::{damaged, error_of};
use super::options::{Access, READ_AHEAD_LEN, Settings, durable};
use super::view::{Walk, bounded};
use rocksdb::{ColumnFamily, DB, DBPinnableSlice, ReadOptions, Snapshot, WriteBatch};
use std::path::{Path, PathBuf};

/// All columns of a database.
pub(super) struct Columns {
    rocks: DB,
    /// The folder in which RocksDB keeps them.
    path: PathBuf,
}

impl Columns {
    /// Opens those in the folder `path`, or makes them there.
    pub(super) fn open(
        path: &Path,
        settings: &Settings,
        access: Access,
    ) -> Result<Columns, DatabaseError> {
        let failed = |error| error_of(path, error);
        let options = settings.database(access).map_err(failed)?;
        let columns = settings.columns();
        let rocks = match access {
            Access::Make | Access::Write => DB::open_cf_descriptors(&options, path, columns),
            // Logs are read into memory, as they are for one who writes.
            Access::Read => DB::open_cf_descriptors_read_only(&options, path, columns, false),
        };
        Ok(Columns { rocks: rocks.map_err(failed)?, path: path.to_owned() })
    }

    /// The number of the last change.
    pub(super) fn sequence(&self) -> u64 {
        self.rocks.latest_sequence_number()
    }

    /// What RocksDB has now, to be read later.
    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        self.rocks.snapshot()
    }

    /// Where the folder is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What RocksDB calls `column`.
    pub(super) fn family(&self, column: Column) -> Result<&ColumnFamily, DatabaseError> {
        let family = self.rocks.cf_handle(column.name());
        family.ok_or_else(|| damaged(&self.path, format!("it has no column {column}")))
    }

    /// What `error` means to the user.
    pub(super) fn error(&self, error: rocksdb::Error) -> DatabaseError {
        error_of(&self.path, error)
    }

    /// What was found under a key.
    pub(super) fn counted(
        &self,
        column: Column,
        key: &[u8],
        found: Result<Option<DBPinnableSlice<'_>>, rocksdb::Error>,
    ) -> Result<Option<Counted>, DatabaseError> {
        let found = found.map_err(|error| self.error(error))?;
        found.map(|found| record::decode(column, key, &found)).transpose()
    }

    /// The entries as they are now.
    pub(super) fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        let Some(options) = bounded(range) else { return Ok(Box::new(std::iter::empty())) };
        let iterator = self.rocks.raw_iterator_cf_opt(self.family(column)?, options);
        Ok(Box::new(Walk::new(iterator, self, column, direction)))
    }

    /// Reads all there is.
    pub(super) fn verify(&self) -> Result<(), DatabaseError> {
        for column in Column::ALL {
            let mut options = ReadOptions::default();
            options.fill_cache(false);
            options.set_readahead_size(READ_AHEAD_LEN);
            let iterator = self.rocks.raw_iterator_cf_opt(self.family(column)?, options);
            for entry in Walk::new(iterator, self, column, Direction::Ascending) {
                entry?;
            }
        }
        Ok(())
    }

    /// Makes changes, all of them or none. They are durable when it returns.
    pub(super) fn write(&self, changes: Changes) -> Result<(), DatabaseError> {
        let mut batch = WriteBatch::new();
        for (column, changes) in changes {
            let family = self.family(column)?;
            for (key, change) in changes {
                match change {
                    Some(counted) => {
                        batch.put_cf(family, &key, record::encode(column, &key, &counted));
                    }
                    None => batch.delete_cf(family, &key),
                }
            }
        }
        let written = self.rocks.write_opt(batch, &durable());
        written.map_err(|error| self.error(error))
    }
}

impl Stored for Columns {
    fn stored(&self, column: Column, key: &[u8]) -> Result<Option<Counted>, DatabaseError> {
        let found = self.rocks.get_pinned_cf(self.family(column)?, key);
        self.counted(column, key, found)
    }

    fn keys(&self, column: Column, range: &KeyRange) -> Result<Vec<Bytes>, DatabaseError> {
        let entries = self.entries(column, range, Direction::Ascending)?;
        entries.map(|entry| entry.map(|(key, _)| key)).collect()
    }
}

#[cfg(test)]
impl Columns {
    /// RocksDB itself, for tests that go behind its back.
    pub(super) fn rocks(&self) -> &DB {
        &self.rocks
    }
}
