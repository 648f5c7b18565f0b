//! Progress on the standard error, where someone sees it as such; elsewhere there is none.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::Read;

/// How far a long command is. It is taken away when the command ends.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Of something with a length in bytes.
    pub(crate) fn of_bytes(what: &'static str, len: u64) -> Progress {
        let bar = ProgressBar::new(len);
        Progress::styled(bar, what, "{msg} {wide_bar} {bytes} of {total_bytes}")
    }

    /// Of something of which the end is not known, counted in `unit`.
    pub(crate) fn endless(what: &'static str, unit: &'static str) -> Progress {
        let bar = ProgressBar::no_length().with_prefix(unit);
        Progress::styled(bar, what, "{msg} {spinner} {human_pos} {prefix}")
    }

    fn styled(bar: ProgressBar, what: &'static str, template: &'static str) -> Progress {
        // Without the style there is still a bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar: bar.with_message(what) }
    }

    /// Of a file of blocks with a length in bytes.
    pub(crate) fn of_blocks(len: u64) -> Progress {
        let bar = ProgressBar::new(len);
        Progress::styled(bar, "", "{msg} {wide_bar} {percent} %")
    }

    /// None at all.
    pub(crate) fn none() -> Progress {
        Progress { bar: ProgressBar::hidden() }
    }

    /// What is going on.
    pub(crate) fn say(&self, message: String) {
        self.bar.set_message(message);
    }

    /// It is so far.
    pub(crate) fn set(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// It is farther by so much.
    pub(crate) fn advance(&self, by: u64) {
        self.bar.inc(by);
    }

    /// A reader that tells how far it is.
    pub(crate) fn reader<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.bar.wrap_read(reader)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
