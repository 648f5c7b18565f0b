//! Transactions looked at alone: which reason comes first, and many at a time.

use super::*;
use crate::threads::Threads;
use crate::transaction::{
    accepted_outcome, failed_outcome, prepare_all, receipt, refused_deposit_outcome, validate,
};
use torr_crypto::key::Signature;
use torr_primitives::error::{ActionsValidationError, InvalidTxError};
use torr_primitives::outcome::ExecutionStatus;
use torr_primitives::receipt::ReceiptBody;

fn check(version: u32, signed: &SignedTransaction) -> Result<(), InvalidTxError> {
    validate(&Parameters::builtin(version).unwrap(), signed, version)
}

fn badly_signed(transaction: Transaction) -> SignedTransaction {
    SignedTransaction::new(transaction, Signature::Ed25519([1; 64]))
}

fn nonce(nonce: Nonce) -> TransactionNonce {
    TransactionNonce::Nonce { nonce }
}

/// Bytes of arguments with which a signed transaction has `size` bytes.
fn of_wire_size(size: u64) -> Transaction {
    let with_args = |len: u64| {
        let Action::FunctionCall(mut call) = call("a", 0) else { panic!("not a call") };
        call.args = vec![0; len as usize];
        transaction(1, vec![Action::FunctionCall(call)])
    };
    let empty = signed(with_args(0)).wire_size();
    with_args(size - empty)
}

#[test]
fn well_formed_and_signed_transactions_are_valid() {
    assert_eq!(check(86, &signed(transaction(1, vec![transfer(1), call("a", 1)]))), Ok(()));
    let error = Err(InvalidTxError::InvalidSignature);
    assert_eq!(check(86, &badly_signed(transaction(1, vec![transfer(1)]))), error);
}

#[test]
fn versions_have_what_they_have() {
    let v1 = signed(transaction_v1(nonce(1), NonceMode::Monotonic, vec![transfer(1)]));
    let strict = signed(transaction_v1(nonce(1), NonceMode::Strict, vec![transfer(1)]));
    for signed in [v1, strict] {
        assert_eq!(check(84, &signed), Err(InvalidTxError::InvalidTransactionVersion));
        assert_eq!(check(85, &signed), Ok(()));
    }
    let post_quantum = SecretKey::from_seed(KeyType::MlDsa65, &[7; 32]).unwrap();
    let Transaction::V0(mut v0) = transaction(1, vec![transfer(1)]) else { panic!("version 0") };
    v0.public_key = post_quantum.public_key();
    let transaction = Transaction::V0(v0);
    let hash = CryptoHash::of(&borsh::to_vec(&transaction).unwrap());
    let signature = post_quantum.sign(hash.as_ref()).unwrap();
    let signed = SignedTransaction::new(transaction, signature);
    assert_eq!(check(84, &signed), Err(InvalidTxError::InvalidTransactionVersion));
    assert_eq!(check(85, &signed), Ok(()));
}

#[test]
fn sizes_count_the_signature_since_there_are_large_ones() {
    let limit = config().vm.limits.max_transaction_size;
    assert_eq!(check(86, &signed(of_wire_size(limit))), Ok(()));
    let one_more = signed(of_wire_size(limit + 1));
    let error = InvalidTxError::TransactionSizeExceeded { size: limit + 1, limit };
    assert_eq!(check(86, &one_more), Err(error));
    assert_eq!(check(84, &one_more), Ok(()));
    let one_more = signed(of_wire_size(limit + 1 + 65));
    let error = InvalidTxError::TransactionSizeExceeded { size: limit + 1, limit };
    assert_eq!(check(84, &one_more), Err(error));
}

/// Actions, version, size, signature: each is wrong together with all that follow.
#[test]
fn reasons_come_in_the_order_of_the_protocol() {
    let limit = config().vm.limits.max_transaction_size;
    let Transaction::V0(large) = of_wire_size(limit + 1000) else { panic!("version 0") };
    let no_gas = Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: String::new(),
        args: Vec::new(),
        gas: Gas::ZERO,
        deposit: Balance::ZERO,
    }));
    let v1 = |actions| badly_signed(transaction_v1(nonce(1), NonceMode::Monotonic, actions));
    let mut actions = large.actions.clone();
    actions.push(no_gas);
    assert_eq!(
        check(84, &v1(actions)),
        Err(ActionsValidationError::FunctionCallZeroAttachedGas.into())
    );
    let actions = large.actions.clone();
    assert_eq!(check(84, &v1(actions)), Err(InvalidTxError::InvalidTransactionVersion));
    let large = badly_signed(Transaction::V0(large));
    assert!(matches!(check(84, &large), Err(InvalidTxError::TransactionSizeExceeded { .. })));
    let error = Err(InvalidTxError::InvalidSignature);
    assert_eq!(check(84, &badly_signed(transaction(1, vec![]))), error);
}

#[test]
fn many_at_a_time_fare_as_one_by_one_on_any_number_of_threads() {
    let transactions: Vec<_> = (0..40)
        .map(|nonce| {
            let transaction = transaction(nonce, vec![transfer(1)]);
            if nonce % 3 == 0 { badly_signed(transaction) } else { signed(transaction) }
        })
        .collect();
    let is_expired = |index: usize| index.is_multiple_of(4);
    let expected: Vec<_> = (0..transactions.len())
        .map(|index| match () {
            () if is_expired(index) => Some(InvalidTxError::Expired),
            () if index % 3 == 0 => Some(InvalidTxError::InvalidSignature),
            () => None,
        })
        .collect();
    let chunk = crate::small_state::chunk(86);
    for count in [1, 2, 3] {
        let threads = Threads::new(count.try_into().unwrap()).unwrap();
        let found = prepare_all(&chunk, &transactions, &threads, is_expired);
        let found: Vec<_> = found.into_iter().map(Result::err).collect();
        assert_eq!(found, expected, "{count} threads");
    }
}

#[test]
fn receipts_and_outcomes_say_what_was_signed_and_paid() {
    let signed = signed(transaction(1, vec![transfer(1)]));
    let cost = cost(signed.transaction());
    let receipt = receipt(&signed, cost.receipt_gas_price, HEIGHT);
    assert_eq!(receipt.predecessor_id, account_id("alice.near"));
    assert_eq!(receipt.receiver_id, account_id("bob.near"));
    let ReceiptBody::Action(body) = &receipt.body else { panic!("not an action receipt") };
    assert_eq!((&body.signer_public_key, body.gas_price), (&public_key(), balance(PURCHASE_PRICE)));
    assert_eq!(body.actions, [transfer(1)]);

    let accepted = accepted_outcome(&signed, &cost, receipt.receipt_id);
    assert_eq!(accepted.id, signed.hash());
    assert_eq!(accepted.outcome.receipt_ids, [receipt.receipt_id]);
    assert_eq!(accepted.outcome.tokens_burnt, cost.burnt_amount);
    assert_eq!(accepted.outcome.status, ExecutionStatus::SuccessReceiptId(receipt.receipt_id));
    let failed = failed_outcome(&signed, InvalidTxError::Expired);
    assert_eq!((failed.outcome.gas_burnt, failed.outcome.compute_usage), (Gas::ZERO, Some(0)));
    assert_eq!(failed.outcome.status, ExecutionStatus::Failure(InvalidTxError::Expired.into()));
    let refused = refused_deposit_outcome(&signed, &cost, InvalidTxError::CostOverflow);
    assert_eq!(refused.outcome.gas_burnt, cost.gas_burnt);
    assert_eq!(refused.outcome.compute_usage, Some(cost.gas_burnt.as_gas()));
    assert_eq!(refused.outcome.tokens_burnt, cost.burnt_amount);
    assert!(refused.outcome.receipt_ids.is_empty());
}
