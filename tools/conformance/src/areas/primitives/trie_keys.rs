//! Keys of the state, from their fields and from their bytes.
//!
//! Fields are those of the JSON of [`TrieKey`], but for two: a contract's key is hex here, and public
//! keys are whole, where the state may hold a hash of them.

use super::inputs::Inputs;
use serde_json::{Map, Value, json};
use torr_crypto::key::{PublicKey, PublicKeyHandle};
use torr_primitives::TrieKey;

/// The kind, too, follows from the bytes.
pub(super) fn trie_key(case: &Inputs<'_>) -> Result<Value, String> {
    let fields = Inputs(case.value("fields"));
    let key = of_fields(case.text("kind")?, &fields)?;
    let parsed = TrieKey::parse(&case.bytes("raw")?).map_err(|error| error.to_string())?;
    let (kind, parsed_fields) = fields_of(&parsed, &fields)?;
    Ok(json!({
        "kind": kind,
        "fields": parsed_fields,
        "raw": hex::encode(key.to_bytes()),
        "account_id": parsed.account_id(),
    }))
}

fn of_fields(kind: &str, fields: &Inputs<'_>) -> Result<TrieKey, String> {
    if kind == "ContractData" {
        let (account_id, key) = (fields.parsed("account_id")?, fields.bytes("key")?);
        return Ok(TrieKey::ContractData { account_id, key });
    }
    let mut json = fields.0.as_object().cloned().ok_or("`fields` is not an object")?;
    if let Some(public_key) = json.get_mut("public_key") {
        *public_key = json!(PublicKeyHandle::from(&fields.parsed::<PublicKey>("public_key")?));
    }
    // The JSON of a key without fields is its kind alone.
    let json = if json.is_empty() { json!(kind) } else { json!({ kind: json }) };
    serde_json::from_value(json).map_err(|error| format!("`fields`: {error}"))
}

/// Kind and fields of a key. A public key is that of the case if the state would name that so.
fn fields_of(key: &TrieKey, given: &Inputs<'_>) -> Result<(String, Value), String> {
    let (kind, mut fields) = match serde_json::to_value(key).map_err(|error| error.to_string())? {
        Value::Object(only) => only.into_iter().next().ok_or("a key has a kind")?,
        kind => (kind.as_str().unwrap_or_default().to_owned(), Map::new().into()),
    };
    match key {
        TrieKey::ContractData { key, .. } => fields["key"] = json!(hex::encode(key)),
        TrieKey::AccessKey { public_key, .. } | TrieKey::GasKeyNonce { public_key, .. } => {
            let whole: PublicKey = given.parsed("public_key")?;
            if PublicKeyHandle::from(&whole) == *public_key {
                fields["public_key"] = json!(whole);
            }
        }
        _ => {}
    }
    Ok((kind, fields))
}
