//! The vectors that ship with the repository, in its folder `conformance/`.

use crate::checksums::CHECKSUMS;
use std::path::{Path, PathBuf};

/// Name of the folder.
const FOLDER: &str = "conformance";

/// The shipped vectors, looked for in `start` and the folders around it. They are known by their
/// record of checksums.
pub fn folder(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join(FOLDER)).find(|path| path.join(CHECKSUMS).is_file())
}
