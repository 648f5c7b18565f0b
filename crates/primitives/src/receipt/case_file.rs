//! Receipts of every kind, stored receipts and queues, from a case file.

use super::{
    BufferedReceiptIndices, PromiseYieldTimeout, QueueIndices, Receipt, ReceiptWithMetadata,
    StoredReceipt,
};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

#[test]
fn receipts() {
    check(include_str!("../../tests/data/receipts.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match case["kind"].as_str().unwrap() {
            "receipt" => check_receipt(case),
            "promise_yield_timeout" => check_borsh(
                case,
                &PromiseYieldTimeout {
                    account_id: field(case, "account_id"),
                    data_id: field(case, "data_id"),
                    expires_at: field(case, "expires_at"),
                },
            ),
            "queue_indices" => check_borsh(
                case,
                &QueueIndices {
                    first_index: field(case, "first_index"),
                    next_available_index: field(case, "next_available_index"),
                },
            ),
            "buffered_receipt_indices" => {
                let shards: Vec<(u64, u64, u64)> = field(case, "shards");
                let shard_buffers = shards
                    .into_iter()
                    .map(|(shard, first_index, next_available_index)| {
                        (shard, QueueIndices { first_index, next_available_index })
                    })
                    .collect();
                check_borsh(case, &BufferedReceiptIndices { shard_buffers });
            }
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

fn check_receipt(case: &Value) {
    let receipt: Receipt = field(case, "json");
    expect(case, &receipt, &case["json"]);
    check_borsh(case, &receipt);
    check_borsh(case, &StoredReceipt::Plain(receipt.clone()));
    expect(case, receipt.is_instant(), &case["is_instant"]);
    expect(case, receipt.refund_receiver(), &case["refund_receiver"]);
    let stored = &case["state_stored"];
    let with_metadata = ReceiptWithMetadata {
        receipt,
        congestion_gas: field(stored, "congestion_gas"),
        congestion_size: field(stored, "congestion_size"),
    };
    check_borsh(stored, &StoredReceipt::V1(with_metadata));
}

fn check_borsh<T>(case: &Value, value: &T)
where
    T: BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let bytes = borsh::to_vec(value).unwrap();
    expect(case, hex::encode(&bytes), &case["borsh"]);
    assert_eq!(T::try_from_slice(&bytes).unwrap(), *value);
}

fn field<T: DeserializeOwned>(case: &Value, name: &str) -> T {
    serde_json::from_value(case[name].clone()).unwrap()
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}
