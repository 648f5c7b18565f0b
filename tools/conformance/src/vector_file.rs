//! Finding and reading vector files.
//!
//! A vector file is JSON, either plain (`.json`) or compressed with Zstandard (`.json.zst`). Other
//! files in a folder, such as `README.md`, are no vectors and are passed over.

use ruzstd::decoding::StreamingDecoder;
use serde_json::Value;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Most bytes that the content of one file may have; a bound for what a damaged or hostile file can
/// make the tool allocate.
const MAX_CONTENT_BYTES: u64 = 256 << 20;

/// How deep folders are searched; deeper ones are taken for a loop of links.
const MAX_FOLDER_DEPTH: usize = 16;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct ReadError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: ReadProblem,
}

/// What is wrong with a file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadProblem {
    /// The file system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The content is longer than any vector file.
    #[error("the content is longer than {MAX_CONTENT_BYTES} bytes")]
    TooLong,
    /// It is not compressed with Zstandard, or damaged.
    #[error("not Zstandard, or damaged: {0}")]
    Compression(String),
    /// The content is not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Folders within folders without end.
    #[error("folders are nested deeper than {MAX_FOLDER_DEPTH} levels")]
    TooDeep,
}

impl ReadProblem {
    fn at(self, path: &Path) -> ReadError {
        ReadError { path: path.to_owned(), problem: self }
    }
}

/// The vector files that `paths` name, in order of paths and names: a file itself, of a folder all
/// within it. Files of other kinds are passed over, also when they are named.
///
/// # Errors
/// When a path does not exist or a folder cannot be listed.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    // A stack, so the last path goes in first.
    let mut open: Vec<(PathBuf, usize)> =
        paths.iter().rev().map(|path| (path.clone(), 0)).collect();
    while let Some((path, depth)) = open.pop() {
        let metadata = fs::metadata(&path).map_err(|error| ReadProblem::Io(error).at(&path))?;
        if !metadata.is_dir() {
            if is_vector_file(&path) {
                found.push(path);
            }
            continue;
        }
        if depth == MAX_FOLDER_DEPTH {
            return Err(ReadProblem::TooDeep.at(&path));
        }
        let mut inside = list(&path).map_err(|error| ReadProblem::Io(error).at(&path))?;
        inside.sort_unstable_by(|left, right| right.cmp(left));
        open.extend(inside.into_iter().map(|path| (path, depth + 1)));
    }
    Ok(found)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn is_vector_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".json") || name.ends_with(".json.zst")
}

/// The name of a vector file without its endings, which vectors call their area.
pub fn area_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".zst").unwrap_or(&name);
    name.strip_suffix(".json").unwrap_or(name).to_owned()
}

/// The content of a file, decompressed if its name ends in `.zst`.
///
/// # Errors
/// When it cannot be read or decompressed, or is too long.
pub fn content(path: &Path) -> Result<Vec<u8>, ReadError> {
    let read = || {
        let file = fs::File::open(path)?;
        if path.extension().is_some_and(|extension| extension == "zst") {
            decompressed(io::BufReader::new(file))
        } else {
            bounded(file)
        }
    };
    read().map_err(|problem| problem.at(path))
}

fn decompressed(file: impl Read) -> Result<Vec<u8>, ReadProblem> {
    let mut file = file;
    let decoder = StreamingDecoder::new(&mut file)
        .map_err(|error| ReadProblem::Compression(error.to_string()))?;
    bounded(decoder).map_err(|problem| match problem {
        ReadProblem::Io(error) => ReadProblem::Compression(error.to_string()),
        other => other,
    })
}

fn bounded(source: impl Read) -> Result<Vec<u8>, ReadProblem> {
    let mut bytes = Vec::new();
    source.take(MAX_CONTENT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_CONTENT_BYTES { Err(ReadProblem::TooLong) } else { Ok(bytes) }
}

/// The JSON in a vector file.
///
/// # Errors
/// When it cannot be read or is not JSON.
pub fn json(path: &Path) -> Result<Value, ReadError> {
    let content = content(path)?;
    serde_json::from_slice(&content).map_err(|error| ReadProblem::Json(error).at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_a_vector_file() {
        for (path, is_one, area) in [
            ("vm/logs.json", true, "logs"),
            ("vm/logs.json.zst", true, "logs"),
            ("vm/README.md", false, "README.md"),
            ("CHECKSUMS", false, "CHECKSUMS"),
            ("logs.zst", false, "logs"),
        ] {
            assert_eq!(is_vector_file(Path::new(path)), is_one, "{path}");
            assert_eq!(area_name(Path::new(path)), area);
        }
    }

    #[test]
    fn damaged_content_is_an_error() {
        for damaged in [&b""[..], b"no Zstandard", b"\x28\xb5\x2f\xfd\x04"] {
            let result = decompressed(damaged);
            assert!(matches!(result, Err(ReadProblem::Compression(_))), "{result:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = find(&[PathBuf::from("no/such/folder")]).unwrap_err();
        assert!(error.to_string().starts_with("no/such/folder: "), "{error}");
    }
}
