//! The soak: both native engines trapping on many threads of one process, for as long as one likes; or
//! generated blocks, as many as one likes.
//!
//! The program is an example of testkit, and says what it does.

use crate::cargo::{self, CommandFailed, Workspace};
use std::process::Command;

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// How long, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many threads at once.
    #[arg(long, default_value_t = 8)]
    threads: u64,
    /// What all choices follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The engine that is used first, `wasmer` or `wasmtime`.
    #[arg(long, default_value = "wasmer")]
    first: String,
    /// One thread's work alone, as a failure names it: LANE:NUMBER.
    #[arg(long)]
    shift: Option<String>,
    /// Apply this many generated blocks instead, in every way.
    #[arg(long)]
    blocks: Option<u64>,
}

/// Builds the program and runs it.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<(), CommandFailed> {
    // As tests are built, so that nothing large is built twice.
    cargo::run(&mut workspace.cargo(&["build", "--release", "--workspace", "--examples"]))?;
    let Settings { seconds, threads, seed, first, shift, blocks } = settings;
    let mut command = Command::new(workspace.program("examples/soak"));
    for (name, value) in [("--seconds", seconds), ("--threads", threads), ("--seed", seed)] {
        command.arg(name).arg(value.to_string());
    }
    command.args(["--first", first]);
    if let Some(shift) = shift {
        command.args(["--shift", shift]);
    }
    if let Some(blocks) = blocks {
        command.arg("--blocks").arg(blocks.to_string());
    }
    cargo::run(&mut command)
}
