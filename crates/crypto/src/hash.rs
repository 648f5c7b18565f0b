//! Hashes: the protocol's own, [`CryptoHash`], and those that contracts may compute.
//!
//! `CryptoHash` is SHA-256. It names blocks, receipts, code and trie nodes; in text and JSON it is
//! base58, in borsh its 32 bytes (protocol specification, "Data structures: hash").

use crate::text::{Base58, Base58Error, decode_base58, serde_as_text};
use borsh::{BorshDeserialize, BorshSerialize};
use ripemd::Ripemd160;
use sha2::Sha256;
use sha3::{Digest, Keccak256, Keccak512, Sha3_256, Sha3_384, Sha3_512};
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

/// A SHA-256 hash, the protocol's name for a thing.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct CryptoHash(pub [u8; 32]);

impl CryptoHash {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }

    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for CryptoHash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for CryptoHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Display for CryptoHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Base58(&self.0).fmt(f)
    }
}

impl Debug for CryptoHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for CryptoHash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        decode_base58(text).map(Self).map_err(|error| match error {
            Base58Error::Length { received, .. } => ParseHashError::Length { received },
            Base58Error::Character { message } => ParseHashError::Base58 { message },
        })
    }
}

serde_as_text!(CryptoHash);

/// Why a text is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseHashError {
    /// The text stands for another number of bytes than 32.
    #[error("a hash has 32 bytes, this text has {received}")]
    Length {
        /// Bytes that the text stands for; 33 if it is more than 32.
        received: usize,
    },
    /// The text has a character that base58 does not have.
    #[error("a hash is written in base58: {message}")]
    Base58 {
        /// Which character, and where.
        message: String,
    },
}

/// SHA-256 of `bytes` (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Keccak-256 of `bytes`: the padding of the Keccak submission, as Ethereum uses it.
pub fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// Keccak-512 of `bytes`, with the padding of the Keccak submission.
pub fn keccak512(bytes: &[u8]) -> [u8; 64] {
    Keccak512::digest(bytes).into()
}

/// SHA3-256 of `bytes` (FIPS 202).
pub fn sha3_256(bytes: &[u8]) -> [u8; 32] {
    Sha3_256::digest(bytes).into()
}

/// SHA3-384 of `bytes` (FIPS 202).
pub fn sha3_384(bytes: &[u8]) -> [u8; 48] {
    Sha3_384::digest(bytes).into()
}

/// SHA3-512 of `bytes` (FIPS 202).
pub fn sha3_512(bytes: &[u8]) -> [u8; 64] {
    Sha3_512::digest(bytes).into()
}

/// RIPEMD-160 of `bytes`.
pub fn ripemd160(bytes: &[u8]) -> [u8; 20] {
    Ripemd160::digest(bytes).into()
}

#[cfg(test)]
mod tests;
