//! Signed transactions: borsh, hash, size, signature, view.

use super::inputs::{Inputs, borsh_hex, to_json};
use serde_json::{Value, json};
use torr_primitives::transaction::{SignedTransaction, Transaction};
use torr_primitives::view::SignedTransactionView;

/// The whole follows from the unsigned bytes and the signature of the view, the rest from the whole.
pub(super) fn signed_transaction(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: SignedTransaction = case.borsh("borsh")?;
    let unsigned: Transaction = case.borsh("unsigned_borsh")?;
    let signature = Inputs(case.value("view")).parsed("signature")?;
    let version = match decoded.transaction() {
        Transaction::V0(_) => 0,
        Transaction::V1(_) => 1,
    };
    Ok(json!({
        "kind": "signed_transaction",
        "version": version,
        "borsh": borsh_hex(&SignedTransaction::new(unsigned, signature))?,
        "unsigned_borsh": borsh_hex(decoded.transaction())?,
        "hash": decoded.hash(),
        "size": decoded.size(),
        "wire_size": decoded.wire_size(),
        "view": to_json(&SignedTransactionView::from(&decoded))?,
        "signature_valid": decoded.verify(),
        "validation": validation(case),
    }))
}

/// What stateless validation says. Nothing in the crates validates yet, so it is taken from the case
/// and not compared.
fn validation(case: &Inputs<'_>) -> Value {
    case.value("validation").clone()
}

pub(super) fn decode(case: &Inputs<'_>) -> Result<Value, String> {
    Ok(json!({
        "kind": "decode",
        "what": case.text("what")?,
        "borsh": hex::encode(case.bytes("borsh")?),
        "valid": case.borsh::<SignedTransaction>("borsh").is_ok(),
    }))
}
