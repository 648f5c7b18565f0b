//! What the command line does.

use crate::callgrind;
use crate::cli::{Arguments, Measuring};
use crate::document::MetricKind;
use crate::error::EstimatorError;
use crate::metric::Metric;
use crate::metric::instructions::Instructions;
use crate::metric::time::{Precision, Time};
use crate::progress::Progress;
use crate::run::{Request, run};
use crate::states::StateSettings;
use clap::Parser;
use std::process::ExitCode;
use torr_parameters::{LATEST_VERSION, Table};

/// Runs the program with the arguments it was started with.
pub fn main() -> ExitCode {
    match carry_out(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(arguments: &Arguments) -> Result<ExitCode, EstimatorError> {
    let request = request(&arguments.measuring)?;
    let Some(mut metric) = metric(&arguments.measuring)? else { return callgrind::run_again() };
    let journal = arguments.writing.output.with_extension("partial.jsonl");
    let mut progress = Progress::new();
    let (document, journal) = run(&request, &mut *metric, &journal, &mut progress)?;
    for experiment in &document.experiments {
        println!(
            "{} dev {:.2} factor {:.2}",
            experiment.name, experiment.deviation, experiment.worst_factor
        );
        for point in &experiment.points {
            println!(
                "   {:30} {:10} {:14.1} [{:.1} {:.1}] fit {:.1} laps {} {} truth {:.4} {:?}",
                point.series,
                point.size,
                point.measured.value,
                point.measured.low,
                point.measured.high,
                point.fitted,
                point.laps,
                if point.wide { "WIDE" } else { "" },
                point.truth.value,
                point.parameters
            );
        }
    }
    for estimate in &document.estimates {
        println!(
            "{:60} {:>16} {:?}",
            estimate.price.to_string(),
            estimate.base_gas,
            estimate.found
        );
    }
    println!("{:?}", document.coverage);
    journal.remove()?;
    Ok(ExitCode::SUCCESS)
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

fn request(measuring: &Measuring) -> Result<Request, EstimatorError> {
    let (table, base, base_version) = match &measuring.params {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|source| EstimatorError::File { path: path.clone(), source })?;
            let name = path.display().to_string();
            (Table::from_named_yaml(&name, &text)?, name, None)
        }
        None => {
            let version = measuring.base.unwrap_or(LATEST_VERSION);
            (Table::builtin(version)?, format!("version {version}"), Some(version))
        }
    };
    let default_size = if measuring.quick { 8 << 20 } else { 128 << 20 };
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
    })
}
