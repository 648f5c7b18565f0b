//! Why a command cannot be carried out. Each message names what is wrong, where, and what to do.

use crate::chain::ChainError;
use crate::run::{InputError, StateFileError};
use crate::state::StateError;
use crate::workload::WorkloadError;
use std::io;
use std::path::PathBuf;
use torr_parameters::ParametersError;
use torr_vm_logic::error::Fault;
use torr_vm_runner::runner::RunnerError;

/// A command cannot be carried out; nothing was changed, but what says that it can be gone on with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is longer than anything of its kind can be.
    #[error("{} is larger than {limit} bytes, so it cannot be {what}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What it was to be.
        what: &'static str,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A file of text has other bytes in it.
    #[error("{}: byte {offset} is not UTF-8 text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Where the first wrong byte is.
        offset: usize,
    },
    /// The result cannot be printed.
    #[error("cannot write the output: {source}")]
    Output {
        /// Why.
        source: io::Error,
    },
    /// The result cannot be written as JSON.
    #[error("cannot write the result as JSON: {source}")]
    Json {
        /// Why.
        #[from]
        source: serde_json::Error,
    },
    /// The parameters are not usable.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
    /// The protocol would not let the call happen.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The state file is not usable.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The state of a database cannot be read, proven, moved or looked after.
    #[error(transparent)]
    Database(#[from] StateError),
    /// No workload can be made.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// Blocks cannot be applied.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The engine cannot be set up.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// The call cannot be carried out on this machine.
    #[error(transparent)]
    Fault(#[from] Fault),
}
