//! Which contract each kind of account runs, and from when on a published one can be called.

use super::Contract;
use crate::error::Fault;
use crate::small_state::{SmallState, app, chunk};
use torr_crypto::hash::CryptoHash;
use torr_primitives::{
    Account, AccountContract, AccountId, Balance, GlobalContractIdentifier, TrieKey,
};

fn account(contract: AccountContract) -> Account {
    Account::new(Balance::ZERO, Balance::ZERO, contract, 182)
}

fn by_hash(hash: CryptoHash) -> TrieKey {
    TrieKey::GlobalContractCode { identifier: GlobalContractIdentifier::CodeHash(hash) }
}

fn by_account() -> TrieKey {
    TrieKey::GlobalContractCode { identifier: GlobalContractIdentifier::AccountId(app()) }
}

#[test]
fn each_account_runs_its_contract() {
    let state = SmallState::of(&[(by_account(), b"published")]);
    let eth: AccountId = "0x32400084c286cf3e17e7b677ea9583e60a000324".parse().unwrap();
    let wallet: CryptoHash = "2zodJZK2e4nnv5AqwCRnenNSmkikXhEd7PPY6BmfTmW4".parse().unwrap();
    let marker = CryptoHash::of(b"near5j8XPMMKMn5cojVs4qQ65dViGtgMHgrfNtJgrC18X8Qw");
    let hash = CryptoHash([6; 32]);
    let own = |account_id: &AccountId| TrieKey::ContractCode { account_id: account_id.clone() };
    for (account_id, contract, expected) in [
        (&app(), AccountContract::None, None),
        (&app(), AccountContract::Local(hash), Some((hash, own(&app())))),
        (&app(), AccountContract::Local(marker), Some((marker, own(&app())))),
        (&eth, AccountContract::Local(marker), Some((wallet, by_hash(wallet)))),
        (&eth, AccountContract::Local(hash), Some((hash, own(&eth)))),
        (&app(), AccountContract::Global(hash), Some((hash, by_hash(hash)))),
        (
            &eth,
            AccountContract::GlobalByAccount(app()),
            Some((CryptoHash::of(b"published"), by_account())),
        ),
    ] {
        let account = account(contract);
        let found = state.change(|state| Contract::of(account_id, &account, "mainnet", state));
        let expected = expected.map(|(code_hash, key)| Contract { code_hash, key });
        assert_eq!(found.unwrap(), expected, "{account_id}: {account:?}");
    }
}

#[test]
fn an_account_cannot_run_what_nobody_published() {
    let account = account(AccountContract::GlobalByAccount(app()));
    let state = SmallState::of(&[]);
    let found = state.change(|state| Contract::of(&app(), &account, "mainnet", state));
    assert!(matches!(found, Err(Fault::InconsistentState { .. })), "{found:?}");
}

/// One that is published in a chunk can be called in the next, and since version 87 at once; one's own
/// contract always could.
#[test]
fn what_comes_in_a_chunk_can_be_called_in_it_or_not() {
    let hash = CryptoHash::of(b"code");
    let own = TrieKey::ContractCode { account_id: app() };
    for (contract, key, version, is_there) in [
        (AccountContract::Local(hash), &own, 86, true),
        (AccountContract::Global(hash), &by_hash(hash), 86, false),
        (AccountContract::Global(hash), &by_hash(hash), 87, true),
    ] {
        let chunk = chunk(version);
        let code = |state: &SmallState, before: Option<&TrieKey>| {
            state.change(|state| {
                if let Some(key) = before {
                    state.set(key, b"code".to_vec());
                }
                let account = account(contract.clone());
                let contract = Contract::of(&app(), &account, "mainnet", state).unwrap().unwrap();
                contract.code(&chunk, state).unwrap()
            })
        };
        let found = code(&SmallState::of(&[]), Some(key));
        assert_eq!(found.is_some(), is_there, "{contract:?} in version {version}");
        let found = code(&SmallState::of(&[(key.clone(), b"code")]), None).unwrap();
        assert_eq!((found.bytes(), found.hash()), (&b"code"[..], hash));
        assert_eq!(code(&SmallState::of(&[(key.clone(), b"other")]), None), None);
    }
}
