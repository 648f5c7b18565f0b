//! Universal state inits at random, against the encoding that borsh derives.

use super::{
    DecodeMode, RawStateInit, StateInitError, UniversalStateInit, check, counts, send_counts,
};
use crate::GlobalContractIdentifier;
use borsh::BorshDeserialize;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;

/// The typed form with owned parts. Borsh derives its encoding, as an oracle for the reader.
#[derive(Clone, Debug, borsh::BorshSerialize, borsh::BorshDeserialize)]
enum Oracle {
    V1 {
        code: Option<GlobalContractIdentifier>,
        data: BTreeMap<Vec<u8>, Vec<u8>>,
        access_keys: BTreeSet<PublicKeyHandle>,
    },
}

impl Oracle {
    /// What strict decoding says: the bytes decode, and encode the same again.
    fn check(bytes: &[u8]) -> Result<Oracle, StateInitError> {
        let oracle = Oracle::try_from_slice(bytes).map_err(|_| StateInitError::Malformed)?;
        if borsh::to_vec(&oracle).unwrap() == bytes {
            Ok(oracle)
        } else {
            Err(StateInitError::NonCanonical)
        }
    }
}

fn keys_of_few_bytes() -> impl Strategy<Value = PublicKeyHandle> {
    let few = 0_u8..3;
    prop_oneof![
        few.clone().prop_map(|byte| PublicKeyHandle::Ed25519([byte; 32])),
        few.clone().prop_map(|byte| PublicKeyHandle::Secp256k1([byte; 64])),
        few.prop_map(|byte| PublicKeyHandle::MlDsa65([byte; 32])),
    ]
}

fn oracles() -> impl Strategy<Value = Oracle> {
    let code = prop_oneof![
        Just(None),
        Just(Some(GlobalContractIdentifier::CodeHash(CryptoHash([7; 32])))),
        Just(Some(GlobalContractIdentifier::AccountId("code.near".parse().unwrap()))),
    ];
    let data = btree_map(vec(any::<u8>(), 0..3), vec(any::<u8>(), 0..3), 0..4);
    let access_keys = btree_set(keys_of_few_bytes(), 0..4);
    (code, data, access_keys).prop_map(|(code, data, access_keys)| Oracle::V1 {
        code,
        data,
        access_keys,
    })
}

fn agrees_with_oracle(bytes: &[u8]) -> Result<(), TestCaseError> {
    let strict = Oracle::check(bytes);
    prop_assert_eq!(check(bytes, DecodeMode::Strict), strict.as_ref().map(|_| ()).map_err(|e| *e));
    let lenient = UniversalStateInit::decode(bytes, DecodeMode::Lenient).ok();
    let oracle = Oracle::try_from_slice(bytes).ok();
    prop_assert_eq!(lenient.is_some(), oracle.is_some());
    if let (Some(ours), Some(Oracle::V1 { code, data, access_keys })) = (lenient, oracle) {
        prop_assert_eq!(ours.code, code);
        let pairs = |(key, value): (&&[u8], &&[u8])| (key.to_vec(), value.to_vec());
        prop_assert_eq!(ours.data.iter().map(pairs).collect::<BTreeMap<_, _>>(), data);
        prop_assert_eq!(ours.access_keys, access_keys);
    }
    Ok(())
}

proptest! {
    #[test]
    fn encodings_are_read_back(oracle in oracles()) {
        let bytes = borsh::to_vec(&oracle).unwrap();
        agrees_with_oracle(&bytes)?;
        prop_assert_eq!(check(&bytes, DecodeMode::Strict), Ok(()));
        prop_assert_eq!(send_counts(&bytes, DecodeMode::Strict), counts(&bytes));
    }

    #[test]
    fn damaged_encodings_are_judged_alike(
        oracle in oracles(), at: prop::sample::Index, byte in 0_u8..5, cut: prop::sample::Index,
    ) {
        let mut bytes = borsh::to_vec(&oracle).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        agrees_with_oracle(&bytes)?;
        agrees_with_oracle(&bytes[..cut.index(bytes.len())])?;
    }

    #[test]
    fn any_order_of_keys_is_judged_alike(
        data in vec((vec(0_u8..2, 0..3), vec(any::<u8>(), 0..2)), 0..4),
        keys in vec(keys_of_few_bytes(), 0..4),
    ) {
        let no_code = None::<GlobalContractIdentifier>;
        agrees_with_oracle(&borsh::to_vec(&(0_u8, no_code, data, keys)).unwrap())?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        agrees_with_oracle(&bytes)?;
        let most = send_counts(&bytes, DecodeMode::Strict);
        prop_assert!(counts(&bytes).num_entries <= most.num_entries);
        prop_assert!(counts(&bytes).num_keys <= most.num_keys);
    }
}

#[test]
fn json_of_raw_bytes_is_base64() {
    let raw = RawStateInit(vec![0, 255, 16]);
    assert_eq!(serde_json::to_string(&raw).unwrap(), r#""AP8Q""#);
    assert_eq!(serde_json::from_str::<RawStateInit>(r#""AP8Q""#).unwrap(), raw);
    assert!(serde_json::from_str::<RawStateInit>(r#""A?8Q""#).is_err());
}
