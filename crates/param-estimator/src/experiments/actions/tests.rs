//! Experiments on actions are exact, in order, and leave no price out.

use super::all;
use crate::document::MetricKind;
use crate::experiment::{Case, Experiment, Lap};
use crate::price::Price;
use crate::work::scene::{Scale, Scene};
use std::collections::BTreeSet;
use torr_parameters::{ActionCost, Locality};

fn scene() -> Scene {
    Scene::for_tests(Scale { chunk_len: 3, ..Scale::of(MetricKind::Instructions, true) })
}

/// The first values of its parameters.
fn first_values(case: &Case) -> Vec<u64> {
    case.parameters.iter().map(|parameter| parameter.values[0]).collect()
}

/// Whether the price is one of contracts, which other experiments find.
fn is_of_contracts(price: &Price) -> bool {
    price.key().starts_with("wasm_")
}

#[test]
fn every_price_of_an_action_is_found_once() {
    let mut found = BTreeSet::new();
    for experiment in all() {
        for price in experiment.finds {
            assert!(found.insert(price.clone()), "{price} is found twice");
        }
    }
    let mut expected: BTreeSet<Price> = [
        "deploy_global_contract_execution_base",
        "deploy_global_contract_execution_per_byte",
        "ml_dsa_65_verification_cost",
    ]
    .map(Price::of)
    .into();
    for cost in ActionCost::ALL {
        expected.insert(Price::execution(*cost));
        // Sending a gas key is free of its nonces.
        if *cost != ActionCost::GasKeyNonceWriteBase {
            expected.insert(Price::send(*cost, Locality::SenderIsReceiver));
            expected.insert(Price::send(*cost, Locality::SenderIsNotReceiver));
        }
    }
    assert_eq!(found, expected);
}

/// What is charged for a case is exactly what is declared; the work checks that.
#[test]
fn what_is_charged_is_known_and_found_in_order() {
    let scene = scene();
    let mut known: BTreeSet<Price> = BTreeSet::new();
    for Experiment { name, finds, cases, .. } in all() {
        known.extend(finds.iter().cloned());
        let mut charged: BTreeSet<Price> = BTreeSet::new();
        for case in cases {
            let what = format!("{name}, {} of {}", case.series, case.size);
            let mut work = (case.make)(&scene, &first_values(&case))
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            let charges = work.charges().unwrap_or_else(|error| panic!("{what}: {error}"));
            for (price, count) in charges.iter() {
                assert!(known.contains(price) || is_of_contracts(price), "{what}: {price}");
                assert!(count > 0.0, "{what}: {count} of {price}");
            }
            charged.extend(charges.iter().map(|(price, _)| price.clone()));
            for lap in [Lap::Full, Lap::Idle] {
                work.prepare(lap).unwrap();
                work.run(lap).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
        }
        for price in finds {
            assert!(charged.contains(&price), "{name} finds {price} and is not charged for it");
        }
    }
}
