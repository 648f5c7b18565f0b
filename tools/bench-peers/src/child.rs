//! One peer's process, as the parent starts it.

use crate::contracts::build_program;
use crate::peers::COSMWASM;
use bench_work::error::Failure;
use bench_work::figures::Figures;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Measures a peer in a process of its own.
///
/// # Errors
/// When the process does not end well; it has said why.
pub(crate) fn spawn(peer: &str, contracts: &Path, quick: bool) -> Result<Figures, Failure> {
    let mut command = Command::new(program(peer)?);
    command.args(["--child", peer, "--contracts"]).arg(contracts).stderr(Stdio::inherit());
    if quick {
        command.arg("--quick");
    }
    let output = command.output().map_err(Failure::io("a process for a peer"))?;
    if !output.status.success() {
        return Err(Failure::Program { command: peer.to_owned(), status: output.status });
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The program that has the peer in it.
fn program(peer: &str) -> Result<PathBuf, Failure> {
    match peer {
        COSMWASM => build_program("bench-peer-cosmwasm"),
        _ => std::env::current_exe().map_err(Failure::io("the path of this program")),
    }
}
