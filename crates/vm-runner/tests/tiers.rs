//! Contracts that are called often get better code, and nobody can tell by an outcome.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use torr_primitives::Gas;
use torr_testkit::counting::CountingEngine;
use torr_testkit::{contracts, world};
use torr_vm_logic::context::Context;
use torr_vm_logic::outcome::Outcome;
use torr_vm_runner::engine::Engine;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Optimise, Policy, Runner};

/// A runner of two tiers, with the engine of the second to ask for its count.
fn two_tiers(
    change: impl FnOnce(&mut Optimise),
    cache: CacheConfig,
) -> (Runner, Arc<CountingEngine>) {
    let best = CountingEngine::new(EngineKind::Wasmtime);
    let mut optimise = Optimise::on(Arc::clone(&best) as Arc<dyn Engine>);
    change(&mut optimise);
    let policy = Policy { optimise: Some(optimise), ..Policy::default() };
    let first = EngineKind::Wasmer.build().expect("an engine");
    (Runner::with_policy(first, policy, cache).expect("a private folder"), best)
}

fn run(runner: &Runner, code: &Code, method: &str, gas: Gas) -> Outcome {
    let context = Context { prepaid_gas: gas, ..world::context() };
    let mut chain = world::chain();
    runner.run(code, method, &mut chain, &context, &world::config()).expect("the node can go on")
}

const MUCH: Gas = Gas::from_gas(300_000_000_000_000);

fn code() -> Code {
    Code::new(contracts::COUNTER)
}

fn is_optimised(runner: &Runner, code: &Code) -> bool {
    runner.is_optimised(code, &world::config().vm).expect("the node can go on")
}

#[test]
fn a_contract_is_optimised_when_it_was_called_often() {
    let (runner, best) = two_tiers(|optimise| optimise.after_calls = 3, CacheConfig::default());
    let referee = Runner::with_policy(
        EngineKind::Wasmi.build().expect("an engine"),
        Policy::EXACT,
        CacheConfig::default(),
    );
    let referee = referee.expect("nothing on disk");
    // One that ends well, one that fails, one that has too little gas.
    let calls = [("get", MUCH), ("no such method", MUCH), ("get", Gas::from_gas(220_000_000_000))];
    let expected = calls.map(|(method, gas)| run(&referee, &code(), method, gas));
    for number in 1..=4 {
        let (method, gas) = calls[0];
        assert_eq!(is_optimised(&runner, &code()), number > 3, "before call {number}");
        assert_eq!(run(&runner, &code(), method, gas), expected[0]);
        runner.wait_for_optimiser();
    }
    for ((method, gas), expected) in calls.into_iter().zip(expected) {
        assert_eq!(run(&runner, &code(), method, gas), expected, "{method} with {gas}");
    }
    assert_eq!(best.compilations(), 1);
}

#[test]
fn a_contract_is_optimised_when_it_has_burnt_much() {
    let little = Gas::from_gas(1);
    let (runner, best) = two_tiers(|optimise| optimise.after_gas = little, CacheConfig::default());
    run(&runner, &code(), "get", MUCH);
    runner.wait_for_optimiser();
    assert!(is_optimised(&runner, &code()));
    assert_eq!(best.compilations(), 1);
}

#[test]
fn what_would_take_the_compiler_too_long_stays_as_it_is() {
    let limits: [fn(&mut Optimise); 2] =
        [|optimise| optimise.longest_code = 1_000, |optimise| optimise.longest_function = 100];
    for limit in limits {
        let change = |optimise: &mut Optimise| {
            optimise.after_calls = 1;
            limit(optimise);
        };
        let (runner, best) = two_tiers(change, CacheConfig::default());
        for _ in 0..3 {
            run(&runner, &code(), "get", MUCH);
            runner.wait_for_optimiser();
        }
        assert!(!is_optimised(&runner, &code()));
        assert_eq!(best.compilations(), 0);
    }
}

/// After a restart the better code is there with the first call, and no engine compiles.
#[test]
fn better_code_outlives_the_process() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let cache = CacheConfig { folder: Some(parent.path().join("cache")), ..CacheConfig::default() };
    let at_once = |optimise: &mut Optimise| optimise.after_calls = 1;
    let (first, best) = two_tiers(at_once, cache.clone());
    let outcome = run(&first, &code(), "get", MUCH);
    first.wait_for_optimiser();
    assert_eq!(best.compilations(), 1);
    let (second, best) = two_tiers(at_once, cache.clone());
    assert!(is_optimised(&second, &code()));
    assert_eq!(run(&second, &code(), "get", MUCH), outcome);
    assert_eq!(best.compilations(), 0);
    damage(&cache);
    let (third, best) = two_tiers(at_once, cache);
    assert_eq!(run(&third, &code(), "get", MUCH), outcome);
    third.wait_for_optimiser();
    assert!(is_optimised(&third, &code()));
    assert_eq!(best.compilations(), 1);
}

fn damage(cache: &CacheConfig) {
    let folder: &Path = cache.folder.as_deref().expect("it has one");
    for entry in std::fs::read_dir(folder).expect("the folder of the cache") {
        let path = entry.expect("an entry").path();
        let mut bytes = std::fs::read(&path).expect("an artifact");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("it can be damaged");
    }
}

/// Many threads, many contracts, a short queue: every outcome is the first engine's.
#[test]
fn calls_go_on_while_contracts_are_optimised() {
    let change = |optimise: &mut Optimise| {
        optimise.after_calls = 2;
        optimise.threads = NonZeroUsize::new(2).expect("two");
        optimise.queue = 1;
    };
    let (runner, _) = two_tiers(change, CacheConfig::default());
    let codes =
        [contracts::C_KV_STORE, contracts::COUNTER, contracts::STATUS_MESSAGE].map(Code::new);
    let expected: Vec<Outcome> = codes.iter().map(|code| run(&runner, code, "get", MUCH)).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..40 {
                    for (code, expected) in codes.iter().zip(&expected) {
                        assert_eq!(&run(&runner, code, "get", MUCH), expected);
                    }
                }
            });
        }
    });
    // Those that found no place in the queue find one now.
    for code in &codes {
        runner.wait_for_optimiser();
        run(&runner, code, "get", MUCH);
    }
    runner.wait_for_optimiser();
    assert!(codes.iter().all(|code| is_optimised(&runner, code)));
}
