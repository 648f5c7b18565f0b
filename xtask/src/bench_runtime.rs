//! What applying chunks costs: `tools/bench-runtime`.

use crate::cargo::{self, CommandFailed, Workspace};
use std::process::Command;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Replace the tables in `docs/performance.md`.
    #[arg(long)]
    write: bool,
    /// Options of the measuring program; `-- --help` names them.
    #[arg(last = true)]
    options: Vec<String>,
}

/// Builds the program and runs it.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<(), CommandFailed> {
    // As tests are built, so that nothing large is built twice.
    let build = ["build", "--release", "--workspace", "--bin", "bench-runtime", "--locked"];
    cargo::run(&mut workspace.cargo(&build))?;
    let mut measure = Command::new(workspace.program("bench-runtime"));
    measure.arg("--root").arg(&workspace.root);
    if settings.write {
        measure.arg("--write").arg(workspace.root.join("docs/performance.md"));
    }
    cargo::run(measure.args(&settings.options))
}
