//! Limits of the ranges, published signatures, and the two implementations side by side.

use super::*;
use crate::key::{KeyType, PublicKey, SecretKey, Signature};
use k256::ecdsa::signature::hazmat::PrehashSigner;
use proptest::prelude::*;

/// `value - 1` and `value + 1` of a big-endian number whose last byte is in between.
fn neighbours(value: [u8; 32]) -> ([u8; 32], [u8; 32]) {
    let (mut less, mut more) = (value, value);
    less[31] -= 1;
    more[31] += 1;
    (less, more)
}

fn join(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
    [r, s].concat().try_into().unwrap()
}

#[test]
fn p256_parts_are_between_one_and_the_order() {
    let mut one = [0; 32];
    one[31] = 1;
    let (largest, _) = neighbours(P256Signature::ORDER);
    for good in [one, largest] {
        assert!(P256Signature::parse(&join(good, good)).is_some());
        for bad in [[0; 32], P256Signature::ORDER, [0xff; 32]] {
            assert!(P256Signature::parse(&join(good, bad)).is_none());
            assert!(P256Signature::parse(&join(bad, good)).is_none());
        }
    }
}

#[test]
fn flags_and_recovery_ids() {
    assert_eq!(RecoveryId::new(3), Ok(RecoveryId(3)));
    assert_eq!(
        RecoveryId::new(256).unwrap_err().to_string(),
        "V recovery byte 0 through 3 are valid but was provided 256"
    );
    assert_eq!(Malleability::from_flag(1), Ok(Malleability::Refused));
    assert_eq!(
        Malleability::from_flag(2).unwrap_err().to_string(),
        "Malleability flag needs to be 0 or 1, but is instead 2"
    );
}

/// The recovered key is the signer's; a high `s` recovers it too, unless it is refused.
#[test]
fn recovery_of_both_signatures() {
    let key = SecretKey::from_seed(KeyType::Secp256k1, &[7; 32]).unwrap();
    let hash = [9; 32];
    let (Signature::Secp256k1(bytes), PublicKey::Secp256k1(public)) =
        (key.sign(&hash).unwrap(), key.public_key())
    else {
        unreachable!()
    };
    let id = u64::from(bytes[64]);
    let low: [u8; 64] = bytes[..64].try_into().unwrap();
    let recover = |signature, id, malleability| {
        ecrecover(&hash, signature, RecoveryId::new(id).unwrap(), malleability)
    };
    assert_eq!(recover(&low, id, Malleability::Refused), Some(public));
    assert!(secp256k1_verify(&low, &hash, &public));

    let high = high_twin(&low);
    assert_eq!(recover(&high, id ^ 1, Malleability::Allowed), Some(public));
    assert_eq!(recover(&high, id ^ 1, Malleability::Refused), None);
    assert!(!secp256k1_verify(&high, &hash, &public));
    assert_ne!(recover(&low, id ^ 1, Malleability::Refused), Some(public));
}

/// `(r, n - s)` of a secp256k1 signature `(r, s)`.
fn high_twin(signature: &[u8; 64]) -> [u8; 64] {
    let signature = k256::ecdsa::Signature::from_slice(signature).unwrap();
    let (r, s) = signature.split_scalars();
    k256::ecdsa::Signature::from_scalars(*r, -*s).unwrap().to_bytes().into()
}

/// A digest of the wrong length is cut or padded; below 16 bytes nothing verifies.
#[test]
fn p256_digest_lengths() {
    let key = p256::ecdsa::SigningKey::from_slice(&[3; 32]).unwrap();
    let public = key.verifying_key().to_sec1_point(true).as_bytes().try_into().unwrap();
    for (digest, expected) in [
        (vec![1; 32], true),
        (vec![1; 33], true),
        (vec![1; 31], true),
        (vec![1; 16], true),
        (vec![0; 15], false),
        (vec![], false),
    ] {
        let mut padded = [0; 32];
        let taken = digest.len().min(32);
        padded[32 - taken..].copy_from_slice(&digest[..taken]);
        let signature: p256::ecdsa::Signature = key.sign_prehash(&padded).unwrap();
        let signature = P256Signature::parse(&signature.to_bytes().into()).unwrap();
        assert_eq!(signature.verify(&digest, &public), expected, "{} bytes", digest.len());
    }
}

/// Bytes with an interesting shape: small, next to the field's or the group's order, or any.
fn number() -> impl Strategy<Value = [u8; 32]> {
    /// The order of secp256k1's field.
    const P: [u8; 32] = {
        let mut p = [0xff; 32];
        p[27] = 0xfe;
        p[30] = 0xfc;
        p[31] = 0x2f;
        p
    };
    let near = |value: [u8; 32]| {
        let (less, more) = neighbours(value);
        prop_oneof![Just(value), Just(less), Just(more)]
    };
    let small = any::<u8>().prop_map(|byte| {
        let mut number = [0; 32];
        number[31] = byte;
        number
    });
    prop_oneof![
        4 => any::<[u8; 32]>(),
        1 => small,
        1 => near(secp256k1_order::N),
        1 => near(secp256k1_order::HALF),
        1 => near(P256Signature::ORDER),
        1 => near(P),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn secp256k1_implementations_agree(hash in number(), r in number(), s in number(), id in 0u8..4) {
        let signature = join(r, s);
        let id = RecoveryId(id);
        let recovered = native::secp256k1_recover(&hash, &signature, id);
        prop_assert_eq!(recovered, portable::secp256k1_recover(&hash, &signature, id));
        for key in recovered.into_iter().chain([signature]) {
            prop_assert_eq!(
                native::secp256k1_verify(&signature, &hash, &key),
                portable::secp256k1_verify(&signature, &hash, &key)
            );
        }
    }

    #[test]
    fn secp256k1_implementations_agree_on_signatures(seed in 1u8.., hash in number(), flip in 0usize..2048) {
        let key = SecretKey::from_seed(KeyType::Secp256k1, &[seed & 0x7f | 1; 32]).unwrap();
        let (Signature::Secp256k1(bytes), PublicKey::Secp256k1(public)) =
            (key.sign(&hash).unwrap(), key.public_key())
        else {
            unreachable!()
        };
        let mut signature: [u8; 64] = bytes[..64].try_into().unwrap();
        for signature in [signature, high_twin(&signature), {
            signature[flip / 8 % 64] ^= 1 << (flip % 8);
            signature
        }] {
            let verified = native::secp256k1_verify(&signature, &hash, &public);
            prop_assert_eq!(verified, portable::secp256k1_verify(&signature, &hash, &public));
            let id = RecoveryId(bytes[64]);
            let recovered = native::secp256k1_recover(&hash, &signature, id);
            prop_assert_eq!(recovered, portable::secp256k1_recover(&hash, &signature, id));
        }
    }

    #[test]
    fn p256_implementations_agree(
        seed in 1u8..=0x7f, hash in number(), tag in 0u8..8, x in number(), r in number(), s in number(),
        flip in prop::option::of(0usize..512),
    ) {
        let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap();
        let signed: p256::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
        let mut signature: [u8; 64] = signed.to_bytes().into();
        if let Some(flip) = flip {
            signature[flip / 8] ^= 1 << (flip % 8);
        }
        let mut public: [u8; 33] = key.verifying_key().to_sec1_point(true).as_bytes().try_into().unwrap();
        let own_tag = public[0];
        for (tag, x, signature) in [
            (own_tag, None, signature), (own_tag ^ 1, None, signature), (5, None, signature),
            (tag, Some(x), signature), (own_tag, None, join(r, s)),
        ] {
            let Some(P256Signature(signature)) = P256Signature::parse(&signature) else { continue };
            public[0] = tag;
            if let Some(x) = x {
                public[1..].copy_from_slice(&x);
            }
            prop_assert_eq!(
                native::p256_verify(&signature, &hash, &public),
                portable::p256_verify(&signature, &hash, &public)
            );
        }
    }

    #[test]
    fn ml_dsa_65_implementations_agree(seed: u8, message: [u8; 8], flips in prop::collection::vec(0usize..26_472, 12)) {
        let key = SecretKey::from_seed(KeyType::MlDsa65, &[seed; 32]).unwrap();
        let (Signature::MlDsa65(mut signature), PublicKey::MlDsa65(public)) =
            (key.sign(&message).unwrap(), key.public_key())
        else {
            unreachable!()
        };
        prop_assert!(native::ml_dsa_65_verify(&signature, &message, &public));
        prop_assert!(portable::ml_dsa_65_verify(&signature, &message, &public));
        // The hint, whose encoding has rules of its own, is in the last 61 bytes.
        for (index, flip) in flips.into_iter().enumerate() {
            let byte = if index % 2 == 0 { flip / 8 } else { 3308 - flip / 8 % 61 };
            signature[byte] ^= 1 << (flip % 8);
            prop_assert_eq!(
                native::ml_dsa_65_verify(&signature, &message, &public),
                portable::ml_dsa_65_verify(&signature, &message, &public)
            );
            signature[byte] ^= 1 << (flip % 8);
        }
    }
}
