//! Signature verification as contracts and transactions see it.
//!
//! Every function answers yes or no for any bytes of the right length. Which lengths and flags a
//! caller may pass is checked before, by the types of the arguments; [`Ed25519Signature`] and
//! [`P256Signature`] are types because the host functions refuse a malformed signature before they
//! read, and charge for, the message.
//!
//! Sources: ed25519 RFC 8032 with the acceptance rule of ed25519-dalek's `verify`; secp256k1
//! recovery as in Ethereum; P-256 in NEP-635; ML-DSA-65 in FIPS 204 with an empty context.
//!
//! secp256k1, P-256 and ML-DSA-65 have two implementations, chosen by target alone: `native` (C
//! libraries, several times faster) and `portable` (pure Rust, on wasm32). Tests hold them to the
//! same answers.

mod many;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(any(test, target_family = "wasm"))]
mod portable;

#[cfg(not(target_family = "wasm"))]
use native as implementation;
#[cfg(target_family = "wasm")]
use portable as implementation;

pub use many::{Ed25519Claim, ed25519_verify_all};

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

/// Bytes of an ML-DSA-65 public key.
pub const ML_DSA_65_PUBLIC_KEY_LENGTH: usize = 1952;
/// Bytes of an ML-DSA-65 signature.
pub const ML_DSA_65_SIGNATURE_LENGTH: usize = 3309;

/// An ed25519 signature whose scalar is not obviously too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ed25519Signature(Signature);

impl Ed25519Signature {
    /// Takes the 64 bytes of a signature; none if one of the three highest bits of its scalar is
    /// set. The rest of the scalar's range is checked by [`Self::verify`].
    pub fn parse(bytes: &[u8; 64]) -> Option<Self> {
        const HIGHEST_BITS: u8 = 0b1110_0000;
        let [.., last] = bytes;
        (last & HIGHEST_BITS == 0).then(|| Self(Signature::from_bytes(bytes)))
    }

    /// Whether this is a signature of `message` under `public_key`.
    ///
    /// The rule is the one without cofactor: the encoding of the recomputed point must be that in
    /// the signature. Keys of small order and keys that are not reduced are accepted.
    pub fn verify(&self, message: &[u8], public_key: &[u8; 32]) -> bool {
        VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.verify(message, &self.0).is_ok())
    }
}

/// Whether `signature` is an ed25519 signature of `message` under `public_key`.
pub fn ed25519_verify(signature: &[u8; 64], message: &[u8], public_key: &[u8; 32]) -> bool {
    Ed25519Signature::parse(signature).is_some_and(|parsed| parsed.verify(message, public_key))
}

/// A P-256 signature `r || s`, big-endian, whose parts are in the range 1 to n - 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct P256Signature([u8; 64]);

impl P256Signature {
    /// The order n of the curve's group, big-endian.
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];

    /// Takes the 64 bytes of a signature; none if a part is zero or not less than n.
    pub fn parse(bytes: &[u8; 64]) -> Option<Self> {
        let in_range = |part: &[u8]| *part > [0; 32][..] && *part < Self::ORDER[..];
        let (r, s) = halves(bytes);
        (in_range(r) && in_range(s)).then_some(Self(*bytes))
    }

    /// Whether this is a signature of the digest `prehash` under `public_key`, a compressed point.
    ///
    /// A digest longer than 32 bytes is cut, a shorter one is padded with zeros on the left, and
    /// one shorter than 16 bytes never verifies. A high `s` is accepted (NEP-635).
    pub fn verify(&self, prehash: &[u8], public_key: &[u8; 33]) -> bool {
        const SHORTEST: usize = 16;
        if prehash.len() < SHORTEST {
            return false;
        }
        let mut digest = [0; 32];
        let taken = prehash.len().min(digest.len());
        let padding = digest.len().saturating_sub(taken);
        for (to, from) in digest.iter_mut().skip(padding).zip(prehash) {
            *to = *from;
        }
        implementation::p256_verify(&self.0, &digest, public_key)
    }
}

/// Whether `signature` is an ML-DSA-65 signature of `message`, with an empty context, under
/// `public_key`.
pub fn ml_dsa_65_verify(
    signature: &[u8; ML_DSA_65_SIGNATURE_LENGTH],
    message: &[u8],
    public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LENGTH],
) -> bool {
    implementation::ml_dsa_65_verify(signature, message, public_key)
}

/// Whether `signature`, `r || s` big-endian, is a secp256k1 signature of `hash` under
/// `public_key`, the two coordinates big-endian. A high `s` is refused.
pub fn secp256k1_verify(signature: &[u8; 64], hash: &[u8; 32], public_key: &[u8; 64]) -> bool {
    implementation::secp256k1_verify(signature, hash, public_key)
}

/// The secp256k1 public key, two coordinates big-endian, under which `signature`, `r || s`
/// big-endian, signs `hash`.
///
/// None if a part of the signature is zero or too large (for `s`, `malleability` says what that
/// is), or if there is no such key.
pub fn ecrecover(
    hash: &[u8; 32],
    signature: &[u8; 64],
    recovery_id: RecoveryId,
    malleability: Malleability,
) -> Option<[u8; 64]> {
    let (r, s) = halves(signature);
    let s_in_range = match malleability {
        Malleability::Allowed => *s < secp256k1_order::N[..],
        Malleability::Refused => *s <= secp256k1_order::HALF[..],
    };
    if *r >= secp256k1_order::N[..] || !s_in_range {
        return None;
    }
    implementation::secp256k1_recover(hash, signature, recovery_id)
}

/// Which of the up to four points with a given `r` a signature means: bit 0 is the parity of `y`,
/// bit 1 says that `x` is `r` plus the group order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryId(u8);

impl RecoveryId {
    /// The id for the number `v`.
    ///
    /// # Errors
    /// [`EcrecoverError::RecoveryId`] if `v` is more than 3.
    pub fn new(v: u64) -> Result<Self, EcrecoverError> {
        match u8::try_from(v) {
            Ok(id @ 0..=3) => Ok(Self(id)),
            _ => Err(EcrecoverError::RecoveryId { v }),
        }
    }
}

/// Whether [`ecrecover`] takes both signatures `(r, s)` and `(r, n - s)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malleability {
    /// Any `s` below n.
    Allowed,
    /// Only an `s` of at most half of n.
    Refused,
}

impl Malleability {
    /// What a contract's flag means: 0 allows, 1 refuses.
    ///
    /// # Errors
    /// [`EcrecoverError::MalleabilityFlag`] for any other flag.
    pub fn from_flag(flag: u64) -> Result<Self, EcrecoverError> {
        match flag {
            0 => Ok(Self::Allowed),
            1 => Ok(Self::Refused),
            _ => Err(EcrecoverError::MalleabilityFlag { flag }),
        }
    }
}

/// Arguments that the `ecrecover` host function refuses. The texts are part of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EcrecoverError {
    /// The signature does not have 64 bytes.
    #[error("The length of the signature: {length}, exceeds the limit of 64 bytes")]
    SignatureLength {
        /// Bytes given.
        length: usize,
    },
    /// There is no such recovery id.
    #[error("V recovery byte 0 through 3 are valid but was provided {v}")]
    RecoveryId {
        /// Number given.
        v: u64,
    },
    /// The hash does not have 32 bytes.
    #[error("The length of the hash: {length}, exceeds the limit of 32 bytes")]
    HashLength {
        /// Bytes given.
        length: usize,
    },
    /// The flag is neither 0 nor 1.
    #[error("Malleability flag needs to be 0 or 1, but is instead {flag}")]
    MalleabilityFlag {
        /// Flag given.
        flag: u64,
    },
}

/// The order of secp256k1's group, big-endian.
mod secp256k1_order {
    /// n
    pub(super) const N: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36,
        0x41, 0x41,
    ];
    /// (n - 1) / 2
    pub(super) const HALF: [u8; 32] = [
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b,
        0x20, 0xa0,
    ];
}

/// The two parts of a signature. Of big-endian numbers of one length, the less is the first in
/// the order of their bytes.
fn halves(signature: &[u8; 64]) -> (&[u8], &[u8]) {
    signature.split_at(32)
}

#[cfg(test)]
mod tests;
