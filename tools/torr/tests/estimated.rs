//! A table that the estimator has made: measured, written, loaded by `torr run`, and then what is burnt is
//! what the table says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::indexing_slicing, reason = "JSON that has no such field has failed the test")]

use param_estimator::document::{Found, Machine, MetricKind};
use param_estimator::error::EstimatorError;
use param_estimator::estimate::Write;
use param_estimator::experiment::Experiment;
use param_estimator::measure::Observer;
use param_estimator::measure::metric::time::{Precision, Time};
use param_estimator::outputs::Outputs;
use param_estimator::run::{Request, RunObserver, run};
use param_estimator::work::contract::{FULL, Script, Step};
use param_estimator::work::states::{DatabaseKind, StateSettings};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use torr_parameters::{LATEST_VERSION, Table, Value};
use torr_vm_runner::EngineKind;

/// Nobody looks on.
struct Alone;

impl Observer for Alone {
    fn begins(&mut self, _: &Experiment, _: u32) {}
    fn measured(&mut self) {}
}

impl RunObserver for Alone {
    fn starts(&mut self, _: usize, _: usize) {}
    fn leaves_out(&mut self, _: &str, _: &str, _: &EstimatorError) {}
}

/// Measures what hashing needs, and hashing, in little time, and writes the files.
fn estimate(outputs: &Outputs) -> Table {
    let table = Table::builtin(LATEST_VERSION).unwrap();
    let request = Request {
        table: table.clone(),
        base: "the latest".to_owned(),
        base_version: Some(LATEST_VERSION),
        protocol_version: LATEST_VERSION,
        metric: MetricKind::Time,
        quick: true,
        engine: EngineKind::Wasmer,
        state: StateSettings { size: 10_000, database: DatabaseKind::Embedded, folder: None },
        filter: vec!["hash_sha256".to_owned()],
        gas_per_second: 1e15,
        instructions_per_second: 5e9,
        safety: 3.0,
        quantile: 1.0,
        machine: Machine::here(),
    };
    let precision =
        Precision { budget: Duration::from_millis(5), width: 0.1, rounds: 1, patience: 0.0 };
    let mut metric = Time::new(precision);
    let (document, journal) = run(&request, &mut metric, &outputs.journal, &mut Alone).unwrap();
    let measured = |key: &str| {
        let of_key = document.estimates.iter().find(|estimate| estimate.price.key() == key);
        matches!(of_key.unwrap().found, Found::Measured { .. })
    };
    assert!(measured("wasm_sha256_byte") && measured("wasm_regular_op_cost"));
    assert!(!measured("wasm_keccak256_byte"), "only what was asked for is measured");
    outputs.write(&document, &table, Write::Gas).unwrap();
    journal.remove().unwrap();
    table
}

/// What is burnt under a table: all of it, and by parameter.
fn burnt(contract: &Path, params: &Path) -> (u64, BTreeMap<String, u64>) {
    let output = Command::new(env!("CARGO_BIN_EXE_torr"))
        .args(["run", "--json", "--profile", "--params"])
        .arg(params)
        .arg(contract)
        .arg(FULL)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let parameters = report["profile"]["parameters"].as_array().unwrap();
    let by_parameter = parameters.iter().map(|parameter| {
        let name = parameter["parameter"].as_str().unwrap().to_owned();
        (name, parameter["gas"].as_u64().unwrap())
    });
    (report["gas"]["burnt"].as_u64().unwrap(), by_parameter.collect())
}

/// What a parameter of the profile costs in a table, in gas.
fn gas(table: &Table, parameter: &str) -> u64 {
    let entry = table.entry(parameter).or_else(|| table.entry(&format!("wasm_{parameter}")));
    match entry.unwrap().value {
        Value::Cost(cost) => cost.gas.as_gas(),
        Value::Number(gas) => gas,
        ref other => panic!("{parameter} is {other}"),
    }
}

#[test]
fn what_is_measured_is_written_loaded_and_burnt() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = Outputs::beside(&folder.path().join("costs.yaml")).unwrap();
    let base = estimate(&outputs);
    let text = fs::read_to_string(&outputs.table).unwrap();
    let estimated = Table::from_yaml(&text).unwrap();
    assert!(!base.diff(&estimated).is_empty());
    assert!(!outputs.journal.exists());

    let steps = vec![Step::call("sha256", &[1_000, 64, 0])];
    let contract = folder.path().join("hashing.wasm");
    fs::write(&contract, Script::repeating(steps).code(10).unwrap()).unwrap();
    let base_file = folder.path().join("base.yaml");
    fs::write(&base_file, base.to_yaml()).unwrap();
    let (_, before) = burnt(&contract, &base_file);
    let (total, after) = burnt(&contract, &outputs.table);

    // The same is charged, each at its price.
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (parameter, gas_before) in &before {
        let count = gas_before / gas(&base, parameter);
        assert_eq!(after[parameter], count * gas(&estimated, parameter), "{parameter}");
    }
    assert_eq!(after["sha256_base"], 10 * gas(&estimated, "sha256_base"));
    assert_eq!(after["sha256_byte"], 10_000 * gas(&estimated, "sha256_byte"));
    assert_eq!(total, after.values().sum::<u64>());
}
