//! Fuzzing: libFuzzer over the targets of `fuzz/`, on the stable compiler.
//!
//! Coverage comes from LLVM's sanitizer passes, which stable rustc can run; the address sanitizer,
//! which needs a nightly one, is left out. What a target finds stays in the target folder, beside
//! the inputs that reach new code; where to start from is committed in `fuzz/seeds`.

use crate::cargo::{self, CommandFailed, Workspace};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why fuzzing failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FuzzError {
    /// There is no such target.
    #[error("there is no fuzz target `{name}`; choose one of: {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A folder cannot be read or made.
    #[error("{}: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The target found something, or could not be built.
    #[error(transparent)]
    Command(#[from] CommandFailed),
}

/// What rustc passes to LLVM so that libFuzzer sees which code an input reaches.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
     -Ccodegen-units=1 --cfg fuzzing";

/// Longest input in bytes, most memory in MiB and longest time of one input in seconds. An optimising
/// compiler with coverage takes five seconds for a real contract, on a machine that has nothing else
/// to do; what never ends is found all the same.
const LIMITS: [&str; 3] = ["-max_len=65536", "-rss_limit_mb=8192", "-timeout=120"];

/// Runs `target` for `seconds`; `all` runs each, `list` prints their names.
pub(crate) fn run(workspace: &Workspace, target: &str, seconds: u64) -> Result<(), FuzzError> {
    let folder = workspace.root.join("fuzz");
    let known = targets(&folder)?;
    match target {
        "list" => {
            known.iter().for_each(|name| println!("{name}"));
            Ok(())
        }
        "all" => known.iter().try_for_each(|name| run_one(workspace, &folder, name, seconds)),
        name if known.iter().any(|one| one == name) => run_one(workspace, &folder, name, seconds),
        name => Err(FuzzError::Unknown { name: name.to_owned(), known }),
    }
}

/// The targets are the files of `fuzz/targets`.
fn targets(folder: &Path) -> Result<Vec<String>, FuzzError> {
    let path = folder.join("targets");
    let failed = |source| FuzzError::Folder { path: path.clone(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension == "rs") {
            names.extend(file.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

fn run_one(
    workspace: &Workspace,
    folder: &Path,
    name: &str,
    seconds: u64,
) -> Result<(), FuzzError> {
    let target_dir = workspace.target.join("fuzz");
    let [corpus, artifacts] = ["corpus", "artifacts"].map(|part| target_dir.join(part).join(name));
    for path in [&corpus, &artifacts] {
        fs::create_dir_all(path)
            .map_err(|source| FuzzError::Folder { path: path.clone(), source })?;
    }
    // With `--target`, the flags reach the code under test and not build scripts and macros.
    let host = "x86_64-unknown-linux-gnu";
    let build = ["run", "--release", "--locked", "--target", host, "--bin", name, "--"];
    let mut command = workspace.cargo_in(folder, &build);
    command.env("CARGO_TARGET_DIR", &target_dir).env("RUSTFLAGS", COVERAGE);
    // New inputs go to the first folder; others are only read.
    command.arg(&corpus);
    let seeds = folder.join("seeds").join(name);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    command.args(LIMITS).arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/", artifacts.display())).arg("-print_final_stats=1");
    Ok(cargo::run(&mut command)?)
}
