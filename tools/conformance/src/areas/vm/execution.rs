//! A case that is ready to run: a chain, and calls on it one after the other.

use super::code::code;
use super::context::context;
use super::expectation::{comparable, observed, observed_fault};
use super::format::{CaseFields, StepFields, VmFile, default_method};
use crate::case::{Verdict, verdict};
use crate::difference::{Difference, differences};
use serde_json::Value;
use std::sync::Arc;
use torr_parameters::RuntimeConfig;
use torr_vm_logic::context::Context;
use torr_vm_logic::gas::CostAudit;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{Code, Runner};

/// A case of the contract VM.
pub struct VmCase {
    code: Code,
    config: Arc<RuntimeConfig>,
    /// The chain before each call, its storage as before the first.
    chain: SimulatedChain,
    steps: Vec<Step>,
}

/// One call.
struct Step {
    /// What precedes the fields in a difference: nothing unless there are several steps.
    label: String,
    method: String,
    context: Context,
    expect: Value,
}

impl VmCase {
    /// The case that is written so; or why it is none.
    pub(super) fn read(file: &VmFile, case: Value) -> Result<VmCase, String> {
        let mut fields: CaseFields =
            serde_json::from_value(case).map_err(|error| error.to_string())?;
        let code = case_code(file, &mut fields)?;
        let steps = steps(file, &mut fields)?;
        let chain = fields.host.chain(fields.storage, fields.validators);
        Ok(VmCase { code, config: Arc::clone(&file.config), chain, steps })
    }

    /// Runs the case and compares what the calls give with what it expects.
    ///
    /// # Errors
    /// The differences.
    pub fn check(&self, runner: &Runner) -> Verdict {
        let given = self.observe(|step, chain| {
            let before = chain.storage.clone();
            let result = runner.run(&self.code, &step.method, chain, &step.context, &self.config);
            let failed = result.as_ref().map_or(true, |outcome| outcome.error.is_some());
            let given = match result {
                Ok(outcome) => observed(outcome, &before, &chain.storage),
                Err(fault) => observed_fault(&fault, &before, &chain.storage),
            };
            (given, failed)
        });
        verdict(self.steps.iter().zip(given).flat_map(compare).collect())
    }

    /// Which host functions are called, and which of them charges which cost, when the case runs. A
    /// call that the node cannot finish tells nothing.
    pub fn audit(&self, runner: &Runner) -> Vec<CostAudit> {
        let given = self.observe(|step, chain| {
            let (method, context) = (&step.method, &step.context);
            match runner.run_audited(&self.code, method, chain, context, &self.config) {
                Ok((outcome, audit)) => (Some(audit), outcome.error.is_some()),
                Err(_) => (None, true),
            }
        });
        given.into_iter().flatten().collect()
    }

    /// What each step gives. `call` says also whether it failed: then storage stays as it was.
    fn observe<T>(&self, call: impl Fn(&Step, &mut SimulatedChain) -> (T, bool)) -> Vec<T> {
        let mut carried = self.chain.clone();
        let run = |step| {
            let mut chain = carried.clone();
            let (given, failed) = call(step, &mut chain);
            if !failed {
                carried.storage = chain.storage;
            }
            given
        };
        self.steps.iter().map(run).collect()
    }
}

fn compare((step, given): (&Step, Value)) -> Vec<Difference> {
    let mut found = differences(&comparable(&step.expect), &comparable(&given));
    // How it ended explains most of the rest.
    found.sort_by_key(|difference| !difference.path.contains("error"));
    if step.label.is_empty() {
        return found;
    }
    found.into_iter().map(|difference| difference.within(&step.label)).collect()
}

fn case_code(file: &VmFile, fields: &mut CaseFields) -> Result<Code, String> {
    let own = fields.own_code();
    let Some(name) = &fields.module else { return code(own) };
    if own.is_given() {
        return Err("both `module` and code of its own".to_owned());
    }
    match file.modules.get(name) {
        Some(Ok(code)) => Ok(code.clone()),
        Some(Err(reason)) => Err(format!("module {name}: {reason}")),
        None => Err(format!("the file has no module {name}")),
    }
}

fn steps(file: &VmFile, fields: &mut CaseFields) -> Result<Vec<Step>, String> {
    match (fields.sequence.take(), fields.expect.take(), fields.method.take()) {
        (None, Some(expect), method) => Ok(vec![Step {
            label: String::new(),
            method: method.unwrap_or_else(default_method),
            context: context(&[&file.defaults, &fields.context])?,
            expect,
        }]),
        (Some(sequence), None, None) => {
            let numbered = sequence.into_iter().enumerate();
            numbered.map(|(index, step)| sequence_step(file, fields, index, step)).collect()
        }
        (Some(_), _, _) => Err("`sequence` beside `expect` or `method`".to_owned()),
        (None, None, _) => Err("neither `expect` nor `sequence`".to_owned()),
    }
}

fn sequence_step(
    file: &VmFile,
    fields: &CaseFields,
    index: usize,
    step: StepFields,
) -> Result<Step, String> {
    let label = format!("step {} ({})", index + 1, step.method);
    let context = context(&[&file.defaults, &fields.context, &step.context])
        .map_err(|reason| format!("{label}: {reason}"))?;
    Ok(Step { label, method: step.method, context, expect: step.expect })
}
