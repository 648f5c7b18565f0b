//! The fields of a case that it is rebuilt from.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Display;
use std::str::FromStr;
use torr_crypto::hash::CryptoHash;

/// Most bytes that a repeated byte stands for.
const MAX_REPEAT: u64 = 1 << 20;

/// A case, read field by field.
pub(super) struct Inputs<'a>(pub(super) &'a Value);

impl<'a> Inputs<'a> {
    /// A field as it is; null when it is missing.
    pub(super) fn value(&self, field: &str) -> &'a Value {
        self.0.get(field).unwrap_or(&Value::Null)
    }

    /// A text.
    pub(super) fn text(&self, field: &str) -> Result<&'a str, String> {
        self.value(field).as_str().ok_or_else(|| format!("`{field}` is not a text"))
    }

    /// Bytes: hex, or one of them repeated, as `{byte, repeat}`.
    pub(super) fn bytes(&self, field: &str) -> Result<Vec<u8>, String> {
        let value = self.value(field);
        if let Value::Object(repeated) = value {
            let number = |name: &str| repeated.get(name).and_then(Value::as_u64);
            let byte = number("byte").and_then(|byte| u8::try_from(byte).ok());
            let repeat = number("repeat").filter(|repeat| *repeat <= MAX_REPEAT);
            let repeat = repeat.and_then(|repeat| usize::try_from(repeat).ok());
            return match (byte, repeat, repeated.len()) {
                (Some(byte), Some(repeat), 2) => Ok(vec![byte; repeat]),
                _ => Err(format!("`{field}` is not `byte` and `repeat`")),
            };
        }
        hex::decode(self.text(field)?).map_err(|error| format!("`{field}`: {error}"))
    }

    /// What a text says.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, field: &str) -> Result<T, String> {
        self.text(field)?.parse().map_err(|error| format!("`{field}`: {error}"))
    }

    /// What a piece of JSON says.
    pub(super) fn json<T: DeserializeOwned>(&self, field: &str) -> Result<T, String> {
        T::deserialize(self.value(field)).map_err(|error| format!("`{field}`: {error}"))
    }

    /// What borsh bytes say.
    pub(super) fn borsh<T: borsh::BorshDeserialize>(&self, field: &str) -> Result<T, String> {
        borsh::from_slice(&self.bytes(field)?).map_err(|error| format!("`{field}`: {error}"))
    }
}

/// The borsh of a value in hex.
pub(super) fn borsh_hex(value: &impl borsh::BorshSerialize) -> Result<String, String> {
    borsh::to_vec(value).map(hex::encode).map_err(|error| error.to_string())
}

/// The SHA-256 of the borsh of a value.
pub(super) fn sha256(value: &impl borsh::BorshSerialize) -> Result<CryptoHash, String> {
    borsh::to_vec(value).map(|bytes| CryptoHash::of(&bytes)).map_err(|error| error.to_string())
}

/// The JSON of a value.
pub(super) fn to_json(value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}
