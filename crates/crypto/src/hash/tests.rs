//! Hashes against their published values; the text form against the case file, and at random.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// What each function makes of "abc", from the standards' own examples.
#[test]
fn published_examples() {
    let examples: [(Vec<u8>, &str); 7] = [
        (sha256(b"abc").into(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            keccak256(b"abc").into(),
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
        ),
        (
            keccak512(b"abc").into(),
            "18587dc2ea106b9a1563e32b3312421ca164c7f1f07bc922a9c83d77cea3a1e5\
             d0c69910739025372dc14ac9642629379540c17e2a65b19d77aa511a9d00bb96",
        ),
        (
            sha3_256(b"abc").into(),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        ),
        (
            sha3_384(b"abc").into(),
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2\
             98d88cea927ac7f539f1edf228376d25",
        ),
        (
            sha3_512(b"abc").into(),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
             10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        ),
        (ripemd160(b"abc").into(), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    ];
    for (hash, expected) in examples {
        assert_eq!(hex::encode(hash), expected);
    }
}

#[test]
fn case_file() {
    check_hash_cases(include_str!("../../tests/data/hashes.json"));
}

/// Holds the text form, the borsh form and SHA-256 to the cases of a file.
fn check_hash_cases(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap_or_default();
        let bytes = |name: &str| hex::decode(text(name)).unwrap();
        match text("kind") {
            "sha256" => {
                let hash = CryptoHash::of(&bytes("data"));
                assert_eq!(hash.to_string(), text("hash"), "{case}");
                assert_eq!(hash.as_ref(), bytes("hash_hex"), "{case}");
                assert_eq!(borsh::to_vec(&hash).unwrap(), bytes("borsh"), "{case}");
            }
            "text" => {
                let hash = CryptoHash(bytes("hash_hex").try_into().unwrap());
                assert_eq!(hash.to_string(), text("text"), "{case}");
            }
            "parse" => {
                let parsed = text("text").parse().map(|hash: CryptoHash| hex::encode(hash));
                let json: Result<CryptoHash, _> = serde_json::from_value(case["text"].clone());
                assert_eq!(parsed.is_ok(), case["valid"] == true, "{case}");
                assert_eq!(json.is_ok(), case["valid"] == true, "{case}");
                assert_eq!(parsed.unwrap_or_default(), text("hash_hex"), "{case}");
            }
            other => panic!("unknown kind {other}"),
        }
    }
}

proptest! {
    #[test]
    fn text_and_json_round_trip(bytes: [u8; 32]) {
        let hash = CryptoHash(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(serde_json::from_str::<CryptoHash>(&json).unwrap(), hash);
        prop_assert_eq!(borsh::from_slice::<CryptoHash>(&bytes).unwrap(), hash);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,80}") {
        if let Ok(hash) = text.parse::<CryptoHash>() {
            prop_assert_eq!(hash.to_string(), text);
        }
    }
}
