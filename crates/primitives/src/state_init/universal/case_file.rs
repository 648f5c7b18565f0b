//! Universal state inits: what is accepted, charged and named, from a case file.

use super::{
    DecodeMode, StateInitError, UniversalStateInitCounts, check, counts, send_counts,
    universal_account_id,
};
use crate::AccountType;
use serde_json::{Value, json};

#[test]
fn universal_state_inits() {
    check_file(include_str!("../../../tests/data/universal-state-inits.json"));
}

fn check_file(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let bytes = hex::decode(case["bytes"].as_str().unwrap()).unwrap();
        let expect = |actual: Value, expected: &Value| assert_eq!(actual, *expected, "{case}");

        expect(json!(outcome(check(&bytes, DecodeMode::Strict))), &case["strict"]);
        let lenient = if case["strict"] == "malformed" { "malformed" } else { "accepted" };
        expect(json!(outcome(check(&bytes, DecodeMode::Lenient))), &json!(lenient));

        let pair = |counts: UniversalStateInitCounts| {
            assert_eq!(counts.num_bytes, bytes.len() as u64);
            json!([counts.num_entries, counts.num_keys])
        };
        expect(pair(counts(&bytes)), &case["counts"]);
        expect(pair(send_counts(&bytes, DecodeMode::Lenient)), &case["counts"]);
        expect(pair(send_counts(&bytes, DecodeMode::Strict)), &case["send_counts"]);

        let account_id = universal_account_id(&bytes);
        expect(json!(account_id), &case["account_id"]);
        assert_eq!(account_id.account_type(), AccountType::Universal);
    }
}

fn outcome(result: Result<(), StateInitError>) -> &'static str {
    match result {
        Ok(()) => "accepted",
        Err(StateInitError::Malformed) => "malformed",
        Err(StateInitError::NonCanonical) => "non_canonical",
    }
}
