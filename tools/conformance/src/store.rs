//! The databases in which states can be kept.

use std::path::Path;
use tempfile::TempDir;
#[cfg(feature = "rocksdb")]
use torr_store::database::RocksDatabase;
use torr_store::database::{
    Database, DatabaseError, EmbeddedDatabase, Identity, MemoryDatabase, OpenOptions,
};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In memory.
    Memory,
    /// The embedded one, on disk.
    Embedded,
    /// RocksDB, on disk.
    #[cfg(feature = "rocksdb")]
    RocksDb,
}

/// A new database, which goes with this.
pub(crate) struct OpenStore {
    pub(crate) database: Box<dyn Database>,
    /// Where it is, if it is on disk. Dropped after the database is closed.
    _folder: Option<TempDir>,
}

impl Store {
    /// Every kind.
    pub const ALL: &[Store] = &[
        Store::Memory,
        Store::Embedded,
        #[cfg(feature = "rocksdb")]
        Store::RocksDb,
    ];
    /// What is used when nothing else is asked for.
    pub const USUAL: &[Store] = &[Store::Memory];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Store::Memory => "memory",
            Store::Embedded => "embedded",
            #[cfg(feature = "rocksdb")]
            Store::RocksDb => "rocksdb",
        }
    }

    /// What it is, in words.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Store::Memory => "a database in memory",
            Store::Embedded => "an embedded database",
            #[cfg(feature = "rocksdb")]
            Store::RocksDb => "RocksDB",
        }
    }

    /// A new database of this kind.
    pub(crate) fn open(self) -> Result<OpenStore, String> {
        match self {
            Store::Memory => {
                Ok(OpenStore { database: Box::new(MemoryDatabase::new()), _folder: None })
            }
            Store::Embedded => boxed(EmbeddedDatabase::open),
            #[cfg(feature = "rocksdb")]
            Store::RocksDb => boxed(RocksDatabase::open),
        }
    }
}

fn boxed<D: Database + 'static>(
    open: fn(&Path, &OpenOptions) -> Result<D, DatabaseError>,
) -> Result<OpenStore, String> {
    let (database, folder) = on_disk(open)?;
    Ok(OpenStore { database: Box::new(database), _folder: Some(folder) })
}

/// Makes a database in a folder of its own.
pub(crate) fn on_disk<D>(
    open: fn(&Path, &OpenOptions) -> Result<D, DatabaseError>,
) -> Result<(D, TempDir), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let identity = Identity { schema: 1, chain_id: "vectors".to_owned() };
    let database = open(folder.path(), &OpenOptions::new(identity));
    Ok((database.map_err(|error| error.to_string())?, folder))
}
