//! The `conformance` command; see [`conformance::command`].

use clap::Parser;
use conformance::command::{Arguments, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(&Arguments::parse())
}
