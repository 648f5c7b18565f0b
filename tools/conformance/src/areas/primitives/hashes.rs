//! SHA-256 and the text form of hashes.

use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;

pub(super) fn sha256(case: &Inputs<'_>) -> Result<Value, String> {
    let data = case.bytes("data")?;
    let hash = CryptoHash::of(&data);
    Ok(json!({
        "kind": "sha256",
        "data": hex::encode(&data),
        "hash": hash.to_string(),
        "hash_hex": hex::encode(hash),
        "borsh": borsh_hex(&hash)?,
    }))
}

pub(super) fn text(case: &Inputs<'_>) -> Result<Value, String> {
    let bytes: [u8; 32] = case
        .bytes("hash_hex")?
        .try_into()
        .map_err(|_| "`hash_hex` is not 32 bytes long".to_owned())?;
    let parsed: CryptoHash = case.parsed("text")?;
    Ok(json!({
        "kind": "text",
        "text": CryptoHash(bytes).to_string(),
        "hash_hex": hex::encode(parsed),
    }))
}

pub(super) fn parse(case: &Inputs<'_>) -> Result<Value, String> {
    let text = case.text("text")?;
    let parsed = text.parse::<CryptoHash>();
    Ok(json!({
        "kind": "parse",
        "text": text,
        "valid": parsed.is_ok(),
        "hash_hex": parsed.ok().map(hex::encode),
    }))
}
