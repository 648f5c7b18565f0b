//! Verification by C libraries: libsecp256k1, and AWS-LC for P-256 and ML-DSA-65.
//!
//! Only verification, which is where the time goes; keys are made and used for signing in pure
//! Rust on every target.

use super::{ML_DSA_65_PUBLIC_KEY_LENGTH, ML_DSA_65_SIGNATURE_LENGTH, RecoveryId};
use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ML_DSA_65, UnparsedPublicKey};
use secp256k1::{Message, PublicKey, ecdsa};

/// See [`super::P256Signature::verify`]; the parts of `signature` are in range.
pub(super) fn p256_verify(signature: &[u8; 64], digest: &[u8; 32], public_key: &[u8; 33]) -> bool {
    let Some(public_key) = p256_compressed(public_key) else {
        return false;
    };
    // The algorithm is only the label of a 32-byte digest; nothing is hashed.
    let Ok(digest) = Digest::import_less_safe(digest, &SHA256) else {
        return false;
    };
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key)
        .verify_digest(&digest, signature)
        .is_ok()
}

/// The compressed form of a key that may also have the tag of a "compact" point (5): the one of
/// the two points with that `x` whose `y` is the smaller. AWS-LC does not know that form.
fn p256_compressed(public_key: &[u8; 33]) -> Option<[u8; 33]> {
    const COMPACT: u8 = 5;
    if public_key.first() != Some(&COMPACT) {
        return Some(*public_key);
    }
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(public_key).ok()?;
    key.to_sec1_point(true).as_bytes().try_into().ok()
}

/// See [`super::ml_dsa_65_verify`].
pub(super) fn ml_dsa_65_verify(
    signature: &[u8; ML_DSA_65_SIGNATURE_LENGTH],
    message: &[u8],
    public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LENGTH],
) -> bool {
    UnparsedPublicKey::new(&ML_DSA_65, public_key).verify(message, signature).is_ok()
}

/// See [`super::secp256k1_verify`].
pub(super) fn secp256k1_verify(
    signature: &[u8; 64],
    hash: &[u8; 32],
    public_key: &[u8; 64],
) -> bool {
    const UNCOMPRESSED: u8 = 4;
    let mut encoded = [UNCOMPRESSED; 65];
    for (to, from) in encoded.iter_mut().skip(1).zip(public_key) {
        *to = *from;
    }
    let (Ok(signature), Ok(public_key)) =
        (ecdsa::Signature::from_compact(signature), PublicKey::from_slice(&encoded))
    else {
        return false;
    };
    ecdsa::verify(&signature, Message::from_digest(*hash), &public_key).is_ok()
}

/// See [`super::ecrecover`].
pub(super) fn secp256k1_recover(
    hash: &[u8; 32],
    signature: &[u8; 64],
    recovery_id: RecoveryId,
) -> Option<[u8; 64]> {
    let id = ecdsa::RecoveryId::try_from(i32::from(recovery_id.0)).ok()?;
    let signature = ecdsa::RecoverableSignature::from_compact(signature, id).ok()?;
    let key = signature.recover_ecdsa(Message::from_digest(*hash)).ok()?;
    let [_tag, coordinates @ ..] = key.serialize_uncompressed();
    Some(coordinates)
}
