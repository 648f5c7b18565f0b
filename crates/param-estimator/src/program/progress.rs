//! How far a run is, on a terminal.

use crate::error::EstimatorError;
use crate::experiment::Experiment;
use crate::measure::Observer;
use crate::run::RunObserver;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal; nothing where standard error is none.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

const TEMPLATE: &str = "{bar:30} {pos}/{len} {elapsed} (left: {eta}) {msg}";

impl Progress {
    /// A bar that shows nothing yet.
    pub fn new() -> Progress {
        let style = ProgressStyle::with_template(TEMPLATE);
        let bar = ProgressBar::new(0);
        Progress { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())) }
    }
}

impl Progress {
    /// A line above the bar, or where it would be.
    fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}

impl Observer for Progress {
    fn begins(&mut self, experiment: &Experiment, round: u32) {
        self.bar.set_message(format!("{} (round {})", experiment.name, round + 1));
    }

    fn measured(&mut self) {
        self.bar.inc(1);
    }
}

impl RunObserver for Progress {
    fn starts(&mut self, cases: usize, known_experiments: usize) {
        self.bar.set_length(cases as u64);
        if known_experiments > 0 {
            self.say(&format!(
                "going on with an earlier run, which has measured {known_experiments} experiments; \
                 --restart begins anew"
            ));
        }
    }

    fn leaves_out(&mut self, experiment: &str, series: &str, reason: &EstimatorError) {
        self.say(&format!("left out: {experiment}, {series}: {reason}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
