//! What can go wrong, each kind with what is needed to put it right.

use std::error::Error;
use std::io;

/// Why a peer, or the whole comparison, could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file, a folder or a process.
    #[error("{what}")]
    Io {
        /// What was to be read, written or started.
        what: String,
        /// Why it was not.
        source: io::Error,
    },
    /// Figures that are no JSON.
    #[error("figures are not in the form that was expected")]
    Json(#[from] serde_json::Error),
    /// A chart.
    #[error("a chart could not be drawn: {0}")]
    Chart(String),
    /// A peer by a name that none has.
    #[error("there is no peer `{name}`; choose of: {known}")]
    UnknownPeer {
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A program that ended with an error, which it has printed.
    #[error("`{command}` ended with {status}")]
    Program {
        /// What was run.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// A peer's own failure.
    #[error("a peer failed")]
    Peer(#[source] Box<dyn Error + Send + Sync>),
    /// A contract that failed on a peer.
    #[error("the contract failed: {0}")]
    Contract(String),
    /// A peer that does not do what another does.
    #[error("{task} gave {found:02x?} instead of {expected:02x?}")]
    WrongResult {
        /// What was run.
        task: String,
        /// The native result.
        expected: Vec<u8>,
        /// The peer's.
        found: Vec<u8>,
    },
    /// A task that a peer was given although it said that it does not take it.
    #[error("this peer does not take {0}")]
    NotTaken(String),
}

impl Failure {
    /// Makes a failure of an error with a file, a folder or a process.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Failure {
        let what = what.into();
        move |source| Failure::Io { what, source }
    }

    /// Makes a failure of a peer's error.
    pub fn peer(error: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::Peer(error.into())
    }

    /// The failure and what caused it, in one line.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }
}
