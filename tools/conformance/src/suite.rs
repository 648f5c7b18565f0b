//! Running the cases of a file: in parallel, with results in the order of the file.

use crate::areas::{self, Source};
use crate::case::{Case, Check, Failure, FailureOn};
use crate::parallel::parallel_map;
use crate::store::Store;
use crate::vector_file::{ReadError, json};
use std::any::Any;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use torr_vm_runner::runner::RunnerError;
use torr_vm_runner::{CacheConfig, Charging, EngineKind, Policy, Runner};

/// An engine and a way of charging by name, with a runner on them.
pub struct NamedRunner {
    /// The engine's name, and how it charges.
    pub name: String,
    /// The runner.
    pub runner: Runner,
}

/// A runner on each of `kinds` with each of `chargings`, with nothing kept on disk.
///
/// # Errors
/// When the machine does not give an engine what it needs.
pub fn runners(
    kinds: &[EngineKind],
    chargings: &[Charging],
) -> Result<Vec<NamedRunner>, RunnerError> {
    let mut runners = Vec::new();
    for kind in kinds {
        let engine = kind.build()?;
        for &charging in chargings {
            let policy = Policy { charging, optimise: None };
            let runner = Runner::with_policy(Arc::clone(&engine), policy, CacheConfig::default())?;
            runners.push(NamedRunner { name: format!("{kind}, {charging} charges"), runner });
        }
    }
    Ok(runners)
}

/// The cases of a file that are to be run.
pub struct Suite {
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
    /// How many cases of the file nothing runs yet and [`Selection::passes_over`] leaves out.
    pub passed_over: usize,
}

/// Which cases are to be run.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Only those of which file and name, with a space between, contain this text.
    pub filter: Option<String>,
    /// Whether to leave out those that nothing runs yet, which otherwise fail.
    pub passes_over: bool,
    /// The databases in which states are kept, beside the ways that need none.
    pub stores: Vec<Store>,
}

impl Suite {
    /// The selected cases of the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path, selection: &Selection) -> Result<Suite, ReadError> {
        let source = Source { path, stores: &selection.stores };
        let mut cases = areas::cases(&source, json(path)?);
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
