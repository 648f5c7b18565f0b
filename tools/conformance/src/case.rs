//! One case of a vector file: a name, and what decides whether it passes.

use crate::difference::Difference;
use crate::suite::NamedRunner;
use std::fmt;
use std::sync::Arc;
use torr_vm_runner::Runner;

/// One case, ready to be checked.
pub struct Case {
    /// Its name, unique in its file.
    pub name: String,
    /// What decides.
    pub check: Check,
}

/// What decides whether a case passes.
pub enum Check {
    /// Does not depend on an engine; checked once.
    Once(Arc<dyn Fn() -> Verdict + Send + Sync>),
    /// Runs contracts; checked on each engine.
    OnEngine(Arc<dyn Fn(&Runner) -> Verdict + Send + Sync>),
    /// Nothing runs it yet; it fails.
    NoRunner(String),
    /// It is not written as its format says; it fails.
    Malformed(String),
}

/// Whether a case passes.
pub type Verdict = Result<(), Failure>;

/// A failure, and the engine on which it happened if the case runs contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureOn {
    /// Name of the engine.
    pub engine: Option<String>,
    /// The failure.
    pub failure: Failure,
}

/// Why a case fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It could not be run.
    NotRun(String),
    /// It was run, and these fields differ; never empty.
    Differs(Vec<Difference>),
}

impl Case {
    /// A case that no engine has a part in.
    pub fn once(name: String, check: impl Fn() -> Verdict + Send + Sync + 'static) -> Case {
        Case { name, check: Check::Once(Arc::new(check)) }
    }

    /// A case that runs contracts.
    pub fn on_engine(
        name: String,
        check: impl Fn(&Runner) -> Verdict + Send + Sync + 'static,
    ) -> Case {
        Case { name, check: Check::OnEngine(Arc::new(check)) }
    }

    /// A case that nothing runs yet: a case of what `what` says.
    pub fn no_runner(name: String, what: impl fmt::Display) -> Case {
        Case { name, check: Check::NoRunner(format!("no runner for {what} yet")) }
    }

    /// A case that is not written as its format says.
    pub fn malformed(name: String, reason: impl fmt::Display) -> Case {
        Case { name, check: Check::Malformed(reason.to_string()) }
    }

    /// Checks the case, on each of `runners` if it runs contracts, and returns how it fails; a case
    /// without failures has passed.
    pub fn check(&self, runners: &[NamedRunner]) -> Vec<FailureOn> {
        let everywhere = |failure| vec![FailureOn { engine: None, failure }];
        match &self.check {
            Check::Once(check) => check().err().map(everywhere).unwrap_or_default(),
            Check::OnEngine(_) if runners.is_empty() => {
                everywhere(Failure::NotRun("no engine was chosen".to_owned()))
            }
            Check::OnEngine(check) => {
                let on = |named: &NamedRunner| {
                    let failure = check(&named.runner).err()?;
                    Some(FailureOn { engine: Some(named.name.clone()), failure })
                };
                runners.iter().filter_map(on).collect()
            }
            Check::NoRunner(reason) | Check::Malformed(reason) => {
                everywhere(Failure::NotRun(reason.clone()))
            }
        }
    }
}

/// Without differences a case passes.
pub fn verdict(differences: Vec<Difference>) -> Verdict {
    if differences.is_empty() { Ok(()) } else { Err(Failure::Differs(differences)) }
}
