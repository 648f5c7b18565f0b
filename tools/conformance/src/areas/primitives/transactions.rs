//! Signed transactions: borsh, hash, size, signature, view, and whether they are refused without the
//! state.

use super::inputs::{Inputs, borsh_hex, to_json};
use serde_json::{Value, json};
use torr_parameters::Parameters;
use torr_primitives::ProtocolVersion;
use torr_primitives::transaction::{SignedTransaction, Transaction};
use torr_primitives::view::SignedTransactionView;
use torr_runtime::transaction::validate;

/// The version that the vectors of this area were recorded at.
const VERSION: ProtocolVersion = 86;

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
        "validation": validation(&decoded)?,
    }))
}

fn validation(transaction: &SignedTransaction) -> Result<Value, String> {
    let config = Parameters::builtin(VERSION).map_err(|error| error.to_string())?;
    match validate(&config, transaction, VERSION) {
        Ok(()) => Ok(json!("ok")),
        Err(error) => to_json(&error),
    }
}

pub(super) fn decode(case: &Inputs<'_>) -> Result<Value, String> {
    Ok(json!({
        "kind": "decode",
        "what": case.text("what")?,
        "borsh": hex::encode(case.bytes("borsh")?),
        "valid": case.borsh::<SignedTransaction>("borsh").is_ok(),
    }))
}
