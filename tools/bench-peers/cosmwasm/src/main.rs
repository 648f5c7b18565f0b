//! The process of the peer CosmWasm: measures it and prints its figures as JSON.
//!
//! A program of its own, because its engine is another version of one that Torr has, and the two
//! cannot be linked into one.

#![forbid(unsafe_code)]

mod peer;

use crate::peer::CosmWasm;
use bench_work::contracts::Contracts;
use bench_work::error::Failure;
use bench_work::measure::Effort;
use bench_work::survey;
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Measures CosmWasm and prints its figures as JSON; bench-peers calls it.
#[derive(Debug, Parser)]
struct Arguments {
    /// The peer's name in its figures.
    #[arg(long, value_name = "PEER")]
    child: String,
    /// The folder of the contracts.
    #[arg(long, value_name = "FOLDER")]
    contracts: PathBuf,
    /// Take fewer and shorter samples.
    #[arg(long)]
    quick: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.with_causes());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let peer = CosmWasm::open(&Contracts::read(&arguments.contracts)?)?;
    let figures = survey::measure(&arguments.child, &peer, Effort::of(arguments.quick))?;
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}
