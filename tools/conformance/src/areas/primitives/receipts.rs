//! Receipts: JSON, view, borsh, stored form; queues of receipts.

use super::inputs::{Inputs, borsh_hex, to_json};
use serde_json::{Value, json};
use torr_primitives::receipt::{
    BufferedReceiptIndices, PromiseYieldTimeout, QueueIndices, Receipt, ReceiptWithMetadata,
    StoredReceipt,
};
use torr_primitives::view::ReceiptView;

pub(super) fn receipt(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: Receipt = case.borsh("borsh")?;
    let from_json: Receipt = case.json("json")?;
    Ok(json!({
        "kind": "receipt",
        "what": case.text("what")?,
        "borsh": borsh_hex(&from_json)?,
        "json": to_json(&decoded)?,
        "view": to_json(&ReceiptView::from(&decoded))?,
        "is_instant": decoded.is_instant(),
        "refund_receiver": from_json.refund_receiver(),
        "state_stored": state_stored(from_json, &Inputs(case.value("state_stored")))?,
    }))
}

/// Gas and size follow from the bytes, the bytes from receipt, gas and size.
fn state_stored(receipt: Receipt, case: &Inputs<'_>) -> Result<Value, String> {
    let StoredReceipt::V1(stored) = case.borsh("borsh")? else {
        return Err("`state_stored` has no metadata of version 1".to_owned());
    };
    let again = StoredReceipt::V1(ReceiptWithMetadata {
        receipt,
        congestion_gas: case.json("congestion_gas")?,
        congestion_size: case.json("congestion_size")?,
    });
    Ok(json!({
        "congestion_gas": stored.congestion_gas,
        "congestion_size": stored.congestion_size,
        "borsh": borsh_hex(&again)?,
    }))
}

pub(super) fn promise_yield_timeout(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: PromiseYieldTimeout = case.borsh("borsh")?;
    let from_fields = PromiseYieldTimeout {
        account_id: case.json("account_id")?,
        data_id: case.json("data_id")?,
        expires_at: case.json("expires_at")?,
    };
    Ok(json!({
        "kind": "promise_yield_timeout",
        "account_id": decoded.account_id,
        "data_id": decoded.data_id,
        "expires_at": decoded.expires_at,
        "borsh": borsh_hex(&from_fields)?,
    }))
}

pub(super) fn queue_indices(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: QueueIndices = case.borsh("borsh")?;
    let from_fields = QueueIndices {
        first_index: case.json("first_index")?,
        next_available_index: case.json("next_available_index")?,
    };
    Ok(json!({
        "kind": "queue_indices",
        "first_index": decoded.first_index,
        "next_available_index": decoded.next_available_index,
        "borsh": borsh_hex(&from_fields)?,
    }))
}

pub(super) fn buffered_receipt_indices(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: BufferedReceiptIndices = case.borsh("borsh")?;
    let shards: Vec<(u64, u64, u64)> = case.json("shards")?;
    let shard_buffers = shards
        .into_iter()
        .map(|(shard, first_index, next_available_index)| {
            (shard, QueueIndices { first_index, next_available_index })
        })
        .collect();
    let shards: Vec<_> = decoded
        .shard_buffers
        .iter()
        .map(|(shard, queue)| (shard, queue.first_index, queue.next_available_index))
        .collect();
    Ok(json!({
        "kind": "buffered_receipt_indices",
        "shards": shards,
        "borsh": borsh_hex(&BufferedReceiptIndices { shard_buffers })?,
    }))
}
