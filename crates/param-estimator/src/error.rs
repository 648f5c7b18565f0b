//! Why an estimate cannot be made, and the way out.

use crate::document::MetricKind;
use crate::price::{NoPrice, Price};
use std::path::PathBuf;
use torr_parameters::ParametersError;
use torr_runtime::{ApplyError, ThreadsError};
use torr_store::database::DatabaseError;
use torr_store::memory_trie::LoadError;
use torr_store::source::TrieError;
use torr_vm_logic::error::Fault;
use torr_vm_runner::runner::RunnerError;

/// Why an estimate cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum EstimatorError {
    /// A text names no cost of the table.
    #[error(transparent)]
    NoPrice(#[from] NoPrice),
    /// A filter leaves nothing.
    #[error("no cost or experiment has `{filter}` in its name; `--list` prints all of them")]
    NothingToMeasure {
        /// The filter.
        filter: String,
    },
    /// A table is malformed, or what was found makes none.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// An estimate is more gas than there is.
    #[error(
        "`{price}` would cost {gas:e} gas, which is more than 64 bits hold; \
         choose a smaller --gas-per-second or --safety"
    )]
    Overflow {
        /// The price.
        price: Price,
        /// What was estimated.
        gas: f64,
    },
    /// This machine cannot measure that.
    #[error("this machine cannot measure {}: {reason}", .metric.name())]
    UnsupportedMetric {
        /// What was to be measured.
        metric: MetricKind,
        /// Why not, and what to do.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// What was found cannot be written: some number of it is none.
    #[error("what was found cannot be written as JSON: {reason}; this is a bug of the estimator")]
    Unwritable {
        /// Where, and what is wrong.
        reason: String,
    },
    /// Two documents are of different things.
    #[error(
        "these documents cannot be compared: the {setting} is `{old}` in one and `{new}` in the other; \
         estimate both in the same way"
    )]
    Incomparable {
        /// What differs.
        setting: &'static str,
        /// What it is in the older one.
        old: String,
        /// What it is in the newer one.
        new: String,
    },
    /// An experiment did not do what it should: it would have measured something else.
    #[error(
        "experiment `{experiment}` did not do what it should: {reason}; this is a bug of the estimator"
    )]
    Experiment {
        /// The experiment.
        experiment: String,
        /// What happened.
        reason: String,
    },
    /// Something failed in an experiment.
    #[error("experiment `{experiment}`: {source}")]
    Within {
        /// The experiment.
        experiment: String,
        /// What failed.
        source: Box<EstimatorError>,
    },
    /// Points do not tell the prices of an experiment.
    #[error(
        "what experiment `{experiment}` measured does not tell its costs: {reason}; this is a bug of the estimator"
    )]
    Fit {
        /// The experiment.
        experiment: String,
        /// What is missing.
        reason: String,
    },
    /// A chart could not be drawn.
    #[error("a chart of the report could not be drawn: {reason}; this is a bug of the estimator")]
    Chart {
        /// What went wrong.
        reason: String,
    },
    /// The state cannot be kept.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The state cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The state cannot be brought into memory.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A chunk cannot be applied.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Threads cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// Contracts cannot be run.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] Fault),
}

impl EstimatorError {
    /// Work that did not do what it should; the name of the experiment is put in where it is known.
    pub fn of_work(reason: impl Into<String>) -> EstimatorError {
        EstimatorError::Experiment { experiment: String::new(), reason: reason.into() }
    }

    /// The same with the experiment that it happened in.
    pub fn within(self, name: &str) -> EstimatorError {
        match self {
            EstimatorError::Experiment { reason, .. } => {
                EstimatorError::Experiment { experiment: name.to_owned(), reason }
            }
            source => {
                EstimatorError::Within { experiment: name.to_owned(), source: Box::new(source) }
            }
        }
    }
}
