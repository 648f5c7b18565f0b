//! The record of what ships: `CHECKSUMS` beside the vectors, in the format of `sha256sum`.
//!
//! It names every file of the areas with the SHA-256 of its bytes, and for a compressed file also
//! that of its content, under the name without `.zst`; so a file compressed anew still shows the
//! same content.

use crate::vector_file::{ReadError, content};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use torr_crypto::hash::sha256;

/// Name of the record.
pub const CHECKSUMS: &str = "CHECKSUMS";

/// How what is there contradicts the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A line is not a hash, two spaces and a name.
    #[error("{CHECKSUMS}, line {line}: not a hash, two spaces and a name")]
    Line {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A file is recorded and not there.
    #[error("{name} is recorded and not there")]
    Missing {
        /// Name of the file, from the folder of the record.
        name: String,
    },
    /// A file is there and not recorded.
    #[error("{name} is there and not recorded")]
    Unrecorded {
        /// Name of the file, from the folder of the record.
        name: String,
    },
    /// A file is not the recorded one.
    #[error("{name} is not the recorded file")]
    Differs {
        /// Name of the file, from the folder of the record; without `.zst` for its content.
        name: String,
    },
}

/// Compares the folders in `root` with its record.
///
/// # Errors
/// When a file cannot be read.
pub fn verify(root: &Path) -> Result<Vec<Mismatch>, ReadError> {
    let record = content(&root.join(CHECKSUMS))?;
    let recorded = match parse(&String::from_utf8_lossy(&record)) {
        Ok(recorded) => recorded,
        Err(mismatch) => return Ok(vec![mismatch]),
    };
    Ok(compare(&recorded, &present(root)?))
}

/// Hashes by name.
type Hashes = BTreeMap<String, String>;

fn parse(record: &str) -> Result<Hashes, Mismatch> {
    let entry = |(index, line): (usize, &str)| match line.split_once("  ") {
        Some((hash, name)) if hash.len() == 64 => Ok((name.to_owned(), hash.to_owned())),
        _ => Err(Mismatch::Line { line: index + 1 }),
    };
    record.lines().enumerate().map(entry).collect()
}

fn compare(recorded: &Hashes, present: &Hashes) -> Vec<Mismatch> {
    let unrecorded = present.keys().filter(|name| !recorded.contains_key(*name));
    let unrecorded = unrecorded.map(|name| Mismatch::Unrecorded { name: name.clone() });
    let wrong = recorded.iter().filter_map(|(name, hash)| match present.get(name) {
        None => Some(Mismatch::Missing { name: name.clone() }),
        Some(actual) if actual != hash => Some(Mismatch::Differs { name: name.clone() }),
        Some(_) => None,
    });
    wrong.chain(unrecorded).collect()
}

/// The hashes of all files in the folders in `root`, and of the contents of compressed ones.
fn present(root: &Path) -> Result<Hashes, ReadError> {
    let failed = |path: &Path, error: std::io::Error| ReadError {
        path: path.to_owned(),
        problem: error.into(),
    };
    let list = |folder: &Path| -> Result<Vec<PathBuf>, ReadError> {
        let entries = fs::read_dir(folder).map_err(|error| failed(folder, error))?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        paths.collect::<Result<_, _>>().map_err(|error| failed(folder, error))
    };
    let mut hashes = Hashes::new();
    for folder in list(root)?.into_iter().filter(|path| path.is_dir()) {
        for file in list(&folder)? {
            let name = file.strip_prefix(root).unwrap_or(&file);
            let name = name.to_string_lossy().replace('\\', "/");
            let bytes = fs::read(&file).map_err(|error| failed(&file, error))?;
            if let Some(name) = name.strip_suffix(".zst") {
                hashes.insert(name.to_owned(), hex::encode(sha256(&content(&file)?)));
            }
            hashes.insert(name, hex::encode(sha256(&bytes)));
        }
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contradiction_is_found() {
        let hash = |digit: &str| digit.repeat(64);
        let record = format!(
            "{}  vm/a.json\n{}  vm/b.json\n{}  vm/c.json\n",
            hash("a"),
            hash("b"),
            hash("c")
        );
        let recorded = parse(&record).unwrap();
        assert_eq!(compare(&recorded, &recorded), []);
        let mut present = recorded.clone();
        present.remove("vm/a.json");
        present.insert("vm/b.json".to_owned(), hash("0"));
        present.insert("vm/d.json".to_owned(), hash("d"));
        assert_eq!(
            compare(&recorded, &present),
            [
                Mismatch::Missing { name: "vm/a.json".to_owned() },
                Mismatch::Differs { name: "vm/b.json".to_owned() },
                Mismatch::Unrecorded { name: "vm/d.json".to_owned() },
            ]
        );
        assert_eq!(parse("\n"), Err(Mismatch::Line { line: 1 }));
    }
}
