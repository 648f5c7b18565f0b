//! `torr completions`: a script that completes the arguments in a shell.

use crate::cli::{Cli, Verdict};
use crate::error::CliError;
use crate::output;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Prints a script that completes arguments, for a shell to load
///
/// For example: torr completions bash > ~/.local/share/bash-completion/completions/torr
#[derive(Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

/// Carries out `torr completions`.
pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Verdict, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "torr", &mut script);
    output::print_text(&String::from_utf8_lossy(&script))?;
    Ok(Verdict::Good)
}
