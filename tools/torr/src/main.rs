//! The `torr` command: run, inspect and price contracts as the protocol would, apply blocks, look into and
//! move state.
//!
//! Exit codes: 0, the contract succeeded or the question is answered; 1, the contract failed or
//! would be rejected, or a proof or a state is not right; 2, the command could not be carried out. What a command prints depends on its
//! arguments and files only, never on chance or the machine; the speed that `torr apply` tells, which
//! --quiet leaves out, is the only thing that a clock decides.

#![forbid(unsafe_code)]

mod amount;
mod apply;
mod bytes;
mod chain;
mod cli;
mod completions;
mod configuration;
mod error;
mod figure;
mod files;
mod inspect;
mod output;
mod params;
mod progress;
mod replay;
mod run;
mod state;
mod style;
mod validate;
mod view;
mod workload;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
