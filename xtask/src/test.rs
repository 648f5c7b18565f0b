//! Set-up and all tests: the one command that says whether everything holds.

use crate::TaskError;
use crate::cargo::{self, Workspace};
use crate::{programs, wasm32};

/// The tests of the whole workspace. The release profile is the one that tools and lints are built
/// with: nothing large is built twice, and all vectors run in seconds.
const TESTS: [&str; 3] = ["test", "--release", "--workspace"];

/// Installs what is missing, runs all tests, and checks that what is meant for browsers builds without
/// the databases on disk. Tests need nothing else outside the clone: the contracts they use are
/// committed as built.
pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    programs::install_compilers()?;
    programs::install_browser()?;
    cargo::run(workspace.cargo(&TESTS).arg("--locked"))?;
    wasm32::check(workspace)
}

/// Rewrites the expected results of case files.
pub(crate) fn bless(workspace: &Workspace) -> Result<(), TaskError> {
    programs::install_compilers()?;
    Ok(cargo::run(workspace.cargo(&TESTS).env("UPDATE_EXPECT", "1"))?)
}
