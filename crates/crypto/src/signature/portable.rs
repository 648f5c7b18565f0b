//! Verification in pure Rust, for targets where C does not build; and the referee of `native`.

use super::{ML_DSA_65_PUBLIC_KEY_LENGTH, ML_DSA_65_SIGNATURE_LENGTH, RecoveryId};
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use ml_dsa::{EncodedSignature, EncodedVerifyingKey, MlDsa65};

/// See [`super::P256Signature::verify`]; the parts of `signature` are in range.
pub(super) fn p256_verify(signature: &[u8; 64], digest: &[u8; 32], public_key: &[u8; 33]) -> bool {
    let (Ok(signature), Ok(public_key)) = (
        p256::ecdsa::Signature::from_slice(signature),
        p256::ecdsa::VerifyingKey::from_sec1_bytes(public_key),
    ) else {
        return false;
    };
    public_key.verify_prehash(digest, &signature).is_ok()
}

/// See [`super::ml_dsa_65_verify`].
pub(super) fn ml_dsa_65_verify(
    signature: &[u8; ML_DSA_65_SIGNATURE_LENGTH],
    message: &[u8],
    public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LENGTH],
) -> bool {
    let (Ok(signature), Ok(public_key)) = (
        EncodedSignature::<MlDsa65>::try_from(signature.as_slice()),
        EncodedVerifyingKey::<MlDsa65>::try_from(public_key.as_slice()),
    ) else {
        return false;
    };
    let public_key = ml_dsa::VerifyingKey::<MlDsa65>::decode(&public_key);
    ml_dsa::Signature::<MlDsa65>::decode(&signature)
        .is_some_and(|signature| public_key.verify_with_context(message, &[], &signature))
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
    let (Ok(signature), Ok(public_key)) = (
        k256::ecdsa::Signature::from_slice(signature),
        k256::ecdsa::VerifyingKey::from_sec1_bytes(&encoded),
    ) else {
        return false;
    };
    public_key.verify_prehash(hash, &signature).is_ok()
}

/// See [`super::ecrecover`].
pub(super) fn secp256k1_recover(
    hash: &[u8; 32],
    signature: &[u8; 64],
    recovery_id: RecoveryId,
) -> Option<[u8; 64]> {
    let id = k256::ecdsa::RecoveryId::from_byte(recovery_id.0)?;
    let signature = k256::ecdsa::Signature::from_slice(signature).ok()?;
    let key = k256::ecdsa::VerifyingKey::recover_from_prehash(hash, &signature, id).ok()?;
    let point = key.to_sec1_point(false);
    let (_tag, coordinates) = point.as_bytes().split_first()?;
    coordinates.try_into().ok()
}
