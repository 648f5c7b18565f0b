//! Modules that are meant to be slow to compile are contracts like others: accepted, run with one
//! outcome on every engine, and prepared to no more than preparation promises. How slow they are is
//! measured elsewhere, by `cargo xtask bombs`.

use std::collections::BTreeSet;
use torr_primitives::Gas;
use torr_testkit::bomb::{Family, METHOD, Size};
use torr_testkit::referee::{prepare_everywhere, run_everywhere};
use torr_testkit::{contracts, world};
use torr_vm_logic::context::Context;
use torr_vm_runner::prepare::{Compilation, prepare};
use torr_vm_runner::{Charging, Code};

/// Large enough for every part of a family, small enough to compile at once.
const SMALL: Size = Size { n: 12, copies: 2 };

#[test]
fn there_are_many_families() {
    let families = Family::all();
    let names: BTreeSet<_> = families.iter().map(|family| family.name).collect();
    assert_eq!(names.len(), families.len(), "a name stands for one family");
    assert!(names.len() >= 30);
}

#[test]
fn every_engine_takes_them() {
    let config = world::config();
    for family in Family::all() {
        println!("{}", family.name);
        let code = family.module(SMALL, &config.vm);
        assert!(prepare_everywhere(&code, &config.vm).is_some());
    }
}

#[test]
fn every_engine_gives_one_answer() {
    let context = Context { prepaid_gas: Gas::from_gas(10_u64.pow(13)), ..world::context() };
    let config = world::config();
    for family in Family::all() {
        println!("{}", family.name);
        let code = Code::new(family.module(SMALL, &config.vm));
        let answer = run_everywhere(&code, METHOD, &context, &world::chain());
        assert_eq!(answer.outcome.error, None);
    }
}

/// Preparation adds at most 40 bytes for a byte of code, and so much to any module.
#[test]
fn prepared_modules_grow_with_the_code() {
    const FOR_A_BYTE: usize = 40;
    const FOR_ALL: usize = 1 << 10;
    let config = world::config();
    for family in Family::all() {
        for n in [1, 10, 100, 1_000] {
            let code = family.module(Size::one(n), &config.vm);
            for charging in [Charging::Exact, Charging::Fast] {
                // Some limits of the protocol are below a thousand.
                let Ok(prepared) = prepare(&code, &config.vm, charging) else { continue };
                let most = code.len() * (1 + FOR_A_BYTE) + FOR_ALL;
                assert!(prepared.wasm.len() <= most, "{} of {n}", family.name);
            }
        }
    }
}

/// What a compiler refuses or takes too long for runs all the same, on every engine.
#[test]
fn what_does_not_suit_a_compiler_runs_everywhere() {
    let context = Context { prepaid_gas: Gas::from_gas(10_u64.pow(13)), ..world::context() };
    let config = world::config();
    let families = Family::all();
    for (name, n, best) in [
        ("table-one-label", 65_536, Compilation::SinglePass),
        ("locals-in-loops", 624, Compilation::SinglePass),
        ("nested-loops", 624, Compilation::SinglePass),
        ("nested-values", 2_000, Compilation::Interpreted),
        ("table-values", 2_000, Compilation::Interpreted),
    ] {
        let family = families.iter().find(|family| family.name == name).expect("a family");
        let code = family.module(Size::one(n), &config.vm);
        let prepared = prepare(&code, &config.vm, Charging::Fast).expect("it is accepted");
        assert_eq!(prepared.best_compilation, best, "{name}");
        let answer = run_everywhere(&Code::new(code), METHOD, &context, &world::chain());
        assert_eq!(answer.outcome.error, None, "{name}");
    }
}

/// Real contracts are far from that.
#[test]
fn the_example_contracts_suit_optimising() {
    for code in contracts::ALL {
        let prepared = prepare(code, &world::config().vm, Charging::Fast).expect("it is accepted");
        assert_eq!(prepared.best_compilation, Compilation::Optimised);
    }
}
