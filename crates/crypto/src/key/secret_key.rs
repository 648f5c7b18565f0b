//! Secret keys: made from a seed, they sign deterministically. Nothing here draws randomness.

use super::{InvalidLength, KeyType, PublicKey, Signature, UnknownKeyType, decode_base58};
use crate::text::{Base58, Base58Error};
use ed25519_dalek::Signer;
use ml_dsa::{ExpandedSigningKey, MlDsa65};
use std::fmt::{self, Debug, Formatter};
use std::str::FromStr;

/// A secret key. It shows nothing of itself but through [`SecretKey::expose`].
#[derive(Clone)]
pub enum SecretKey {
    /// Made from the 32-byte seed of RFC 8032.
    Ed25519(ed25519_dalek::SigningKey),
    /// Made from a number between 1 and the group order, big-endian.
    Secp256k1(k256::ecdsa::SigningKey),
    /// Made from the 32-byte seed of FIPS 204.
    MlDsa65(Box<ExpandedSigningKey<MlDsa65>>),
}

impl SecretKey {
    /// The key of scheme `key_type` that `seed` stands for.
    ///
    /// # Errors
    /// [`InvalidSeed`] for secp256k1 if the seed is zero or not less than the group order.
    pub fn from_seed(key_type: KeyType, seed: &[u8; 32]) -> Result<Self, InvalidSeed> {
        Ok(match key_type {
            KeyType::Ed25519 => Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)),
            KeyType::Secp256k1 => {
                Self::Secp256k1(k256::ecdsa::SigningKey::from_slice(seed).map_err(|_| InvalidSeed)?)
            }
            KeyType::MlDsa65 => {
                Self::MlDsa65(Box::new(ExpandedSigningKey::from_seed(&(*seed).into())))
            }
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

    /// The public key that verifies what this key signs.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key().to_bytes()),
            Self::Secp256k1(key) => {
                let mut coordinates = [0; 64];
                let point = key.verifying_key().to_sec1_point(false);
                for (to, from) in coordinates.iter_mut().zip(point.as_bytes().iter().skip(1)) {
                    *to = *from;
                }
                PublicKey::Secp256k1(coordinates)
            }
            Self::MlDsa65(key) => PublicKey::MlDsa65(Box::new(key.verifying_key().encode().into())),
        }
    }

    /// Signs `message`, which for secp256k1 is a hash.
    ///
    /// # Errors
    /// [`SignError::HashLength`] for secp256k1 if the message does not have 32 bytes;
    /// [`SignError::Sampling`] for ML-DSA-65 if no signature was found in the attempts allowed,
    /// which no known message leads to.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        match self {
            Self::Ed25519(key) => Ok(Signature::Ed25519(key.sign(message).to_bytes())),
            Self::Secp256k1(key) => {
                let hash: &[u8; 32] = message
                    .try_into()
                    .map_err(|_| SignError::HashLength { received: message.len() })?;
                let (signature, recovery_id) = key.sign_prehash_recoverable(hash);
                let mut bytes = [recovery_id.to_byte(); 65];
                for (to, from) in bytes.iter_mut().zip(signature.to_bytes()) {
                    *to = from;
                }
                Ok(Signature::Secp256k1(bytes))
            }
            Self::MlDsa65(key) => {
                let signature =
                    key.sign_deterministic(message, &[]).map_err(|_| SignError::Sampling)?;
                Ok(Signature::MlDsa65(Box::new(signature.encode().into())))
            }
        }
    }

    /// The text form, `scheme:base58`, that wallets keep in files: for ed25519 the seed and the
    /// public key. None for ML-DSA-65, whose seed is not kept.
    pub fn expose(&self) -> Option<String> {
        let show = |data: &[u8]| Some(format!("{}:{}", self.key_type(), Base58(data)));
        match self {
            Self::Ed25519(key) => show(&key.to_keypair_bytes()),
            Self::Secp256k1(key) => show(&key.to_bytes()),
            Self::MlDsa65(_) => None,
        }
    }
}

impl Debug for SecretKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({} hidden)", self.key_type())
    }
}

impl FromStr for SecretKey {
    type Err = ParseSecretKeyError;

    fn from_str(text: &str) -> Result<Self, ParseSecretKeyError> {
        let (key_type, data) = KeyType::split(text)?;
        match key_type {
            KeyType::Ed25519 => {
                ed25519_dalek::SigningKey::from_keypair_bytes(&decode_base58(data)?)
                    .map(Self::Ed25519)
                    .map_err(|_| ParseSecretKeyError::Mismatch)
            }
            KeyType::Secp256k1 => Ok(Self::from_seed(key_type, &decode_base58(data)?)?),
            // The expanded form cannot be checked, and signing with a forged one is undefined.
            KeyType::MlDsa65 => Err(UnknownKeyType { name: key_type.to_string() }.into()),
        }
    }
}

/// A seed that stands for no secp256k1 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secp256k1 secret key is between 1 and the order of the group")]
pub struct InvalidSeed;

/// Why a text is not a secret key. The errors do not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseSecretKeyError {
    /// The scheme is unknown, or its secret keys have no text form.
    #[error(transparent)]
    UnknownKeyType(#[from] UnknownKeyType),
    /// The text stands for another number of bytes.
    #[error("invalid secret key length: {0}")]
    Length(#[from] InvalidLength),
    /// The text is not base58.
    #[error("a secret key is written in base58")]
    Base58,
    /// The number is out of range.
    #[error(transparent)]
    Seed(#[from] InvalidSeed),
    /// The public half of an ed25519 key does not belong to the secret half.
    #[error("the two halves of the secret key do not belong together")]
    Mismatch,
}

impl From<Base58Error> for ParseSecretKeyError {
    fn from(error: Base58Error) -> Self {
        match error {
            Base58Error::Length { expected, received } => {
                Self::Length(InvalidLength { expected, received })
            }
            Base58Error::Character { .. } => Self::Base58,
        }
    }
}

/// Why a message could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// secp256k1 signs hashes of 32 bytes.
    #[error("secp256k1 signs a hash of 32 bytes, {received} were given")]
    HashLength {
        /// Bytes given.
        received: usize,
    },
    /// ML-DSA-65 found no signature in the attempts allowed.
    #[error("no ML-DSA-65 signature found in the attempts allowed")]
    Sampling,
}
