//! The text form of byte strings: base58 with the Bitcoin alphabet, and JSON strings around it.
//!
//! Text comes from outside. The work of decoding is bounded by the length of the value that is
//! wanted, however long the text is.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;
use std::str::FromStr;

/// Why a text is not the base58 form of a value of a given length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base58Error {
    /// The bytes are more or fewer than wanted. `received` stops at one more than wanted.
    Length { expected: usize, received: usize },
    /// A character outside of the alphabet.
    Character { message: String },
}

/// Decodes base58 `text` of exactly `N` bytes.
pub(crate) fn decode_base58<const N: usize>(text: &str) -> Result<[u8; N], Base58Error> {
    let mut bytes = [0; N];
    match bs58::decode(text).onto(&mut bytes) {
        Ok(received) if received == N => Ok(bytes),
        Ok(received) => Err(Base58Error::Length { expected: N, received }),
        Err(bs58::decode::Error::BufferTooSmall) => {
            Err(Base58Error::Length { expected: N, received: N.saturating_add(1) })
        }
        Err(other) => Err(Base58Error::Character { message: other.to_string() }),
    }
}

/// Shows bytes in base58.
pub(crate) struct Base58<'a>(pub(crate) &'a [u8]);

impl Display for Base58<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).into_string())
    }
}

/// Serialises a value as the string that it shows.
pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Deserialises a value from a string that it parses.
pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    struct Parse<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Parse<T> {
        type Value = T;

        fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("a base58 string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    from.deserialize_str(Parse(PhantomData))
}

/// Gives a type the JSON form of its `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($($type:ty),+) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                crate::text::serialize(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                crate::text::deserialize(from)
            }
        }
    )+};
}
pub(crate) use serde_as_text;
