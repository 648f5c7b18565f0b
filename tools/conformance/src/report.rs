//! What the command prints: a line per failing case, a line per file, the totals.
//!
//! Results go to standard output, what went wrong around them to standard error.

use crate::case::{Failure, FailureOn};
use crate::difference::Difference;
use crate::suite::Suite;
use crate::vector_file::ReadError;
use console::style;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// How much of a failure is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// The first difference, values shortened.
    Short,
    /// All differences, values in full.
    Full,
}

/// How many characters of a value are printed in short.
const SHORT_VALUE: usize = 80;

/// The report of a run.
pub(crate) struct Report {
    results: Box<dyn Write>,
    notes: Box<dyn Write>,
    style: Style,
    passed: usize,
    failed: usize,
    passed_over: usize,
    unreadable: usize,
}

impl Report {
    pub(crate) fn new(results: Box<dyn Write>, notes: Box<dyn Write>, style: Style) -> Report {
        Report { results, notes, style, passed: 0, failed: 0, passed_over: 0, unreadable: 0 }
    }

    /// Whether nothing has been reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.passed + self.failed + self.unreadable + self.passed_over == 0
    }

    /// Reports a file that cannot be read.
    pub(crate) fn unreadable(&mut self, error: &ReadError) -> io::Result<()> {
        self.unreadable += 1;
        writeln!(self.notes, "{} {error}", style("error:").red().bold().for_stderr())
    }

    /// Reports a file whose cases have been run; nothing when there are none.
    pub(crate) fn file(
        &mut self,
        path: &Path,
        suite: &Suite,
        failures: &[Vec<FailureOn>],
    ) -> io::Result<()> {
        self.passed_over += suite.passed_over;
        if suite.cases.is_empty() {
            return Ok(());
        }
        self.failures(suite, failures)?;
        let failed = failures.iter().filter(|failures| !failures.is_empty()).count();
        let passed = suite.cases.len() - failed;
        self.passed += passed;
        self.failed += failed;
        let (path, out) = (path.display(), &mut self.results);
        if failed == 0 {
            writeln!(out, "{}  {path}: {passed} passed", style("ok  ").green())
        } else {
            let mark = style("FAIL").red().bold();
            writeln!(out, "{mark}  {path}: {passed} passed, {failed} failed")
        }
    }

    /// Prints the totals and returns the exit code.
    pub(crate) fn finish(mut self) -> io::Result<u8> {
        if self.passed_over > 0 {
            let count = self.passed_over;
            writeln!(
                self.notes,
                "{count} shipped cases have no runner yet; name their files to count them"
            )?;
        }
        if self.unreadable > 0 {
            let files = if self.unreadable == 1 { "file" } else { "files" };
            writeln!(self.notes, "{} {files} could not be read", self.unreadable)?;
        }
        writeln!(self.results, "{} passed, {} failed", self.passed, self.failed)?;
        self.results.flush()?;
        Ok(match (self.unreadable, self.failed) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        })
    }

    fn failures(&mut self, suite: &Suite, failures: &[Vec<FailureOn>]) -> io::Result<()> {
        let mut not_run: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (case, failures) in suite.cases.iter().zip(failures) {
            for (engines, failure) in by_failure(failures) {
                match failure {
                    Failure::NotRun(reason) => not_run.entry(reason).or_default().push(&case.name),
                    Failure::Differs(differences) => {
                        self.case(&format!("{}{}", case.name, listed(&engines)), differences)?;
                    }
                }
            }
        }
        // A whole file is often refused for one reason, which is then said once.
        for (reason, names) in not_run {
            match &names[..] {
                [name] => writeln!(self.results, "  {}: {reason}", style(name).bold())?,
                names => {
                    let count = style(format!("{} cases", names.len())).bold();
                    writeln!(self.results, "  {count}: {reason}")?;
                }
            }
        }
        Ok(())
    }

    fn case(&mut self, name: &str, differences: &[Difference]) -> io::Result<()> {
        let (name, out) = (style(name).bold(), &mut self.results);
        match (self.style, differences) {
            (Style::Short, [first, rest @ ..]) => {
                write!(out, "  {name}: {}", first.display(SHORT_VALUE))?;
                if !rest.is_empty() {
                    write!(out, "; and {} more", rest.len())?;
                }
                writeln!(out)
            }
            (_, differences) => {
                let s = if differences.len() == 1 { "" } else { "s" };
                writeln!(out, "  {name}: {} difference{s}", differences.len())?;
                for difference in differences {
                    writeln!(out, "    {}", difference.display(usize::MAX))?;
                }
                Ok(())
            }
        }
    }
}

/// The failures of a case, engines that agree together.
fn by_failure(failures: &[FailureOn]) -> Vec<(Vec<&str>, &Failure)> {
    let mut groups: Vec<(Vec<&str>, &Failure)> = Vec::new();
    for FailureOn { engine, failure } in failures {
        match groups.iter_mut().find(|(_, known)| *known == failure) {
            Some((engines, _)) => engines.extend(engine.as_deref()),
            None => groups.push((engine.as_deref().into_iter().collect(), failure)),
        }
    }
    groups
}

fn listed(engines: &[&str]) -> String {
    if engines.is_empty() { String::new() } else { format!(" [{}]", engines.join("; ")) }
}
