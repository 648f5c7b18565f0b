//! The one place that prints. A command's output is made whole and then written, so that a command
//! that cannot be carried out prints nothing but its error.

use crate::error::CliError;
use crate::style::BAD;
use serde::Serialize;
use std::io::Write;

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// The format that the flag `--json` asks for.
    pub(crate) fn of_flag(json: bool) -> Format {
        if json { Format::Json } else { Format::Text }
    }
}

/// Prints `report` as JSON or as the text that `text` makes of it.
pub(crate) fn print<R: Serialize>(
    format: Format,
    report: &R,
    text: impl FnOnce(&R) -> String,
) -> Result<(), CliError> {
    match format {
        Format::Text => print_text(&text(report)),
        Format::Json => print_text(&(serde_json::to_string_pretty(report)? + "\n")),
    }
}

/// Prints a text; colours only where they are seen as such.
pub(crate) fn print_text(text: &str) -> Result<(), CliError> {
    let mut stdout = anstream::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|source| CliError::Output { source })
}

/// Says why a command cannot be carried out.
pub(crate) fn print_error(error: &CliError) {
    // When even this cannot be written, the exit code remains.
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {error}");
}
