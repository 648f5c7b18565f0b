//! Limits of views, and what is not there. The vectors show the rest.

use super::{DataPage, DataQuery, Paging, Proof, StateView, ViewError};
use crate::small_state::{SmallState, app};
use std::num::NonZeroU32;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{PublicKey, PublicKeyHandle};
use torr_primitives::{AccessKey, AccessKeyPermission, Account, AccountContract, Balance, TrieKey};

/// An account with a contract of 1000 bytes and three values of 30 000, `1`, `2` and `3`.
fn state() -> SmallState {
    let (code, value) = (vec![1; 1000], vec![2; 30_000]);
    let contract = AccountContract::Local(CryptoHash::of(&code));
    let account = Account::new(Balance::ZERO, Balance::ZERO, contract, 91_500);
    let account = borsh::to_vec(&account).unwrap();
    let key = borsh::to_vec(&AccessKey { nonce: 1, permission: AccessKeyPermission::FullAccess });
    let data = |key: &[u8]| TrieKey::ContractData { account_id: app(), key: key.to_vec() };
    SmallState::of(&[
        (TrieKey::Account { account_id: app() }, &account),
        (TrieKey::ContractCode { account_id: app() }, &code),
        (TrieKey::AccessKey { account_id: app(), public_key: public_key(1) }, &key.unwrap()),
        (data(b"1"), &value),
        (data(b"2"), &value),
        (data(b"3"), &value),
    ])
}

fn public_key(number: u8) -> PublicKeyHandle {
    PublicKeyHandle::from(&PublicKey::Ed25519([number; 32]))
}

fn look(prefix: &[u8], paging: Paging<'_>) -> Result<DataPage, ViewError> {
    let state = state();
    StateView::new(&state.trie()).data(&DataQuery { account_id: &app(), prefix, paging })
}

fn keys(page: &DataPage) -> Vec<&[u8]> {
    page.items.iter().map(|(key, _)| key.as_slice()).collect()
}

#[test]
fn a_page_ends_after_so_many_values_or_bytes() {
    let page = |after_key, limit| {
        look(b"", Paging::Page { after_key, limit: NonZeroU32::new(limit) }).unwrap()
    };
    for (after_key, limit, expected, last_key) in [
        // The second value is begun before the page is full.
        (None, 0, &[&b"1"[..], b"2"][..], Some(&b"2"[..])),
        (None, 1, &[b"1"], Some(b"1")),
        (Some(&b"2"[..]), 1, &[b"3"], None),
        (Some(b"25"), 7, &[b"3"], None),
        (Some(b"3"), 0, &[], None),
    ] {
        let page = page(after_key, limit);
        assert_eq!(keys(&page), expected, "{after_key:?} {limit}");
        assert_eq!(page.last_key.as_deref(), last_key, "{after_key:?} {limit}");
        assert_eq!(page.proof.len(), 0);
    }
}

#[test]
fn a_page_goes_on_within_its_prefix() {
    let paging = Paging::Page { after_key: Some(b"2"), limit: None };
    assert!(matches!(look(b"1", paging), Err(ViewError::AfterKeyOutsidePrefix)));
    let paging = Paging::Page { after_key: Some(b"1"), limit: None };
    assert_eq!(look(b"1", paging).unwrap(), DataPage::default());
}

#[test]
fn a_state_is_seen_in_one_piece_up_to_the_limit() {
    let whole = |size_limit| look(b"", Paging::Whole { size_limit, proof: Proof::Unwanted });
    for size_limit in [None, Some(90_500)] {
        let page = whole(size_limit).unwrap();
        assert_eq!(keys(&page), [b"1", b"2", b"3"]);
        assert_eq!((page.proof.len(), page.last_key), (0, None));
    }
    assert!(matches!(whole(Some(90_499)), Err(ViewError::StateTooLarge { .. })));
}

#[test]
fn what_is_not_there_is_named() {
    let state = state();
    let trie = state.trie();
    let view = StateView::new(&trie);
    let nobody = "nobody.near".parse().unwrap();
    assert!(matches!(view.account(&nobody), Err(ViewError::AccountDoesNotExist { .. })));
    assert!(matches!(
        view.contract_code(&nobody, "mainnet"),
        Err(ViewError::AccountDoesNotExist { .. })
    ));
    assert_eq!(view.access_keys(&nobody).unwrap(), []);
    assert_eq!(view.access_key(&app(), &public_key(1)).unwrap().nonce, 1);
    assert!(matches!(
        view.access_key(&app(), &public_key(2)),
        Err(ViewError::AccessKeyDoesNotExist { .. })
    ));
    // It is a key, but none for gas.
    for number in [1, 2] {
        assert!(matches!(
            view.gas_key_nonces(&app(), &public_key(number)),
            Err(ViewError::GasKeyDoesNotExist { .. })
        ));
    }
}

#[test]
fn code_is_seen_where_there_is_some() {
    let state = state();
    let code = StateView::new(&state.trie()).contract_code(&app(), "mainnet").unwrap();
    assert_eq!(*code, [1; 1000]);
    let account = Account::new(Balance::ZERO, Balance::ZERO, AccountContract::None, 182);
    let account = borsh::to_vec(&account).unwrap();
    let state = SmallState::of(&[(TrieKey::Account { account_id: app() }, &account)]);
    let code = StateView::new(&state.trie()).contract_code(&app(), "mainnet");
    assert!(matches!(code, Err(ViewError::NoContract { .. })));
}
