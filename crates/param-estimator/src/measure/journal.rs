//! What has been measured so far, in a file beside the outputs: a run that was interrupted goes on where
//! it stopped.
//!
//! The first line says what the run is; a run with other settings begins anew. Each further line is an
//! experiment of a round, written when it is done. A line that is not whole, which a stop leaves, is
//! measured again.

use crate::error::EstimatorError;
use crate::measure::MeasuredCase;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What has been measured so far.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    found: BTreeMap<(String, u32), Vec<MeasuredCase>>,
}

/// A line of the file but the first.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    experiment: String,
    round: u32,
    cases: Vec<MeasuredCase>,
}

impl Journal {
    /// Goes on with the journal at `path` if it is of the same run, which `run` describes; else begins
    /// anew.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(path: &Path, run: &str) -> Result<Journal, EstimatorError> {
        let at = |source| EstimatorError::File { path: path.to_owned(), source };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            // Not written by us: nothing in it can be gone on with.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(at(error)),
        };
        let head = serde_json::to_string(run).unwrap_or_default();
        let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let found = match lines.next() {
            Some(first) if first == head => lines.filter_map(read).collect(),
            _ => BTreeMap::new(),
        };
        // What can be gone on with is written anew, so that nothing stands behind half a line.
        let mut kept = format!("{head}\n");
        for ((experiment, round), cases) in &found {
            kept.push_str(&written(experiment, *round, cases));
        }
        fs::write(path, kept).map_err(at)?;
        let file = OpenOptions::new().append(true).open(path).map_err(at)?;
        Ok(Journal { path: path.to_owned(), file, found })
    }

    /// Experiments of rounds that are there.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was measured of an experiment in a round.
    pub fn take(&mut self, experiment: &str, round: u32) -> Option<Vec<MeasuredCase>> {
        self.found.remove(&(experiment.to_owned(), round))
    }

    /// Puts what was measured.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(
        &mut self,
        experiment: &str,
        round: u32,
        cases: &[MeasuredCase],
    ) -> Result<(), EstimatorError> {
        let line = written(experiment, round, cases);
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        written.map_err(|source| EstimatorError::File { path: self.path.clone(), source })
    }

    /// Removes it: everything has been measured and written.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn remove(self) -> Result<(), EstimatorError> {
        let Journal { path, file, .. } = self;
        drop(file);
        fs::remove_file(&path).map_err(|source| EstimatorError::File { path, source })
    }
}

fn read(line: &str) -> Option<((String, u32), Vec<MeasuredCase>)> {
    let Line { experiment, round, cases } = serde_json::from_str(line).ok()?;
    Some(((experiment, round), cases))
}

fn written(experiment: &str, round: u32, cases: &[MeasuredCase]) -> String {
    let line = Line { experiment: experiment.to_owned(), round, cases: cases.to_vec() };
    // Maps have texts as keys and numbers are finite: nothing of it has no JSON.
    serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charges::Charges;
    use crate::document::Interval;
    use crate::price::Price;

    fn cases() -> Vec<MeasuredCase> {
        vec![MeasuredCase {
            parameters: vec![1, 2],
            size: 3,
            charges: Charges::default().with(Price::of("wasm_base"), 0.1 + 0.2),
            amount: Interval { value: 1.0 / 3.0, low: 0.0, high: 1e18 },
            laps: 7,
            wide: true,
            pace: Some(2.5),
        }]
    }

    #[test]
    fn a_run_goes_on_where_it_was_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::open(&path, "one\nrun").unwrap();
        assert!(journal.is_empty());
        journal.put("first", 0, &cases()).unwrap();
        journal.put("first", 1, &cases()).unwrap();
        drop(journal);
        // Stopped in the middle of a line.
        let mut text = fs::read_to_string(&path).unwrap();
        text.truncate(text.len() - 10);
        fs::write(&path, text).unwrap();

        let mut journal = Journal::open(&path, "one\nrun").unwrap();
        assert_eq!(journal.len(), 1);
        assert_eq!(journal.take("first", 0), Some(cases()));
        assert_eq!(journal.take("first", 1), None);
        journal.put("first", 1, &cases()).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path, "one\nrun").unwrap().len(), 2);
        Journal::open(&path, "one\nrun").unwrap().remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn another_run_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        Journal::open(&path, "one").unwrap().put("first", 0, &cases()).unwrap();
        assert!(Journal::open(&path, "other").unwrap().is_empty());
        assert!(Journal::open(&path, "one").unwrap().is_empty());
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(Journal::open(&path, "one").unwrap().is_empty());
    }
}
