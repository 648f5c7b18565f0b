//! Public keys and signatures: text, borsh, JSON, their form in the trie, verification.

use super::inputs::{Inputs, borsh_hex};
use serde_json::{Map, Value, json};
use torr_crypto::key::{PublicKey, PublicKeyHandle, Signature};

pub(super) fn key(case: &Inputs<'_>) -> Result<Value, String> {
    let key: PublicKey = case.parsed("text")?;
    let decoded: PublicKey = case.borsh("borsh")?;
    let from_json: PublicKey = case.json("json")?;
    let handle = PublicKeyHandle::from(&key);
    Ok(json!({
        "kind": "key",
        "type": key.key_type().name(),
        "text": decoded.to_string(),
        "borsh": borsh_hex(&from_json)?,
        "json": key,
        "len": key.wire_len(),
        "trie_id_len": key.trie_id_len(),
        "valid_staking_key": key.is_valid_staking_key(),
        "on_trie": {
            "text": handle.to_string(),
            "borsh": borsh_hex(&handle)?,
            "json": handle,
        },
    }))
}

pub(super) fn signature(case: &Inputs<'_>) -> Result<Value, String> {
    let signature: Signature = case.parsed("text")?;
    let decoded: Signature = case.borsh("borsh")?;
    let key: PublicKey = case.parsed("public_key")?;
    let message = case.bytes("message")?;
    let mut rebuilt = json!({
        "kind": "signature",
        "type": signature.key_type().name(),
        "public_key": key.to_string(),
        "message": hex::encode(&message),
        "text": decoded.to_string(),
        "borsh": borsh_hex(&signature)?,
        "verify": decoded.verify(&message, &key),
    });
    if let Ok(note) = case.text("note") {
        rebuilt["note"] = json!(note);
    }
    Ok(rebuilt)
}

/// The fields of a variant go over those of the case.
pub(super) fn signature_variants(case: &Inputs<'_>) -> Result<Value, String> {
    let none = Vec::new();
    let variants = case.value("variants").as_array().unwrap_or(&none);
    let variants: Vec<Value> = variants
        .iter()
        .map(|variant| signature_variant(case, variant))
        .collect::<Result<_, _>>()?;
    let signature: Signature = case.borsh("borsh")?;
    Ok(json!({
        "kind": "signature_variants",
        "type": signature.key_type().name(),
        "public_key": case.parsed::<PublicKey>("public_key")?.to_string(),
        "message": hex::encode(case.bytes("message")?),
        "borsh": borsh_hex(&signature)?,
        "variants": variants,
    }))
}

fn signature_variant(case: &Inputs<'_>, variant: &Value) -> Result<Value, String> {
    let variant = Inputs(variant);
    let given = |field| if variant.value(field).is_null() { case } else { &variant };
    let key: PublicKey = given("public_key").parsed("public_key")?;
    let message = given("message").bytes("message")?;
    let signature = given("borsh").borsh::<Signature>("borsh");
    let mut rebuilt = Map::new();
    rebuilt.insert("what".to_owned(), json!(variant.text("what")?));
    let verified = signature.is_ok_and(|signature| signature.verify(&message, &key));
    rebuilt.insert("verify".to_owned(), json!(verified));
    for field in ["public_key", "message", "borsh"] {
        if !variant.value(field).is_null() {
            rebuilt.insert(field.to_owned(), variant.value(field).clone());
        }
    }
    Ok(rebuilt.into())
}

pub(super) fn parse_public_key(case: &Inputs<'_>) -> Result<Value, String> {
    let text = case.text("text")?;
    let key = text.parse::<PublicKey>().ok();
    let handle = text.parse::<PublicKeyHandle>().ok();
    Ok(json!({
        "kind": "parse_public_key",
        "text": text,
        "valid": key.is_some(),
        "borsh": key.as_ref().map(borsh_hex).transpose()?,
        "valid_handle": handle.is_some(),
        "handle_borsh": handle.as_ref().map(borsh_hex).transpose()?,
    }))
}

pub(super) fn decode_public_key(case: &Inputs<'_>) -> Result<Value, String> {
    let bytes = case.bytes("borsh")?;
    Ok(json!({
        "kind": "decode_public_key",
        "borsh": case.value("borsh"),
        "valid": borsh::from_slice::<PublicKey>(&bytes).is_ok(),
        "valid_handle": borsh::from_slice::<PublicKeyHandle>(&bytes).is_ok(),
    }))
}
