//! Account ids: validity, relations, encodings and derivation, from a case file.

use super::{AccountId, AccountIdError, AccountType};
use crate::state_init::DeterministicStateInit;
use borsh::BorshDeserialize;
use serde_json::Value;
use std::fmt::Debug;

#[test]
fn account_ids() {
    check(include_str!("../../tests/data/account-ids.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match text(case, "kind") {
            "valid" => check_valid(case),
            "invalid" => check_invalid(case),
            "sub_account" => {
                let parent = text(case, "parent").parse().unwrap();
                let child: AccountId = text(case, "child").parse().unwrap();
                expect(case, child.is_sub_account_of(&parent), &case["is_sub_account"]);
            }
            "near_implicit_of_key" | "eth_implicit_of_key" => {
                let key = text(case, "public_key").parse().unwrap();
                expect(case, AccountId::of_public_key(&key), &case["id"]);
            }
            "deterministic_of_state_init" => check_deterministic(case),
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

fn check_valid(case: &Value) {
    let id: AccountId = text(case, "id").parse().unwrap();
    expect(case, type_name(id.account_type()), &case["type"]);
    expect(case, id.is_top_level(), &case["is_top_level"]);
    expect(case, id.is_system(), &case["is_system"]);
    expect(case, id.parent(), &case["parent"]);
    expect(case, hex::encode(borsh::to_vec(&id).unwrap()), &case["borsh"]);
    assert_eq!(AccountId::try_from_slice(&bytes(case, "borsh")).unwrap(), id);
    assert_eq!(serde_json::from_value::<AccountId>(case["id"].clone()).unwrap(), id);
}

fn check_invalid(case: &Value) {
    let error = text(case, "id").parse::<AccountId>().unwrap_err();
    expect(case, error_name(error), &case["error"]);
    assert!(AccountId::try_from_slice(&bytes(case, "borsh")).is_err(), "{case}");
    assert!(serde_json::from_value::<AccountId>(case["id"].clone()).is_err(), "{case}");
}

fn check_deterministic(case: &Value) {
    let state_init: DeterministicStateInit =
        serde_json::from_value(case["state_init"].clone()).unwrap();
    expect(case, hex::encode(borsh::to_vec(&state_init).unwrap()), &case["borsh"]);
    expect(case, state_init.account_id().as_str(), &case["id"]);
    assert_eq!(state_init.account_id().account_type(), AccountType::NearDeterministic);
    assert_eq!(DeterministicStateInit::try_from_slice(&bytes(case, "borsh")).unwrap(), state_init);
    expect(case, &state_init, &case["state_init"]);
}

fn type_name(account_type: AccountType) -> &'static str {
    match account_type {
        AccountType::Named => "named",
        AccountType::NearImplicit => "near_implicit",
        AccountType::EthImplicit => "eth_implicit",
        AccountType::NearDeterministic => "near_deterministic",
        AccountType::Universal => "universal",
    }
}

fn error_name(error: AccountIdError) -> &'static str {
    match error {
        AccountIdError::TooShort { .. } => "TooShort",
        AccountIdError::TooLong { .. } => "TooLong",
        AccountIdError::RedundantSeparator { .. } => "RedundantSeparator",
        AccountIdError::InvalidChar { .. } => "InvalidChar",
    }
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} in {case}"))
}

fn bytes(case: &Value, field: &str) -> Vec<u8> {
    hex::decode(text(case, field)).unwrap()
}

fn expect(case: &Value, actual: impl serde::Serialize + Debug, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}
