//! Why transactions fail, one reason at a time and which of two comes first.

use super::*;
use crate::transaction::is_bootstrap;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::account::UninitializedAccount;
use torr_primitives::action::UniversalStateInitAction;
use torr_primitives::error::{DepositCostFailureReason, InvalidAccessKeyError, InvalidTxError};
use torr_primitives::state_init::{RawStateInit, universal_account_id};

fn refusal(account: &Account, key: &AccessKey, transaction: &Transaction) -> InvalidTxError {
    match verdict(account, key, transaction) {
        Verdict::Refused(error) => error,
        verdict => panic!("not refused: {verdict:?}"),
    }
}

fn key_refusal(key: &AccessKey, actions: Vec<Action>) -> InvalidAccessKeyError {
    match refusal(&account(RICH), key, &transaction(6, actions)) {
        InvalidTxError::InvalidAccessKeyError(error) => error,
        error => panic!("not for the key: {error:?}"),
    }
}

fn invalid_nonce(tx_nonce: Nonce, ak_nonce: Nonce) -> InvalidTxError {
    InvalidTxError::InvalidNonce { tx_nonce, ak_nonce }
}

#[test]
fn someone_has_to_sign() {
    let transaction = transaction(6, vec![transfer(1)]);
    let verify = |account: Option<&Account>| {
        let signer = Signer { account, access_key: None, gas_key_nonce: None };
        verify(&config(), &transaction, &cost(&transaction), signer, HEIGHT)
    };
    let signer_id = "alice.near".to_owned();
    assert_eq!(verify(None), Verdict::Refused(InvalidTxError::InvalidSignerId { signer_id }));
    let error = InvalidAccessKeyError::AccessKeyNotFound {
        account_id: account_id("alice.near"),
        public_key: Box::new(public_key()),
    };
    assert_eq!(verify(Some(&account(RICH))), Verdict::Refused(error.into()));
}

#[test]
fn nonces_grow_and_stay_behind_the_height() {
    let (rich, key) = (account(RICH), full_access(5));
    let with_nonce = |nonce| transaction(nonce, vec![transfer(1)]);
    for nonce in [6, 7, 9_999_999] {
        let accepted = matches!(verdict(&rich, &key, &with_nonce(nonce)), Verdict::Accepted(_));
        assert!(accepted, "{nonce}");
    }
    for nonce in [0, 4, 5] {
        assert_eq!(refusal(&rich, &key, &with_nonce(nonce)), invalid_nonce(nonce, 5));
    }
    for tx_nonce in [10_000_000, u64::MAX] {
        let error = InvalidTxError::NonceTooLarge { tx_nonce, upper_bound: 10_000_000 };
        assert_eq!(refusal(&rich, &key, &with_nonce(tx_nonce)), error);
    }
    // What is used up is told before what is too large.
    let ahead = full_access(u64::MAX);
    let error = invalid_nonce(u64::MAX, u64::MAX);
    assert_eq!(refusal(&rich, &ahead, &with_nonce(u64::MAX)), error);
}

#[test]
fn strict_nonces_follow_by_one() {
    let strict = |nonce| {
        let nonce = TransactionNonce::Nonce { nonce };
        transaction_v1(nonce, NonceMode::Strict, vec![transfer(1)])
    };
    let (rich, key) = (account(RICH), full_access(5));
    assert!(matches!(verdict(&rich, &key, &strict(6)), Verdict::Accepted(_)));
    for nonce in [4, 5, 7] {
        assert_eq!(refusal(&rich, &key, &strict(nonce)), invalid_nonce(nonce, 5));
    }
    let last = full_access(u64::MAX);
    assert_eq!(refusal(&rich, &last, &strict(0)), invalid_nonce(0, u64::MAX));
}

#[test]
fn accounts_pay_to_the_last_yoctonear() {
    let transaction = transaction(6, vec![transfer(1)]);
    let total = cost(&transaction).total_cost;
    let key = full_access(5);
    let expected = Charge {
        account_amount: Balance::ZERO,
        key: KeyCharge::AccessKey { nonce: 6, allowance: None },
    };
    let enough = account(total.as_yoctonear());
    assert_eq!(verdict(&enough, &key, &transaction), Verdict::Accepted(expected));
    let short = balance(total.as_yoctonear() - 1);
    assert_eq!(
        refusal(&account(short.as_yoctonear()), &key, &transaction),
        InvalidTxError::NotEnoughBalance {
            signer_id: account_id("alice.near"),
            balance: short,
            cost: total
        }
    );
}

#[test]
fn storage_stays_paid_for() {
    let transaction = transaction(6, vec![transfer(1)]);
    let total = cost(&transaction).total_cost.as_yoctonear();
    let stored = 1000 * 10_u128.pow(19);
    let with = |amount| Account::new(balance(amount), Balance::ZERO, AccountContract::None, 1000);
    let verdict = verdict(&with(total + stored), &full_access(5), &transaction);
    assert!(matches!(verdict, Verdict::Accepted(_)));
    assert_eq!(
        refusal(&with(total + stored - 7), &full_access(5), &transaction),
        InvalidTxError::LackBalanceForState {
            signer_id: account_id("alice.near"),
            amount: balance(7)
        }
    );
}

#[test]
fn allowances_are_used_up() {
    let transaction = transaction(6, vec![call("a", 0)]);
    let total = cost(&transaction).total_cost;
    let key = for_functions(5, Some(total.as_yoctonear() + 3));
    let Verdict::Accepted(charge) = verdict(&account(RICH), &key, &transaction) else {
        panic!("refused")
    };
    let allowance = Some(balance(3));
    assert_eq!(charge.key, KeyCharge::AccessKey { nonce: 6, allowance });
    let allowance = balance(total.as_yoctonear() - 1);
    let key = for_functions(5, Some(allowance.as_yoctonear()));
    let error = InvalidAccessKeyError::NotEnoughAllowance {
        account_id: account_id("alice.near"),
        public_key: Box::new(public_key()),
        allowance,
        cost: total,
    };
    assert_eq!(key_refusal(&key, vec![call("a", 0)]), error);
}

#[test]
fn keys_for_functions_do_nothing_else() {
    let key = for_functions(5, None);
    let full = InvalidAccessKeyError::RequiresFullAccess;
    for actions in [vec![], vec![transfer(1)], vec![call("a", 0), call("a", 0)]] {
        assert_eq!(key_refusal(&key, actions), full);
    }
    let deposit = InvalidAccessKeyError::DepositWithFunctionCall;
    assert_eq!(key_refusal(&key, vec![call("c", 1)]), deposit);
    let method_name = "c".to_owned();
    let method = InvalidAccessKeyError::MethodNameMismatch { method_name };
    assert_eq!(key_refusal(&key, vec![call("c", 0)]), method);
    let mut functions = functions(None);
    functions.receiver_id = "carol.near".to_owned();
    let permission = AccessKeyPermission::FunctionCall(functions);
    let receiver = InvalidAccessKeyError::ReceiverMismatch {
        tx_receiver: account_id("bob.near"),
        ak_receiver: "carol.near".to_owned(),
    };
    assert_eq!(key_refusal(&AccessKey { nonce: 5, permission }, vec![call("c", 0)]), receiver);
}

#[test]
fn without_a_list_of_methods_any_may_be_called() {
    let mut functions = functions(None);
    functions.method_names.clear();
    let key = AccessKey { nonce: 5, permission: AccessKeyPermission::FunctionCall(functions) };
    let transaction = transaction(6, vec![call("c", 0)]);
    assert!(matches!(verdict(&account(RICH), &key, &transaction), Verdict::Accepted(_)));
}

/// Nonce, balance, allowance, storage, permission: each is wrong together with all that follow.
#[test]
fn reasons_come_in_the_order_of_the_protocol() {
    let wrong = vec![transfer(1)];
    let total = cost(&transaction(6, wrong.clone())).total_cost.as_yoctonear();
    let large = |amount| Account::new(balance(amount), Balance::ZERO, AccountContract::None, 1000);
    let poor_key = for_functions(5, Some(0));
    let refusal = |amount, key: &AccessKey, nonce| {
        refusal(&large(amount), key, &transaction(nonce, wrong.clone()))
    };
    assert!(matches!(refusal(0, &poor_key, 5), InvalidTxError::InvalidNonce { .. }));
    assert!(matches!(refusal(0, &poor_key, 6), InvalidTxError::NotEnoughBalance { .. }));
    assert!(matches!(
        refusal(total, &poor_key, 6),
        InvalidTxError::InvalidAccessKeyError(InvalidAccessKeyError::NotEnoughAllowance { .. })
    ));
    let key = for_functions(5, None);
    assert!(matches!(refusal(total, &key, 6), InvalidTxError::LackBalanceForState { .. }));
    assert_eq!(refusal(RICH, &key, 6), InvalidAccessKeyError::RequiresFullAccess.into());
}

#[test]
fn gas_keys_and_access_keys_are_not_taken_for_each_other() {
    let error = InvalidTxError::InvalidNonceIndex { tx_nonce_index: None, num_nonces: 3 };
    let plain = transaction(6, vec![transfer(1)]);
    assert_eq!(refusal(&account(RICH), &gas_key(RICH), &plain), error);
    let indexed = with_gas_key(6, 0, vec![transfer(1)]);
    assert!(matches!(
        refusal(&account(RICH), &full_access(5), &indexed),
        InvalidTxError::InvalidAccessKeyError(InvalidAccessKeyError::AccessKeyNotFound { .. })
    ));
    // The state has no such nonce, or the key no such index.
    let none = |key: &AccessKey, tx_nonce_index, num_nonces, transaction: &Transaction| {
        let error = InvalidTxError::InvalidNonceIndex { tx_nonce_index, num_nonces };
        let verdict = verdict_after(&account(RICH), key, None, transaction);
        assert_eq!(verdict, Verdict::Refused(error));
    };
    none(&gas_key(RICH), Some(0), 3, &indexed);
    none(&full_access(5), Some(0), 0, &indexed);
    let error = InvalidTxError::InvalidNonceIndex { tx_nonce_index: Some(3), num_nonces: 3 };
    let beyond = with_gas_key(6, 3, vec![transfer(1)]);
    assert_eq!(refusal(&account(RICH), &gas_key(RICH), &beyond), error);
}

#[test]
fn gas_keys_pay_gas_and_accounts_deposits() {
    let transaction = with_gas_key(6, 2, vec![transfer(1)]);
    let cost = cost(&transaction);
    let gas = cost.gas_cost.as_yoctonear();
    let key = KeyCharge::GasKey { balance: Balance::ZERO, nonce_index: 2, nonce: 6 };
    let expected = Charge { account_amount: Balance::ZERO, key };
    assert_eq!(verdict(&account(1), &gas_key(gas), &transaction), Verdict::Accepted(expected));
    let error = InvalidTxError::NotEnoughGasKeyBalance {
        signer_id: account_id("alice.near"),
        balance: balance(gas - 1),
        cost: cost.gas_cost,
    };
    assert_eq!(refusal(&account(RICH), &gas_key(gas - 1), &transaction), error);
    let used_up = verdict_after(&account(1), &gas_key(gas), Some(6), &transaction);
    assert_eq!(used_up, Verdict::Refused(invalid_nonce(6, 6)));
}

#[test]
fn a_refused_deposit_pays_for_sending() {
    let transaction = with_gas_key(6, 2, vec![transfer(5)]);
    let cost = cost(&transaction);
    let after_sending = balance(RICH - cost.burnt_amount.as_yoctonear());
    let refused = |account: &Account, balance, missing, reason| {
        let key = KeyCharge::GasKey { balance: after_sending, nonce_index: 2, nonce: 6 };
        let expected = Verdict::DepositRefused {
            charge: Charge { account_amount: account.amount(), key },
            error: InvalidTxError::NotEnoughBalanceForDeposit {
                signer_id: account_id("alice.near"),
                balance,
                cost: missing,
                reason,
            },
        };
        assert_eq!(verdict(account, &gas_key(RICH), &transaction), expected);
    };
    let reason = DepositCostFailureReason::NotEnoughBalance;
    refused(&account(4), balance(4), balance(5), reason);
    let stored = 1000 * 10_u128.pow(19);
    let large = Account::new(balance(stored + 3), Balance::ZERO, AccountContract::None, 1000);
    let reason = DepositCostFailureReason::LackBalanceForState;
    refused(&large, balance(stored - 2), balance(2), reason);
}

#[test]
fn gas_keys_for_functions_are_held_to_them_before_deposits() {
    let info = GasKeyInfo { balance: balance(RICH), num_nonces: 3 };
    let permission = AccessKeyPermission::GasKeyFunctionCall(info, functions(None));
    let key = AccessKey { nonce: 0, permission };
    let transaction = with_gas_key(6, 0, vec![transfer(5)]);
    let error = InvalidAccessKeyError::RequiresFullAccess.into();
    assert_eq!(refusal(&account(0), &key, &transaction), error);
}

/// A transaction of the universal account that begins with its own key, or with another.
fn beginning(nonce: Nonce, key: &PublicKey) -> Transaction {
    let no_data: [(Vec<u8>, Vec<u8>); 0] = [];
    let keys = [PublicKeyHandle::from(key)];
    let bytes = borsh::to_vec(&(0_u8, 0_u8, &no_data[..], &keys[..])).unwrap();
    let signer_id = universal_account_id(&bytes);
    let action =
        UniversalStateInitAction { state_init: RawStateInit(bytes), deposit: Balance::ZERO };
    Transaction::V0(TransactionV0 {
        signer_id: signer_id.clone(),
        public_key: public_key(),
        nonce,
        receiver_id: signer_id,
        block_hash: CryptoHash::default(),
        actions: vec![Action::UniversalStateInit(Box::new(action))],
    })
}

#[test]
fn universal_accounts_begin_themselves_once() {
    let waiting = |bootstrap_nonce| {
        let amount = balance(RICH);
        Account::Uninitialized(UninitializedAccount { amount, storage_usage: 100, bootstrap_nonce })
    };
    let verify_at = |version, account: &Account, transaction: &Transaction| {
        let config = Parameters::builtin(version).unwrap();
        let cost = TransactionCost::of(&config, transaction, balance(GAS_PRICE)).unwrap();
        let signer = Signer { account: Some(account), access_key: None, gas_key_nonce: None };
        (verify(&config, transaction, &cost, signer, HEIGHT), cost.total_cost)
    };
    let transaction = beginning(6, &public_key());
    assert!(is_bootstrap(&transaction));
    let (verdict, total) = verify_at(88, &waiting(5), &transaction);
    let Verdict::Accepted(charge) = verdict else { panic!("refused: {verdict:?}") };
    assert_eq!(charge.account_amount.checked_add(total), Some(balance(RICH)));
    let mut account = waiting(5);
    charge.apply(&mut account, None);
    let Account::Uninitialized(after) = &account else { panic!("not waiting") };
    assert_eq!((after.bootstrap_nonce, after.amount), (6, charge.account_amount));

    // Strictly by one, whatever the transaction asks for.
    for (nonce, current) in [(6, 6), (6, 4)] {
        let (verdict, _) = verify_at(88, &waiting(current), &transaction);
        assert_eq!(verdict, Verdict::Refused(invalid_nonce(nonce, current)));
    }
    let stranger = SecretKey::from_seed(KeyType::Ed25519, &[8; 32]).unwrap().public_key();
    let begun = super::account(RICH);
    for (version, account, transaction) in [
        (87, &waiting(5), &transaction),
        (88, &begun, &transaction),
        (88, &waiting(5), &beginning(6, &stranger)),
    ] {
        let (verdict, _) = verify_at(version, account, transaction);
        assert!(matches!(
            verdict,
            Verdict::Refused(InvalidTxError::InvalidAccessKeyError(
                InvalidAccessKeyError::AccessKeyNotFound { .. }
            ))
        ));
    }
}
