//! What keeping state costs: `tools/bench-store`, and nomt beside it, which is built in a workspace of
//! its own.

use crate::cargo::{self, CommandFailed, Workspace};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Numbers of keys.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000,10000000")]
    keys: Vec<u64>,
    /// Most keys on nomt.
    #[arg(long, default_value_t = 1_000_000)]
    nomt_keys: u64,
    /// Replace the table in `docs/performance.md`.
    #[arg(long)]
    write: bool,
    /// Options of the measuring program; `-- --help` names them.
    #[arg(last = true)]
    options: Vec<String>,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchStoreError {
    /// A program failed.
    #[error(transparent)]
    Command(#[from] CommandFailed),
    /// A file cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Builds both programs, and runs one after the other.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<(), BenchStoreError> {
    // As tests are built, so that nothing large is built twice.
    let build = ["build", "--release", "--workspace", "--bin", "bench-store", "--locked"];
    cargo::run(&mut workspace.cargo(&build))?;
    let folder = workspace.target.join("bench-store");
    let failed = |path: &PathBuf| {
        let path = path.clone();
        move |source| BenchStoreError::File { path, source }
    };
    fs::create_dir_all(&folder).map_err(failed(&folder))?;

    let nomt = folder.join("nomt.jsonl");
    let file = fs::File::create(&nomt).map_err(failed(&nomt))?;
    let target = folder.join("nomt-target");
    let mut build = workspace
        .cargo_in(&workspace.root.join("tools/bench-nomt"), &["build", "--release", "--locked"]);
    cargo::run(build.env("CARGO_TARGET_DIR", &target))?;
    let mut measure = Command::new(target.join("release/bench-nomt"));
    let keys = settings.keys.iter().filter(|keys| **keys <= settings.nomt_keys);
    measure.args(keys.map(u64::to_string)).current_dir(&folder).stdout(Stdio::from(file));
    cargo::run(&mut measure)?;

    let keys: Vec<_> = settings.keys.iter().map(u64::to_string).collect();
    let mut measure = Command::new(workspace.program("bench-store"));
    measure.args(["--keys", &keys.join(",")]).arg("--folder").arg(&folder).arg("--nomt").arg(&nomt);
    if settings.write {
        measure.arg("--write").arg(workspace.root.join("docs/performance.md"));
    }
    Ok(cargo::run(measure.args(&settings.options))?)
}
