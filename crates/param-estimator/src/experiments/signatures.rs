//! Signatures that contracts verify, and keys that they recover from them.

use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::calls::{Calls, Setting};
use crate::work::contract::{Script, Step};
use torr_crypto::key::{KeyType, PublicKey, SecretKey, Signature};
use torr_parameters::ExtCost;

/// Lengths of messages, in bytes.
const LENGTHS: [u64; 4] = [0, 200, 20_000, 1_000_000];
/// Where keys are.
const KEY: u32 = 64;
/// Where signatures are.
const SIGNATURE: u32 = 4_096;
/// Where messages are; they are zeros but for what stands here.
const MESSAGE: u32 = 16_385;
/// Pages that hold the longest message.
const PAGES: u64 = 18;

/// Experiments on signatures.
pub(super) fn all() -> Vec<Experiment> {
    vec![ed25519(), ml_dsa(), p256(), ecrecover()]
}

/// A call of a function of a signature, a message and a key.
fn verify(function: &'static str, key: Vec<u8>, signature: Vec<u8>, length: u64) -> Script {
    let arguments = [
        signature.len() as u64,
        SIGNATURE.into(),
        length,
        MESSAGE.into(),
        key.len() as u64,
        KEY.into(),
    ];
    Script::repeating(vec![Step::call(function, &arguments)])
        .with_pages(PAGES)
        .with_data(KEY, key)
        .with_data(SIGNATURE, signature)
}

fn secret(key_type: KeyType) -> Result<SecretKey, EstimatorError> {
    SecretKey::from_seed(key_type, &[5; 32])
        .map_err(|error| EstimatorError::of_work(error.to_string()))
}

/// The bytes of the key, and of its signature of a message, as host functions take them.
fn signed(key_type: KeyType, message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), EstimatorError> {
    let secret = secret(key_type)?;
    let signature =
        secret.sign(message).map_err(|error| EstimatorError::of_work(error.to_string()))?;
    let key = match secret.public_key() {
        PublicKey::Ed25519(key) => key.to_vec(),
        PublicKey::Secp256k1(key) => key.to_vec(),
        PublicKey::MlDsa65(key) => key.to_vec(),
    };
    let signature = match signature {
        Signature::Ed25519(signature) => signature.to_vec(),
        Signature::Secp256k1(signature) => signature.to_vec(),
        Signature::MlDsa65(signature) => signature.to_vec(),
    };
    Ok((key, signature))
}

/// A case of a script that may not come to be.
fn case(
    series: &'static str,
    size: u64,
    script: impl Fn() -> Result<Script, EstimatorError> + 'static,
) -> Case {
    Case::new(series, size, move |scene| {
        let work: Box<dyn Work + '_> =
            Box::new(Calls::new(scene, &script()?, &Setting::default())?);
        Ok(work)
    })
}

fn ed25519() -> Experiment {
    let of_length = |length: u64| {
        case("valid signatures", length, move || {
            let (key, signature) = signed(KeyType::Ed25519, &vec![0; length as usize])?;
            Ok(verify("ed25519_verify", key, signature, length))
        })
    };
    Experiment {
        name: "ed25519_verify",
        about: "Verifies signatures that are valid, so that all of it is computed.",
        finds: [ExtCost::Ed25519VerifyBase, ExtCost::Ed25519VerifyByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.map(of_length).into(),
    }
}

fn ml_dsa() -> Experiment {
    let of_length = |length: u64| {
        case("valid signatures", length, move || {
            let (key, signature) = signed(KeyType::MlDsa65, &vec![0; length as usize])?;
            Ok(verify("ml_dsa_verify", key, signature, length))
        })
    };
    Experiment {
        name: "ml_dsa_verify",
        about: "Verifies ML-DSA-65 signatures that are valid.",
        finds: [ExtCost::MlDsaVerifyBase, ExtCost::MlDsaVerifyByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.map(of_length).into(),
    }
}

/// The generator of the curve P-256, compressed: a public key like any other.
const P256_KEY: [u8; 33] = [
    0x03, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
    0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
    0x96,
];

fn p256() -> Experiment {
    let of_length = |length: u64| {
        case("wrong signatures", length, move || {
            // Both numbers are in range: that they are wrong is found out at the end.
            Ok(verify("p256_verify", P256_KEY.to_vec(), vec![0x5a; 64], length))
        })
    };
    Experiment {
        name: "p256_verify",
        about: "Verifies P-256 signatures that are wrong, which is found out at the very end.",
        finds: [ExtCost::P256VerifyBase, ExtCost::P256VerifyByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        // A message that is shorter than a hash is refused before anything is computed.
        cases: [32, 200, 20_000, 1_000_000].map(of_length).into(),
    }
}

fn ecrecover() -> Experiment {
    let recover = |series, malleability: u64| {
        case(series, 1, move || {
            let hash = [0x77; 32];
            let (_, signature) = signed(KeyType::Secp256k1, &hash)?;
            let Some((recovery_id, numbers)) = signature.split_last() else {
                return Err(EstimatorError::of_work("an empty signature"));
            };
            let arguments = [
                32,
                MESSAGE.into(),
                64,
                SIGNATURE.into(),
                u64::from(*recovery_id),
                malleability,
                0,
            ];
            Ok(Script::repeating(vec![Step::call("ecrecover", &arguments)])
                .with_data(SIGNATURE, numbers)
                .with_data(MESSAGE, hash))
        })
    };
    Experiment {
        name: "ecrecover",
        about: "Recovers keys from signatures that are valid.",
        finds: vec![Price::host(ExtCost::EcrecoverBase)],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: vec![recover("any signature", 0), recover("low signatures only", 1)],
    }
}
