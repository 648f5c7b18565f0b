//! What redb says is wrong, as a [`DatabaseError`].

use super::DatabaseError;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What `error`, about the file at `path`, means to the user.
pub(super) fn error_of(path: &Path, error: impl Into<redb::Error>) -> DatabaseError {
    match error.into() {
        redb::Error::DatabaseAlreadyOpen => {
            DatabaseError::InUse { folder: path.parent().unwrap_or(path).to_owned() }
        }
        // What it says of a file that is none of its own, or shorter than it should be.
        redb::Error::Io(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            damaged(path, error.to_string())
        }
        redb::Error::Io(error) => DatabaseError::io("read or write", path, error),
        error @ (redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::RepairAborted
        | redb::Error::TableDoesNotExist(_)
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TypeDefinitionChanged { .. }) => damaged(path, error.to_string()),
        error => DatabaseError::io("use", path, io::Error::other(error)),
    }
}

/// Runs what calls redb. A panic in there is about what the file at `path` holds.
pub(super) fn guard<T>(
    path: &Path,
    run: impl FnOnce() -> Result<T, DatabaseError>,
) -> Result<T, DatabaseError> {
    // Nothing of ours is changed in there; redb refuses to go on with what it left half-way.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(damaged(path, text.unwrap_or("a page makes no sense").to_owned()))
    })
}

fn damaged(path: &Path, found: String) -> DatabaseError {
    DatabaseError::Damaged { place: path.display().to_string(), found }
}
