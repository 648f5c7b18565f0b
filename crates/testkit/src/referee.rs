//! One call on every engine, with one answer.
//!
//! Metering is in the code and NaNs are canonical, so engines may not differ in anything: outcome,
//! gas to the last unit, logs, effects, storage. A difference is a bug of the highest severity.

use crate::world;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use torr_vm_logic::context::Context;
use torr_vm_logic::outcome::Outcome;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Runner};

/// What a call left behind: outcome and storage, or the fault that stopped the node.
pub type Answer = Result<(Outcome, BTreeMap<Vec<u8>, Vec<u8>>), String>;

/// Runs `method` of `code` on every engine from the same start.
///
/// # Panics
/// When two engines differ, or a fault comes up that a contract may not cause.
pub fn run_everywhere(code: &[u8], method: &str, context: &Context, chain: &SimulatedChain) -> Answer {
    let code = Code::new(code);
    let mut answers =
        runners().iter().map(|(kind, runner)| (*kind, run(runner, &code, method, context, chain)));
    let (first_kind, first) = answers.next().unwrap_or_else(|| panic!("this build has no engine"));
    for (kind, answer) in answers {
        // Texts of faults are the engine's own.
        let same = match (&first, &answer) {
            (Ok(one), Ok(other)) => one == other,
            (Err(_), Err(_)) => true,
            _ => false,
        };
        assert!(same, "{first_kind} and {kind} differ:\n{first:#?}\n{answer:#?}");
    }
    first
}

fn run(
    runner: &Runner,
    code: &Code,
    method: &str,
    context: &Context,
    chain: &SimulatedChain,
) -> Answer {
    let mut chain = chain.clone();
    let outcome = runner.run(code, method, &mut chain, context, &world::config());
    let outcome = outcome.map_err(|fault| fault.to_string())?;
    Ok((outcome, chain.storage))
}

/// A runner for each engine, kept for the life of the process.
fn runners() -> &'static [(EngineKind, Runner)] {
    static RUNNERS: OnceLock<Vec<(EngineKind, Runner)>> = OnceLock::new();
    RUNNERS.get_or_init(|| {
        // Every input is another module; a small cache keeps memory flat.
        let cache = || CacheConfig { memory_bytes: 16 << 20, folder: None };
        let kinds = EngineKind::ALL.iter().copied();
        kinds
            .map(|kind| match Runner::new(kind, cache()) {
                Ok(runner) => (kind, runner),
                Err(error) => panic!("{error}"),
            })
            .collect()
    })
}
