//! Running the cases of a file: in parallel, with results in the order of the file.

use crate::areas;
use crate::case::{Case, Check, Failure, FailureOn};
use crate::parallel::parallel_map;
use crate::vector_file::{ReadError, area_name, json};
use std::any::Any;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use torr_vm_runner::cache::CacheError;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// An engine by name, with a runner on it.
pub struct NamedRunner {
    /// The engine's name.
    pub name: &'static str,
    /// The runner.
    pub runner: Runner,
}

/// A runner on each of `kinds`, with nothing kept on disk.
///
/// # Errors
/// None that a cache without a folder can give.
pub fn runners(kinds: &[EngineKind]) -> Result<Vec<NamedRunner>, CacheError> {
    let runner = |kind: &EngineKind| {
        Ok(NamedRunner { name: kind.name(), runner: Runner::new(*kind, CacheConfig::default())? })
    };
    kinds.iter().map(runner).collect()
}

/// The cases of a file that are to be run.
pub struct Suite {
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
    /// How many cases of the file nothing runs yet and [`Selection::passes_over`] leaves out.
    pub passed_over: usize,
}

/// Which cases are to be run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only those of which file and name, with a space between, contain this text.
    pub filter: Option<String>,
    /// Whether to leave out those that nothing runs yet, which otherwise fail.
    pub passes_over: bool,
}

impl Suite {
    /// The selected cases of the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path, selection: &Selection) -> Result<Suite, ReadError> {
        let mut cases = areas::cases(&area_name(path), json(path)?);
        if let Some(text) = &selection.filter {
            let file = path.display();
            cases.retain(|case| format!("{file} {}", case.name).contains(text));
        }
        let all = cases.len();
        if selection.passes_over {
            cases.retain(|case| !matches!(case.check, Check::NoRunner(_)));
        }
        Ok(Suite { passed_over: all - cases.len(), cases })
    }

    /// Runs every case, `jobs` at a time, and returns how each fails, in the order of the cases.
    /// `done` is told of each case that has been run.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn run(
        &self,
        runners: &[NamedRunner],
        jobs: NonZero<usize>,
        done: impl Fn() + Sync,
    ) -> io::Result<Vec<Vec<FailureOn>>> {
        parallel_map(&self.cases, jobs, |case| {
            let failures = check(case, runners);
            done();
            failures
        })
    }
}

/// Checks a case. A panic is a bug of ours and fails this case only.
fn check(case: &Case, runners: &[NamedRunner]) -> Vec<FailureOn> {
    catch_unwind(AssertUnwindSafe(|| case.check(runners))).unwrap_or_else(|panic| {
        let failure = Failure::NotRun(format!("panicked: {}", message(&*panic)));
        vec![FailureOn { engine: None, failure }]
    })
}

fn message(panic: &dyn Any) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
