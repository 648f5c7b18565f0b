//! A script on all engines and both ways of charging, against what it expects.

use crate::features;
use crate::report::Report;
use crate::script::{ModuleId, RefusalKind, Script, StepKind};
use crate::trial;
use crate::worlds::{self, Plans};
use std::collections::BTreeMap;
use torr_testkit::world;
use torr_vm_logic::error::{CompilationError, PrepareError};
use torr_vm_runner::Charging;
use torr_vm_runner::prepare::prepare;

/// Runs the script `name`.
///
/// # Panics
/// When something is not as the script says, and not because of a rule of the protocol.
pub(crate) fn run(name: &str, script: &Script) -> Report {
    let mut report = Report::new(name);
    refusals(name, script, &mut report);
    let left_out = accepted(name, script, &mut report);
    let mut plans = Plans::of(script, left_out);
    for plan in std::mem::take(&mut plans.worlds) {
        let linked = worlds::link(script, plan, &mut plans.left_out);
        trial::run(name, &linked, &mut report);
    }
    for step in &script.steps {
        let is_assertion = !matches!(step.kind, StepKind::Instantiate | StepKind::Act(_));
        if let Some(reason) = plans.left_out.get(&step.module)
            && is_assertion
        {
            report.left_out(reason.clone());
        }
    }
    report
}

/// Modules that have to be refused.
fn refusals(name: &str, script: &Script, report: &mut Report) {
    for refusal in &script.refusals {
        let Some(code) = &refusal.code else {
            report.left_out("its text is malformed");
            continue;
        };
        let place = format!("{name}, line {}", refusal.line);
        match prepare(code, &world::config().vm, Charging::Exact) {
            Ok(_) => {
                // Of a script of an earlier version.
                assert_eq!(features::errors(code), [None, None], "{place}: accepted");
                report.left_out(format!("is valid by version 2.0 (line {})", refusal.line));
            }
            Err(refused) => match refused_as(refusal.kind, code, &refused.error) {
                Ok(()) => report.ran(),
                Err(Some(reason)) => report.left_out(reason),
                Err(None) => panic!("{place}: {refused}"),
            },
        }
    }
}

/// Whether a module is refused as the script says, or for what comes first in the protocol. `None`: it
/// is not bad at all.
fn refused_as(
    kind: RefusalKind,
    code: &[u8],
    error: &CompilationError,
) -> Result<(), Option<&'static str>> {
    if is_about_imports(error) {
        return Err(Some("is refused for importing at all"));
    }
    match features::errors(code) {
        [Some(here), Some(by_version_2)] if here == by_version_2 => Ok(()),
        [Some(_), None] if kind == RefusalKind::Invalid => Err(None),
        [Some(_), _] => Err(Some("is refused for what the protocol lacks")),
        [None, _] => Err(None),
    }
}

fn is_about_imports(error: &CompilationError) -> bool {
    use PrepareError::{Instantiate, Memory};
    matches!(error, CompilationError::PrepareError(Instantiate | Memory))
}

/// Whether a module is refused for being more than the protocol allows.
pub(crate) fn is_about_limits(error: &CompilationError) -> bool {
    let CompilationError::PrepareError(error) = error else { return false };
    *error as u8 >= PrepareError::TooManyFunctions as u8
}

/// Valid modules have to be accepted, unless they need what the protocol lacks. Returns those that
/// cannot be adapted, with the reason.
fn accepted(name: &str, script: &Script, report: &mut Report) -> BTreeMap<ModuleId, String> {
    let mut left_out = BTreeMap::new();
    for (id, module) in script.modules.iter().enumerate() {
        let place = format!("{name}, line {}", module.line);
        let lacking = features::lacking(&module.code)
            .unwrap_or_else(|| panic!("{place}: not valid with any features"));
        let foreign = features::foreign_import(&module.code);
        match prepare(&module.code, &world::config().vm, Charging::Exact) {
            Ok(_) => {
                assert!(lacking.is_empty() && foreign.is_none(), "{place}: accepted");
                report.accepted();
            }
            Err(rejection) if is_about_imports(&rejection.error) => {
                let foreign = foreign.unwrap_or_else(|| panic!("{place}: {rejection}"));
                report.refused(format!("imports `{foreign}`"));
            }
            Err(rejection) if is_about_limits(&rejection.error) => {
                assert!(lacking.is_empty() && foreign.is_none(), "{place}: {rejection}");
                report.refused(rejection.diagnosis.rule);
            }
            Err(rejection) => {
                assert!(!lacking.is_empty(), "{place}: {rejection}");
                report.refused(format!("needs {}", lacking.join(" and ")));
            }
        }
        let for_good: Vec<_> =
            lacking.iter().filter(|it| !features::ADAPTED.contains(it)).copied().collect();
        if !for_good.is_empty() {
            left_out.insert(id, format!("needs {}", for_good.join(" and ")));
        }
    }
    left_out
}
