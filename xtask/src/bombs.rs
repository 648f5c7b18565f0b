//! Compile bombs: builds and runs the program that measures them, and keeps its tables.

use crate::cargo::{self, CommandFailed, Workspace};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Text around the tables: what was measured, and what was found.
const TEMPLATE: &str = include_str!("bombs/template.md");

/// Where in [`TEMPLATE`] the tables go, each with the options that it is measured with.
const TABLES: [(&str, &[&str]); 2] =
    [("{fast}", &["--single"]), ("{exact}", &["--single", "--exact"])];

/// Why there are no tables.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BombsError {
    /// Building or measuring failed.
    #[error(transparent)]
    Command(#[from] CommandFailed),
    /// The measuring program could not be read.
    #[error("cannot read what `compile_bombs` prints: {0}")]
    Output(io::Error),
    /// The tables could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Measures with `options` and prints; or measures everything and writes `docs/compile-bombs.md`.
pub(crate) fn run(
    workspace: &Workspace,
    write: bool,
    options: &[String],
) -> Result<(), BombsError> {
    let build = ["build", "--release", "--workspace", "--example", "compile_bombs"];
    cargo::run(&mut workspace.cargo(&build))?;
    let program = workspace.program("examples/compile_bombs");
    if !write {
        return Ok(cargo::run(Command::new(&program).args(options))?);
    }
    let mut text = TEMPLATE.to_owned();
    for (place, own) in TABLES {
        let mut command = Command::new(&program);
        command.args(options).args(own).stderr(Stdio::inherit());
        text = text.replace(place, &output(&mut command)?);
    }
    let path = workspace.root.join("docs/compile-bombs.md");
    fs::write(&path, text).map_err(|source| BombsError::Write { path, source })
}

/// What `command` prints, if it ends well.
fn output(command: &mut Command) -> Result<String, BombsError> {
    let output = command.output().map_err(BombsError::Output)?;
    if !output.status.success() {
        return Err(CommandFailed::Failed { command: cargo::describe(command) }.into());
    }
    String::from_utf8(output.stdout)
        .map(|text| text.trim_end().to_owned())
        .map_err(|error| BombsError::Output(io::Error::other(error)))
}
