//! The default database on disk: redb, a B-tree of 4 KiB pages in one file, written by copying pages.
//!
//! **Crash safety.** A commit writes changed pages beside those in use, syncs them, then makes them
//! current in one page and syncs again. A program that is killed, or power that fails, leaves the last
//! batch that returned, or the one being written, whole; opening takes no longer for it.
//!
//! **Damage.** redb keeps a checksum of every page but compares it only when a database is verified, by
//! default each time it is opened ([`Verification`]); then damage is an error, never other data. Pages
//! that decay later, or in a database opened without, are not compared as they are read: so every value
//! has a checksum of its own, with its key and column, and what is read of it is right or an error. A key
//! can then still be missed whose page has decayed. redb stops with a panic at pages that make no sense;
//! here it becomes an error.
//!
//! **Cost.** Changes of random keys each rewrite a page or two: with a million entries of 500 bytes, a
//! batch of 50 000 writes some 280 MB and takes two to three seconds, one of 500 some 50 ms; a read takes
//! some 5 µs. Snapshots keep pages from being used again, and the file does not shrink by itself.

mod failure;
mod view;

use super::changes::{Changes, Counted, Stored, changes_of};
use super::folder::Folder;
use super::per_column::PerColumn;
use super::{
    Batch, Bytes, Column, Database, DatabaseError, Direction, Entries, KeyRange, OpenOptions,
    Reader, Verification, record,
};
use failure::{error_of, guard};
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use view::{ColumnView, Snapshot};

/// The name of the file in the folder.
const DATABASE: &str = "database.redb";

/// Keys, and values as [`record`] stores them.
fn table_of(column: Column) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(column.name())
}

/// A database in a folder, which is its own and no one else's.
///
/// The folder is in use until this and all its snapshots are dropped.
#[derive(Debug)]
pub struct EmbeddedDatabase {
    opened: Arc<Opened>,
}

/// What a database shares with its snapshots. Fields are dropped in order: the file closes, then the
/// folder is free.
#[derive(Debug)]
struct Opened {
    redb: redb::Database,
    /// Where redb keeps it.
    path: PathBuf,
    _folder: Folder,
}

impl EmbeddedDatabase {
    /// Opens the database in `folder`, or makes a new one when the folder is missing or empty. A folder
    /// that is made is open to its owner only. A database that is refused keeps what is in it.
    ///
    /// # Errors
    /// When the folder is in use or has something else in it; when the database is damaged or not of
    /// the identity ([`OpenOptions::identify`]); when the system fails.
    pub fn open(folder: &Path, options: &OpenOptions) -> Result<EmbeddedDatabase, DatabaseError> {
        let folder = Folder::claim(folder, DATABASE)?;
        if !folder.has_database()? {
            let path = folder.make_unfinished()?;
            guard(&path, || make(&path, options).map_err(|error| error_of(&path, error)))?;
            folder.finish()?;
        }
        let path = folder.database();
        let redb =
            guard(&path, || builder(options).open(&path).map_err(|error| error_of(&path, error)))?;
        let database =
            EmbeddedDatabase { opened: Arc::new(Opened { redb, path, _folder: folder }) };
        options.identify(&database)?;
        Ok(database)
    }

    /// Whether a folder has a database, for who does not want one to be made. Nothing is opened.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn exists(folder: &Path) -> Result<bool, DatabaseError> {
        Folder::has_database_at(folder, DATABASE)
    }
}

fn builder(options: &OpenOptions) -> redb::Builder {
    let mut builder = redb::Database::builder();
    builder
        .set_cache_size(options.cache_len)
        .set_check_integrity_on_open(options.verification == Verification::Whole);
    builder
}

/// Makes a file with empty tables.
fn make(path: &Path, options: &OpenOptions) -> Result<(), redb::Error> {
    let redb = builder(options).create(path)?;
    let transaction = redb.begin_write()?;
    for column in Column::ALL {
        transaction.open_table(table_of(column))?;
    }
    Ok(transaction.commit()?)
}

impl Reader for EmbeddedDatabase {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        ColumnView::of(&self.opened, column)?.get(key)
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        ColumnView::of(&self.opened, column)?.entries(range, direction)
    }
}

impl Database for EmbeddedDatabase {
    fn write(&self, batch: Batch) -> Result<(), DatabaseError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.opened.guard(|| {
            let transaction = self.opened.begin_write()?;
            let writing = Writing::of(&transaction, &self.opened)?;
            let changes = changes_of(batch, &writing)?;
            writing.apply(changes)?;
            transaction.commit().map_err(|error| self.opened.error(error))
        })
    }

    fn snapshot(&self) -> Result<Arc<dyn Reader>, DatabaseError> {
        Ok(Arc::new(Snapshot::of(&self.opened)?))
    }
}

impl Opened {
    fn begin_write(&self) -> Result<WriteTransaction, DatabaseError> {
        let mut transaction = self.redb.begin_write().map_err(|error| self.error(error))?;
        // A commit becomes current only when all of it is synced, and says which pages are free: after
        // a stop, redb does not guess which commit was the last, and rebuilds nothing.
        transaction.set_quick_repair(true);
        Ok(transaction)
    }

    fn error(&self, error: impl Into<redb::Error>) -> DatabaseError {
        error_of(&self.path, error)
    }

    fn guard<T>(&self, run: impl FnOnce() -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        guard(&self.path, run)
    }
}

/// The tables while a batch is written.
struct Writing<'a> {
    tables: PerColumn<Table<'a, &'static [u8], &'static [u8]>>,
    opened: &'a Opened,
}

impl<'a> Writing<'a> {
    fn of(transaction: &'a WriteTransaction, opened: &'a Opened) -> Result<Self, DatabaseError> {
        let tables = PerColumn::try_new(|column| transaction.open_table(table_of(column)))
            .map_err(|error| opened.error(error))?;
        Ok(Writing { tables, opened })
    }

    fn apply(mut self, changes: Changes) -> Result<(), DatabaseError> {
        for (column, changes) in changes {
            let table = self.tables.of_mut(column);
            for (key, change) in changes {
                let done = match change {
                    Some(counted) => {
                        let bytes = record::encode(column, &key, &counted);
                        table.insert(&*key, &*bytes)
                    }
                    None => table.remove(&*key),
                };
                done.map_err(|error| self.opened.error(error))?;
            }
        }
        Ok(())
    }
}

impl Stored for Writing<'_> {
    fn stored(&self, column: Column, key: &[u8]) -> Result<Option<Counted>, DatabaseError> {
        let found = self.tables.of(column).get(key).map_err(|error| self.opened.error(error))?;
        found.map(|found| record::decode(column, key, found.value())).transpose()
    }

    fn keys(&self, column: Column, range: &KeyRange) -> Result<Vec<Bytes>, DatabaseError> {
        let table = self.tables.of(column);
        let entries =
            table.range::<&[u8]>(range.as_bounds()).map_err(|error| self.opened.error(error))?;
        entries
            .map(|entry| match entry {
                Ok((key, _)) => Ok(Bytes::from(key.value())),
                Err(error) => Err(self.opened.error(error)),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
