//! Accounts that begin with a state that their name tells.

use super::contracts::put_global;
use super::fixture::{
    BYTE_PRICE, Done, NONCE, Parties, World, access_key, between, handle, id, near, yocto,
};
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_primitives::action::{
    Action, DeterministicStateInitAction, TransferAction, UniversalStateInitAction,
};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::{ActionReceiptV2, Receipt, ReceiptBody};
use torr_primitives::state_init::{
    DeterministicStateInit, DeterministicStateInitV1, RawStateInit, universal_account_id,
};
use torr_primitives::{
    AccessKeyPermission, Account, AccountContract, AccountId, Balance, GlobalContractIdentifier,
    TrieKey,
};

fn code() -> GlobalContractIdentifier {
    GlobalContractIdentifier::CodeHash(CryptoHash::of(b"global code"))
}

/// Data of which an account counts so many bytes, in two values.
fn data(usage: usize) -> BTreeMap<Vec<u8>, Vec<u8>> {
    BTreeMap::from([
        (b"a".to_vec(), vec![1]),
        (b"bc".to_vec(), vec![2; usize::max(usage, 84) - 84]),
    ])
}

fn deterministic(data: BTreeMap<Vec<u8>, Vec<u8>>) -> DeterministicStateInit {
    DeterministicStateInit::V1(DeterministicStateInitV1 { code: code(), data })
}

fn init(state_init: &DeterministicStateInit, deposit: u128) -> Action {
    let (state_init, deposit) = (state_init.clone(), yocto(deposit));
    Action::DeterministicStateInit(Box::new(DeterministicStateInitAction { state_init, deposit }))
}

/// What the action gave back; `None` if nothing.
fn given_back(done: &Done) -> Option<(AccountId, Balance)> {
    let result = done.success();
    let [receipt] = result.new_receipts.as_slice() else {
        assert_eq!(result.new_receipts, []);
        return None;
    };
    let ReceiptBody::Action(body) = &receipt.body else { panic!("{receipt:?} is no refund") };
    let [Action::Transfer(TransferAction { deposit })] = body.actions.as_slice() else {
        panic!("{receipt:?} is no refund")
    };
    assert_eq!(*receipt, Receipt::balance_refund(receipt.receiver_id.clone(), *deposit));
    Some((receipt.receiver_id.clone(), *deposit))
}

/// An account takes of the deposit what it lacks, which is nothing if it is small.
#[test]
fn a_deterministic_account_begins_once() {
    let price = |usage: u128| usage * BYTE_PRICE;
    for (usage, before, deposit, rest, after) in [
        (770, None, 5, 5, 0),
        (770, None, 0, 0, 0),
        (771, None, price(771), 0, price(771)),
        (771, None, price(771) + 7, 7, price(771)),
        (1_000, Some(price(400)), price(700), price(100), price(1_000)),
        (1_000, Some(price(1_200)), price(700), price(700), price(1_200)),
        (1_000, Some(price(1_200)), 0, 0, price(1_200)),
    ] {
        let state_init = deterministic(data(usage - 132));
        let account_id = state_init.account_id();
        let mut world = World::at(86);
        put_global(&mut world, &code());
        if let Some(before) = before {
            world.put_account(account_id.as_str(), yocto(before));
        }
        let parties = between("bob.near", account_id.as_str());
        let done = world.receive(&parties, &[init(&state_init, deposit)]);
        let expected = (rest > 0).then_some((id("bob.near"), yocto(rest)));
        assert_eq!(given_back(&done), expected, "{usage} {deposit}");
        assert_eq!(done.receiver.actor_id, id("bob.near"));
        let account = world.account(account_id.as_str()).unwrap();
        let contract = AccountContract::from(code());
        let expected = Account::new(yocto(after), Balance::ZERO, contract, usage as u64);
        assert_eq!(account, expected);
        world.check_usage(account_id.as_str());
        for (key, value) in state_init.data() {
            let key = TrieKey::ContractData { account_id: account_id.clone(), key: key.clone() };
            assert_eq!(world.state.get(&key.to_bytes()), Some(value));
        }
        let state = world.state.clone();
        let done = world.receive(&parties, &[init(&state_init, 3)]);
        assert_eq!(given_back(&done), Some((id("bob.near"), yocto(3))));
        assert_eq!(world.state, state);
    }
}

#[test]
fn a_deterministic_account_that_cannot_begin() {
    let state_init = deterministic(data(1_000 - 132));
    let account_id = state_init.account_id();
    let parties = between("bob.near", account_id.as_str());
    let mut world = World::at(86);
    let done = world.receive(&parties, &[init(&state_init, 0)]);
    let missing = ActionErrorKind::GlobalContractDoesNotExist { identifier: code() };
    assert_eq!(done.failure(), Some(&missing));
    put_global(&mut world, &code());
    let before = world.state.clone();
    let done = world.receive(&parties, &[init(&state_init, 1_000 * BYTE_PRICE - 1)]);
    let amount = yocto(1_000 * BYTE_PRICE);
    let lacks = ActionErrorKind::LackBalanceForState { account_id, amount };
    assert_eq!(done.failure(), Some(&lacks));
    assert_eq!(world.state, before);
}

/// A sender can have deposits back at another account.
#[test]
fn what_is_left_of_a_deposit_goes_where_the_receipt_says() {
    let state_init = deterministic(BTreeMap::new());
    let account_id = state_init.account_id();
    let mut world = World::at(86);
    put_global(&mut world, &code());
    let parties = between("bob.near", account_id.as_str());
    let mut receipt = parties.receipt(vec![init(&state_init, 4)]);
    let ReceiptBody::Action(v1) = receipt.body else { panic!("it is an action receipt") };
    receipt.body = ReceiptBody::ActionV2(ActionReceiptV2 {
        signer_id: v1.signer_id,
        refund_to: Some(id("carol.near")),
        signer_public_key: v1.signer_public_key,
        gas_price: v1.gas_price,
        output_data_receivers: vec![],
        input_data_ids: vec![],
        actions: v1.actions,
    });
    let done = world.receive_receipt(&receipt);
    assert_eq!(given_back(&done), Some((id("carol.near"), yocto(4))));
}

/// The encoding: version, contract, data, keys.
fn encoded(
    code: Option<GlobalContractIdentifier>,
    data: &BTreeMap<Vec<u8>, Vec<u8>>,
    keys: &[u8],
) -> Vec<u8> {
    let mut keys: Vec<_> = keys.iter().map(|seed| handle(*seed)).collect();
    keys.sort();
    borsh::to_vec(&(0_u8, code, data, keys)).unwrap()
}

fn begin(bytes: &[u8], deposit: u128) -> Action {
    let (state_init, deposit) = (RawStateInit(bytes.to_vec()), yocto(deposit));
    Action::UniversalStateInit(Box::new(UniversalStateInitAction { state_init, deposit }))
}

fn universal(bytes: &[u8]) -> Parties {
    between("bob.near", universal_account_id(bytes).as_str())
}

#[test]
fn a_universal_account_begins_with_contract_data_and_keys() {
    let with_all = encoded(Some(code()), &data(200), &[1, 2]);
    let of_keys = encoded(None, &BTreeMap::new(), &[3]);
    let of_nothing = encoded(None, &BTreeMap::new(), &[]);
    for (bytes, keys, contract, usage) in [
        (with_all, vec![1, 2], AccountContract::from(code()), 100 + 32 + 200 + 2 * 82),
        (of_keys, vec![3], AccountContract::None, 100 + 82),
        (of_nothing, vec![], AccountContract::None, 100),
    ] {
        for waits in [false, true] {
            let mut world = World::at(88);
            put_global(&mut world, &code());
            let parties = universal(&bytes);
            let name = parties.receiver.as_str();
            if waits {
                let transfer = Action::Transfer(TransferAction { deposit: near(1) });
                world.receive(&parties, &[transfer]).success();
            }
            let done = world.receive(&parties, &[begin(&bytes, 5)]);
            assert_eq!(given_back(&done), Some((id("bob.near"), yocto(5))));
            assert_eq!(done.receiver.actor_id, id("bob.near"));
            let amount = if waits { near(1) } else { Balance::ZERO };
            let expected = Account::new(amount, Balance::ZERO, contract.clone(), usage);
            assert_eq!(world.account(name), Some(expected));
            world.check_usage(name);
            for &seed in &keys {
                let expected = access_key(NONCE, AccessKeyPermission::FullAccess);
                assert_eq!(world.key(name, seed), Some(expected));
            }
        }
    }
}

/// Else the transaction that brought the state could be sent once more.
#[test]
fn keys_of_a_universal_account_begin_at_the_nonce_that_brought_them() {
    for (consumed, expected) in [(NONCE + 5, NONCE + 5), (NONCE - 5, NONCE)] {
        let bytes = encoded(None, &BTreeMap::new(), &[3]);
        let parties = universal(&bytes);
        let mut world = World::at(88);
        let waiting = Account::uninitialized(near(1), 100, consumed);
        world.put(&TrieKey::Account { account_id: parties.receiver.clone() }, &waiting);
        world.receive(&parties, &[begin(&bytes, 0)]).success();
        assert_eq!(world.key(parties.receiver.as_str(), 3).unwrap().nonce, expected);
    }
}

/// A large account pays for its storage when it begins. Later, deposits come back whole.
#[test]
fn a_universal_account_takes_a_deposit_once() {
    let bytes = encoded(None, &data(900), &[]);
    let parties = universal(&bytes);
    let account_id = parties.receiver.clone();
    let mut world = World::at(88);
    let done = world.receive(&parties, &[begin(&bytes, 1_000 * BYTE_PRICE - 1)]);
    let lacks = ActionErrorKind::LackBalanceForState {
        account_id: account_id.clone(),
        amount: yocto(1_000 * BYTE_PRICE),
    };
    assert_eq!(done.failure(), Some(&lacks));
    assert!(world.state.is_empty());
    let done = world.receive(&parties, &[begin(&bytes, 1_001 * BYTE_PRICE)]);
    assert_eq!(given_back(&done), Some((id("bob.near"), yocto(BYTE_PRICE))));
    world.change_account(account_id.as_str(), |account| account.set_amount(Balance::ZERO));
    let done = world.receive(&parties, &[begin(&bytes, 9)]);
    assert_eq!(given_back(&done), Some((id("bob.near"), yocto(9))));
}

#[test]
fn a_universal_account_that_cannot_begin() {
    let missing = ActionErrorKind::GlobalContractDoesNotExist { identifier: code() };
    let malformed = ActionErrorKind::MalformedUniversalStateInit;
    let key = borsh::to_vec(&handle(1)).unwrap();
    let mut twice = encoded(None, &BTreeMap::new(), &[1]);
    twice[10 - 4] = 2;
    twice.extend(key);
    for (bytes, failure) in [
        (encoded(Some(code()), &BTreeMap::new(), &[]), missing),
        (vec![1], malformed.clone()),
        (twice, malformed),
    ] {
        let mut world = World::at(88);
        let done = world.receive(&universal(&bytes), &[begin(&bytes, 0)]);
        assert_eq!(done.failure(), Some(&failure), "{bytes:?}");
        assert!(world.state.is_empty());
    }
}
