//! The command line: its commands, and how their ends become exit codes.

use crate::apply::ApplyArguments;
use crate::completions::CompletionsArguments;
use crate::error::CliError;
use crate::inspect::InspectArguments;
use crate::output;
use crate::params::ParamsArguments;
use crate::replay::ReplayArguments;
use crate::run::RunArguments;
use crate::state::StateArguments;
use crate::validate::ValidateArguments;
use crate::view::ViewArguments;
use crate::workload::WorkloadArguments;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs, inspects and prices NEAR contracts exactly as the protocol does, and looks into their state.
#[derive(Parser)]
#[command(name = "torr", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 success, 1 the contract failed or would be rejected, or a \
                        proof or a state is not right, 2 anything else.\nColours are used on a terminal only; NO_COLOR turns them off.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Box<RunArguments>),
    Inspect(InspectArguments),
    Params(ParamsArguments),
    Apply(ApplyArguments),
    Validate(ValidateArguments),
    Replay(ReplayArguments),
    View(ViewArguments),
    Workload(WorkloadArguments),
    State(Box<StateArguments>),
    Completions(CompletionsArguments),
}

/// What a command that was carried out found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The contract succeeded, or there was none; the proof or the state is right.
    Good,
    /// The contract failed, or the protocol would reject it; the proof or the state is not right.
    Bad,
}

/// Exit code for wrong use, bad input and failing machinery; also clap's.
const CANNOT: u8 = 2;

/// Reads the arguments of this process and carries out the command.
pub(crate) fn main() -> ExitCode {
    let verdict = match Cli::parse().command {
        Command::Run(arguments) => crate::run::run(&arguments),
        Command::Inspect(arguments) => crate::inspect::inspect(&arguments),
        Command::Params(arguments) => crate::params::params(&arguments),
        Command::State(arguments) => crate::state::state(&arguments),
        Command::Apply(arguments) => crate::apply::apply(&arguments),
        Command::Validate(arguments) => crate::validate::validate(&arguments),
        Command::Replay(arguments) => crate::replay::replay(&arguments),
        Command::View(arguments) => crate::view::view(&arguments),
        Command::Workload(arguments) => crate::workload::workload(&arguments),
        Command::Completions(arguments) => crate::completions::completions(&arguments),
    };
    match verdict {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::FAILURE,
        // Whoever read our output has seen enough; that is no failure of ours.
        Err(CliError::Output { source }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::print_error(&error);
            ExitCode::from(CANNOT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
