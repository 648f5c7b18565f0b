//! Records of every kind and entries without one, from a case file.

use super::{RecordEntry, RecordForm, StateRecord};
use crate::TrieKey;
use serde_json::Value;

#[test]
fn state_records() {
    check(include_str!("../../tests/data/state-records.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let [key, value] = ["trie_key", "trie_value"].map(|field| bytes(case, field));
        let form = RecordForm::of(&TrieKey::parse(&key).unwrap());
        assert_eq!(format!("{form:?}"), case["form"], "{case}");
        let record = StateRecord::of(&key, &value).unwrap();
        assert_eq!(serde_json::to_value(&record).unwrap(), case["json"], "{case}");
        let Some(record) = record else { continue };
        assert_eq!(record.account_id().as_str(), case["account_id"], "{case}");
        let from_json: StateRecord = serde_json::from_value(case["json"].clone()).unwrap();
        let entry = from_json.into_entry().unwrap();
        assert_eq!(record.into_entry().as_ref(), Ok(&entry), "{case}");
        match entry {
            RecordEntry::Keyed { key, value } => {
                assert_eq!(form, RecordForm::Whole, "{case}");
                assert_eq!(hex::encode(key.to_bytes()), case["trie_key"], "{case}");
                assert_eq!(hex::encode(value), case["trie_value"], "{case}");
            }
            RecordEntry::Delayed(receipt) => {
                assert_eq!(form, RecordForm::Requeued, "{case}");
                let expected = &case["json"]["DelayedReceipt"];
                assert_eq!(serde_json::to_value(receipt).unwrap(), *expected, "{case}");
            }
        }
    }
}

fn bytes(case: &Value, field: &str) -> Vec<u8> {
    hex::decode(case[field].as_str().unwrap()).unwrap()
}
