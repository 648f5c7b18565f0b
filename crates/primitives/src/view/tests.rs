//! Views of actions, receipts and transactions, from their case files.

use super::{ActionView, ReceiptView, SignedTransactionView};
use crate::action::Action;
use crate::receipt::Receipt;
use crate::transaction::SignedTransaction;
use borsh::BorshDeserialize;
use serde_json::Value;

#[test]
fn actions() {
    check(include_str!("../../tests/data/actions.json"), &["action", "delegate"], |bytes| {
        serde_json::to_value(ActionView::from(&Action::try_from_slice(bytes).unwrap())).unwrap()
    });
}

#[test]
fn receipts() {
    check(include_str!("../../tests/data/receipts.json"), &["receipt"], |bytes| {
        serde_json::to_value(ReceiptView::from(&Receipt::try_from_slice(bytes).unwrap())).unwrap()
    });
}

#[test]
fn transactions() {
    check(include_str!("../../tests/data/transactions.json"), &["signed_transaction"], |bytes| {
        let signed = SignedTransaction::try_from_slice(bytes).unwrap();
        serde_json::to_value(SignedTransactionView::from(&signed)).unwrap()
    });
}

/// Every case of one of `kinds` has a view.
fn check(file: &str, kinds: &[&str], view: fn(&[u8]) -> Value) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        if kinds.contains(&case["kind"].as_str().unwrap()) {
            let bytes = hex::decode(case["borsh"].as_str().unwrap()).unwrap();
            assert_eq!(view(&bytes), case["view"], "{case}");
        }
    }
}
