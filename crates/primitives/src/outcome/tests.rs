//! Proven parts of outcomes, and the trees over them, from a case file.

use super::{PartialExecutionOutcome, PartialExecutionStatus, outcome_hashes, outcome_tree};
use crate::base64_json;
use borsh::BorshDeserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use torr_crypto::hash::CryptoHash;

#[test]
fn case_file() {
    check(include_str!("../../tests/data/outcomes.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let outcomes = case["outcomes"].as_array().unwrap();
        let hashes: Vec<_> = outcomes.iter().map(check_outcome).collect();
        let tree = outcome_tree(&hashes);
        expect(case, tree.root(), &case["outcome_root"]);
        for (index, outcome) in outcomes.iter().enumerate() {
            expect(outcome, tree.path(index), &outcome["merkle_path"]);
        }
    }
}

fn check_outcome(case: &Value) -> Vec<CryptoHash> {
    let outcome = &case["outcome"];
    let partial = PartialExecutionOutcome {
        receipt_ids: field(outcome, "receipt_ids"),
        gas_burnt: field(outcome, "gas_burnt"),
        tokens_burnt: field(outcome, "tokens_burnt"),
        executor_id: field(outcome, "executor_id"),
        status: status(&outcome["status"]),
    };
    let bytes = borsh::to_vec(&partial).unwrap();
    expect(case, hex::encode(&bytes), &case["partial_outcome_borsh"]);
    assert_eq!(PartialExecutionOutcome::try_from_slice(&bytes).unwrap(), partial);
    let logs: Vec<String> = field(outcome, "logs");
    let hashes = outcome_hashes(field(case, "id"), &partial, &logs);
    expect(case, &hashes, &case["hashes"]);
    hashes
}

fn status(json: &Value) -> PartialExecutionStatus {
    if json == "Unknown" {
        PartialExecutionStatus::Unknown
    } else if json.get("Failure").is_some() {
        PartialExecutionStatus::Failure
    } else if json.get("SuccessValue").is_some() {
        let value = base64_json::deserialize(&json["SuccessValue"]).unwrap();
        PartialExecutionStatus::SuccessValue(value)
    } else {
        PartialExecutionStatus::SuccessReceiptId(field(json, "SuccessReceiptId"))
    }
}

fn field<T: DeserializeOwned>(case: &Value, name: &str) -> T {
    serde_json::from_value(case[name].clone()).unwrap()
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}
