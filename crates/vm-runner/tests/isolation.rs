//! Nothing of a call reaches another one: not its memory, its globals, its tables or the segments that
//! it dropped. However it ends, whatever ran the instance before, on every engine.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use torr_primitives::Gas;
use torr_testkit::world;
use torr_vm_logic::context::Context;
use torr_vm_logic::error::{ContractError, HostError, WasmTrap};
use torr_vm_logic::outcome::{Outcome, ReturnData};
use torr_vm_runner::{CacheConfig, Charging, Code, EngineKind, Optimise, Policy, Runner};

/// Changes everything that a contract can change, or looks at it.
const SOIL: &str = include_str!("data/isolation/soil.wat");

/// Looks at all of what it has, which is nothing.
const OTHER: &str = include_str!("data/isolation/other.wat");

/// Fails while its instance is made.
const HALF_MADE: &str = include_str!("data/isolation/half_made.wat");

/// The methods of [`SOIL`] that change everything, with how they end.
const SOILS: &[(&str, Option<ContractError>)] = &[
    ("soil_everywhere", None),
    ("soil_and_return", None),
    ("soil_and_trap", Some(ContractError::WasmTrap(WasmTrap::Unreachable))),
    ("soil_and_divide", Some(ContractError::WasmTrap(WasmTrap::IllegalArithmetic))),
    ("soil_and_load_beyond", Some(ContractError::WasmTrap(WasmTrap::MemoryOutOfBounds))),
    (
        "soil_and_panic",
        Some(ContractError::HostError(HostError::GuestPanic { panic_msg: String::new() })),
    ),
    ("soil_and_exhaust_gas", Some(ContractError::HostError(HostError::GasExceeded))),
    ("soil_and_exhaust_stack", Some(ContractError::HostError(HostError::MemoryAccessViolation))),
];

/// Calls of a contract after which the runner of two tiers swaps engines.
const AFTER_CALLS: u64 = 4;

/// A runner of each kind, with its name.
fn runners() -> Vec<(String, Runner)> {
    let mut runners = Vec::new();
    for kind in EngineKind::ALL {
        for charging in [Charging::Exact, Charging::Fast] {
            let policy = Policy { charging, optimise: None };
            runners.push((format!("{kind} {charging}"), runner(*kind, policy)));
        }
    }
    let mut optimise = Optimise::on(EngineKind::Wasmtime.build().expect("an engine"));
    optimise.after_calls = AFTER_CALLS;
    optimise.threads = NonZeroUsize::MIN;
    let policy = Policy { charging: Charging::Fast, optimise: Some(optimise) };
    runners.push(("two tiers".to_owned(), runner(EngineKind::Wasmer, policy)));
    runners
}

fn runner(kind: EngineKind, policy: Policy) -> Runner {
    let engine = kind.build().expect("an engine");
    Runner::with_policy(engine, policy, CacheConfig::default()).expect("nothing on disk")
}

/// Does `work` with each runner, on all the threads that there are.
fn on_each_runner(work: impl Fn(&str, &Runner) + Sync) {
    let runners = runners();
    thread::scope(|scope| {
        let work = &work;
        for (name, runner) in &runners {
            scope.spawn(move || work(name, runner));
        }
    });
}

fn code(text: &str) -> Code {
    Code::new(wat::parse_str(text).expect("valid text"))
}

/// [`SOIL`], and the same without what cannot be undone, so that an engine may have an instance serve
/// again.
fn soils() -> [Code; 2] {
    let lines = SOIL.lines().filter(|line| !line.ends_with(";; for good"));
    let mendable = lines.collect::<Vec<_>>().join("\n");
    [SOIL, &mendable].map(code)
}

/// Calls a method with this input. Then the next call finds better code, if it was due.
fn call(runner: &Runner, code: &Code, method: &str, input: &str) -> Outcome {
    // Enough to look at all, or to soil all and have little left to exhaust.
    let teragas = if method.starts_with("look") { 60 } else { 2 };
    let prepaid_gas = Gas::from_teragas(teragas).expect("fits");
    let context = Context { prepaid_gas, input: Arc::from(input.as_bytes()), ..world::context() };
    let mut chain = world::chain();
    let outcome = runner.run(code, method, &mut chain, &context, &world::config());
    runner.wait_for_optimiser();
    outcome.expect("the node can go on")
}

/// Looks at the start and the end of each page, of Wasm or of the machine.
fn look(runner: &Runner, code: &Code) -> Outcome {
    call(runner, code, "look", "")
}

fn look_everywhere(runner: &Runner, code: &Code) -> Outcome {
    call(runner, code, "look_everywhere", "")
}

/// What [`soils`] find of themselves when they are new.
fn untouched() -> [ReturnData; 2] {
    // The memory from 2 MiB on has what the first data segment put there.
    let mut bytes = b"in place".to_vec();
    // Of four entries, only the first is not null.
    bytes.extend_from_slice(&0b0111_u64.to_le_bytes());
    for pages_and_entries in [1024, 4_u32] {
        bytes.extend_from_slice(&pages_and_entries.to_le_bytes());
    }
    bytes.extend_from_slice(&2_u64.to_le_bytes());
    bytes.extend_from_slice(&4_f64.to_le_bytes());
    bytes.extend_from_slice(&1_u32.to_le_bytes());
    bytes.extend_from_slice(&3_f32.to_le_bytes());
    bytes.extend_from_slice(&1_u32.to_le_bytes());
    let mut mendable = bytes.clone();
    bytes.extend_from_slice(b"not in place");
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&1_u32.to_le_bytes());
    mendable.extend_from_slice(&[0; 24]);
    [bytes, mendable].map(ReturnData::Value)
}

#[test]
fn a_call_finds_everything_as_it_was_made() {
    let codes = soils();
    on_each_runner(|name, runner| {
        for (code, untouched) in codes.iter().zip(untouched()) {
            let [fresh, everywhere] = [look, look_everywhere].map(|look| look(runner, code));
            for fresh in [&fresh, &everywhere] {
                assert_eq!((&fresh.error, &fresh.return_data), (&None, &untouched), "{name}");
            }
            for (soil, end) in SOILS {
                let soiled = call(runner, code, soil, "");
                assert!(is_like(&soiled, end), "{name} {soil}: {:?}", soiled.error);
                if *soil == "soil_everywhere" {
                    assert_eq!(look_everywhere(runner, code), everywhere, "{name} after {soil}");
                } else {
                    assert_eq!(look(runner, code), fresh, "{name} after {soil}");
                }
            }
        }
    });
}

/// Whether a call ended so; what a panic says is not compared.
fn is_like(outcome: &Outcome, end: &Option<ContractError>) -> bool {
    let guest_panic = |error: &Option<ContractError>| {
        matches!(error, Some(ContractError::HostError(HostError::GuestPanic { .. })))
    };
    outcome.error == *end || (guest_panic(&outcome.error) && guest_panic(end))
}

#[test]
fn nothing_is_left_of_a_start_function_that_traps() {
    let codes = soils();
    on_each_runner(|name, runner| {
        for (code, untouched) in codes.iter().zip(untouched()) {
            let fresh = look(runner, code);
            assert_eq!(fresh.return_data, untouched, "{name}");
            for _ in 0..AFTER_CALLS {
                let soiled = call(runner, code, "look", "soil");
                assert!(is_like(&soiled, &SOILS[2].1), "{name}: {:?}", soiled.error);
                assert_eq!(look(runner, code), fresh, "{name}");
            }
        }
    });
}

#[test]
fn nothing_is_left_of_an_instance_that_was_never_whole() {
    let (half_made, [soil, mendable], other) = (code(HALF_MADE), soils(), code(OTHER));
    let whole = [&soil, &mendable, &other];
    on_each_runner(|name, runner| {
        let fresh = whole.map(|code| look(runner, code));
        for _ in 0..AFTER_CALLS {
            let failed = call(runner, &half_made, "method", "");
            let end = Some(ContractError::WasmTrap(WasmTrap::MemoryOutOfBounds));
            assert_eq!(failed.error, end, "{name}");
            for (code, fresh) in whole.into_iter().zip(&fresh) {
                assert_eq!(look(runner, code), *fresh, "{name}");
            }
        }
    });
}

#[test]
fn a_contract_finds_nothing_of_another() {
    let (soils, other) = (soils(), code(OTHER));
    on_each_runner(|name, runner| {
        let [fresh, everywhere] = [look, look_everywhere].map(|look| look(runner, &other));
        let nothing = ReturnData::Value(vec![0; 28]);
        for fresh in [&fresh, &everywhere] {
            assert_eq!((&fresh.error, &fresh.return_data), (&None, &nothing), "{name}");
        }
        for (method, _) in SOILS {
            for soil in &soils {
                call(runner, soil, method, "");
            }
            if *method == "soil_everywhere" {
                assert_eq!(look_everywhere(runner, &other), everywhere, "{name} after {method}");
            } else {
                assert_eq!(look(runner, &other), fresh, "{name} after {method}");
            }
        }
    });
}

#[test]
fn threads_that_share_a_runner_find_nothing_of_each_other() {
    let ([soil, mendable], other) = (soils(), code(OTHER));
    let codes = [&soil, &mendable, &other];
    on_each_runner(|name, runner| {
        let fresh = codes.map(|code| look(runner, code));
        let work = |first: usize| {
            for (method, _) in SOILS.iter().cycle().skip(first).take(2) {
                for soil in [&soil, &mendable] {
                    call(runner, soil, method, "");
                }
                for (code, fresh) in codes.into_iter().zip(&fresh) {
                    assert_eq!(look(runner, code), *fresh, "{name} after {method}");
                }
            }
        };
        thread::scope(|scope| (0..3).for_each(|first| drop(scope.spawn(move || work(first)))));
    });
}
