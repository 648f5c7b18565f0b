//! Whether the crates build for browsers and other WebAssembly hosts: the contract VM and the runtime with
//! the interpreter alone, since no compiler runs there, and the store without databases on disk.

use crate::TaskError;
use crate::cargo::{self, Workspace};
use crate::contracts::{self, WASM_TARGET};

/// Checks `torr-store`, `torr-vm-runner` and `torr-runtime`, and with them all crates below, for wasm32.
pub(crate) fn check(workspace: &Workspace) -> Result<(), TaskError> {
    contracts::install_wasm_target()?;
    let check =
        ["check", "--release", "--locked", "--no-default-features", "--target", WASM_TARGET];
    for package in [
        &["--package", "torr-store"][..],
        &["--package", "torr-vm-runner", "--features", "wasmi"],
        &["--package", "torr-runtime", "--features", "wasmi"],
    ] {
        cargo::run(workspace.cargo(&check).args(package))?;
    }
    Ok(())
}
