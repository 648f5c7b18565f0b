//! The colours: few, each with one meaning. [`crate::output`] drops them where they do not belong.
//!
//! A style is written around a text: `{GOOD}text{GOOD:#}`.

use anstyle::{AnsiColor, Style};

/// Success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Failure.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What to do about it, and what deserves a second look.
pub(crate) const HINT: Style = AnsiColor::Yellow.on_default();
/// Headings.
pub(crate) const TITLE: Style = Style::new().bold();
/// Names: accounts, methods, functions.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();
/// Exact figures beside rounded ones, and other things to skip at first reading.
pub(crate) const DIM: Style = Style::new().dimmed();
