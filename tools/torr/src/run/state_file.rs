//! The state file: accounts with their storage, so that calls can follow one another.
//!
//! JSON, with bytes in the notation of [`crate::bytes::notation`], sorted by key; equal states are
//! equal files. A file is read whole or refused, and replaced whole or left as it was.

mod format;

pub(crate) use format::{AccountState, PendingYield, State};

use crate::error::CliError;
use crate::files;
use serde::Deserialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most that is read of a state file: far more than the storage that a test needs.
const MAX_STATE_BYTES: u64 = 256 << 20;

/// Why a state file is not usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateFileError {
    /// It is not what this program writes.
    #[error(
        "{}: {place}{problem}; correct it, or remove the file to begin with an empty state",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The field, as a path from the top, and what separates it from the problem.
        place: String,
        /// What is wrong there, with line and column.
        problem: serde_json::Error,
    },
    /// It cannot be written; what was there still is.
    #[error("cannot write {}: {}; the state is as before the call", path.display(), source.kind())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Reads the state at `path`, an empty one if there is no file.
pub(crate) fn load(path: &Path) -> Result<State, CliError> {
    if matches!(path.try_exists(), Ok(false)) {
        return Ok(State::default());
    }
    let bytes = files::read(path, "a state file", MAX_STATE_BYTES)?;
    Ok(parse(path, &bytes)?)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<State, StateFileError> {
    let corrupt =
        |place, problem| StateFileError::Corrupt { path: path.to_owned(), place, problem };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let state = State::deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track))
        .map_err(|problem| corrupt(place(&track.path()), problem))?;
    json.end().map_err(|problem| corrupt(String::new(), problem))?;
    Ok(state)
}

/// A field for a message. Where the file is not even JSON there is no field to name.
fn place(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let named = path.iter().any(|segment| matches!(segment, Segment::Map { .. }));
    if named { format!("{path}: ") } else { String::new() }
}

/// Puts `state` at `path`: into a new file beside it, which then takes its place.
pub(crate) fn save(path: &Path, state: &State) -> Result<(), CliError> {
    let mut text = serde_json::to_string_pretty(state)?;
    text.push('\n');
    files::replace(path, |file| file.write_all(text.as_bytes()))
        .map_err(|source| StateFileError::Write { path: path.to_owned(), source }.into())
}

#[cfg(test)]
mod tests;
