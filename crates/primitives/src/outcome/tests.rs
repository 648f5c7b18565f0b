//! Outcomes, their proven parts, and the trees over them, from a case file; metadata of all versions.

use super::{
    CostCategory, CostGasUsed, ExecutionMetadata, ExecutionOutcome, ExecutionOutcomeWithId,
    GasProfile, PartialExecutionOutcome, outcome_tree,
};
use crate::{AccountContract, Gas};
use borsh::BorshDeserialize;
use serde::Serialize;
use serde_json::{Value, json};
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
    let outcome: ExecutionOutcome = serde_json::from_value(case["outcome"].clone()).unwrap();
    expect(case, &outcome, &case["outcome"]);
    let partial = outcome.to_partial();
    let bytes = borsh::to_vec(&partial).unwrap();
    expect(case, hex::encode(&bytes), &case["partial_outcome_borsh"]);
    assert_eq!(PartialExecutionOutcome::try_from_slice(&bytes).unwrap(), partial);
    let id = serde_json::from_value(case["id"].clone()).unwrap();
    let hashes = ExecutionOutcomeWithId { id, outcome }.to_hashes();
    expect(case, &hashes, &case["hashes"]);
    hashes
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}

#[test]
fn profiles_are_in_order_of_what_they_show() {
    let charge = |cost_category, cost: &'static str, gas| CostGasUsed {
        cost_category,
        cost: cost.into(),
        gas_used: Gas::from_gas(gas),
    };
    let profile: GasProfile = [
        charge(CostCategory::WasmHostCost, "log_base", 1),
        CostGasUsed::wasm_instructions(Gas::from_gas(2)),
        charge(CostCategory::WasmHostCost, "logs", 3),
        charge(CostCategory::WasmHostCost, "base", 0),
        charge(CostCategory::ActionCost, "transfer", 4),
        charge(CostCategory::WasmHostCost, "log_base", 5),
    ]
    .into_iter()
    .collect();
    let line =
        |category, cost, gas| json!({"cost_category": category, "cost": cost, "gas_used": gas});
    let expected = json!([
        line("ACTION_COST", "TRANSFER", "4"),
        line("WASM_HOST_COST", "LOGS", "3"),
        line("WASM_HOST_COST", "LOG_BASE", "6"),
        line("WASM_HOST_COST", "WASM_INSTRUCTION", "2"),
    ]);
    assert_eq!(serde_json::to_value(&profile).unwrap(), expected);
    assert_eq!(serde_json::from_value::<GasProfile>(expected).unwrap(), profile);
}

#[test]
fn metadata_says_what_its_version_knows() {
    let gas_profile: GasProfile =
        [CostGasUsed::wasm_instructions(Gas::from_gas(7))].into_iter().collect();
    let shown = json!([
        {"cost_category": "WASM_HOST_COST", "cost": "WASM_INSTRUCTION", "gas_used": "7"},
    ]);
    let hash = CryptoHash::default();
    let contracts = vec![
        AccountContract::None,
        AccountContract::Local(hash),
        AccountContract::Global(hash),
        AccountContract::GlobalByAccount("code.near".parse().unwrap()),
    ];
    let shown_contracts = json!([
        null,
        {"local": hash},
        {"global_hash": hash},
        {"global_account_id": "code.near"},
    ]);
    for (metadata, json) in [
        (ExecutionMetadata::V1, json!({"version": 1, "gas_profile": null})),
        (ExecutionMetadata::V2(gas_profile.clone()), json!({"version": 2, "gas_profile": shown})),
        (ExecutionMetadata::V3(gas_profile.clone()), json!({"version": 3, "gas_profile": shown})),
        (
            ExecutionMetadata::V4 { gas_profile, contracts },
            json!({"version": 4, "gas_profile": shown, "contracts": shown_contracts}),
        ),
    ] {
        assert_eq!(serde_json::to_value(&metadata).unwrap(), json);
        assert_eq!(serde_json::from_value::<ExecutionMetadata>(json).unwrap(), metadata);
    }
    for refused in [
        json!({"version": 1, "gas_profile": []}),
        json!({"version": 3, "gas_profile": null}),
        json!({"version": 4, "gas_profile": []}),
        json!({"version": 5, "gas_profile": []}),
    ] {
        assert!(serde_json::from_value::<ExecutionMetadata>(refused).is_err());
    }
}
