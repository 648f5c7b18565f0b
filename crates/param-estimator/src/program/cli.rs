//! The command line.

use crate::document::MetricKind;
use crate::document::verdict::LIMIT;
use crate::estimate::Write;
use crate::work::states::DatabaseKind;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use torr_primitives::ProtocolVersion;
use torr_vm_runner::EngineKind;

/// Measures what every priced operation costs on this machine, and writes a table of parameters
///
/// Three files are written: the table (costs.yaml), all that was measured (costs.json), and a report with
/// charts (costs.html).
#[derive(Debug, Parser)]
#[command(name = "param-estimator", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do instead.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// How to measure.
    #[command(flatten)]
    pub measuring: Measuring,
    /// What to write.
    #[command(flatten)]
    pub writing: Writing,
    /// Print all costs with the experiments that find them, and measure nothing.
    #[arg(long)]
    pub list: bool,
}

/// What can be done instead of a whole run.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Say which costs are too low: those whose worst case takes longer than a limit. Exits with 1 if
    /// there are any
    Check {
        /// The most milliseconds for a Tgas.
        #[arg(long, default_value_t = LIMIT, value_parser = positive)]
        limit: f64,
        /// A JSON file of an earlier run, to check instead of measuring.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// How to measure.
        #[command(flatten)]
        measuring: Measuring,
    },
    /// Say which costs have changed from one run to another, by more than either is uncertain
    Compare {
        /// The JSON file of the earlier run.
        old: PathBuf,
        /// The JSON file of the later run.
        new: PathBuf,
    },
}

/// How to measure.
#[derive(Clone, Debug, Args)]
pub struct Measuring {
    /// Measure all costs in under two minutes, at fewer sizes and less exactly.
    #[arg(long)]
    pub quick: bool,
    /// What to measure.
    #[arg(long, value_enum, default_value = "time")]
    pub metric: MetricKind,
    /// The protocol version of the base table [default: the latest].
    #[arg(long, value_name = "VERSION", conflicts_with = "params")]
    pub base: Option<ProtocolVersion>,
    /// A file with the base table.
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The engine that runs contracts.
    #[arg(long, default_value = "wasmer")]
    pub engine: EngineKind,
    /// Measure only costs and experiments that have one of these texts in their names, and what they
    /// depend on.
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    pub filter: Vec<String>,
    /// How large the state is, in bytes of entries, such as 64MB or 100GB [default: 128MB; quick: 8MB; for
    /// instructions 8MB and 1MB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub state_size: Option<u64>,
    /// The database of the state.
    #[arg(long, value_enum, default_value = "embedded")]
    pub database: DatabaseKind,
    /// A folder where the state stays for the next run. Without it, it is made anew each time.
    #[arg(long, value_name = "FOLDER")]
    pub state_folder: Option<PathBuf>,
    /// Gas for a second of time.
    #[arg(long, value_name = "GAS", default_value_t = 1e15, value_parser = positive)]
    pub gas_per_second: f64,
    /// Instructions that count as a second of time, where instructions are measured.
    #[arg(long, value_name = "COUNT", default_value_t = 5e9, value_parser = positive)]
    pub instructions_per_second: f64,
    /// What estimates are multiplied by to make gas.
    #[arg(long, value_name = "FACTOR", default_value_t = 3.0, value_parser = positive)]
    pub safety: f64,
    /// The share of points that a cost has to pay for.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    pub quantile: f64,
    /// Begin anew even if an earlier run was interrupted.
    #[arg(long)]
    pub restart: bool,
    /// Set by the program itself where instructions are counted from outside.
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub counted_in: Option<PathBuf>,
}

/// What to write.
#[derive(Clone, Debug, Args)]
pub struct Writing {
    /// The table; the JSON file and the report get its name with other endings.
    #[arg(long, value_name = "FILE", default_value = "costs.yaml")]
    pub output: PathBuf,
    /// Which numbers of the table are written: both gas and compute, or compute alone where gas is fixed
    /// by the protocol.
    #[arg(long, value_enum, default_value = "gas")]
    pub write: Write,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("a number above zero is needed, such as 1e15".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    positive(text)
        .ok()
        .filter(|share| *share <= 1.0)
        .ok_or_else(|| "a share is above 0 and at most 1, such as 0.95".to_owned())
}

/// Bytes, with a unit of thousands or none.
fn size(text: &str) -> Result<u64, String> {
    let units = [("TB", 1_u64 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("B", 1)];
    let unit = units.into_iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
    let (number, bytes) = unit.unwrap_or((text, 1));
    let number = number.trim().parse::<u64>().ok();
    let size = number.and_then(|number| number.checked_mul(bytes)).filter(|size| *size > 0);
    size.ok_or_else(|| "a number of bytes is needed, such as 64MB or 100GB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_made() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("64MB"), Ok(64 << 20));
        assert_eq!(size("100 GB"), Ok(100 << 30));
        assert_eq!(size("12"), Ok(12));
        for text in ["", "MB", "0", "-1MB", "1.5GB", "99999999999TB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_in_their_range() {
        assert_eq!(positive("1e15"), Ok(1e15));
        assert_eq!(share("0.95"), Ok(0.95));
        for text in ["0", "-1", "inf", "nan", "much"] {
            assert!(positive(text).is_err(), "{text}");
        }
        assert!(share("1.1").is_err());
    }
}
