//! The full public key, as transactions and actions carry it.

use super::{KeyType, ParseKeyError, decode_base58, exactly};
use crate::signature::ML_DSA_65_PUBLIC_KEY_LENGTH;
use crate::text::{Base58, serde_as_text};
use borsh::{BorshDeserialize, BorshSerialize};
use curve25519_dalek::edwards::CompressedEdwardsY;
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

/// A public key. Its borsh form is the number of the scheme and the bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum PublicKey {
    /// The compressed point.
    Ed25519([u8; 32]) = KeyType::Ed25519 as u8,
    /// The two coordinates, big-endian.
    Secp256k1([u8; 64]) = KeyType::Secp256k1 as u8,
    /// The encoding of FIPS 204. Boxed, so that other keys stay small.
    MlDsa65(Box<[u8; ML_DSA_65_PUBLIC_KEY_LENGTH]>) = KeyType::MlDsa65 as u8,
}

impl PublicKey {
    /// The key of scheme `key_type` with these `bytes`.
    ///
    /// # Errors
    /// [`ParseKeyError::Length`] if keys of that scheme have another length.
    pub fn from_bytes(key_type: KeyType, bytes: &[u8]) -> Result<Self, ParseKeyError> {
        Ok(match key_type {
            KeyType::Ed25519 => Self::Ed25519(exactly(bytes)?),
            KeyType::Secp256k1 => Self::Secp256k1(exactly(bytes)?),
            KeyType::MlDsa65 => Self::MlDsa65(Box::new(exactly(bytes)?)),
        })
    }

    /// The scheme.
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::Ed25519(_) => KeyType::Ed25519,
            Self::Secp256k1(_) => KeyType::Secp256k1,
            Self::MlDsa65(_) => KeyType::MlDsa65,
        }
    }

    /// The key's bytes, without the number of its scheme.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) => bytes,
            Self::Secp256k1(bytes) => bytes,
            Self::MlDsa65(bytes) => bytes.as_slice(),
        }
    }

    /// Bytes of the borsh form.
    pub fn wire_len(&self) -> usize {
        self.as_bytes().len().saturating_add(1)
    }

    /// Bytes of the form that stands in the trie, [`super::PublicKeyHandle`]. Nothing is hashed to
    /// find out.
    pub fn trie_id_len(&self) -> usize {
        const HANDLE: usize = 33;
        match self {
            Self::Ed25519(_) | Self::Secp256k1(_) => self.wire_len(),
            Self::MlDsa65(_) => HANDLE,
        }
    }

    /// Whether a validator may stake with this key: an ed25519 point of the prime-order subgroup.
    pub fn is_valid_staking_key(&self) -> bool {
        match self {
            Self::Ed25519(bytes) => {
                CompressedEdwardsY(*bytes).decompress().is_some_and(|point| point.is_torsion_free())
            }
            Self::Secp256k1(_) | Self::MlDsa65(_) => false,
        }
    }
}

impl Display for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key_type(), Base58(self.as_bytes()))
    }
}

impl Debug for PublicKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let (key_type, data) = KeyType::split(text)?;
        Ok(match key_type {
            KeyType::Ed25519 => Self::Ed25519(decode_base58(data)?),
            KeyType::Secp256k1 => Self::Secp256k1(decode_base58(data)?),
            KeyType::MlDsa65 => Self::MlDsa65(Box::new(decode_base58(data)?)),
        })
    }
}

serde_as_text!(PublicKey);
