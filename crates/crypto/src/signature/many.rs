//! Many ed25519 signatures at once, each with an answer of its own.
//!
//! The point of each is recomputed as when it is verified alone, by the same equation, so that the answers
//! are the same for any bytes. What is shared is the division with which a point is encoded: one for all.
//! An equation over sums of many signatures would be faster still and would accept others.

use super::Ed25519Signature;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use sha2::{Digest, Sha512};

/// As many as share a division. More would save little: it is a sixteenth already.
const TOGETHER: usize = 16;

/// A signature to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Ed25519Claim<'c> {
    /// The signature.
    pub signature: &'c [u8; 64],
    /// What is said to be signed.
    pub message: &'c [u8],
    /// The key that is said to have signed.
    pub public_key: &'c [u8; 32],
}

/// For each claim, in order, whether it is true: what [`ed25519_verify`](super::ed25519_verify) says of it.
pub fn ed25519_verify_all(claims: &[Ed25519Claim<'_>]) -> Vec<bool> {
    claims.chunks(TOGETHER).flat_map(verify_together).take(claims.len()).collect()
}

/// Answers for as many claims as there are; those that follow mean nothing.
fn verify_together(claims: &[Ed25519Claim<'_>]) -> impl Iterator<Item = bool> {
    let mut points = [EdwardsPoint::identity(); TOGETHER];
    let mut claimed = [None; TOGETHER];
    for ((claim, point), claimed) in claims.iter().zip(&mut points).zip(&mut claimed) {
        if let Some((recomputed, encoded)) = recompute(claim) {
            (*point, *claimed) = (recomputed, Some(encoded));
        }
    }
    let encoded = EdwardsPoint::compress_batch(&points);
    let answers = encoded.into_iter().zip(claimed).map(|(here, there)| Some(here) == there);
    answers.take(claims.len())
}

/// The point that a true signature begins with, and the bytes that this one does; `None` if the key is no
/// point or the signature no number.
fn recompute(claim: &Ed25519Claim<'_>) -> Option<(EdwardsPoint, CompressedEdwardsY)> {
    Ed25519Signature::parse(claim.signature)?;
    let (point, scalar) = claim.signature.split_first_chunk::<32>()?;
    let scalar: Option<Scalar> = Scalar::from_canonical_bytes(scalar.try_into().ok()?).into();
    let key = CompressedEdwardsY(*claim.public_key).decompress()?;
    let hashed = Sha512::new().chain_update(point).chain_update(claim.public_key);
    let challenge: [u8; 64] = hashed.chain_update(claim.message).finalize().into();
    let challenge = Scalar::from_bytes_mod_order_wide(&challenge);
    let recomputed = EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &-key, &scalar?);
    Some((recomputed, CompressedEdwardsY(*point)))
}

#[cfg(test)]
mod tests {
    use super::{Ed25519Claim, TOGETHER, ed25519_verify_all};
    use crate::signature::ed25519_verify;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    struct Owned {
        signature: [u8; 64],
        message: Vec<u8>,
        public_key: [u8; 32],
    }

    impl Owned {
        fn claim(&self) -> Ed25519Claim<'_> {
            let Owned { signature, message, public_key } = self;
            Ed25519Claim { signature, message, public_key }
        }

        fn signed(seed: u8, message: Vec<u8>) -> Owned {
            let key = SigningKey::from_bytes(&[seed; 32]);
            let signature = key.sign(&message).to_bytes();
            Owned { signature, message, public_key: key.verifying_key().to_bytes() }
        }
    }

    /// Points of small order, and encodings that are not reduced: the identity, the point of order two, one
    /// of order four, and the identity and that of order two once more with the modulus added.
    fn odd_points() -> [[u8; 32]; 5] {
        let mut one = [0; 32];
        one[0] = 1;
        let minus_one = {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xec, 0x7f);
            bytes
        };
        let mut one_and_modulus = [0xff; 32];
        (one_and_modulus[0], one_and_modulus[31]) = (0xee, 0x7f);
        let mut negative_one = one;
        negative_one[31] = 0x80;
        [one, minus_one, [0; 32], one_and_modulus, negative_one]
    }

    fn claims() -> impl Strategy<Value = Owned> {
        let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
        let signed = || (any::<u8>(), bytes()).prop_map(|(seed, text)| Owned::signed(seed, text));
        let changed = (signed(), 0..96_usize, 1..=255_u8).prop_map(|(mut claim, place, change)| {
            match claim.signature.get_mut(place) {
                Some(byte) => *byte ^= change,
                None => claim.public_key[place - 64] ^= change,
            }
            claim
        });
        let point = || (0..5_usize).prop_map(|index| odd_points()[index]);
        let odd = (point(), point(), 0..3_u8, bytes()).prop_map(|(key, first, scalar, message)| {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&first);
            signature[32] = scalar;
            Owned { signature, message, public_key: key }
        });
        prop_oneof![signed(), changed, odd]
    }

    proptest! {
        #[test]
        fn each_is_answered_as_alone(
            claims in proptest::collection::vec(claims(), 0..3 * TOGETHER),
        ) {
            let together: Vec<_> = claims.iter().map(Owned::claim).collect();
            let alone = claims.iter();
            let alone: Vec<_> = alone
                .map(|one| ed25519_verify(&one.signature, &one.message, &one.public_key))
                .collect();
            prop_assert_eq!(ed25519_verify_all(&together), alone);
        }
    }

    #[test]
    fn true_and_false_ones_do_not_touch_each_other() {
        let mut claims: Vec<_> = (0..40).map(|seed| Owned::signed(seed, vec![seed; 9])).collect();
        let is_false = |place: usize| place % 3 == 1;
        for (place, claim) in claims.iter_mut().enumerate() {
            claim.signature[40] ^= u8::from(is_false(place));
        }
        let claims: Vec<_> = claims.iter().map(Owned::claim).collect();
        let expected: Vec<_> = (0..claims.len()).map(|place| !is_false(place)).collect();
        assert_eq!(ed25519_verify_all(&claims), expected);
        assert!(ed25519_verify_all(&[]).is_empty());
    }

    /// The identity as key and as point, with a scalar of zero, is a signature of anything.
    #[test]
    fn keys_of_small_order_are_accepted_as_alone() {
        let [one, ..] = odd_points();
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&one);
        let claim = Ed25519Claim { signature: &signature, message: b"any", public_key: &one };
        assert_eq!(ed25519_verify_all(&[claim]), [true]);
        assert!(ed25519_verify(&signature, b"any", &one));
    }
}
