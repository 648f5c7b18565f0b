//! Reading files, never more of one than it can reasonably have, and replacing them whole.

use crate::error::CliError;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// The most that is read of a contract: several times what the protocol lets anyone deploy, so that
/// `inspect` can say by how much one is too large.
const MAX_CONTRACT_BYTES: u64 = 16 << 20;

/// The name that stands for the standard input.
const STANDARD_INPUT: &str = "-";

/// The code of a contract.
pub(crate) fn read_contract(path: &Path) -> Result<Vec<u8>, CliError> {
    read(path, "a contract", MAX_CONTRACT_BYTES)
}

/// The whole of a file that is `what`, or of the standard input when the path is `-`.
pub(crate) fn read(path: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>, CliError> {
    let result = if path.as_os_str() == STANDARD_INPUT {
        read_bounded(io::stdin().lock(), limit)
    } else {
        File::open(path).and_then(|file| read_bounded(file, limit))
    };
    let bytes = result.map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    bytes.ok_or_else(|| CliError::TooLarge { path: path.to_owned(), what, limit })
}

/// The same for a file of text.
pub(crate) fn read_text(path: &Path, what: &'static str, limit: u64) -> Result<String, CliError> {
    String::from_utf8(read(path, what, limit)?).map_err(|error| CliError::NotText {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })
}

/// Puts what `write` writes at `path`: into a new file beside it, which then takes its place. Until then,
/// and if anything fails, what was there stays.
pub(crate) fn replace<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<&mut File>) -> Result<(), E>,
) -> Result<(), E> {
    // A link stays a link: what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(".torr-state").tempfile_in(folder)?;
    let mut buffered = io::BufWriter::new(file.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    readable_as_before(&file, &target)?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Gives the new file the permissions of the old one, or those of any new file; temporary files
/// are their owner's alone.
#[cfg(unix)]
fn readable_as_before(file: &tempfile::NamedTempFile, old: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const NEW_FILE: u32 = 0o644;
    let permissions = match old.metadata() {
        Ok(metadata) => metadata.permissions(),
        Err(_) => fs::Permissions::from_mode(NEW_FILE),
    };
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn readable_as_before(_: &tempfile::NamedTempFile, _: &Path) -> io::Result<()> {
    Ok(())
}

/// All that `reader` has, `None` when that is more than `limit` bytes.
fn read_bounded(reader: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::read_bounded;

    #[test]
    fn what_is_too_large_is_not_read_to_its_end() {
        for (limit, expected) in [(2, None), (3, Some(b"abc".to_vec()))] {
            assert_eq!(read_bounded(&b"abc"[..], limit).unwrap(), expected);
        }
        assert_eq!(read_bounded(std::io::repeat(0), 10).unwrap(), None);
    }
}
