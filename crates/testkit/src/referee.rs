//! One call on every engine and on both ways of charging, with one answer.
//!
//! Metering is in the code and NaNs are canonical, so engines may not differ in anything: outcome,
//! gas to the last unit, logs, effects, storage. A difference is a bug of the highest severity.

use crate::world;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use torr_parameters::{RuntimeConfig, VmConfig};
use torr_primitives::YieldId;
use torr_vm_logic::context::Context;
use torr_vm_logic::error::Fault;
use torr_vm_logic::outcome::Outcome;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::artifact::Artifact;
use torr_vm_runner::engine::Engine;
use torr_vm_runner::prepare::{MethodKind, Prepared, prepare};
use torr_vm_runner::{CacheConfig, Charging, Code, EngineKind, Policy, Runner};

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
    run_everywhere_under(&world::config(), code, method, context, chain)
}

/// [`run_everywhere`] with other parameters.
///
/// # Panics
/// As [`run_everywhere`].
pub fn run_everywhere_under(
    config: &RuntimeConfig,
    code: &Code,
    method: &str,
    context: &Context,
    chain: &SimulatedChain,
) -> Answer {
    let mut answers = referees().iter().map(|referee| {
        let chain = chain.clone();
        (&referee.name, run(referee, config, code, method, context, chain))
    });
    let (first_name, first) = answers.next().unwrap_or_else(|| panic!("this build has no engine"));
    for (name, answer) in answers {
        assert!(first == answer, "{first_name} and {name} differ:\n{first:#?}\n{answer:#?}");
    }
    first
}

/// Runs every method of `code` on every engine, if it is accepted; else any method, which is to
/// fail alike.
///
/// # Panics
/// As [`run_everywhere`].
pub fn run_all_methods(code: &[u8], context: &Context) {
    let prepared = prepare(code, &world::config().vm, Charging::Exact);
    let methods = prepared.map(|prepared| prepared.methods);
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

/// Prepares `code` for both ways of charging, and compiles and loads what comes out on every engine.
///
/// # Panics
/// When preparation is not the same twice, grows code by more than it says, or makes a module that
/// an engine refuses.
pub fn prepare_everywhere(code: &[u8], config: &VmConfig) -> Option<Prepared> {
    let [exact, fast] = [Charging::Exact, Charging::Fast].map(|charging| {
        let result = prepare(code, config, charging);
        assert!(prepare(code, config, charging) == result, "preparation differs from itself");
        result
    });
    assert!(exact.as_ref().err() == fast.as_ref().err(), "charging decides what is refused");
    let exact = exact.ok()?;
    for prepared in fast.iter().chain([&exact]) {
        assert!(
            prepared.wasm.len() <= 81 * code.len() + FIXED_GROWTH,
            "{} bytes became {}",
            code.len(),
            prepared.wasm.len()
        );
    }
    let code = Code::new(code);
    for Referee { name, engine, charging, .. } in referees() {
        let failed = |fault: Fault| -> ! { panic!("{name}: {fault}") };
        let compiled = Artifact::compile(&code, config, *charging, &**engine);
        let (_, module) = compiled.unwrap_or_else(|fault| failed(fault));
        // Empty when the module never runs, as one with unknown imports; no engine sees such a one.
        if !module.is_empty() {
            engine.load(&module).unwrap_or_else(|fault| failed(fault));
        }
    }
    Some(exact)
}

/// What preparation adds to any module, however short: its memory, globals and exports.
const FIXED_GROWTH: usize = 1 << 10;

fn run(
    referee: &Referee,
    config: &RuntimeConfig,
    code: &Code,
    method: &str,
    context: &Context,
    mut chain: SimulatedChain,
) -> Answer {
    let outcome = referee
        .runner
        .run(code, method, &mut chain, context, config)
        .unwrap_or_else(|fault| panic!("{} cannot run `{method}`: {fault}", referee.name));
    Answer {
        outcome,
        storage: chain.storage,
        yield_ids: chain.pending_yield_ids.into_keys().collect(),
        proof_growth: chain.proof_growth,
    }
}

/// An engine and a way of charging, alone and with a runner.
struct Referee {
    name: String,
    engine: Arc<dyn Engine>,
    charging: Charging,
    runner: Runner,
}

/// Every engine with every way of charging, kept for the life of the process. The interpreter is the
/// referee of engines, and exact charges are that of fast ones: each engine has both, because each
/// makes other code of them.
fn referees() -> &'static [Referee] {
    static REFEREES: OnceLock<Vec<Referee>> = OnceLock::new();
    REFEREES.get_or_init(|| {
        let all = EngineKind::ALL.iter().flat_map(|kind| {
            let engine = kind.build().unwrap_or_else(|fault| panic!("{fault}"));
            [Charging::Exact, Charging::Fast].map(|charging| referee(*kind, &engine, charging))
        });
        all.collect()
    })
}

fn referee(kind: EngineKind, engine: &Arc<dyn Engine>, charging: Charging) -> Referee {
    // Every input is another module; a small cache keeps memory flat.
    let cache = CacheConfig { memory_bytes: 16 << 20, ..CacheConfig::default() };
    let policy = Policy { charging, optimise: None };
    let runner = Runner::with_policy(Arc::clone(engine), policy, cache);
    Referee {
        name: format!("{kind} on {charging} charges"),
        engine: Arc::clone(engine),
        charging,
        runner: runner.unwrap_or_else(|error| panic!("{error}")),
    }
}
