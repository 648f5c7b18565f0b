//! `torr state`: looks into the state that a database keeps, proves it, moves it and looks after it.
//!
//! A database is only made by `import`; every other command wants one that is there. What is printed
//! follows from the database, the files and the arguments.

mod choice;
mod database;
mod diff;
mod entry;
mod error;
mod key;
mod proof;
mod read;
pub(crate) mod records;
mod transfer;
mod upkeep;

pub(crate) use database::DatabaseName;
pub(crate) use entry::{access_key_text, account_text};
pub(crate) use error::StateError;

use crate::cli::Verdict;
use crate::error::CliError;
use crate::output::Format;
use clap::{Args, Subcommand};

/// Looks into the state that a database keeps: shows, proves, exports, imports, compares and verifies it
///
/// A key is hexadecimal digits, or account:ID, code:ID, data:ID:KEY or key:ID:PUBLICKEY. The KEY of a
/// contract's data is text, or 0x and hexadecimal digits.
#[derive(Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct StateArguments {
    #[command(subcommand)]
    command: StateCommand,
    /// Print as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum StateCommand {
    Root(read::RootArguments),
    Get(read::GetArguments),
    List(read::ListArguments),
    Proof(proof::ProofArguments),
    VerifyProof(proof::VerifyProofArguments),
    Export(transfer::ExportArguments),
    Import(transfer::ImportArguments),
    Diff(diff::DiffArguments),
    Gc(upkeep::GcArguments),
    Stats(upkeep::StatsArguments),
    Verify(upkeep::VerifyArguments),
}

/// Carries out `torr state`.
pub(crate) fn state(arguments: &StateArguments) -> Result<Verdict, CliError> {
    let format = Format::of_flag(arguments.json);
    match &arguments.command {
        StateCommand::Root(arguments) => read::root(arguments, format),
        StateCommand::Get(arguments) => read::get(arguments, format),
        StateCommand::List(arguments) => read::list(arguments, format),
        StateCommand::Proof(arguments) => proof::proof(arguments, format),
        StateCommand::VerifyProof(arguments) => proof::verify_proof(arguments, format),
        StateCommand::Export(arguments) => transfer::export(arguments, format),
        StateCommand::Import(arguments) => transfer::import(arguments, format),
        StateCommand::Diff(arguments) => diff::diff(arguments, format),
        StateCommand::Gc(arguments) => upkeep::gc(arguments, format),
        StateCommand::Stats(arguments) => upkeep::stats(arguments, format),
        StateCommand::Verify(arguments) => upkeep::verify(arguments, format),
    }
}

/// A line of a result: a label of fixed width and what it is about.
pub(crate) fn line(label: &str, content: impl std::fmt::Display) -> String {
    use crate::style::DIM;
    format!("  {DIM}{label:<9}{DIM:#} {content}\n")
}
