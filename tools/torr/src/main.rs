//! The `torr` command: run, inspect and price contracts as the protocol would, look into and move state.
//!
//! Exit codes: 0, the contract succeeded or the question is answered; 1, the contract failed or
//! would be rejected, or a proof or a state is not right; 2, the command could not be carried out. What a command prints depends on its
//! arguments and files only, never on a clock, chance or the machine.

#![forbid(unsafe_code)]

mod amount;
mod bytes;
mod cli;
mod completions;
mod configuration;
mod error;
mod figure;
mod files;
mod inspect;
mod output;
mod params;
mod run;
mod state;
mod style;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
