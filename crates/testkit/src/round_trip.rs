//! Encodings: what decodes, encodes to what it was decoded from.
//!
//! Blocks name values by the hash of their encoding, so a value must not have two.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// The value of which `bytes` are the borsh, if they are of one.
///
/// # Panics
/// When its borsh are other bytes.
pub fn borsh<T: BorshDeserialize + BorshSerialize + Debug>(bytes: &[u8]) -> Option<T> {
    let value = borsh::from_slice::<T>(bytes).ok()?;
    let again = borsh::to_vec(&value).unwrap_or_else(|error| panic!("{value:?}: {error}"));
    assert!(again == bytes, "{value:?} has two encodings: {bytes:?} and {again:?}");
    Some(value)
}

/// Shows `value` as JSON and reads it again.
///
/// # Panics
/// When something else is read, or nothing.
pub fn json<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    let text = serde_json::to_string(value).unwrap_or_else(|error| panic!("{value:?}: {error}"));
    let again: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(&again, value, "read from {text}");
}

/// The value that `text` writes, if it does.
///
/// # Panics
/// When the value as text is read as another.
pub fn text<T: FromStr + Display + Debug + PartialEq>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    let again = value.to_string().parse::<T>().ok();
    assert_eq!(again.as_ref(), Some(&value), "read from {text:?}, written {value}");
    Some(value)
}
