//! A signature of an account's key.

use super::{KeyType, ParseSignatureError, PublicKey, decode_base58, exactly};
use crate::signature::{
    Ed25519Claim, Ed25519Signature, ML_DSA_65_SIGNATURE_LENGTH, ed25519_verify, ed25519_verify_all,
    ml_dsa_65_verify, secp256k1_verify,
};
use crate::text::{Base58, serde_as_text};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, Read};
use std::str::FromStr;

/// A signature. Its borsh form is the number of the scheme and the bytes.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Signature {
    /// Point and scalar.
    Ed25519([u8; 64]) = KeyType::Ed25519 as u8,
    /// `r || s`, big-endian, and the recovery id.
    Secp256k1([u8; 65]) = KeyType::Secp256k1 as u8,
    /// The encoding of FIPS 204.
    MlDsa65(Box<[u8; ML_DSA_65_SIGNATURE_LENGTH]>) = KeyType::MlDsa65 as u8,
}

impl Signature {
    /// The signature of scheme `key_type` with these `bytes`.
    ///
    /// # Errors
    /// [`ParseSignatureError::Length`] if signatures of that scheme have another length.
    pub fn from_bytes(key_type: KeyType, bytes: &[u8]) -> Result<Self, ParseSignatureError> {
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

    /// The signature's bytes, without the number of its scheme.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) => bytes,
            Self::Secp256k1(bytes) => bytes,
            Self::MlDsa65(bytes) => bytes.as_slice(),
        }
    }

    /// Whether this signs `message` under `public_key`; never if the schemes differ.
    ///
    /// For secp256k1 the message is a hash of 32 bytes, and the recovery id must be 0 to 3 although
    /// nothing is recovered.
    pub fn verify(&self, message: &[u8], public_key: &PublicKey) -> bool {
        match (self, public_key) {
            (Self::Ed25519(signature), PublicKey::Ed25519(key)) => {
                ed25519_verify(signature, message, key)
            }
            (Self::Secp256k1(signature), PublicKey::Secp256k1(key)) => {
                let (Some((parts, [0..=3])), Ok(hash)) =
                    (signature.split_first_chunk::<64>(), message.try_into())
                else {
                    return false;
                };
                secp256k1_verify(parts, hash, key)
            }
            (Self::MlDsa65(signature), PublicKey::MlDsa65(key)) => {
                ml_dsa_65_verify(signature, message, key)
            }
            _ => false,
        }
    }

    /// For each signature, message and key, in order, what [`Signature::verify`] says. Of ed25519, many
    /// take less time than one by one.
    pub fn verify_all(signed: &[(&Signature, &[u8], &PublicKey)]) -> Vec<bool> {
        let claims: Vec<_> = signed.iter().filter_map(|one| ed25519_claim(*one)).collect();
        let mut answers = ed25519_verify_all(&claims).into_iter();
        let answer = |&one: &(&Signature, &[u8], &PublicKey)| match ed25519_claim(one) {
            Some(_) => answers.next().unwrap_or(false),
            None => one.0.verify(one.1, one.2),
        };
        signed.iter().map(answer).collect()
    }
}

fn ed25519_claim<'c>(
    (signature, message, key): (&'c Signature, &'c [u8], &'c PublicKey),
) -> Option<Ed25519Claim<'c>> {
    match (signature, key) {
        (Signature::Ed25519(signature), PublicKey::Ed25519(public_key)) => {
            Some(Ed25519Claim { signature, message, public_key })
        }
        _ => None,
    }
}

/// The signature of nothing: ed25519, all zero.
impl Default for Signature {
    fn default() -> Self {
        Self::Ed25519([0; 64])
    }
}

impl BorshDeserialize for Signature {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
        match u8::deserialize_reader(reader)? {
            0 => {
                let bytes = BorshDeserialize::deserialize_reader(reader)?;
                // A transaction with such a signature is malformed, not merely unsigned.
                Ed25519Signature::parse(&bytes)
                    .ok_or_else(|| invalid("ed25519 signature with an oversized scalar".into()))?;
                Ok(Self::Ed25519(bytes))
            }
            1 => BorshDeserialize::deserialize_reader(reader).map(Self::Secp256k1),
            2 => BorshDeserialize::deserialize_reader(reader).map(Self::MlDsa65),
            other => Err(invalid(format!("unknown key type '{other}'"))),
        }
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key_type(), Base58(self.as_bytes()))
    }
}

impl Debug for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for Signature {
    type Err = ParseSignatureError;

    fn from_str(text: &str) -> Result<Self, ParseSignatureError> {
        let (key_type, data) = KeyType::split(text)?;
        Ok(match key_type {
            KeyType::Ed25519 => Self::Ed25519(decode_base58(data)?),
            KeyType::Secp256k1 => Self::Secp256k1(decode_base58(data)?),
            KeyType::MlDsa65 => Self::MlDsa65(Box::new(decode_base58(data)?)),
        })
    }
}

serde_as_text!(Signature);
