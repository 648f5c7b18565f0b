//! What a run came to: everything that was measured and found, as the JSON file has it.
//!
//! The tables, the report and comparisons are made of this alone.

use crate::charges::{Charged, Charges};
use crate::experiment::Bound;
use crate::price::Price;
use serde::{Deserialize, Serialize};
use torr_primitives::ProtocolVersion;

pub mod check;
pub mod compare;
mod json;
mod machine;
#[cfg(test)]
pub(crate) mod sample;
pub mod verdict;

/// The form of the file; it changes when older files cannot be read any more.
pub const FORMAT: u32 = 1;

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the estimator.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// How it ran.
    pub settings: Settings,
    /// How many costs there are, and how many were found.
    pub coverage: Coverage,
    /// What was measured, in order.
    pub experiments: Vec<ExperimentRecord>,
    /// What was found, in the order of keys.
    pub estimates: Vec<Estimate>,
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its processor, as the system names it.
    pub processor: String,
    /// Processors that the system has.
    pub cores: usize,
    /// The operating system and its kernel.
    pub system: String,
    /// The compiler's version.
    pub compiler: String,
    /// The day, by universal time.
    pub date: String,
}

/// How a run was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The protocol version of the base table; `None` for one of a file.
    pub base_version: Option<ProtocolVersion>,
    /// The base table, by version or file name.
    pub base: String,
    /// What was measured: `time` or `instructions`.
    pub metric: MetricKind,
    /// How it was measured, for people: the clock, or who counted.
    pub measured_by: String,
    /// Nanoseconds that the fixed work of [`pace`](crate::measure::metric::pace) usually took, where time is
    /// measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<f64>,
    /// Whether the run was a quick one.
    pub quick: bool,
    /// The engine that ran contracts.
    pub engine: String,
    /// The database of the state.
    pub database: String,
    /// How large the state was, in bytes of entries.
    pub state_size: u64,
    /// Gas for a second of time.
    pub gas_per_second: f64,
    /// Instructions that count as a second of time, where instructions are measured.
    pub instructions_per_second: f64,
    /// What estimates are multiplied by to make gas.
    pub safety: f64,
    /// The share of points that a price has to pay for.
    pub quantile: f64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum MetricKind {
    /// Time that passes.
    Time,
    /// Instructions that the processor carries out, outside the system.
    Instructions,
}

impl MetricKind {
    /// Its name, as files and the command line have it.
    pub const fn name(self) -> &'static str {
        match self {
            MetricKind::Time => "time",
            MetricKind::Instructions => "instructions",
        }
    }
}

/// How many costs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Parameters that are costs.
    pub costs: usize,
    /// Those that were measured, or that nothing charges.
    pub covered: usize,
    /// Numbers in those parameters: a fee has three.
    pub prices: usize,
    /// Those that were measured.
    pub measured: usize,
    /// Those that nothing charges.
    pub unused: usize,
}

/// An amount with the interval in which it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The best guess.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// An experiment that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// Its name.
    pub name: String,
    /// What was done.
    pub about: String,
    /// What took the time.
    pub bound: Bound,
    /// The prices that it finds.
    pub finds: Vec<Price>,
    /// What was measured.
    pub points: Vec<Point>,
    /// How far points lie off what was fitted before the worst were looked at: the largest relative
    /// distance, so that 0.1 is a tenth.
    pub deviation: f64,
    /// What own parts of the fit were multiplied by, so that the worst points are paid for; at least 1.
    pub worst_factor: f64,
}

/// Something that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The line it is on.
    pub series: String,
    /// How large it is.
    pub size: u64,
    /// What was found to be the worst: parameters by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, u64)>,
    /// What is charged for a unit.
    pub charges: Charges,
    /// What that comes to under the base table.
    pub charged: Charged,
    /// Nanoseconds, or instructions, of a unit.
    pub measured: Interval,
    /// What the fitted prices come to for a unit, in nanoseconds or instructions.
    pub fitted: f64,
    /// Laps that were measured.
    pub laps: u64,
    /// Whether the interval is wider than was asked for.
    pub wide: bool,
    /// Milliseconds for each Tgas of compute that is charged under the base table.
    pub truth: Interval,
}

/// What was found of a price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The price.
    pub price: Price,
    /// What it prices, as the table says.
    pub meaning: String,
    /// Gas in the base table.
    pub base_gas: u64,
    /// Compute in the base table, in units of gas.
    pub base_compute: u64,
    /// What was found.
    pub found: Found,
}

/// What was found of a price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// It was measured.
    Measured {
        /// By which experiment.
        experiment: String,
        /// Nanoseconds of one use; with instructions, at the rate of the settings.
        nanoseconds: Interval,
        /// Gas, with the multiplier for safety.
        gas: u64,
        /// Milliseconds for each Tgas of compute that is charged under the base table, at the worst point
        /// where this price is most of what is charged.
        truth: Interval,
        /// Whether a point's interval is wider than was asked for.
        wide: bool,
    },
    /// Nothing charges it; it is kept.
    Unused,
    /// Its experiment was left out; it is kept.
    Skipped,
}
