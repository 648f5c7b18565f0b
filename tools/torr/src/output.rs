//! The one place that prints. A command's output is made whole and then written, so that a command
//! that cannot be carried out prints nothing but its error.

use crate::bytes::visible;
use crate::error::CliError;
use crate::style::{BAD, HINT};
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

/// Columns of a line of advice, of those that the label takes less.
const HINT_WIDTH: usize = 84;

/// A piece of advice: a label and the advice, on several lines if it is long.
pub(crate) fn hint(advice: &str) -> String {
    let mut lines = vec![String::new()];
    for word in visible(advice).split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= HINT_WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    format!("  {HINT}{:<9} {}{HINT:#}\n", "hint", lines.join("\n            "))
}

/// Says why a command cannot be carried out.
pub(crate) fn print_error(error: &CliError) {
    // When even this cannot be written, the exit code remains.
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {error}");
}
