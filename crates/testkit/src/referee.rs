//! One call on every engine, with one answer.
//!
//! Metering is in the code and NaNs are canonical, so engines may not differ in anything: outcome,
//! gas to the last unit, logs, effects, storage. A difference is a bug of the highest severity.

use crate::world;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use torr_parameters::VmConfig;
use torr_primitives::YieldId;
use torr_vm_logic::context::Context;
use torr_vm_logic::outcome::Outcome;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::engine::Engine;
use torr_vm_runner::prepare::{MethodKind, Prepared, prepare};
use torr_vm_runner::{CacheConfig, Code, EngineKind, Runner};

/// What a call left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// What the contract's storage holds.
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Yield ids that are taken.
    pub yield_ids: BTreeSet<YieldId>,
    /// Bytes by which the storage proof has grown.
    pub proof_growth: u64,
}

/// Runs `method` of `code` on every engine from the same start, with the latest parameters.
///
/// # Panics
/// When two engines differ, or one cannot carry the call out: no contract may cause that.
pub fn run_everywhere(
    code: &Code,
    method: &str,
    context: &Context,
    chain: &SimulatedChain,
) -> Answer {
    let mut answers =
        engines().iter().map(|one| (one.kind, run(one, code, method, context, chain)));
    let (first_kind, first) = answers.next().unwrap_or_else(|| panic!("this build has no engine"));
    for (kind, answer) in answers {
        assert!(first == answer, "{first_kind} and {kind} differ:\n{first:#?}\n{answer:#?}");
    }
    first
}

/// Runs every method of `code` on every engine, if it is accepted; else any method, which is to
/// fail alike.
///
/// # Panics
/// As [`run_everywhere`].
pub fn run_all_methods(code: &[u8], context: &Context) {
    let methods = prepare(code, &world::config().vm).map(|prepared| prepared.methods);
    let names = methods.iter().flatten().filter(|(_, kind)| **kind == MethodKind::Method);
    // Most modules have few; more of them would only take time from other modules.
    let names = names.map(|(name, _)| name.as_str()).take(MOST_METHODS);
    let (code, chain) = (Code::new(code), world::chain());
    for name in names.chain(["no method of this name"]) {
        run_everywhere(&code, name, context, &chain);
    }
}

/// Most methods of one module that are run.
const MOST_METHODS: usize = 32;

/// Prepares `code`, and compiles and loads what comes out on every engine.
///
/// # Panics
/// When preparation is not the same twice, grows code by more than it says, or makes a module that
/// an engine refuses.
pub fn prepare_everywhere(code: &[u8], config: &VmConfig) -> Option<Prepared> {
    let result = prepare(code, config);
    assert!(prepare(code, config) == result, "preparation differs from itself");
    let prepared = result.ok()?;
    assert!(
        prepared.wasm.len() <= 81 * code.len() + FIXED_GROWTH,
        "{} bytes became {}",
        code.len(),
        prepared.wasm.len()
    );
    if prepared.loading_error.is_some() {
        return Some(prepared);
    }
    for Referee { kind, engine, .. } in engines() {
        let artifact = engine.compile(&prepared).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        engine.load(&artifact).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
    }
    Some(prepared)
}

/// What preparation adds to any module, however short: its memory, globals and exports.
const FIXED_GROWTH: usize = 1 << 10;

fn run(
    referee: &Referee,
    code: &Code,
    method: &str,
    context: &Context,
    chain: &SimulatedChain,
) -> Answer {
    let mut chain = chain.clone();
    let outcome = referee
        .runner
        .run(code, method, &mut chain, context, &world::config())
        .unwrap_or_else(|fault| panic!("{} cannot run `{method}`: {fault}", referee.kind));
    Answer {
        outcome,
        storage: chain.storage,
        yield_ids: chain.pending_yield_ids.into_keys().collect(),
        proof_growth: chain.proof_growth,
    }
}

/// An engine, alone and with a runner.
struct Referee {
    kind: EngineKind,
    engine: Arc<dyn Engine>,
    runner: Runner,
}

/// The engines, kept for the life of the process.
fn engines() -> &'static [Referee] {
    static ENGINES: OnceLock<Vec<Referee>> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let referee = |&kind: &EngineKind| {
            let engine = kind.build();
            // Every input is another module; a small cache keeps memory flat.
            let cache = CacheConfig { memory_bytes: 16 << 20, folder: None };
            let runner = Runner::with_engine(Arc::clone(&engine), cache);
            let runner = runner.unwrap_or_else(|error| panic!("{error}"));
            Referee { kind, engine, runner }
        };
        EngineKind::ALL.iter().map(referee).collect()
    })
}
