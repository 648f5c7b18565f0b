//! Keys and signatures of accounts: what they are on the wire, in the trie and in text.
//!
//! Three schemes, each with a number that is the first byte of every borsh form: ed25519 (0),
//! secp256k1 (1) and ML-DSA-65 (2). The text form is `scheme:base58`; without a scheme it is
//! ed25519. Keys are not checked to be points of their curve until they are used: any bytes of the
//! right length are a key, as the protocol has it.

mod handle;
mod public_key;
mod secret_key;
mod signature;

pub use handle::PublicKeyHandle;
pub use public_key::PublicKey;
pub use secret_key::{InvalidSeed, ParseSecretKeyError, SecretKey, SignError};
pub use signature::Signature;

use crate::text::{Base58Error, decode_base58};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// A signature scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyType {
    /// Edwards curve 25519 (RFC 8032).
    Ed25519 = 0,
    /// ECDSA on secp256k1.
    Secp256k1 = 1,
    /// ML-DSA-65, post-quantum (FIPS 204).
    MlDsa65 = 2,
}

impl KeyType {
    /// Whether the scheme is believed to withstand quantum computers.
    pub fn is_post_quantum(self) -> bool {
        match self {
            Self::Ed25519 | Self::Secp256k1 => false,
            Self::MlDsa65 => true,
        }
    }

    /// The name in text forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Secp256k1 => "secp256k1",
            Self::MlDsa65 => "ml-dsa-65",
        }
    }

    /// Splits `scheme:data`. A text without a colon is ed25519 data.
    fn split(text: &str) -> Result<(Self, &str), UnknownKeyType> {
        match text.split_once(':') {
            Some((name, data)) => Ok((name.parse()?, data)),
            None => Ok((Self::Ed25519, text)),
        }
    }
}

impl Display for KeyType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    /// Reads a name in any case.
    fn from_str(name: &str) -> Result<Self, UnknownKeyType> {
        [Self::Ed25519, Self::Secp256k1, Self::MlDsa65]
            .into_iter()
            .find(|key_type| key_type.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownKeyType { name: name.to_ascii_lowercase() })
    }
}

/// A scheme that the protocol does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown key type '{name}'")]
pub struct UnknownKeyType {
    /// The name given, in lower case.
    pub name: String,
}

/// Bytes or a text of the wrong length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the input of {expected} bytes, but {received} was given")]
pub struct InvalidLength {
    /// Bytes wanted.
    pub expected: usize,
    /// Bytes given; for a text, at most one more than wanted.
    pub received: usize,
}

/// Why something is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseKeyError {
    /// The scheme is unknown, or not one that can stand here.
    #[error(transparent)]
    UnknownKeyType(#[from] UnknownKeyType),
    /// The scheme's keys have another length. The text is part of outcomes.
    #[error("invalid key length: {0}")]
    Length(#[from] InvalidLength),
    /// The text is not base58.
    #[error("invalid key data: {message}")]
    Data {
        /// Which character, and where.
        message: String,
    },
}

impl From<Base58Error> for ParseKeyError {
    fn from(error: Base58Error) -> Self {
        match error {
            Base58Error::Length { expected, received } => {
                Self::Length(InvalidLength { expected, received })
            }
            Base58Error::Character { message } => Self::Data { message },
        }
    }
}

/// Why something is not a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseSignatureError {
    /// The scheme is unknown.
    #[error(transparent)]
    UnknownKeyType(#[from] UnknownKeyType),
    /// The scheme's signatures have another length. The text is part of outcomes.
    #[error("invalid signature length: {0}")]
    Length(#[from] InvalidLength),
    /// The text is not base58.
    #[error("invalid signature data: {message}")]
    Data {
        /// Which character, and where.
        message: String,
    },
}

impl From<Base58Error> for ParseSignatureError {
    fn from(error: Base58Error) -> Self {
        match error {
            Base58Error::Length { expected, received } => {
                Self::Length(InvalidLength { expected, received })
            }
            Base58Error::Character { message } => Self::Data { message },
        }
    }
}

/// Exactly `N` bytes.
fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], InvalidLength> {
    bytes.try_into().map_err(|_| InvalidLength { expected: N, received: bytes.len() })
}

#[cfg(test)]
mod tests;
