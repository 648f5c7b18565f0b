//! State records, from their JSON and from the entry of the state.

use super::inputs::Inputs;
use serde_json::{Value, json};
use torr_primitives::StateRecord;
use torr_primitives::state_record::RecordEntry;

pub(super) fn state_record(case: &Inputs<'_>) -> Result<Value, String> {
    let from_json: StateRecord = case.json("json")?;
    let from_entry = StateRecord::of(&case.bytes("trie_key")?, &case.bytes("trie_value")?)
        .map_err(|error| error.to_string())?
        .ok_or("`trie_key` has no record")?;
    let account_id = from_json.account_id().clone();
    let entry = from_json.into_entry().map_err(|error| error.to_string())?;
    let RecordEntry::Keyed { key, value } = entry else {
        return Err("`json` is a record without a key of its own".to_owned());
    };
    Ok(json!({
        "json": from_entry,
        "account_id": account_id,
        "trie_key": hex::encode(key.to_bytes()),
        "trie_value": hex::encode(value),
    }))
}
