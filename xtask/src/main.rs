//! The project's own commands. `cargo xtask demo` and `cargo xtask test` are the two that a newcomer
//! needs; both install what is missing.

#![forbid(unsafe_code)]

mod bench;
mod bench_runtime;
mod bench_store;
mod bombs;
mod cargo;
mod contracts;
mod crash;
mod demo;
mod fuzz;
mod packages;
mod programs;
mod soak;
mod test;
mod wasm32;

use cargo::{CommandFailed, Workspace};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up, build, and run the example token through `torr`.
    Demo,
    /// Set up and run all tests.
    Test,
    /// Build the example contracts.
    Contracts {
        /// Also renew the copies that tests use.
        #[arg(long)]
        bless: bool,
    },
    /// Run the benchmarks and print the table of the README; or `store`, what keeping
    /// state costs, or `runtime`, what applying chunks costs.
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        #[command(subcommand)]
        what: Option<bench::Special>,
        /// Print the table of the last run instead of measuring again.
        #[arg(long)]
        table: bool,
    },
    /// Measure how long modules that are meant to be slow to compile take each compiler.
    Bombs {
        /// Write `docs/compile-bombs.md` instead of printing a table; takes an hour.
        #[arg(long)]
        write: bool,
        /// Options of the measuring program; `-- --help` names them.
        #[arg(last = true)]
        options: Vec<String>,
    },
    /// Fuzz one target, or all of them one after the other.
    Fuzz {
        /// The target; `all` for every one, `list` for their names.
        target: String,
        /// How long, in seconds for each target.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Put both native engines under stress in one process.
    Soak(soak::Settings),
    /// Kill a program that writes to a database, again and again, and check what is left each time.
    Crash(crash::Settings),
    /// Check that the runtime and the store build for wasm32.
    Wasm32,
    /// Rewrite the expected results of our own case files (never the conformance vectors).
    Bless,
}

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
enum TaskError {
    #[error(transparent)]
    Command(#[from] CommandFailed),
    #[error(transparent)]
    Contracts(#[from] contracts::ContractsError),
    #[error(transparent)]
    Bench(#[from] bench::BenchError),
    #[error(transparent)]
    BenchStore(#[from] bench_store::BenchStoreError),
    #[error(transparent)]
    Bombs(#[from] bombs::BombsError),
    #[error(transparent)]
    Fuzz(#[from] fuzz::FuzzError),
    #[error(transparent)]
    Compiler(#[from] programs::NoProgram),
    #[error(transparent)]
    Crash(#[from] crash::CrashError),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), TaskError> {
    let workspace = Workspace::find();
    match task {
        Task::Demo => demo::show(&workspace),
        Task::Test => test::run(&workspace),
        Task::Contracts { bless } => {
            let settings = workspace.contracts();
            match bless {
                true => contracts::bless(&settings)?,
                false => contracts::build(&settings)?,
            };
            Ok(())
        }
        Task::Bench { what: Some(bench::Special::Store(settings)), .. } => {
            Ok(bench_store::run(&workspace, &settings)?)
        }
        Task::Bench { what: Some(bench::Special::Runtime(settings)), .. } => {
            Ok(bench_runtime::run(&workspace, &settings)?)
        }
        Task::Bench { what: None, table } => Ok(bench::run(&workspace, table)?),
        Task::Bombs { write, options } => Ok(bombs::run(&workspace, write, &options)?),
        Task::Fuzz { target, seconds } => Ok(fuzz::run(&workspace, &target, seconds)?),
        Task::Soak(settings) => Ok(soak::run(&workspace, &settings)?),
        Task::Crash(settings) => Ok(crash::run(&workspace, &settings)?),
        Task::Wasm32 => wasm32::check(&workspace),
        Task::Bless => test::bless(&workspace),
    }
}
