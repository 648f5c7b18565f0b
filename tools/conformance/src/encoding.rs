//! The encodings of bytes and amounts in vector files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};
use torr_crypto::hash::sha256;

/// Bytes given in lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

/// Bytes given in standard padded base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base64(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        let text = String::deserialize(deserializer)?;
        match hex::decode(&text) {
            Ok(bytes) if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => Ok(Hex(bytes)),
            Ok(_) => Err(D::Error::custom("hex with capital letters; write small ones")),
            Err(error) => Err(D::Error::custom(format_args!("not hex: {error}"))),
        }
    }
}

/// Exactly `N` bytes given in lower-case hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HexArray<const N: usize>(pub(crate) [u8; N]);

impl<'de, const N: usize> Deserialize<'de> for HexArray<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HexArray<N>, D::Error> {
        let Hex(bytes) = Hex::deserialize(deserializer)?;
        let array = bytes.try_into().map_err(|bytes: Vec<u8>| {
            D::Error::custom(format_args!("{} bytes where {N} are needed", bytes.len()))
        })?;
        Ok(HexArray(array))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Base64, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(&text);
        bytes.map(Base64).map_err(|error| D::Error::custom(format_args!("not base64: {error}")))
    }
}

/// Bytes as base64.
pub(crate) fn base64(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// Length and SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> Value {
    json!({ "len": bytes.len(), "sha256": hex::encode(sha256(bytes)) })
}

/// `bytes` as `write` gives them, or their digest if there are more than `limit`.
pub(crate) fn or_digest(bytes: &[u8], limit: usize, write: fn(&[u8]) -> Value) -> Value {
    if bytes.len() > limit { digest(bytes) } else { write(bytes) }
}
