//! Whether the contract VM builds for browsers and other WebAssembly hosts: with the interpreter
//! alone, since no compiler runs there.

use crate::TaskError;
use crate::cargo::{self, Workspace};
use crate::contracts::{self, WASM_TARGET};

/// Checks `torr-vm-runner`, and with it all crates below, for wasm32.
pub(crate) fn check(workspace: &Workspace) -> Result<(), TaskError> {
    contracts::install_wasm_target()?;
    let package = ["check", "--release", "--locked", "--package", "torr-vm-runner"];
    let engine = ["--no-default-features", "--features", "wasmi", "--target", WASM_TARGET];
    Ok(cargo::run(workspace.cargo(&package).args(engine))?)
}
