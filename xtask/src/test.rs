//! Set-up and all tests: the one command that says whether everything holds.

use crate::TaskError;
use crate::cargo::{self, Workspace};

/// The tests of the whole workspace. The release profile is the one that tools and lints are built
/// with: nothing large is built twice, and all vectors run in seconds.
const TESTS: [&str; 3] = ["test", "--release", "--workspace"];

/// Runs all tests. They need nothing outside the clone: the contracts they use are committed as
/// built.
pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    Ok(cargo::run(workspace.cargo(&TESTS).arg("--locked"))?)
}

/// Rewrites the expected results of case files.
pub(crate) fn bless(workspace: &Workspace) -> Result<(), TaskError> {
    Ok(cargo::run(workspace.cargo(&TESTS).env("UPDATE_EXPECT", "1"))?)
}
