//! What can go wrong with a database, and what its user can do about it.

use super::{Bytes, Column};
use std::io;
use std::path::PathBuf;

/// A database cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Someone has the database open.
    #[error(
        "the database in {folder} is in use; stop the program that uses it, or name another folder"
    )]
    InUse {
        /// Where the database is.
        folder: PathBuf,
    },
    /// The database belongs to another chain.
    #[error(
        "the database is of chain {found:?}, but {expected:?} was asked for; name the folder of \
         {expected:?}, or an empty one"
    )]
    OtherChain {
        /// The chain of the database.
        found: String,
        /// The chain that was asked for.
        expected: String,
    },
    /// The database was written by a newer program.
    #[error(
        "the database has schema {found}, but {known} is the newest that this program knows; use a \
         newer program"
    )]
    NewerSchema {
        /// The schema of the database.
        found: u32,
        /// The schema of this program.
        known: u32,
    },
    /// The database was written by an older program, and cannot be brought up to date.
    #[error(
        "the database has schema {found}, and nothing here leads from {missing} to {known}; use the \
         program that wrote it, or an empty folder"
    )]
    OlderSchema {
        /// The schema of the database.
        found: u32,
        /// The schema from which no migration leads on.
        missing: u32,
        /// The schema of this program.
        known: u32,
    },
    /// The folder has something else in it.
    #[error(
        "{folder} is not a folder of a database: {found}; name another folder, or an empty one"
    )]
    NotADatabase {
        /// The folder.
        folder: PathBuf,
        /// What is there.
        found: String,
    },
    /// Something in the database is not what was written.
    #[error("{place} is damaged: {found}; restore the database from a copy, or sync it anew")]
    Damaged {
        /// Which database, or which part of it.
        place: String,
        /// What was found.
        found: String,
    },
    /// The entry of a key is not what was written.
    #[error(
        "the entry of key {} in column {column} is damaged: {found}; restore the database from a \
         copy, or sync it anew",
        hex::encode(key)
    )]
    DamagedEntry {
        /// The column.
        column: Column,
        /// The key.
        key: Bytes,
        /// What was found.
        found: &'static str,
    },
    /// The system refused something.
    #[error("cannot {action} {path}: {source}; see to it, then open the database again")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no room for what was to be written.
    #[error("no space is left for {path}; make room, then open the database again")]
    NoSpace {
        /// The file or folder that was written.
        path: PathBuf,
    },
    /// More references were to be removed than there are; or, which only damage could explain, more
    /// were added than can be counted.
    #[error(
        "key {} in column {column} would have {total} references; nothing was written, remove only \
         references that were added",
        hex::encode(key)
    )]
    CountOutOfRange {
        /// The column.
        column: Column,
        /// The key.
        key: Bytes,
        /// What its count would be.
        total: i128,
    },
    /// The column has no such operations.
    #[error(
        "column {column} {}; nothing was written", if column.is_counted() {
            "counts references: add them instead of putting values"
        } else {
            "does not count references: put values and delete them"
        }
    )]
    WrongOperation {
        /// The column.
        column: Column,
    },
}

impl DatabaseError {
    /// What the system said about `path`, which someone tried to `action`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                DatabaseError::NoSpace { path }
            }
            _ => DatabaseError::Io { action, path, source },
        }
    }
}
