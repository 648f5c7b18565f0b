//! Keys and signatures against recorded cases, and their forms at random.

use super::*;
use crate::text::Base58;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn case_file() {
    check_key_cases(include_str!("../../tests/data/keys.json"));
}

/// Holds texts, borsh forms and verification to the cases of a file.
fn check_key_cases(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match case["kind"].as_str().unwrap() {
            "key" => check_key(case),
            "signature" => check_signature(case),
            "signature_variants" => check_variants(case),
            "parse_public_key" => check_parse(case),
            "decode_public_key" => check_decode(case),
            other => panic!("unknown kind {other}"),
        }
    }
}

/// Bytes in hex, or `{byte, repeat}`; null is empty.
fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Object(repeated) => {
            let byte = u8::try_from(repeated["byte"].as_u64().unwrap()).unwrap();
            vec![byte; usize::try_from(repeated["repeat"].as_u64().unwrap()).unwrap()]
        }
        _ => hex::decode(value.as_str().unwrap_or_default()).unwrap(),
    }
}

fn check_key(case: &Value) {
    let key: PublicKey = case["text"].as_str().unwrap().parse().unwrap();
    assert_eq!(key.key_type().name(), case["type"]);
    assert_eq!(borsh::to_vec(&key).unwrap(), bytes(&case["borsh"]));
    assert_eq!(serde_json::to_value(&key).unwrap(), case["json"]);
    assert_eq!(serde_json::from_value::<PublicKey>(case["json"].clone()).unwrap(), key);
    assert_eq!(key.wire_len() as u64, case["len"]);
    assert_eq!(key.trie_id_len() as u64, case["trie_id_len"]);
    assert_eq!(key.is_valid_staking_key(), case["valid_staking_key"].as_bool().unwrap());

    let on_trie = &case["on_trie"];
    let handle = PublicKeyHandle::from(&key);
    assert_eq!(handle.to_string(), on_trie["text"]);
    assert_eq!(borsh::to_vec(&handle).unwrap(), bytes(&on_trie["borsh"]));
    assert_eq!(serde_json::to_value(&handle).unwrap(), on_trie["json"]);
    assert_eq!(handle.trie_id_len() as u64, case["trie_id_len"]);
}

fn check_signature(case: &Value) {
    let signature: Signature = case["text"].as_str().unwrap().parse().unwrap();
    let key: PublicKey = case["public_key"].as_str().unwrap().parse().unwrap();
    assert_eq!(borsh::to_vec(&signature).unwrap(), bytes(&case["borsh"]));
    assert_eq!(signature.to_string(), case["text"]);
    assert_eq!(signature.verify(&bytes(&case["message"]), &key), case["verify"], "{case}");
}

fn check_variants(case: &Value) {
    for variant in case["variants"].as_array().unwrap() {
        let field = |name: &str| variant.get(name).unwrap_or(&case[name]);
        let key: PublicKey = field("public_key").as_str().unwrap().parse().unwrap();
        let verified = borsh::from_slice(&bytes(field("borsh")))
            .is_ok_and(|signature: Signature| signature.verify(&bytes(field("message")), &key));
        assert_eq!(verified, variant["verify"], "{}", variant["what"]);
    }
}

fn check_parse(case: &Value) {
    let text = case["text"].as_str().unwrap();
    let key: Result<PublicKey, _> = text.parse();
    assert_eq!(key.is_ok(), case["valid"], "{case}");
    let borsh = key.map(|key| borsh::to_vec(&key).unwrap()).unwrap_or_default();
    assert_eq!(borsh, bytes(&case["borsh"]), "{case}");

    let handle: Result<PublicKeyHandle, _> = text.parse();
    assert_eq!(handle.is_ok(), case["valid_handle"], "{case}");
    let borsh = handle.map(|handle| borsh::to_vec(&handle).unwrap()).unwrap_or_default();
    assert_eq!(borsh, bytes(&case["handle_borsh"]), "{case}");
}

fn check_decode(case: &Value) {
    let bytes = bytes(&case["borsh"]);
    let key = borsh::from_slice::<PublicKey>(&bytes);
    assert_eq!(key.is_ok(), case["valid"], "{case}");
    let handle = borsh::from_slice::<PublicKeyHandle>(&bytes);
    assert_eq!(handle.is_ok(), case["valid_handle"], "{case}");
}

/// A text as long as a transaction is refused after a few bytes more than the value has.
#[test]
fn long_texts_are_refused_early() {
    for scheme in ["ed25519", "secp256k1", "ml-dsa-65-hash"] {
        let text = format!("{scheme}:{}", "z".repeat(100_000));
        let Err(ParseKeyError::Length(length)) = text.parse::<PublicKeyHandle>() else {
            panic!("{scheme} key of 100000 characters")
        };
        assert_eq!(length.received, length.expected + 1);
    }
}

#[test]
fn secret_keys_sign_what_their_public_keys_verify() {
    let hash = [5; 32];
    for key_type in [KeyType::Ed25519, KeyType::Secp256k1, KeyType::MlDsa65] {
        let key = SecretKey::from_seed(key_type, &[7; 32]).unwrap();
        let signature = key.sign(&hash).unwrap();
        assert_eq!(signature, key.sign(&hash).unwrap());
        assert!(signature.verify(&hash, &key.public_key()));
        assert!(!signature.verify(&[6; 32], &key.public_key()));
        let other = SecretKey::from_seed(key_type, &[8; 32]).unwrap().public_key();
        assert!(!signature.verify(&hash, &other));
        if let Some(text) = key.expose() {
            let parsed: SecretKey = text.parse().unwrap();
            assert_eq!(parsed.public_key(), key.public_key());
        }
    }
}

#[test]
fn secret_keys_that_are_none() {
    assert!(SecretKey::from_seed(KeyType::Secp256k1, &[0; 32]).is_err());
    assert!(SecretKey::from_seed(KeyType::Secp256k1, &[0xff; 32]).is_err());
    let halves = format!("ed25519:{}", Base58(&[9; 64]));
    assert_eq!(halves.parse::<SecretKey>().unwrap_err(), ParseSecretKeyError::Mismatch);
    let key = SecretKey::from_seed(KeyType::Secp256k1, &[1; 32]).unwrap();
    assert_eq!(key.sign(b"short"), Err(SignError::HashLength { received: 5 }));
}

fn key_types() -> impl Strategy<Value = KeyType> {
    prop_oneof![Just(KeyType::Ed25519), Just(KeyType::Secp256k1), Just(KeyType::MlDsa65)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn keys_round_trip(key_type in key_types(), pool in prop::collection::vec(any::<u8>(), 1952)) {
        let length = match key_type {
            KeyType::Ed25519 => 32,
            KeyType::Secp256k1 => 64,
            KeyType::MlDsa65 => 1952,
        };
        let key = PublicKey::from_bytes(key_type, &pool[..length]).unwrap();
        prop_assert_eq!(key.to_string().parse(), Ok(key.clone()));
        let borsh = borsh::to_vec(&key).unwrap();
        prop_assert_eq!(borsh.len(), key.wire_len());
        prop_assert_eq!(borsh::from_slice::<PublicKey>(&borsh).unwrap(), key.clone());
        let handle = PublicKeyHandle::from(&key);
        prop_assert_eq!(handle.to_string().parse(), Ok(handle.clone()));
        prop_assert_eq!(borsh::to_vec(&handle).unwrap().len(), key.trie_id_len());
        prop_assert!(PublicKey::from_bytes(key_type, &pool[..length - 1]).is_err());
    }

    #[test]
    fn signatures_round_trip(key_type in key_types(), pool in prop::collection::vec(any::<u8>(), 3309)) {
        let length = match key_type {
            KeyType::Ed25519 => 64,
            KeyType::Secp256k1 => 65,
            KeyType::MlDsa65 => 3309,
        };
        let signature = Signature::from_bytes(key_type, &pool[..length]).unwrap();
        prop_assert_eq!(signature.to_string().parse(), Ok(signature.clone()));
        let borsh = borsh::to_vec(&signature).unwrap();
        prop_assert_eq!(borsh.len(), length + 1);
        match borsh::from_slice::<Signature>(&borsh) {
            Ok(read) => prop_assert_eq!(read, signature.clone()),
            Err(_) => prop_assert!(matches!(signature, Signature::Ed25519([.., 32..=255]))),
        }
        let keys = SecretKey::from_seed(key_type, &[3; 32]).unwrap().public_key();
        prop_assert!(!signature.verify(&[0; 32], &keys));
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "((ed25519|SECP256K1|ml-dsa-65(-hash)?|\\PC{0,4}):)?[1-9A-Za-z:]{0,70}") {
        let _ = text.parse::<Signature>();
        let _ = text.parse::<SecretKey>();
        let key = text.parse::<PublicKey>();
        let handle = text.parse::<PublicKeyHandle>();
        if let Ok(key) = key {
            prop_assert_eq!(handle, Ok(PublicKeyHandle::from(&key)));
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(tag in 0u8..5, rest in prop::collection::vec(any::<u8>(), 30..70)) {
        let bytes = [&[tag], rest.as_slice()].concat();
        if let Ok(key) = borsh::from_slice::<PublicKey>(&bytes) {
            prop_assert_eq!(borsh::to_vec(&key).unwrap(), bytes.clone());
        }
        if let Ok(handle) = borsh::from_slice::<PublicKeyHandle>(&bytes) {
            prop_assert_eq!(borsh::to_vec(&handle).unwrap(), bytes.clone());
        }
        if let Ok(signature) = borsh::from_slice::<Signature>(&bytes) {
            prop_assert_eq!(borsh::to_vec(&signature).unwrap(), bytes);
        }
    }
}
