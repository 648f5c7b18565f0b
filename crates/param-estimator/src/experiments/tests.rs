//! Experiments cover all that is priced, and each can be made.

use super::all;
use crate::document::MetricKind;
use crate::experiment::Experiment;
use crate::price::{Part, Price};
use crate::work::contract::host_functions;
use crate::work::scene::{Scale, Scene};
use std::collections::{BTreeMap, BTreeSet};
use torr_parameters::{LATEST_VERSION, Table};

/// Host functions that no experiment calls: they end the call, with less work than calls that go on.
const END_THE_CALL: [&str; 6] = [
    "abort",
    "panic",
    "panic_utf8",
    "storage_iter_next",
    "storage_iter_prefix",
    "storage_iter_range",
];

/// What an experiment charges, and which host functions it calls.
struct Made {
    experiment: Experiment,
    charged: BTreeSet<Price>,
    functions: BTreeSet<&'static str>,
}

fn made(quick: bool) -> Vec<Made> {
    let scale = Scale { gas_of_lap: 1, chunk_len: 2, ..Scale::of(MetricKind::Time, quick) };
    let scene = Scene::for_tests(scale);
    let make = |experiment: Experiment| {
        let mut made = Made { experiment, charged: BTreeSet::new(), functions: BTreeSet::new() };
        for case in &made.experiment.cases {
            scene.renew().unwrap();
            let first = case.parameters.iter().map(|parameter| parameter.values[0]);
            let values: Vec<u64> = first.collect();
            let work = (case.make)(&scene, &values).and_then(|mut work| {
                made.charged.extend(work.charges()?.iter().map(|(price, _)| price.clone()));
                made.functions.extend(work.functions());
                Ok(())
            });
            let name = made.experiment.name;
            work.unwrap_or_else(|error| panic!("{name}, {} {}: {error}", case.series, case.size));
        }
        made
    };
    all().into_iter().map(make).collect()
}

#[test]
fn all_that_is_priced_is_measured() {
    let made = made(true);
    let table = Table::builtin(LATEST_VERSION).unwrap();
    let prices = Price::all(&table);
    every_price_is_found_once_or_charged_by_nothing(&made, &prices);
    every_charge_is_known_where_it_is_needed(&made);
    every_host_function_is_called(&made);
}

/// Contracts are longer in a run that is not quick: as long as may be.
#[test]
fn the_greatest_sizes_can_be_made() {
    let made = made(false);
    every_charge_is_known_where_it_is_needed(&made);
}

fn every_price_is_found_once_or_charged_by_nothing(made: &[Made], prices: &[Price]) {
    let mut found: BTreeMap<&Price, &str> = BTreeMap::new();
    for Made { experiment, .. } in made {
        for price in &experiment.finds {
            assert!(prices.contains(price), "{}: {price} is in no table", experiment.name);
            let before = found.insert(price, experiment.name);
            assert_eq!(before, None, "{price} is found twice, by {}", experiment.name);
        }
    }
    let paid: BTreeSet<Price> = host_functions()
        .iter()
        .flat_map(|function| function.pays.iter().chain(function.also_pays))
        .map(|cost| Price::host(*cost))
        .collect();
    let charged: BTreeSet<&Price> = made.iter().flat_map(|made| &made.charged).collect();
    let unused: Vec<&Price> = prices.iter().filter(|price| !found.contains_key(price)).collect();
    for price in &unused {
        assert!(!paid.contains(price), "{price} is paid by a host function, and not measured");
        assert!(!charged.contains(price), "{price} is charged, and not measured");
    }
    // What is left is part of the table for old contracts' sake: iterators of storage, and a price that
    // linear instructions have taken the place of. And nonces are written where a key is added only.
    let is_old = |price: &&&Price| {
        let key = price.key();
        let is_sent = price.part() != Part::Execution;
        key.starts_with("wasm_storage_iter_")
            || key == "wasm_grow_mem_cost"
            || (key == "action_gas_key_nonce_write_base" && is_sent)
    };
    let others: Vec<&&Price> = unused.iter().filter(|price| !is_old(price)).collect();
    assert_eq!(others, Vec::<&&Price>::new(), "these have no experiment");
}

fn every_charge_is_known_where_it_is_needed(made: &[Made]) {
    let mut known: BTreeSet<Price> = BTreeSet::new();
    for Made { experiment, charged, .. } in made {
        known.extend(experiment.finds.iter().cloned());
        for price in charged {
            let is_known = known.contains(price) || experiment.apart.contains(price);
            assert!(is_known, "{} is charged {price}, which is found later", experiment.name);
        }
    }
}

fn every_host_function_is_called(made: &[Made]) {
    let called: BTreeSet<&str> =
        made.iter().flat_map(|made| made.functions.iter().copied()).collect();
    for function in host_functions() {
        let ends = END_THE_CALL.contains(&function.name);
        assert!(called.contains(function.name) != ends, "{} is not measured", function.name);
    }
}
