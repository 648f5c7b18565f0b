//! The folder of a database on disk: whose it is, and that one program at a time uses it.
//!
//! A database is one file or folder in it, with a name that says of which kind it is. It is made under
//! another name and renamed when it is whole, so that one that was left half-made is known as such.

use super::DatabaseError;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Ends the name of the database while it is made.
const UNFINISHED: &str = ".new";

/// Locked by who uses the folder.
const LOCK: &str = "lock";

/// A folder that is in use as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The name of the database.
    database: &'static str,
    /// The system takes the lock back when the file is closed, however the program ends.
    _lock: File,
}

impl Folder {
    /// Takes the folder of a database with the name `database` into use. It is made, for its owner
    /// only, when it is missing.
    pub(super) fn claim(path: &Path, database: &'static str) -> Result<Folder, DatabaseError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|source| DatabaseError::io("make", path, source))?;
        refuse_others(path, database)?;
        let lock_path = path.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|source| DatabaseError::io("open", &lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path: path.to_owned(), database, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DatabaseError::InUse { folder: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(DatabaseError::io("lock", &lock_path, source)),
        }
    }

    /// Where the database is.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(self.database)
    }

    /// Whether it has a database.
    pub(super) fn has_database(&self) -> Result<bool, DatabaseError> {
        Folder::has_database_at(&self.path, self.database)
    }

    /// Whether a folder, which need not exist, has a database with this name.
    pub(super) fn has_database_at(folder: &Path, database: &str) -> Result<bool, DatabaseError> {
        let path = folder.join(database);
        path.try_exists().map_err(|source| DatabaseError::io("look at", path, source))
    }

    /// Where to make the database; nothing is there.
    pub(super) fn make_unfinished(&self) -> Result<PathBuf, DatabaseError> {
        let path = self.path.join(unfinished(self.database));
        let removed = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed.map_err(|source| DatabaseError::io("remove", &path, source))?;
        Ok(path)
    }

    /// What was made is the database from now on.
    pub(super) fn finish(&self) -> Result<(), DatabaseError> {
        let path = self.database();
        fs::rename(self.path.join(unfinished(self.database)), &path)
            .map_err(|source| DatabaseError::io("make", &path, source))?;
        // Names are durable when their folder is.
        #[cfg(unix)]
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| DatabaseError::io("sync", &self.path, source))?;
        Ok(())
    }
}

/// The name of the database while it is made.
fn unfinished(database: &str) -> String {
    format!("{database}{UNFINISHED}")
}

/// A folder without the database must have nothing in it but what [`Folder`] leaves there.
fn refuse_others(path: &Path, database: &str) -> Result<(), DatabaseError> {
    let failed = |source| DatabaseError::io("list", path, source);
    let mut other = None;
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name == database {
            return Ok(());
        }
        if name != LOCK && name != *unfinished(database) {
            other = Some(name);
        }
    }
    match other {
        None => Ok(()),
        Some(name) => Err(DatabaseError::NotADatabase {
            folder: path.to_owned(),
            found: format!("it has {} but no {database}", name.display()),
        }),
    }
}
