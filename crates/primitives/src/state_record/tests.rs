//! Records from any entries: what is read is written again, and what is wrong is refused.

use super::{DelayedReceipt, InvalidStateEntry, RecordEntry, RecordForm, StateRecord};
use crate::account::AccountV1;
use crate::receipt::Receipt;
use crate::trie_key::InvalidTrieKey;
use crate::{Account, AccountId, Balance, TrieKey};
use proptest::prelude::*;
use serde_json::Value;
use torr_crypto::hash::CryptoHash;

/// Entries of the case file.
fn entries() -> Vec<(Vec<u8>, Vec<u8>)> {
    let file = include_str!("../../tests/data/state-records.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let bytes = |case: &Value, field: &str| hex::decode(case[field].as_str().unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    cases.map(|case| (bytes(case, "trie_key"), bytes(case, "trie_value"))).collect()
}

fn alice() -> AccountId {
    "alice.near".parse().unwrap()
}

/// What a state may hold there is what it would be written as.
fn check_entry(key: &[u8], value: &[u8]) {
    let Ok(record) = StateRecord::of(key, value) else { return };
    let form = RecordForm::of(&TrieKey::parse(key).unwrap());
    let has_record = matches!(form, RecordForm::Whole | RecordForm::Requeued);
    assert_eq!(record.is_some(), has_record, "{key:?}");
    let Some(record) = record else { return };
    match record.clone().into_entry().unwrap() {
        RecordEntry::Keyed { key: again, value: value_again } => {
            assert_eq!((again.to_bytes().as_slice(), value_again.as_slice()), (key, value));
        }
        RecordEntry::Delayed(_) => assert_eq!(form, RecordForm::Requeued),
    }
    let Ok(json) = serde_json::to_string(&record) else { return };
    let again: StateRecord = serde_json::from_str(&json).unwrap();
    assert_eq!(again.into_entry(), record.into_entry(), "{json}");
}

proptest! {
    #[test]
    fn what_is_read_from_damaged_entries_is_written_again(
        which: prop::sample::Index, at: prop::sample::Index, byte: u8, in_key: bool,
    ) {
        let entries = entries();
        let (mut key, mut value) = which.get(&entries).clone();
        let damaged = if in_key { &mut key } else { &mut value };
        let at = at.index(damaged.len());
        damaged[at] = byte;
        check_entry(&key, &value);
    }

    #[test]
    fn what_is_read_from_other_values_is_written_again(
        which: prop::sample::Index, value in prop::collection::vec(any::<u8>(), 0..90),
    ) {
        let entries = entries();
        let (key, _) = which.get(&entries);
        check_entry(key, &value);
    }
}

#[test]
fn a_wrong_entry_is_refused() {
    assert_eq!(
        StateRecord::of(&[8], &[]),
        Err(InvalidStateEntry::Key(InvalidTrieKey::UnknownColumn { column: 8 }))
    );
    let key = TrieKey::Account { account_id: alice() };
    let Err(InvalidStateEntry::Value { key: of, .. }) = StateRecord::of(&key.to_bytes(), &[1])
    else {
        panic!("one byte is no account")
    };
    assert_eq!(*of, key);
}

#[test]
fn a_receipt_under_the_key_of_another_is_refused() {
    let receipt = Receipt::balance_refund(alice(), Balance::ZERO);
    let value = borsh::to_vec(&receipt).unwrap();
    for (receiver_id, receipt_id) in
        [("bob.near".parse().unwrap(), receipt.receipt_id), (alice(), CryptoHash([1; 32]))]
    {
        let key = TrieKey::PostponedReceipt { receiver_id, receipt_id };
        let refused = InvalidStateEntry::OtherReceipt {
            key: Box::new(key.clone()),
            receiver_id: alice(),
            receipt_id: receipt.receipt_id,
        };
        assert_eq!(StateRecord::of(&key.to_bytes(), &value), Err(refused));
    }
}

/// Keys of borsh maps may come in any order to decoding; the state holds them in one.
#[test]
fn a_value_that_would_be_written_otherwise_is_refused() {
    let json = serde_json::json!({
        "predecessor_id": "alice.near",
        "receiver_id": "alice.near",
        "receipt_id": "11111111111111111111111111111111",
        "receipt": { "Action": {
            "signer_id": "alice.near",
            "signer_public_key": "ed25519:11111111111111111111111111111111",
            "gas_price": "0",
            "output_data_receivers": [],
            "input_data_ids": [],
            "actions": [{ "DeterministicStateInit": {
                "state_init": { "V1": {
                    "code": { "account_id": "alice.near" },
                    "data": { "AAAA": "", "////": "" },
                } },
                "deposit": "0",
            } }],
        } },
    });
    let receipt: Receipt = serde_json::from_value(json).unwrap();
    let value = borsh::to_vec(&receipt).unwrap();
    let key = super::postponed_receipt_key(&receipt).to_bytes();
    check_entry(&key, &value);
    let mut swapped = value.clone();
    let [first, second] = [[0; 3], [255; 3]].map(|bytes| {
        let entry = [&[3, 0, 0, 0], bytes.as_slice(), &[0; 4]].concat();
        let at = value.windows(entry.len()).position(|window| window == entry).unwrap();
        (at, entry)
    });
    swapped[first.0..][..first.1.len()].copy_from_slice(&second.1);
    swapped[second.0..][..second.1.len()].copy_from_slice(&first.1);
    assert_ne!(swapped, value);
    let refused = StateRecord::of(&key, &swapped);
    assert!(matches!(refused, Err(InvalidStateEntry::Encoding { .. })), "{refused:?}");
}

#[test]
fn a_delayed_receipt_keeps_its_place_outside_of_json() {
    let receipt = Box::new(Receipt::balance_refund(alice(), Balance::ZERO));
    let key = TrieKey::DelayedReceipt { index: 7 }.to_bytes();
    let value = borsh::to_vec(&receipt).unwrap();
    let record = StateRecord::of(&key, &value).unwrap().unwrap();
    let delayed =
        |index| StateRecord::DelayedReceipt(DelayedReceipt { index, receipt: receipt.clone() });
    assert_eq!(record, delayed(Some(7)));
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(serde_json::from_value::<StateRecord>(json).unwrap(), delayed(None));
}

#[test]
fn a_record_without_encoding_says_whose_it_is() {
    let account = Account::V1(AccountV1 {
        amount: Balance::MAX,
        locked: Balance::ZERO,
        code_hash: CryptoHash::default(),
        storage_usage: 0,
    });
    let error = StateRecord::Account { account_id: alice(), account }.into_entry().unwrap_err();
    assert_eq!(error.account_id, alice());
}

#[test]
fn a_missing_result_is_one_that_failed() {
    let json = r#"{"ReceivedData":{"account_id":"alice.near","data_id":"11111111111111111111111111111111"}}"#;
    let record: StateRecord = serde_json::from_str(json).unwrap();
    let StateRecord::ReceivedData { data, .. } = record else { panic!("{record:?}") };
    assert_eq!(data, None);
}
