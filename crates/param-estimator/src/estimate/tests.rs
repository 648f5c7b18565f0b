//! Prices of which the truth is known are found again, and make a table that can be used.

use super::*;
use crate::charges::Charges;
use crate::experiment::{Bound, Case};
use torr_parameters::{ExtCost, LATEST_VERSION};

fn settings() -> Settings {
    Settings {
        base_version: Some(LATEST_VERSION),
        base: "the latest".to_owned(),
        metric: MetricKind::Time,
        measured_by: "nobody".to_owned(),
        pace: None,
        quick: false,
        engine: "none".to_owned(),
        database: "none".to_owned(),
        state_size: 0,
        gas_per_second: 1e15,
        instructions_per_second: 5e9,
        safety: 2.0,
        quantile: 1.0,
    }
}

/// What an experiment would measure if each cost took just this, in nanoseconds.
fn measured(truth: &[(Price, f64)], charges: &[Vec<(Price, f64)>]) -> Vec<MeasuredCase> {
    let of = |price: &Price| truth.iter().find(|(found, _)| found == price).unwrap().1;
    let case = |charges: &Vec<(Price, f64)>| {
        let time: f64 = charges.iter().map(|(price, count)| of(price) * count).sum();
        MeasuredCase {
            parameters: Vec::new(),
            size: 1,
            charges: charges.iter().cloned().collect::<Charges>(),
            amount: Interval { value: time, low: time * 0.99, high: time * 1.01 },
            laps: 10,
            wide: false,
            pace: None,
        }
    };
    charges.iter().map(case).collect()
}

fn experiment(name: &'static str, finds: &[Price], cases: usize) -> Experiment {
    let case = || Case::new("line", 1, |_| Err(EstimatorError::of_work("it is never made")));
    Experiment {
        name,
        about: "",
        finds: finds.to_vec(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: (0..cases).map(|_| case()).collect(),
    }
}

/// A call takes 50 ns, hashing 200 ns and 3 ns for each byte; no more is measured.
fn findings(settings: &Settings) -> Findings {
    let [call, base, byte] =
        [ExtCost::Base, ExtCost::Sha256Base, ExtCost::Sha256Byte].map(Price::host);
    let truth = [(call.clone(), 50.0), (base.clone(), 200.0), (byte.clone(), 3.0)];
    let calls = measured(&truth, &[vec![(call.clone(), 1.0)]]);
    let hash = |length: f64| vec![(call.clone(), 1.0), (base.clone(), 1.0), (byte.clone(), length)];
    let hashes = measured(&truth, &[hash(0.0), hash(100.0), hash(1e6)]);
    let first = experiment("call", std::slice::from_ref(&call), calls.len());
    let second = experiment("hash", &[base.clone(), byte.clone()], hashes.len());
    let left_out = experiment("other", &[Price::host(ExtCost::Keccak256Base)], 0);
    let table = Table::builtin(LATEST_VERSION).unwrap();
    find(&[(&first, calls), (&second, hashes)], &[&left_out], &table, settings).unwrap()
}

fn found(findings: &Findings, price: Price) -> &Found {
    &findings.estimates.iter().find(|estimate| estimate.price == price).unwrap().found
}

#[test]
fn costs_are_found_and_become_gas() {
    let findings = findings(&settings());
    let gas = |cost| match found(&findings, Price::host(cost)) {
        Found::Measured { gas, nanoseconds, .. } => {
            assert!(nanoseconds.low < nanoseconds.value && nanoseconds.value < nanoseconds.high);
            *gas
        }
        other => panic!("{other:?}"),
    };
    // A nanosecond is a million units of gas, and twice as many for safety.
    let near = |gas: u64, nanoseconds: f64| (gas as f64 / 2e6 / nanoseconds - 1.0).abs() < 1e-3;
    assert!(near(gas(ExtCost::Base), 50.0));
    assert!(near(gas(ExtCost::Sha256Base), 200.0));
    assert!(near(gas(ExtCost::Sha256Byte), 3.0));
    assert_eq!(found(&findings, Price::host(ExtCost::Keccak256Base)), &Found::Skipped);
    assert_eq!(found(&findings, Price::host(ExtCost::StorageIterNextBase)), &Found::Unused);
    assert_eq!(findings.coverage.measured, 3);
    assert_eq!(findings.coverage.covered + 1, findings.coverage.costs);
}

#[test]
fn gas_truth_is_of_the_point_where_a_cost_is_most() {
    let findings = findings(&settings());
    let truth = |cost| match found(&findings, Price::host(cost)) {
        Found::Measured { truth, .. } => truth.value,
        other => panic!("{other:?}"),
    };
    // 3 ns for 24 117 351 gas, where all else is little.
    assert!((truth(ExtCost::Sha256Byte) - 3e6 / 24_117_351.0).abs() < 1e-3);
    // 50 ns for 264 768 111 gas.
    assert!((truth(ExtCost::Base) - 50e6 / 264_768_111.0).abs() < 1e-6);
}

#[test]
fn what_is_done_apart_is_not_taken_off() {
    let [call, base] = [ExtCost::Base, ExtCost::Sha256Base].map(Price::host);
    let truth = [(call.clone(), 50.0), (base.clone(), 20.0)];
    let calls = measured(&truth, &[vec![(call.clone(), 1.0)]]);
    // The call is charged, and its work is not in what was measured.
    let mut hashes = measured(&truth, &[vec![(base.clone(), 1.0)]]);
    hashes[0].charges.add(call.clone(), 1.0);
    let table = Table::builtin(LATEST_VERSION).unwrap();
    let first = experiment("call", std::slice::from_ref(&call), 1);
    let second = experiment("hash", std::slice::from_ref(&base), 1);
    let apart =
        Experiment { apart: vec![call], ..experiment("hash", std::slice::from_ref(&base), 1) };
    for (second, expected) in [(&second, 0.0), (&apart, 20.0)] {
        let made = [(&first, calls.clone()), (second, hashes.clone())];
        let findings = find(&made, &[], &table, &settings()).unwrap();
        let Found::Measured { nanoseconds, .. } = found(&findings, base.clone()) else {
            panic!("it was measured");
        };
        assert!((nanoseconds.value - expected).abs() < 1e-6, "{nanoseconds:?}");
    }
}

#[test]
fn what_was_found_before_may_be_off() {
    let [call, base] = [ExtCost::Base, ExtCost::Sha256Base].map(Price::host);
    let truth = [(call.clone(), 50.0), (base.clone(), 20.0)];
    let calls = measured(&truth, &[vec![(call.clone(), 1.0)]]);
    let hashes = measured(&truth, &[vec![(call.clone(), 4.0), (base.clone(), 1.0)]]);
    let first = experiment("call", std::slice::from_ref(&call), 1);
    let second = experiment("hash", std::slice::from_ref(&base), 1);
    let table = Table::builtin(LATEST_VERSION).unwrap();
    let findings = find(&[(&first, calls), (&second, hashes)], &[], &table, &settings()).unwrap();
    let Found::Measured { nanoseconds, .. } = found(&findings, base) else {
        panic!("it was measured");
    };
    // A hundredth of what was measured, 2.2 ns, and four times a hundredth of 50 ns.
    let off = 2.2_f64.hypot(2.0);
    assert!((nanoseconds.low - (20.0 - off)).abs() < 1e-6, "{nanoseconds:?}");
    assert!((nanoseconds.high - (20.0 + off)).abs() < 1e-6, "{nanoseconds:?}");
}

#[test]
fn a_table_has_what_was_found_and_nothing_else() {
    let base = Table::builtin(LATEST_VERSION).unwrap();
    let estimates = findings(&settings()).estimates;
    let (gas, notes) = table(&base, &estimates, Write::Gas).unwrap();
    let changed: Vec<String> = base.diff(&gas).into_iter().map(|change| change.key).collect();
    assert_eq!(changed, ["wasm_base", "wasm_sha256_base", "wasm_sha256_byte"]);
    assert_eq!(notes, Vec::<String>::new());
    let amount = |table: &Table| Price::host(ExtCost::Base).amount(table).unwrap();
    assert_eq!(amount(&gas), Cost { gas: Gas::from_gas(100_000_000), compute: 100_000_000 });
    let (compute, _) = table(&base, &estimates, Write::Compute).unwrap();
    assert_eq!(amount(&compute), Cost { compute: 100_000_000, ..amount(&base) });
    // What was written is read again.
    assert_eq!(Table::from_yaml(&gas.to_yaml()).unwrap().diff(&gas), []);
}

#[test]
fn a_cheaper_account_lowers_its_charge() {
    let base = Table::builtin(LATEST_VERSION).unwrap();
    let estimate = Estimate {
        price: Price::execution(ActionCost::CreateAccount),
        meaning: String::new(),
        base_gas: 0,
        base_compute: 0,
        found: Found::Measured {
            experiment: String::new(),
            nanoseconds: Interval::default(),
            gas: 1_000,
            truth: Interval::default(),
            wide: false,
        },
    };
    let (table, notes) = table(&base, &[estimate], Write::Gas).unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(RuntimeConfig::try_from(&table).is_ok());
}

#[test]
fn what_does_not_fit_is_refused() {
    let much = Settings { gas_per_second: 1e300, ..settings() };
    let [call] = [ExtCost::Base].map(Price::host);
    let truth = [(call.clone(), 50.0)];
    let calls = measured(&truth, &[vec![(call.clone(), 1.0)]]);
    let first = experiment("call", std::slice::from_ref(&call), 1);
    let table = Table::builtin(LATEST_VERSION).unwrap();
    let refused = find(&[(&first, calls.clone())], &[], &table, &much);
    assert!(matches!(refused, Err(EstimatorError::Overflow { price, .. }) if price == call));
    // Gas that 64 bits hold, and metering does not.
    let much = Settings { gas_per_second: 3e25, ..settings() };
    let [regular] = ["wasm_regular_op_cost"].map(Price::of);
    let calls = measured(&[(regular.clone(), 50.0)], &[vec![(regular.clone(), 1.0)]]);
    let first = experiment("instructions", &[regular], 1);
    let findings = find(&[(&first, calls)], &[], &table, &much).unwrap();
    let refused = super::table(&table, &findings.estimates, Write::Gas);
    assert!(matches!(refused, Err(EstimatorError::Parameters(_))), "{refused:?}");
}
