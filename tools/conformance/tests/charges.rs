//! Each host function charges just the costs that its declaration lists, and has a vector.
//!
//! The vectors are run with an observer that records which host function charges which cost. What it
//! saw is held against the declarations, both ways.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use conformance::areas::vm::vm_cases;
use conformance::parallel::{one_per_processor, parallel_map};
use conformance::{shipped, vector_file};
use std::collections::BTreeSet;
use std::path::Path;
use torr_parameters::{ExtCost, Parameters};
use torr_vm_logic::function::{self, HostFunction, Specification, Visitor};
use torr_vm_logic::visit_host_functions;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// The protocol version of the vectors.
const VERSION: u32 = 88;

/// Costs of memory, registers and the trie, which declarations leave out.
const NOT_LISTED: &[ExtCost] = &[
    ExtCost::ReadMemoryBase,
    ExtCost::ReadMemoryByte,
    ExtCost::WriteMemoryBase,
    ExtCost::WriteMemoryByte,
    ExtCost::ReadRegisterBase,
    ExtCost::ReadRegisterByte,
    ExtCost::WriteRegisterBase,
    ExtCost::WriteRegisterByte,
    ExtCost::TouchingTrieNode,
    ExtCost::ReadCachedTrieNode,
];

/// A host function and a cost.
type Charge = (&'static str, ExtCost);

/// The specifications of the host functions that contracts of [`VERSION`] can import.
fn importable() -> Vec<Specification> {
    struct List(Vec<Specification>);

    impl Visitor for List {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: function::Parameters,
        {
            self.0.push(F::SPECIFICATION);
        }
    }

    let mut list = List(Vec::new());
    visit_host_functions(&mut list);
    let config = Parameters::builtin(VERSION).unwrap();
    list.0.retain(|function| function.is_available(&config.vm));
    list.0
}

/// What the vectors make host functions do: which are called, and what they charge.
fn observed() -> (BTreeSet<&'static str>, BTreeSet<Charge>) {
    let folder = shipped::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut cases = Vec::new();
    for path in vector_file::find(&[folder.join("vm")]).unwrap() {
        let area = vector_file::area_name(&path);
        if area != "config" {
            cases.extend(vm_cases(&area, vector_file::json(&path).unwrap()).unwrap());
        }
    }
    let runner = Runner::new(EngineKind::Wasmer, CacheConfig::default()).unwrap();
    let audits = parallel_map(&cases, one_per_processor(), |named| {
        named.case.as_ref().unwrap().audit(&runner)
    });
    let mut observed = (BTreeSet::new(), BTreeSet::new());
    for audit in audits.unwrap().into_iter().flatten() {
        observed.0.extend(audit.called);
        observed.1.extend(audit.charged);
    }
    observed
}

#[test]
fn host_functions_charge_what_they_declare_and_have_vectors() {
    let functions = importable();
    let (called, charged) = observed();

    let all: BTreeSet<&str> = functions.iter().map(|function| function.name).collect();
    let uncalled: Vec<_> = all.difference(&called).collect();
    assert!(uncalled.is_empty(), "no vector calls {uncalled:?}");

    let listed: BTreeSet<Charge> = functions
        .iter()
        .flat_map(|function| {
            let costs = function.pays.iter().chain(function.also_pays);
            costs.map(|cost| (function.name, *cost))
        })
        .collect();
    let charged: BTreeSet<Charge> =
        charged.into_iter().filter(|(_, cost)| !NOT_LISTED.contains(cost)).collect();
    let unlisted: Vec<_> = charged.difference(&listed).collect();
    assert!(unlisted.is_empty(), "charged and not listed: {unlisted:?}");
    let idle: Vec<_> = listed.difference(&charged).collect();
    assert!(idle.is_empty(), "listed and charged by no vector: {idle:?}");
}
