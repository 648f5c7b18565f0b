//! The outcome of a call as the files write it. (`conformance/vm/README.md`, "Expect", "Errors".)

use super::actions::actions;
use crate::encoding::{base64, digest, or_digest};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use torr_primitives::Balance;
use torr_vm_logic::error::Fault;
use torr_vm_logic::outcome::{Outcome, ReturnData};

/// Longer returned values are given by their digest, in bytes.
const MAX_RETURN_BYTES: usize = 1024;
/// Longer texts in errors and logs are given by their digest, in bytes.
const MAX_TEXT_BYTES: usize = 600;
/// Longer values in storage are given by their digest, in bytes.
const MAX_STORED_BYTES: usize = 256;

/// Keys and values of a contract's storage.
type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a call gave.
pub(super) fn observed(outcome: Outcome, before: &Storage, after: &Storage) -> Value {
    let mut given = json!({
        "error": outcome.error.map(|error| with_digests(json!(error))),
        "return": returned(&outcome.return_data),
        "gas_burnt": outcome.gas_burnt,
        "gas_used": outcome.gas_used,
        "compute_usage": outcome.compute_usage,
        "balance": outcome.balance,
        "storage_usage": outcome.storage_usage,
        "logs": outcome.logs.iter().map(|log| text(log)).collect::<Vec<_>>(),
        "profile": outcome.profile,
    });
    if outcome.subsidized_amount != Balance::ZERO {
        given["subsidized_amount"] = json!(outcome.subsidized_amount);
    }
    if !outcome.effects.is_empty() {
        given["actions"] = actions(&outcome.effects).into();
    }
    with_storage(given, before, after)
}

/// What there is of a call that the node could not finish.
pub(super) fn observed_fault(fault: &Fault, before: &Storage, after: &Storage) -> Value {
    let error = match fault {
        // Which quantity it was the files do not say.
        Fault::InconsistentState { .. } => json!({ "InconsistentStateError": "IntegerOverflow" }),
        other => json!({ "Fault": other.to_string() }),
    };
    with_storage(json!({ "runner_error": error }), before, after)
}

fn with_storage(mut given: Value, before: &Storage, after: &Storage) -> Value {
    if before != after {
        let value =
            |bytes: &[u8]| or_digest(bytes, MAX_STORED_BYTES, |bytes| hex::encode(bytes).into());
        let entries = after.iter().map(|(key, bytes)| (hex::encode(key), value(bytes)));
        given["storage_after"] = Value::Object(entries.collect());
    }
    given
}

fn returned(data: &ReturnData) -> Value {
    match data {
        ReturnData::None => json!("none"),
        ReturnData::Value(bytes) if bytes.len() > MAX_RETURN_BYTES => {
            json!({ "value_digest": digest(bytes) })
        }
        ReturnData::Value(bytes) => json!({ "value_base64": base64(bytes) }),
        ReturnData::Receipt(index) => json!({ "receipt_index": index }),
    }
}

fn text(text: &str) -> Value {
    if text.len() > MAX_TEXT_BYTES { digest(text.as_bytes()) } else { text.into() }
}

/// The error with its long texts as digests. Errors are a few levels deep.
fn with_digests(error: Value) -> Value {
    match error {
        Value::String(message) => text(&message),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, with_digests(field))).collect()
        }
        other => other,
    }
}

/// The part of an expectation, or of what a call gave, that is compared: all but the wording of
/// engines, of which only the variant matters.
pub(super) fn comparable(outcome: &Value) -> Value {
    let mut outcome = outcome.clone();
    let Some(error) = outcome.get_mut("error").and_then(Value::as_object_mut) else {
        return outcome;
    };
    leave_out_message(error, "LoadingError");
    if let Some(error) = error.get_mut("CompilationError").and_then(Value::as_object_mut) {
        leave_out_message(error, "WasmtimeCompileError");
    }
    outcome
}

fn leave_out_message(error: &mut Map<String, Value>, variant: &str) {
    if let Some(fields) = error.get_mut(variant).and_then(Value::as_object_mut) {
        // Whether there is a message still counts.
        if let Some(message) = fields.get_mut("msg") {
            *message = Value::Null;
        }
    }
}
