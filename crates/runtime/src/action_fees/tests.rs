//! Sums against parameters added by hand.

use super::*;
use torr_crypto::key::Signature;
use torr_parameters::Parameters;
use torr_primitives::action::delegate::{DelegateAction, NonDelegateAction, SignedDelegateAction};
use torr_primitives::action::{CreateAccountAction, FunctionCallAction, TransferAction};

const TO_OTHER: Locality = Locality::SenderIsNotReceiver;
const TO_SELF: Locality = Locality::SenderIsReceiver;

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

fn gas(cost: Cost) -> u64 {
    cost.gas.as_gas()
}

fn transfer(deposit: u128) -> Action {
    Action::Transfer(TransferAction { deposit: Balance::from_yoctonear(deposit) })
}

fn call(gas: u64, deposit: u128) -> Action {
    Action::FunctionCall(Box::new(FunctionCallAction {
        method_name: "abc".to_owned(),
        args: vec![0; 7],
        gas: Gas::from_gas(gas),
        deposit: Balance::from_yoctonear(deposit),
    }))
}

fn delegate(sender: &str, receiver: &str, actions: Vec<Action>) -> Action {
    let key = PublicKey::Ed25519([0; 32]);
    Action::Delegate(Box::new(SignedDelegateAction {
        delegate_action: DelegateAction {
            sender_id: account(sender),
            receiver_id: account(receiver),
            actions: actions
                .into_iter()
                .map(|action| NonDelegateAction::try_from(action).unwrap())
                .collect(),
            nonce: 1,
            max_block_height: 1,
            public_key: key,
        },
        signature: Signature::Ed25519([0; 64]),
    }))
}

/// The numbers stand in the tables of the parameters crate.
#[test]
fn fees_of_simple_actions() {
    let config = &*Parameters::builtin(86).unwrap();
    let bob = &account("bob.near");
    let implicit = &account(&"0".repeat(64));
    let send = |action: &Action, to| gas(send_fee(config, TO_OTHER, action, to).unwrap());
    let execution = |action: &Action, to| gas(execution_fee(config, action, to).unwrap());
    assert_eq!(send(&transfer(1), bob), 115_123_062_500);
    assert_eq!(execution(&transfer(1), bob), 115_123_062_500);
    let new_account = 115_123_062_500 + 500_000_000_000 + 101_765_125_000;
    assert_eq!(send(&transfer(1), implicit), new_account);
    assert_eq!(execution(&transfer(1), implicit), new_account + 6_700_000_000_000);
    let create = Action::CreateAccount(CreateAccountAction {});
    assert_eq!(send(&create, bob), 500_000_000_000);
    assert_eq!(send(&call(1, 0), bob), 200_000_000_000 + 10 * 47_683_715);
    assert_eq!(execution(&call(1, 0), bob), 780_000_000_000 + 10 * 2_235_934);
    let to_self = send_fee(config, TO_SELF, &call(1, 0), bob).unwrap();
    assert_eq!(gas(to_self), 200_000_000_000 + 10 * 2_235_934);
}

#[test]
fn what_is_delegated_is_paid_for_twice() {
    let config = &*Parameters::builtin(86).unwrap();
    let fees = &config.fees.actions;
    let alice = &account("alice.near");
    let delegated = [transfer(5), call(7, 11)];
    let delegate = [delegate("alice.near", "alice.near", delegated.to_vec()), transfer(3)];

    let bare = |action| fees[action];
    let delegated_sends = |locality| send_fees(config, locality, &delegated, alice).unwrap();
    let sends = send_fees(config, TO_OTHER, &delegate, alice).unwrap();
    let expected = delegated_sends(TO_OTHER)
        .checked_add(bare(ActionCost::Delegate).send_not_sir)
        .and_then(|sum| sum.checked_add(bare(ActionCost::Transfer).send_not_sir));
    assert_eq!(Some(sends), expected);
    // Sent on from the sender to itself, whatever way the delegate action came.
    assert_eq!(prepaid_send_fees(config, &delegate).unwrap(), delegated_sends(TO_SELF));

    let executions = prepaid_execution_fees(config, &delegate, &account("bob.near")).unwrap();
    let expected = prepaid_execution_fees(config, &delegated, alice)
        .and_then(|sum| sum.checked_add(bare(ActionCost::Delegate).execution))
        .and_then(|sum| sum.checked_add(bare(ActionCost::NewActionReceipt).execution))
        .and_then(|sum| sum.checked_add(bare(ActionCost::Transfer).execution));
    assert_eq!(Some(executions), expected);

    assert_eq!(prepaid_gas(&delegate), Some(Gas::from_gas(7)));
    assert_eq!(total_deposit(&delegate), Some(Balance::from_yoctonear(5 + 11 + 3)));
}

#[test]
fn nothing_is_delegated_nothing_is_sent_on() {
    let config = &*Parameters::builtin(86).unwrap();
    assert_eq!(prepaid_send_fees(config, &[transfer(1), call(1, 1)]), Some(Cost::ZERO));
}

#[test]
fn sums_that_do_not_fit_are_none() {
    assert_eq!(prepaid_gas(&[call(u64::MAX, 0), call(1, 0)]), None);
    let most = delegate("alice.near", "bob.near", vec![call(u64::MAX, u128::MAX)]);
    assert_eq!(prepaid_gas(&[most.clone(), call(1, 0)]), None);
    assert_eq!(total_deposit(&[most, transfer(1)]), None);
    assert_eq!(total_deposit(&[transfer(u128::MAX)]), Some(Balance::MAX));
}

#[test]
fn only_post_quantum_signatures_cost_extra() {
    let mut config = RuntimeConfig::clone(&Parameters::builtin(86).unwrap());
    let extra = Cost::of_gas(Gas::from_gas(100_000_000_000));
    let post_quantum = PublicKey::MlDsa65(Box::new([0; 1952]));
    let mut signed = delegate("alice.near", "bob.near", vec![transfer(1)]);
    let cost = |config: &RuntimeConfig, key, action: &Action| {
        signature_verification_cost(config, key, [action]).unwrap()
    };
    let classical = PublicKey::Secp256k1([0; 64]);
    assert_eq!(cost(&config, &classical, &signed), Cost::ZERO);
    assert_eq!(cost(&config, &post_quantum, &signed), extra);
    if let Action::Delegate(action) = &mut signed {
        action.delegate_action.public_key = post_quantum.clone();
    }
    assert_eq!(Some(cost(&config, &post_quantum, &signed)), extra.checked_mul(2));
    assert_eq!(delegated_verification_compute(&config, &post_quantum), 0);
    // The compute moves to where the delegate action is executed, the gas does not.
    std::sync::Arc::make_mut(&mut config.vm).fix_ml_dsa_cost_charging = true;
    assert_eq!(cost(&config, &classical, &signed), Cost { compute: 0, ..extra });
    assert_eq!(delegated_verification_compute(&config, &post_quantum), extra.compute);
}
