//! Accounts of all forms, and JSON that is or is not one, from a case file.

use super::{Account, AccountV1, AccountV2, UninitializedError};
use crate::{AccountContract, Balance};
use borsh::BorshDeserialize;
use serde_json::Value;
use torr_crypto::hash::CryptoHash;

#[test]
fn accounts() {
    check(include_str!("../../tests/data/accounts.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match case["kind"].as_str().unwrap() {
            "account" => {
                let account = check_json(case).unwrap();
                assert_eq!(serde_json::to_value(&account).unwrap(), case["json"], "{case}");
                assert_eq!(Account::try_from_slice(&bytes(case)).unwrap(), account, "{case}");
            }
            "account_decode" => {
                let decoded = Account::try_from_slice(&bytes(case));
                assert_eq!(decoded.is_ok(), case["valid"].as_bool().unwrap(), "{case}");
                if let Ok(account) = decoded {
                    assert_eq!(borsh::to_vec(&account).unwrap(), bytes(case), "{case}");
                }
            }
            "account_json" => drop(check_json(case)),
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

/// The account that the JSON says, with the borsh of the case; none if the case has none.
fn check_json(case: &Value) -> Option<Account> {
    let account = serde_json::from_value::<Account>(case["json"].clone()).ok();
    let borsh = account.as_ref().map(|account| hex::encode(borsh::to_vec(account).unwrap()));
    assert_eq!(borsh.as_deref(), case["borsh"].as_str(), "{case}");
    account
}

fn bytes(case: &Value) -> Vec<u8> {
    hex::decode(case["borsh"].as_str().unwrap()).unwrap()
}

#[test]
fn a_new_account_has_the_oldest_form_that_holds_its_contract() {
    let hash = CryptoHash([7; 32]);
    for (contract, is_v1) in [
        (AccountContract::None, true),
        (AccountContract::Local(hash), true),
        (AccountContract::Global(hash), false),
        (AccountContract::GlobalByAccount("ab".parse().unwrap()), false),
    ] {
        let [amount, locked] = [5, 6].map(Balance::from_yoctonear);
        let account = Account::new(amount, locked, contract.clone(), 100);
        assert_eq!(matches!(account, Account::V1(_)), is_v1, "{account:?}");
        assert_eq!(account.contract(), contract);
        assert_eq!((account.amount(), account.locked()), (amount, locked));
        assert_eq!(account.storage_usage(), 100);
    }
}

/// Contracts given one after the other, with the form of the account after each.
#[test]
fn an_account_changes_its_form_when_a_contract_needs_it_and_never_back() {
    let [local, other] = [[7; 32], [8; 32]].map(|hash| AccountContract::Local(CryptoHash(hash)));
    let global = AccountContract::Global(CryptoHash([9; 32]));
    let by_account = AccountContract::GlobalByAccount("ab".parse().unwrap());
    let [amount, locked] = [5, 6].map(Balance::from_yoctonear);
    let mut account = Account::new(amount, locked, AccountContract::None, 100);
    for (contract, is_v1) in [
        (local, true),
        (AccountContract::None, true),
        (other.clone(), true),
        (global, false),
        (by_account, false),
        (other, false),
        (AccountContract::None, false),
    ] {
        account.set_contract(contract.clone()).unwrap();
        assert_eq!(account.contract(), contract);
        assert_eq!(matches!(account, Account::V1(_)), is_v1, "{account:?}");
        assert_eq!((account.amount(), account.locked()), (amount, locked));
        assert_eq!(account.storage_usage(), 100);
    }
}

#[test]
fn what_is_set_is_what_is_there() {
    for contract in [AccountContract::None, AccountContract::Global(CryptoHash([9; 32]))] {
        let [amount, locked] = [5, 6].map(Balance::from_yoctonear);
        let mut account = Account::new(Balance::ZERO, Balance::ZERO, contract.clone(), 0);
        account.set_amount(amount);
        account.set_locked(locked).unwrap();
        account.set_storage_usage(100);
        assert_eq!(account, Account::new(amount, locked, contract, 100));
    }
}

#[test]
fn an_account_without_initial_state_has_tokens_and_nothing_else() {
    let amount = Balance::from_yoctonear(5);
    let mut account = Account::uninitialized(Balance::ZERO, 0, 3);
    account.set_amount(amount);
    account.set_storage_usage(100);
    assert_eq!(account, Account::uninitialized(amount, 100, 3));
    assert!(!account.is_initialized());
    let before = account.clone();
    assert_eq!(account.set_locked(amount), Err(UninitializedError));
    assert_eq!(account.set_contract(AccountContract::None), Err(UninitializedError));
    assert_eq!(account, before);
    for _ in 0..2 {
        account.initialize();
        assert_eq!(account, Account::new(amount, Balance::ZERO, AccountContract::None, 100));
    }
    assert!(account.is_initialized());
}

/// Written, it would be read as another.
#[test]
fn what_would_not_come_back_is_not_written() {
    let [amount, locked] = [Balance::MAX, Balance::ZERO];
    let code_hash = CryptoHash::default();
    let marked = Account::V1(AccountV1 { amount, locked, code_hash, storage_usage: 0 });
    assert!(borsh::to_vec(&marked).is_err());
    let contract = AccountContract::Local(code_hash);
    let unnamed = Account::V2(AccountV2 { amount, locked, storage_usage: 0, contract });
    assert!(serde_json::to_value(&unnamed).is_err());
    let bytes = borsh::to_vec(&unnamed).unwrap();
    assert_eq!(Account::try_from_slice(&bytes).unwrap(), unnamed);
}
