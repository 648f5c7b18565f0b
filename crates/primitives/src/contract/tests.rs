//! Encodings of contracts and of their names.

use super::{AccountContract, GlobalContractDeployMode, GlobalContractIdentifier};
use borsh::BorshDeserialize;
use torr_crypto::hash::CryptoHash;

#[test]
fn contracts_have_the_tags_of_the_protocol() {
    let hash = CryptoHash([7; 32]);
    let seven = "07".repeat(32);
    let account_id: crate::AccountId = "ab.near".parse().unwrap();
    let cases = [
        (AccountContract::None, "00".to_owned(), None),
        (AccountContract::Local(hash), format!("01{seven}"), None),
        (
            AccountContract::Global(hash),
            format!("02{seven}"),
            Some(GlobalContractIdentifier::CodeHash(hash)),
        ),
        (
            AccountContract::GlobalByAccount(account_id.clone()),
            "030700000061622e6e656172".to_owned(),
            Some(GlobalContractIdentifier::AccountId(account_id)),
        ),
    ];
    for (contract, borsh_hex, identifier) in cases {
        let bytes = borsh::to_vec(&contract).unwrap();
        assert_eq!(hex::encode(&bytes), borsh_hex);
        assert_eq!(AccountContract::try_from_slice(&bytes).unwrap(), contract);
        assert_eq!(contract.global_identifier(), identifier);
        if let Some(identifier) = identifier {
            assert_eq!(AccountContract::from(identifier), contract);
        }
    }
}

#[test]
fn identifiers_are_charged_without_tag() {
    let hash = GlobalContractIdentifier::CodeHash(CryptoHash([7; 32]));
    assert_eq!(hash.len(), 32);
    assert_eq!(
        serde_json::to_string(&hash).unwrap(),
        r#"{"hash":"US517G5965aydkZ46HS38QLi7UQiSojurfbQfKCELFx"}"#
    );
    let account = GlobalContractIdentifier::AccountId("ab.near".parse().unwrap());
    assert_eq!(account.len(), 7);
    assert_eq!(serde_json::to_string(&account).unwrap(), r#"{"account_id":"ab.near"}"#);
}

#[test]
fn zeros_stand_for_no_code() {
    assert_eq!(AccountContract::from_local_code_hash(CryptoHash::default()), AccountContract::None);
    let hash = CryptoHash([7; 32]);
    assert_eq!(AccountContract::from_local_code_hash(hash).local_code_hash(), Some(hash));
}

#[test]
fn deploy_modes_have_the_tags_of_the_protocol() {
    for (mode, tag) in
        [(GlobalContractDeployMode::CodeHash, 0), (GlobalContractDeployMode::AccountId, 1)]
    {
        assert_eq!(borsh::to_vec(&mode).unwrap(), [tag]);
    }
}
