//! How the trie names an access key.
//!
//! ed25519 and secp256k1 keys stand there in full, with the bytes of their public key. An ML-DSA-65
//! key, which is long, is named by a hash, and its first byte is 3: neither form can be read as
//! the other.

use super::{KeyType, ParseKeyError, PublicKey, UnknownKeyType, decode_base58};
use crate::signature::ML_DSA_65_PUBLIC_KEY_LENGTH;
use crate::text::{Base58, serde_as_text};
use borsh::{BorshDeserialize, BorshSerialize};
use sha3::{Digest, Sha3_256};
use std::fmt::{self, Debug, Display, Formatter};
use std::str::FromStr;

/// Scheme name of the hashed form in text.
const ML_DSA_65_HASH: &str = "ml-dsa-65-hash";

/// What separates the hash of a key from any other hash.
const ML_DSA_65_HASH_DOMAIN: &[u8] = b"near:ml-dsa-65-pubkey-hash:v1";

/// The name of an access key in the trie.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum PublicKeyHandle {
    /// The key itself.
    Ed25519([u8; 32]) = 0,
    /// The key itself.
    Secp256k1([u8; 64]) = 1,
    /// SHA3-256 of a domain tag and the key.
    MlDsa65([u8; 32]) = 3,
}

impl PublicKeyHandle {
    /// The scheme of the key.
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::Ed25519(_) => KeyType::Ed25519,
            Self::Secp256k1(_) => KeyType::Secp256k1,
            Self::MlDsa65(_) => KeyType::MlDsa65,
        }
    }

    /// The bytes, without the leading number.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) | Self::MlDsa65(bytes) => bytes,
            Self::Secp256k1(bytes) => bytes,
        }
    }

    /// Bytes of the borsh form.
    pub fn trie_id_len(&self) -> usize {
        self.as_bytes().len().saturating_add(1)
    }
}

impl From<&PublicKey> for PublicKeyHandle {
    fn from(key: &PublicKey) -> Self {
        match key {
            PublicKey::Ed25519(bytes) => Self::Ed25519(*bytes),
            PublicKey::Secp256k1(bytes) => Self::Secp256k1(*bytes),
            PublicKey::MlDsa65(bytes) => Self::MlDsa65(ml_dsa_65_hash(bytes)),
        }
    }
}

fn ml_dsa_65_hash(key: &[u8; ML_DSA_65_PUBLIC_KEY_LENGTH]) -> [u8; 32] {
    Sha3_256::new().chain_update(ML_DSA_65_HASH_DOMAIN).chain_update(key).finalize().into()
}

impl Display for PublicKeyHandle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let scheme = match self {
            Self::Ed25519(_) | Self::Secp256k1(_) => self.key_type().name(),
            Self::MlDsa65(_) => ML_DSA_65_HASH,
        };
        write!(f, "{scheme}:{}", Base58(self.as_bytes()))
    }
}

impl Debug for PublicKeyHandle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for PublicKeyHandle {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        if let Some((ML_DSA_65_HASH, data)) = text.split_once(':') {
            return Ok(Self::MlDsa65(decode_base58(data)?));
        }
        let (key_type, data) = KeyType::split(text)?;
        match key_type {
            KeyType::Ed25519 => Ok(Self::Ed25519(decode_base58(data)?)),
            KeyType::Secp256k1 => Ok(Self::Secp256k1(decode_base58(data)?)),
            // A full key of this scheme is never in the trie.
            KeyType::MlDsa65 => Err(UnknownKeyType { name: key_type.to_string() }.into()),
        }
    }
}

serde_as_text!(PublicKeyHandle);
