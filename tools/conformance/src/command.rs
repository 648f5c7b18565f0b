//! The command: reads its arguments, runs the vector files, reports.
//!
//! Exit codes: 0 when every case passed, 1 when one failed, 2 when a file could not be read, nothing
//! was there to run, or the arguments make no sense.

use crate::parallel::one_per_processor;
use crate::report::{Report, Style};
use crate::shipped;
use crate::store::Store;
use crate::suite::{NamedRunner, Selection, Suite, runners};
use crate::vector_file::find;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, stderr, stdout};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;
use torr_vm_runner::engine::UnknownEngine;
use torr_vm_runner::{Charging, EngineKind};

/// Runs conformance vectors and says which cases differ, field by field.
#[derive(Debug, Parser)]
#[command(name = "conformance", version)]
pub struct Arguments {
    /// Engine that runs contracts: its name, or `all`; then a case passes if it passes on each.
    #[arg(long, value_name = "NAME", default_value_t = Engines::default())]
    engine: Engines,
    /// How instructions are charged: `exact`, `fast`, or `all`; then a case passes if it passes on each.
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = chargings)]
    charging: Chargings,
    /// Database in which the states of chunks are kept, beside the trie in memory: `memory`, `embedded`,
    /// `rocksdb`, or `all`.
    #[arg(long, value_name = "NAME", default_value = "memory", value_parser = stores)]
    store: Stores,
    /// Run only cases of which file and name, with a space between, contain this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Cases to run at the same time; by default one per processor.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Print every difference in full, not the first in short.
    #[arg(long)]
    all_differences: bool,
    /// Vector files, and folders of them; by default those of the repository that can be run.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// The engines to run contracts on.
#[derive(Clone, Copy, Debug)]
enum Engines {
    All,
    One(EngineKind),
}

impl Engines {
    fn kinds(&self) -> &[EngineKind] {
        match self {
            Engines::All => EngineKind::ALL,
            Engines::One(kind) => std::slice::from_ref(kind),
        }
    }
}

/// The ways of charging to run contracts with.
#[derive(Clone, Debug)]
struct Chargings(Vec<Charging>);

fn chargings(name: &str) -> Result<Chargings, String> {
    let all = [Charging::Exact, Charging::Fast];
    let chosen: Vec<_> =
        all.into_iter().filter(|charging| name == "all" || name == charging.name()).collect();
    if chosen.is_empty() {
        return Err(format!("there is no way of charging `{name}`; choose exact, fast or all"));
    }
    Ok(Chargings(chosen))
}

/// The databases to keep states in.
#[derive(Clone, Debug)]
struct Stores(Vec<Store>);

fn stores(name: &str) -> Result<Stores, String> {
    let chosen: Vec<_> =
        Store::ALL.iter().copied().filter(|store| name == "all" || name == store.name()).collect();
    if chosen.is_empty() {
        let names: Vec<_> = Store::ALL.iter().map(|store| store.name()).collect();
        return Err(format!(
            "there is no store `{name}`; choose all or one of {}",
            names.join(", ")
        ));
    }
    Ok(Stores(chosen))
}

/// The default engine of the runner.
impl Default for Engines {
    fn default() -> Engines {
        EngineKind::ALL.first().map_or(Engines::All, |kind| Engines::One(*kind))
    }
}

impl std::fmt::Display for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Engines::All => f.write_str("all"),
            Engines::One(kind) => kind.fmt(f),
        }
    }
}

impl FromStr for Engines {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Engines, UnknownEngine> {
        if name == "all" { Ok(Engines::All) } else { name.parse().map(Engines::One) }
    }
}

/// What the command cannot do without.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Read(#[from] crate::vector_file::ReadError),
    #[error(transparent)]
    Runner(#[from] torr_vm_runner::runner::RunnerError),
    #[error("a thread cannot be started: {0}")]
    Thread(#[source] io::Error),
    #[error("the current folder is not known: {0}")]
    CurrentFolder(#[source] io::Error),
    #[error("no PATH is given, and no folder here or above holds the shipped vectors")]
    NotShipped,
    #[error("there is no vector file in what was given")]
    NoFiles,
    #[error("no case matches")]
    NoCases,
    #[error("the report cannot be written: {0}")]
    Report(#[from] io::Error),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    match run_files(arguments) {
        Ok(code) => code,
        // Whoever reads the report has seen enough.
        Err(CommandError::Report(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::from(2)
        }
        Err(error) => {
            // Nobody is left to tell when this fails.
            let _ = io::Write::write_fmt(&mut stderr(), format_args!("error: {error}\n"));
            ExitCode::from(2)
        }
    }
}

fn run_files(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let shipped_only = arguments.paths.is_empty();
    let files = if shipped_only { find(&[shipped_folder()?])? } else { find(&arguments.paths)? };
    if files.is_empty() {
        return Err(CommandError::NoFiles);
    }
    let selection = Selection {
        filter: arguments.filter.clone(),
        passes_over: shipped_only,
        stores: arguments.store.0.clone(),
    };
    let runners = runners(arguments.engine.kinds(), &arguments.charging.0)?;
    let jobs = arguments.jobs.and_then(|jobs| NonZero::new(usize::from(jobs)));
    let jobs = jobs.unwrap_or_else(one_per_processor);
    let style = if arguments.all_differences { Style::Full } else { Style::Short };
    let mut report = Report::new(Box::new(stdout()), Box::new(stderr()), style);
    let progress = progress();
    for path in &files {
        run_file(path, &selection, &runners, jobs, &progress, &mut report)?;
    }
    progress.finish_and_clear();
    if report.is_empty() {
        return Err(CommandError::NoCases);
    }
    Ok(ExitCode::from(report.finish()?))
}

fn run_file(
    path: &Path,
    selection: &Selection,
    runners: &[NamedRunner],
    jobs: NonZero<usize>,
    progress: &ProgressBar,
    report: &mut Report,
) -> Result<(), CommandError> {
    progress.set_position(0);
    progress.set_message(path.display().to_string());
    let suite = match Suite::read(path, selection) {
        Ok(suite) => suite,
        Err(error) => return Ok(progress.suspend(|| report.unreadable(&error))?),
    };
    progress.set_length(suite.cases.len() as u64);
    let failures = suite.run(runners, jobs, || progress.inc(1)).map_err(CommandError::Thread)?;
    Ok(progress.suspend(|| report.file(path, &suite, &failures))?)
}

fn shipped_folder() -> Result<PathBuf, CommandError> {
    let here = std::env::current_dir().map_err(CommandError::CurrentFolder)?;
    shipped::folder(&here).ok_or(CommandError::NotShipped)
}

/// A bar that is there only when standard error is a terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::{CommandFactory, Parser};

    #[test]
    fn arguments_are_well_formed() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["conformance", "--engine", "all", "vm"]).is_ok());
        assert!(Arguments::try_parse_from(["conformance", "--charging", "fast"]).is_ok());
        assert!(Arguments::try_parse_from(["conformance", "--store", "all"]).is_ok());
        for wrong in [
            &["--engine", "steam"][..],
            &["--charging", "never"],
            &["--store", "paper"],
            &["--jobs", "0"],
            &["--jobs", "x"],
            &["--wrong"],
        ] {
            let arguments = ["conformance"].iter().chain(wrong);
            assert_eq!(Arguments::try_parse_from(arguments).unwrap_err().exit_code(), 2);
        }
    }
}
