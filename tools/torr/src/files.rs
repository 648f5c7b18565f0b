//! Reading files, never more of one than it can reasonably have.

use crate::error::CliError;
use std::fs::File;
use std::io::{self, Read};
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
