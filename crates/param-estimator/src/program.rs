//! What the command line does.

use self::cli::{Arguments, Measuring, Task, Writing};
use self::progress::Progress;
use crate::document::check::{Excess, over_limit};
use crate::document::compare::compare;
use crate::document::{Document, Machine, MetricKind};
use crate::error::EstimatorError;
use crate::experiments;
use crate::measure::metric::Metric;
use crate::measure::metric::instructions::Instructions;
use crate::measure::metric::time::{Precision, Time};
use crate::outputs::Outputs;
use crate::outputs::terminal::{self, Colours};
use crate::price::Price;
use crate::run::{Request, run};
use crate::work::states::StateSettings;
use clap::Parser;
use std::fs;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use torr_parameters::{LATEST_VERSION, Table};
use torr_primitives::ProtocolVersion;

pub mod callgrind;
pub mod cli;
pub mod progress;

/// A cost is too low, or has changed.
const FOUND: u8 = 1;
/// Something went wrong.
const FAILED: u8 = 2;

/// Runs the program with the arguments it was started with. It ends with 0, with 1 when a check finds
/// costs that are too low, and with 2 when something went wrong.
pub fn main() -> ExitCode {
    match carry_out(&Arguments::parse()) {
        Ok(code) => code,
        // Whoever reads has read enough.
        Err(EstimatorError::File { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(FAILED)
        }
    }
}

fn carry_out(arguments: &Arguments) -> Result<ExitCode, EstimatorError> {
    match &arguments.task {
        None if arguments.list => list(&arguments.measuring),
        None => estimate(&arguments.measuring, &arguments.writing),
        Some(Task::Check { limit, from: Some(path), .. }) => check(&read(path)?, *limit),
        Some(Task::Check { limit, from: None, measuring }) => measure_and_check(measuring, *limit),
        Some(Task::Compare { old, new }) => {
            print(&compare(&read(old)?, &read(new)?)?.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Measures, and writes all files.
fn estimate(measuring: &Measuring, writing: &Writing) -> Result<ExitCode, EstimatorError> {
    let outputs = Outputs::beside(&writing.output)?;
    let request = request(measuring)?;
    let Some(mut metric) = metric(measuring)? else { return callgrind::run_again() };
    if measuring.restart {
        forget(&outputs.journal)?;
    }
    let mut progress = Progress::new();
    let (document, journal) = run(&request, &mut *metric, &outputs.journal, &mut progress)?;
    drop(progress);
    let notes = outputs.write(&document, &request.table, writing.write)?;
    journal.remove()?;
    let colours = if io::stdout().is_terminal() { Colours::Ansi } else { Colours::Plain };
    print(&terminal::table(&document, colours))?;
    for note in notes {
        print(&format!("note: {note}"))?;
    }
    let Outputs { table, document, report, .. } = &outputs;
    print(&format!(
        "{}: the table, for `torr run --params`\n{}: all that was measured\n{}: the report, for a browser",
        table.display(),
        document.display(),
        report.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Measures, and says which costs are too low. Writes nothing, but goes on if it was interrupted.
fn measure_and_check(measuring: &Measuring, limit: f64) -> Result<ExitCode, EstimatorError> {
    let request = request(measuring)?;
    let Some(mut metric) = metric(measuring)? else { return callgrind::run_again() };
    let journal = PathBuf::from("check.partial.jsonl");
    if measuring.restart {
        forget(&journal)?;
    }
    let mut progress = Progress::new();
    let (document, journal) = run(&request, &mut *metric, &journal, &mut progress)?;
    drop(progress);
    journal.remove()?;
    check(&document, limit)
}

fn check(document: &Document, limit: f64) -> Result<ExitCode, EstimatorError> {
    let over = over_limit(document, limit);
    over.iter().try_for_each(|over| print(&over.to_string()))?;
    let found = over.iter().filter(|over| over.excess == Excess::Found).count();
    let measured = document.coverage.measured;
    print(&format!(
        "{found} of {measured} costs that were measured take more than {limit} ms for a Tgas under {}",
        document.settings.base
    ))?;
    Ok(if found > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// Prints all costs, each with the experiment that finds it.
fn list(measuring: &Measuring) -> Result<ExitCode, EstimatorError> {
    let table = table(measuring)?.0;
    let experiments = experiments::all();
    for price in Price::all(&table) {
        let finder = experiments.iter().find(|experiment| experiment.finds.contains(&price));
        let finder = finder.map_or("nothing charges it", |experiment| experiment.name);
        print(&format!("{price:65} {finder}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(text: &str) -> Result<(), EstimatorError> {
    writeln!(io::stdout().lock(), "{}", text.trim_end())
        .map_err(|source| EstimatorError::File { path: "standard output".into(), source })
}

fn read(path: &Path) -> Result<Document, EstimatorError> {
    let text = fs::read_to_string(path)
        .map_err(|source| EstimatorError::File { path: path.to_owned(), source })?;
    Document::from_json(path, &text)
}

fn forget(journal: &Path) -> Result<(), EstimatorError> {
    match fs::remove_file(journal) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(EstimatorError::File { path: journal.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// What measures; nothing where the program has to run again under what counts.
fn metric(measuring: &Measuring) -> Result<Option<Box<dyn Metric>>, EstimatorError> {
    Ok(match (measuring.metric, &measuring.counted_in) {
        (MetricKind::Time, _) => {
            let precision = if measuring.quick { Precision::QUICK } else { Precision::FULL };
            Some(Box::new(Time::new(precision)))
        }
        (MetricKind::Instructions, Some(folder)) => {
            Some(Box::new(Instructions::of_callgrind(folder)))
        }
        #[cfg(target_os = "linux")]
        (MetricKind::Instructions, None) => match Instructions::of_processor() {
            Ok(counter) => Some(Box::new(counter)),
            Err(_) => None,
        },
        #[cfg(not(target_os = "linux"))]
        (MetricKind::Instructions, None) => None,
    })
}

/// The base table, what it is called, and the version it is of.
fn table(
    measuring: &Measuring,
) -> Result<(Table, String, Option<ProtocolVersion>), EstimatorError> {
    if let Some(path) = &measuring.params {
        let text = fs::read_to_string(path)
            .map_err(|source| EstimatorError::File { path: path.clone(), source })?;
        let name = path.display().to_string();
        return Ok((Table::from_named_yaml(&name, &text)?, name, None));
    }
    let version = measuring.base.unwrap_or(LATEST_VERSION);
    Ok((Table::builtin(version)?, format!("version {version}"), Some(version)))
}

fn request(measuring: &Measuring) -> Result<Request, EstimatorError> {
    let (table, base, base_version) = table(measuring)?;
    let default_size = match (measuring.quick, measuring.metric) {
        (false, MetricKind::Time) => STATE,
        (true, MetricKind::Time) | (false, MetricKind::Instructions) => QUICK_STATE,
        (true, MetricKind::Instructions) => SMALLEST_STATE,
    };
    Ok(Request {
        table,
        base,
        base_version,
        protocol_version: base_version.unwrap_or(LATEST_VERSION),
        metric: measuring.metric,
        quick: measuring.quick,
        engine: measuring.engine,
        state: StateSettings {
            size: measuring.state_size.unwrap_or(default_size),
            database: measuring.database,
            folder: measuring.state_folder.clone(),
        },
        filter: measuring.filter.clone(),
        gas_per_second: measuring.gas_per_second,
        instructions_per_second: measuring.instructions_per_second,
        safety: measuring.safety,
        quantile: measuring.quantile,
        machine: Machine::here(),
    })
}

/// How large a state is if nothing is said, in bytes of entries.
const STATE: u64 = 128 << 20;
/// The same in a quick run, and where instructions are counted, which makes all take longer.
const QUICK_STATE: u64 = 8 << 20;
/// The same where both is so.
const SMALLEST_STATE: u64 = 1 << 20;
