//! Errors of every kind: JSON, encoding, text, from a case file.

use super::{ReceiptValidationError, TxExecutionError};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::{Debug, Display};

#[test]
fn errors() {
    check(include_str!("../../tests/data/errors.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match case["kind"].as_str().unwrap() {
            "tx_execution_error" => check_error::<TxExecutionError>(case),
            "receipt_validation_error" => check_error::<ReceiptValidationError>(case),
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

fn check_error<E>(case: &Value)
where
    E: BorshSerialize + BorshDeserialize + Serialize + DeserializeOwned + Display,
    E: PartialEq + Debug,
{
    let error: E = serde_json::from_value(case["json"].clone()).unwrap();
    let bytes = borsh::to_vec(&error).unwrap();
    assert_eq!(hex::encode(&bytes), case["borsh"], "{case}");
    assert_eq!(E::try_from_slice(&bytes).unwrap(), error, "{case}");
    assert_eq!(serde_json::to_value(&error).unwrap(), case["json"], "{case}");
    assert_eq!(error.to_string(), case["text"], "{case}");
}
