//! Accounts, access keys and received data: JSON and borsh.

use super::inputs::{Inputs, borsh_hex, sha256, to_json};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::{DataReceipt, ReceivedData};
use torr_primitives::{AccessKey, Account};

pub(super) fn access_key(case: &Inputs<'_>) -> Result<Value, String> {
    both_forms::<AccessKey>("access_key", case)
}

pub(super) fn account(case: &Inputs<'_>) -> Result<Value, String> {
    both_forms::<Account>("account", case)
}

fn both_forms<T>(kind: &str, case: &Inputs<'_>) -> Result<Value, String>
where
    T: BorshSerialize + BorshDeserialize + Serialize + DeserializeOwned,
{
    let decoded: T = case.borsh("borsh")?;
    rebuilt(kind, case, &case.json::<T>("json")?, to_json(&decoded)?)
}

pub(super) fn account_decode(case: &Inputs<'_>) -> Result<Value, String> {
    Ok(json!({
        "kind": "account_decode",
        "borsh": hex::encode(case.bytes("borsh")?),
        "valid": case.borsh::<Account>("borsh").is_ok(),
    }))
}

/// The kind follows from the data. Received data stand in JSON as the receipt's that brought them.
pub(super) fn received_data(case: &Inputs<'_>) -> Result<Value, String> {
    let with_data = json!({ "data_id": CryptoHash::default(), "data": case.value("json") });
    let from_json: DataReceipt =
        serde_json::from_value(with_data).map_err(|error| format!("`json`: {error}"))?;
    let decoded: ReceivedData = case.borsh("borsh")?;
    let kind = match decoded.data {
        None => "received_data_none",
        Some(_) => "received_data_some",
    };
    let shown = to_json(&DataReceipt { data_id: CryptoHash::default(), data: decoded.data })?;
    let received = ReceivedData { data: from_json.data };
    rebuilt(kind, case, &received, shown.get("data").cloned().unwrap_or_default())
}

fn rebuilt(
    kind: &str,
    case: &Inputs<'_>,
    from_json: &impl BorshSerialize,
    json: Value,
) -> Result<Value, String> {
    Ok(json!({
        "kind": kind,
        "name": case.text("name")?,
        "json": json,
        "borsh": borsh_hex(from_json)?,
        "sha256": sha256(from_json)?,
    }))
}
