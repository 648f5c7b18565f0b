//! Costs by hand, every reason to refuse, in which order, and that nothing is charged but what is
//! carried on or burnt.

mod charging;
mod costs;
mod refusals;
mod validation;

use super::{Charge, KeyCharge, Signer, TransactionCost, Verdict, verify};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, SecretKey};
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::access_key::{
    AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo,
};
use torr_primitives::action::{Action, FunctionCallAction, TransferAction};
use torr_primitives::transaction::{
    NonceMode, SignedTransaction, Transaction, TransactionNonce, TransactionV0, TransactionV1,
};
use torr_primitives::{Account, AccountContract, AccountId, Balance, Gas, Nonce, NonceIndex};

/// The price of gas of the block, below the least price that gas is bought at.
const GAS_PRICE: u128 = 100_000_000;
/// The least price that gas is bought at.
const PURCHASE_PRICE: u128 = 1_000_000_000;
/// The height of the block.
const HEIGHT: u64 = 10;

fn config() -> Arc<RuntimeConfig> {
    Parameters::builtin(86).unwrap()
}

fn account_id(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn balance(yoctonear: u128) -> Balance {
    Balance::from_yoctonear(yoctonear)
}

fn account(amount: u128) -> Account {
    Account::new(balance(amount), Balance::ZERO, AccountContract::None, 182)
}

fn secret_key() -> SecretKey {
    SecretKey::from_seed(KeyType::Ed25519, &[7; 32]).unwrap()
}

fn public_key() -> PublicKey {
    secret_key().public_key()
}

fn transfer(deposit: u128) -> Action {
    Action::Transfer(TransferAction { deposit: balance(deposit) })
}

fn call(method_name: &str, deposit: u128) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: method_name.to_owned(),
        args: vec![0; 10],
        gas: Gas::from_gas(5_000_000_000_000),
        deposit: balance(deposit),
    }))
}

/// From alice.near to bob.near.
fn transaction(nonce: Nonce, actions: Vec<Action>) -> Transaction {
    Transaction::V0(TransactionV0 {
        signer_id: account_id("alice.near"),
        public_key: public_key(),
        nonce,
        receiver_id: account_id("bob.near"),
        block_hash: CryptoHash::default(),
        actions,
    })
}

fn transaction_v1(
    nonce: TransactionNonce,
    nonce_mode: NonceMode,
    actions: Vec<Action>,
) -> Transaction {
    Transaction::V1(TransactionV1 {
        signer_id: account_id("alice.near"),
        public_key: public_key(),
        nonce,
        receiver_id: account_id("bob.near"),
        block_hash: CryptoHash::default(),
        actions,
        nonce_mode,
    })
}

fn with_gas_key(nonce: Nonce, nonce_index: NonceIndex, actions: Vec<Action>) -> Transaction {
    let nonce = TransactionNonce::GasKeyNonce { nonce, nonce_index };
    transaction_v1(nonce, NonceMode::Monotonic, actions)
}

fn signed(transaction: Transaction) -> SignedTransaction {
    let bytes = borsh::to_vec(&transaction).unwrap();
    let signature = secret_key().sign(CryptoHash::of(&bytes).as_ref()).unwrap();
    SignedTransaction::new(transaction, signature)
}

fn full_access(nonce: Nonce) -> AccessKey {
    AccessKey { nonce, permission: AccessKeyPermission::FullAccess }
}

/// For the methods `a` and `b` of bob.near.
fn functions(allowance: Option<u128>) -> FunctionCallPermission {
    FunctionCallPermission {
        allowance: allowance.map(balance),
        receiver_id: "bob.near".to_owned(),
        method_names: vec!["a".to_owned(), "b".to_owned()],
    }
}

fn for_functions(nonce: Nonce, allowance: Option<u128>) -> AccessKey {
    AccessKey { nonce, permission: AccessKeyPermission::FunctionCall(functions(allowance)) }
}

fn gas_key(amount: u128) -> AccessKey {
    let info = GasKeyInfo { balance: balance(amount), num_nonces: 3 };
    AccessKey { nonce: 0, permission: AccessKeyPermission::GasKeyFullAccess(info) }
}

fn cost(transaction: &Transaction) -> TransactionCost {
    TransactionCost::of(&config(), transaction, balance(GAS_PRICE)).unwrap()
}

fn verdict(account: &Account, key: &AccessKey, transaction: &Transaction) -> Verdict {
    verdict_after(account, key, Some(5), transaction)
}

/// `gas_key_nonce` is that of the index that the transaction names.
fn verdict_after(
    account: &Account,
    key: &AccessKey,
    gas_key_nonce: Option<Nonce>,
    transaction: &Transaction,
) -> Verdict {
    let signer = Signer { account: Some(account), access_key: Some(key), gas_key_nonce };
    verify(&config(), transaction, &cost(transaction), signer, HEIGHT)
}

const RICH: u128 = 1_000_000_000_000_000_000_000_000;
