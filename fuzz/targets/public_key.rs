//! Keys and signatures from text and borsh, and signatures checked under keys.

#![no_main]

use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle, SecretKey, Signature};
use torr_testkit::round_trip;

/// A message that every scheme signs: secp256k1 signs hashes only.
const HASH: [u8; 32] = [7; 32];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(key) = round_trip::borsh::<PublicKey>(bytes) {
        assert_eq!(round_trip::text(&key.to_string()), Some(key.clone()));
        assert_eq!(key.wire_len(), bytes.len());
        assert_eq!(PublicKeyHandle::from(&key).trie_id_len(), key.trie_id_len());
    }
    if let Some(signature) = round_trip::borsh::<Signature>(bytes) {
        assert_eq!(round_trip::text(&signature.to_string()), Some(signature));
    }
    round_trip::borsh::<PublicKeyHandle>(bytes);
    if let Ok((signature, key)) = borsh::from_slice::<(Signature, PublicKey)>(bytes) {
        let _ = signature.verify(b"message", &key);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    round_trip::text::<KeyType>(text);
    round_trip::text::<PublicKey>(text);
    round_trip::text::<PublicKeyHandle>(text);
    round_trip::text::<Signature>(text);
    if let Ok(secret) = text.parse::<SecretKey>() {
        let signed = secret.sign(&HASH);
        assert!(signed.is_ok_and(|signed| signed.verify(&HASH, &secret.public_key())));
    }
});
