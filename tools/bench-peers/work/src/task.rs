//! What peers are asked to do, in words that each translates to its own contracts.

use std::fmt;

/// A contract, as every peer has it in its own form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contract {
    /// The kernels, and a method that does nothing.
    Kernels,
    /// The example token, made with near-sdk: a contract of ordinary size.
    Token,
    /// Loops, with and without a host call.
    Loops,
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A kernel by its number, with a size.
    Kernel {
        /// Its number.
        number: u8,
        /// How much of it.
        size: u32,
    },
    /// A method that does nothing.
    Nothing,
    /// A method of the token that returns a constant text.
    TokenSource,
    /// [`LOOP`] iterations that do nothing.
    EmptyLoop,
    /// [`LOOP`] iterations with a host call in each.
    HostLoop,
}

/// Iterations of each loop.
pub const LOOP: u32 = 100_000;

impl Task {
    /// The contract that has the method.
    pub fn contract(self) -> Contract {
        match self {
            Task::Kernel { .. } | Task::Nothing => Contract::Kernels,
            Task::TokenSource => Contract::Token,
            Task::EmptyLoop | Task::HostLoop => Contract::Loops,
        }
    }

    /// The name of the method, in contracts of the NEAR protocol.
    pub fn method(self) -> &'static str {
        match self {
            Task::Kernel { .. } => "run",
            Task::Nothing => "nothing",
            Task::TokenSource => "contract_source_metadata",
            Task::EmptyLoop => "empty_loop",
            Task::HostLoop => "host_loop",
        }
    }

    /// The arguments, in contracts of the NEAR protocol.
    pub fn arguments(self) -> Vec<u8> {
        match self {
            Task::Kernel { number, size } => bench_kernels::arguments(number, size).to_vec(),
            Task::Nothing | Task::TokenSource | Task::EmptyLoop | Task::HostLoop => Vec::new(),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Task::Kernel { number, size } => {
                let name = bench_kernels::ALL.get(usize::from(*number)).map_or("?", |k| k.name);
                write!(f, "kernel {name} of size {size}")
            }
            other => f.write_str(other.method()),
        }
    }
}
