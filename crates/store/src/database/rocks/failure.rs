//! What RocksDB says is wrong, as a [`DatabaseError`].
//!
//! Its errors reach Rust as texts, which begin with their kind; what the system said stands behind.

use super::DatabaseError;
use rocksdb::ErrorKind;
use std::io;
use std::path::Path;

/// What the system says when there is no room.
const NO_SPACE: [&str; 3] =
    ["No space left on device", "Disk quota exceeded", "Space limit reached"];

/// What RocksDB says when someone has its folder: this program, or another.
const IN_USE: [&str; 2] = ["lock hold by current process", "While lock file"];

/// What the system says when a file is not there. RocksDB opens only files that it has made.
const MISSING: &str = "No such file or directory";

/// What `error`, about the database in the folder `path`, means to the user.
pub(super) fn error_of(path: &Path, error: rocksdb::Error) -> DatabaseError {
    let kind = error.kind();
    let text = error.into_string();
    let says = |texts: &[&str]| texts.iter().any(|part| text.contains(part));
    match kind {
        ErrorKind::IOError if says(&IN_USE) => {
            DatabaseError::InUse { folder: path.parent().unwrap_or(path).to_owned() }
        }
        ErrorKind::IOError if says(&NO_SPACE) => DatabaseError::NoSpace { path: path.to_owned() },
        ErrorKind::IOError if says(&[MISSING]) => damaged(path, text),
        // The latter three: a file or a column that is not there, and forms that this version of
        // RocksDB does not know.
        ErrorKind::Corruption
        | ErrorKind::NotFound
        | ErrorKind::InvalidArgument
        | ErrorKind::NotSupported => damaged(path, text),
        _ => DatabaseError::io("read or write", path, io::Error::other(text)),
    }
}

/// The database in the folder `path` is not as it was written.
pub(super) fn damaged(path: &Path, found: String) -> DatabaseError {
    DatabaseError::Damaged { place: path.display().to_string(), found }
}
