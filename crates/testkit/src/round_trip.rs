//! Encodings: what decodes, encodes to what it was decoded from.
//!
//! Blocks name values by the hash of their encoding, so a value has one encoding. Decoding is less
//! strict about maps, as in the protocol: their keys may come in any order and more than once.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cmp::Ordering;
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// The value of which `bytes` are the borsh, if they are of one.
///
/// # Panics
/// When its borsh are other bytes.
pub fn borsh<T: BorshDeserialize + BorshSerialize + Debug>(bytes: &[u8]) -> Option<T> {
    let value = borsh::from_slice::<T>(bytes).ok()?;
    let again = encoded(&value);
    assert!(again == bytes, "{value:?} has two encodings: {bytes:?} and {again:?}");
    Some(value)
}

/// The value of which `bytes` are the borsh, but for the order and repetition of keys in maps, if
/// they are of one. The last of repeated keys counts.
///
/// # Panics
/// When its borsh have other bytes than `bytes`, in any order, without there being fewer of them; or
/// when they are of another value.
pub fn borsh_with_maps<T: BorshDeserialize + BorshSerialize + Debug + PartialEq>(
    bytes: &[u8],
) -> Option<T> {
    let value = borsh::from_slice::<T>(bytes).ok()?;
    let again = encoded(&value);
    let same = match again.len().cmp(&bytes.len()) {
        Ordering::Less => true,
        Ordering::Equal => sorted(&again) == sorted(bytes),
        Ordering::Greater => false,
    };
    assert!(same, "{value:?} is not written as it was read: {bytes:?} and {again:?}");
    assert_eq!(borsh::<T>(&again).as_ref(), Some(&value), "read from {again:?}");
    Some(value)
}

fn encoded<T: BorshSerialize + Debug>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).unwrap_or_else(|error| panic!("{value:?}: {error}"))
}

fn sorted(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.sort_unstable();
    bytes
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
