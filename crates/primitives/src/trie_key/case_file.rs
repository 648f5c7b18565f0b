//! Keys of every kind, from a case file.

use super::{Column, TrieKey};
use serde_json::Value;
use std::collections::BTreeSet;
use torr_crypto::key::{PublicKey, PublicKeyHandle};

#[test]
fn trie_keys() {
    check(include_str!("../../tests/data/trie-keys.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    let mut columns = BTreeSet::new();
    for case in file["cases"].as_array().unwrap() {
        let key = key(case);
        let bytes = hex::decode(case["raw"].as_str().unwrap()).unwrap();
        assert_eq!(hex::encode(key.to_bytes()), case["raw"], "{case}");
        assert_eq!(TrieKey::parse(&bytes).as_ref(), Ok(&key), "{case}");
        assert_eq!(key.account_id().map(|id| id.as_str()), case["account_id"].as_str(), "{case}");
        columns.insert(key.column());
    }
    assert_eq!(columns, BTreeSet::from(Column::ALL));
}

/// The key that kind and fields say. Fields are those of its JSON, but for the contract's key, which
/// is hex, and public keys, which are whole.
fn key(case: &Value) -> TrieKey {
    let mut fields = case["fields"].clone();
    if case["kind"] == "ContractData" {
        let key = hex::decode(fields["key"].as_str().unwrap()).unwrap();
        let account_id = serde_json::from_value(fields["account_id"].clone()).unwrap();
        return TrieKey::ContractData { account_id, key };
    }
    if let Some(public_key) = fields.get_mut("public_key") {
        let key: PublicKey = serde_json::from_value(public_key.clone()).unwrap();
        *public_key = serde_json::to_value(PublicKeyHandle::from(&key)).unwrap();
    }
    let kind = case["kind"].as_str().unwrap();
    let json = match fields.as_object().unwrap().is_empty() {
        true => Value::from(kind),
        false => Value::from_iter([(kind, fields)]),
    };
    serde_json::from_value(json).unwrap()
}
