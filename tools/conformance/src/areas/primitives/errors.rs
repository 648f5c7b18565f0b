//! Errors of transactions, receipts and actions: JSON, borsh, text.

use super::inputs::{Inputs, borsh_hex, to_json};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Display;
use torr_primitives::error::{ReceiptValidationError, TxExecutionError};

pub(super) fn tx_execution_error(case: &Inputs<'_>) -> Result<Value, String> {
    error::<TxExecutionError>("tx_execution_error", case)
}

pub(super) fn receipt_validation_error(case: &Inputs<'_>) -> Result<Value, String> {
    error::<ReceiptValidationError>("receipt_validation_error", case)
}

fn error<E>(kind: &str, case: &Inputs<'_>) -> Result<Value, String>
where
    E: BorshSerialize + BorshDeserialize + Serialize + DeserializeOwned + Display,
{
    let decoded: E = case.borsh("borsh")?;
    Ok(json!({
        "kind": kind,
        "json": to_json(&decoded)?,
        "borsh": borsh_hex(&case.json::<E>("json")?)?,
        "text": decoded.to_string(),
    }))
}
