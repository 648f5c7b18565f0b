//! The folder of a database: whose it is, and that one program at a time uses it.

use super::DatabaseError;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The database.
const DATABASE: &str = "database.redb";

/// The database while it is made; it is renamed when it is whole.
const UNFINISHED: &str = "database.redb.new";

/// Locked by who uses the folder.
const LOCK: &str = "lock";

/// A folder that is in use as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The system takes the lock back when the file is closed, however the program ends.
    _lock: File,
}

impl Folder {
    /// Takes the folder into use. It is made, for its owner only, when it is missing.
    pub(super) fn claim(path: &Path) -> Result<Folder, DatabaseError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|source| DatabaseError::io("make", path, source))?;
        refuse_others(path)?;
        let lock_path = path.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|source| DatabaseError::io("open", &lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DatabaseError::InUse { folder: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(DatabaseError::io("lock", &lock_path, source)),
        }
    }

    /// Where the database is.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Whether it has a database.
    pub(super) fn has_database(&self) -> Result<bool, DatabaseError> {
        let path = self.database();
        path.try_exists().map_err(|source| DatabaseError::io("look at", path, source))
    }

    /// Where to make the database; nothing is there.
    pub(super) fn make_unfinished(&self) -> Result<PathBuf, DatabaseError> {
        let path = self.path.join(UNFINISHED);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(DatabaseError::io("remove", path, error))
            }
            _ => Ok(path),
        }
    }

    /// What was made is the database from now on.
    pub(super) fn finish(&self) -> Result<(), DatabaseError> {
        let path = self.database();
        fs::rename(self.path.join(UNFINISHED), &path)
            .map_err(|source| DatabaseError::io("make", &path, source))?;
        // Names are durable when their folder is.
        #[cfg(unix)]
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| DatabaseError::io("sync", &self.path, source))?;
        Ok(())
    }
}

/// A folder without a database must have nothing in it but what [`Folder`] leaves there.
fn refuse_others(path: &Path) -> Result<(), DatabaseError> {
    let failed = |source| DatabaseError::io("list", path, source);
    let mut other = None;
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name == DATABASE {
            return Ok(());
        }
        if name != LOCK && name != UNFINISHED {
            other = Some(name);
        }
    }
    match other {
        None => Ok(()),
        Some(name) => Err(DatabaseError::NotADatabase {
            folder: path.to_owned(),
            found: format!("it has {} but no {DATABASE}", name.display()),
        }),
    }
}
