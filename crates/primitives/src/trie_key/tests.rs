//! Keys from any bytes: what is none is refused, and what is one has no other bytes.

use super::{Column, InvalidTrieKey, TrieKey};
use crate::account_id::AccountIdError;
use crate::{AccountId, GlobalContractIdentifier, YieldId};
use proptest::prelude::*;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;

fn account_ids() -> impl Strategy<Value = AccountId> {
    "[a-z0-9]{2,8}([-_.][a-z0-9]{1,8}){0,3}".prop_map(|text| text.parse().unwrap())
}

fn hashes() -> impl Strategy<Value = CryptoHash> {
    any::<[u8; 32]>().prop_map(CryptoHash)
}

fn public_keys() -> impl Strategy<Value = PublicKeyHandle> {
    prop_oneof![
        any::<[u8; 32]>().prop_map(PublicKeyHandle::Ed25519),
        any::<([u8; 32], [u8; 32])>().prop_map(|(x, y)| {
            let mut point = [0; 64];
            point[..32].copy_from_slice(&x);
            point[32..].copy_from_slice(&y);
            PublicKeyHandle::Secp256k1(point)
        }),
        any::<[u8; 32]>().prop_map(PublicKeyHandle::MlDsa65),
    ]
}

fn global_contracts() -> impl Strategy<Value = GlobalContractIdentifier> {
    prop_oneof![
        hashes().prop_map(GlobalContractIdentifier::CodeHash),
        account_ids().prop_map(GlobalContractIdentifier::AccountId),
    ]
}

/// Keys of accounts.
fn account_keys() -> impl Strategy<Value = TrieKey> {
    let data = prop::collection::vec(any::<u8>(), 0..80);
    prop_oneof![
        account_ids().prop_map(|account_id| TrieKey::Account { account_id }),
        account_ids().prop_map(|account_id| TrieKey::ContractCode { account_id }),
        (account_ids(), public_keys())
            .prop_map(|(account_id, public_key)| TrieKey::AccessKey { account_id, public_key }),
        (account_ids(), public_keys(), any::<u16>()).prop_map(|(account_id, public_key, index)| {
            TrieKey::GasKeyNonce { account_id, public_key, index }
        }),
        (account_ids(), data)
            .prop_map(|(account_id, key)| TrieKey::ContractData { account_id, key }),
        (account_ids(), hashes(), 0..8_u8).prop_map(|(receiver_id, name, kind)| match kind {
            0 => TrieKey::ReceivedData { receiver_id, data_id: name },
            1 => TrieKey::PostponedReceiptId { receiver_id, data_id: name },
            2 => TrieKey::PendingDataCount { receiver_id, receipt_id: name },
            3 => TrieKey::PostponedReceipt { receiver_id, receipt_id: name },
            4 => TrieKey::PromiseYieldReceipt { receiver_id, data_id: name },
            5 => TrieKey::PromiseYieldStatus { receiver_id, data_id: name },
            6 => TrieKey::YieldIdToDataId { receiver_id, yield_id: YieldId::from(name) },
            _ => TrieKey::DataIdToYieldId { receiver_id, data_id: name },
        }),
    ]
}

/// Keys of the shard.
fn shard_keys() -> impl Strategy<Value = TrieKey> {
    prop_oneof![
        Just(TrieKey::DelayedReceiptIndices),
        Just(TrieKey::PromiseYieldIndices),
        Just(TrieKey::BufferedReceiptIndices),
        Just(TrieKey::BandwidthSchedulerState),
        any::<u64>().prop_map(|index| TrieKey::DelayedReceipt { index }),
        any::<u64>().prop_map(|index| TrieKey::PromiseYieldTimeout { index }),
        any::<(u16, u64)>().prop_map(|(receiving_shard, index)| TrieKey::BufferedReceipt {
            receiving_shard,
            index
        }),
        any::<u64>().prop_map(|receiving_shard| TrieKey::BufferedReceiptGroupsQueueData {
            receiving_shard
        }),
        any::<(u64, u64)>().prop_map(|(receiving_shard, index)| {
            TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard, index }
        }),
        global_contracts().prop_map(|identifier| TrieKey::GlobalContractCode { identifier }),
        global_contracts().prop_map(|identifier| TrieKey::GlobalContractNonce { identifier }),
    ]
}

fn keys() -> impl Strategy<Value = TrieKey> {
    prop_oneof![account_keys(), shard_keys()]
}

proptest! {
    #[test]
    fn a_key_is_what_its_bytes_are_read_as(key in keys()) {
        let bytes = key.to_bytes();
        prop_assert_eq!(bytes.first(), Some(&(key.column() as u8)));
        prop_assert_eq!(TrieKey::parse(&bytes), Ok(key.clone()));
        let json = serde_json::to_string(&key).unwrap();
        prop_assert_eq!(serde_json::from_str::<TrieKey>(&json).unwrap(), key);
    }

    #[test]
    fn what_is_read_from_any_bytes_has_these_bytes(
        column in 0..25_u8, rest in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let bytes = [&[column], rest.as_slice()].concat();
        if let Ok(key) = TrieKey::parse(&bytes) {
            prop_assert_eq!(key.to_bytes(), bytes);
        }
    }

    #[test]
    fn what_is_read_from_damaged_bytes_has_these_bytes(
        key in keys(), at: prop::sample::Index, byte: u8, kept: prop::sample::Index,
    ) {
        let mut bytes = key.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(kept.index(2 * bytes.len()));
        if let Ok(key) = TrieKey::parse(&bytes) {
            prop_assert_eq!(key.to_bytes(), bytes);
        }
    }

    #[test]
    fn only_contract_data_can_be_longer(key in keys(), byte: u8) {
        let mut bytes = key.to_bytes();
        bytes.push(byte);
        match TrieKey::parse(&bytes) {
            Ok(longer) => {
                let grows = matches!(
                    key.column(), Column::ContractData | Column::Account | Column::ContractCode
                );
                prop_assert!(grows, "{:?} and {:?}", key, longer);
                prop_assert_eq!(key.column(), longer.column());
            }
            Err(error) => prop_assert_ne!(error, InvalidTrieKey::Empty),
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let no_account = |column, source| InvalidTrieKey::AccountId { column, source };
    let length = |column, expected, received| InvalidTrieKey::Length { column, expected, received };
    let comma = |column| InvalidTrieKey::NoSeparator { column, separator: b',' };
    let cases: &[(&[u8], InvalidTrieKey)] = &[
        (b"", InvalidTrieKey::Empty),
        (b"\x08", InvalidTrieKey::UnknownColumn { column: 8 }),
        (b"\x15ab", InvalidTrieKey::UnknownColumn { column: 21 }),
        (b"\xff", InvalidTrieKey::UnknownColumn { column: 255 }),
        (b"\x00", no_account(Column::Account, AccountIdError::TooShort { len: 0 })),
        (b"\x00a\xff", no_account(Column::Account, AccountIdError::InvalidChar { index: 1 })),
        (b"\x01Ab", no_account(Column::ContractCode, AccountIdError::InvalidChar { index: 0 })),
        (&[0; 66], no_account(Column::Account, AccountIdError::TooLong { len: 65 })),
        (b"\x02ab", InvalidTrieKey::NoSeparator { column: Column::AccessKey, separator: 2 }),
        (b"\x02ab\x02", InvalidTrieKey::PublicKey),
        // No key of the state is of the type 2, which ML-DSA-65 has elsewhere.
        (b"\x02ab\x02\x0201234567890123456789012345678901", InvalidTrieKey::PublicKey),
        (b"\x02ab\x02\x0001234567890123456789012345678901i", InvalidTrieKey::PublicKey),
        (b"\x02ab\x02\x0001234567890123456789012345678901ind", InvalidTrieKey::PublicKey),
        (b"\x03ab", comma(Column::ReceivedData)),
        (b"\x03ab,1", length(Column::ReceivedData, 32, 1)),
        (b"\x07\x00", length(Column::DelayedReceipts, 8, 1)),
        (b"\x09ab", comma(Column::ContractData)),
        (b"\x09,x", no_account(Column::ContractData, AccountIdError::TooShort { len: 0 })),
        (b"\x0a\x00", length(Column::PromiseYieldIndices, 0, 1)),
        (b"\x0e\x00", length(Column::BufferedReceipt, 10, 1)),
        (b"\x11\x00", length(Column::BufferedReceiptGroupsQueueItem, 16, 1)),
        (b"\x12\x02", InvalidTrieKey::GlobalContract { column: Column::GlobalContractCode }),
        (
            b"\x13\x01\x02\x00\x00\x00abc",
            InvalidTrieKey::GlobalContract { column: Column::GlobalContractNonce },
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(TrieKey::parse(bytes).as_ref(), Err(error), "{bytes:?}");
    }
}

#[test]
fn prefixes_are_of_one_account() {
    let [a, ab]: [AccountId; 2] = ["alice.near", "alice.nearby"].map(|id| id.parse().unwrap());
    let access_key = |account_id: &AccountId| {
        let public_key = PublicKeyHandle::Ed25519([0; 32]);
        TrieKey::GasKeyNonce { account_id: account_id.clone(), public_key, index: 1 }.to_bytes()
    };
    let prefix = TrieKey::access_keys_prefix(&a);
    assert!(access_key(&a).starts_with(&prefix));
    assert!(!access_key(&ab).starts_with(&prefix));
    let data = |account_id: &AccountId, key: &[u8]| {
        TrieKey::ContractData { account_id: account_id.clone(), key: key.to_vec() }.to_bytes()
    };
    let prefix = TrieKey::contract_data_prefix(&a, b"k");
    assert!(data(&a, b"key").starts_with(&prefix));
    assert!(!data(&a, b"value").starts_with(&prefix));
    assert!(!data(&ab, b"key").starts_with(&prefix));
}

#[test]
fn columns_are_in_the_order_of_keys() {
    assert!(Column::ALL.is_sorted_by_key(|column| *column as u8));
    assert_eq!(Column::ALL.map(|column| Column::of(column as u8)), Column::ALL.map(Some));
    assert_eq!((0..=u8::MAX).filter_map(Column::of).collect::<Vec<_>>(), Column::ALL);
}
