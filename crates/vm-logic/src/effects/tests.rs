//! Receipts under construction, and the sharing of unused gas.

use super::{Action, Dependency, Effect, Effects};
use crate::error::HostError;
use proptest::prelude::*;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{AccountId, Balance, Gas, GasWeight, GlobalContractIdentifier};

fn account(id: &str) -> AccountId {
    id.parse().expect("a valid id")
}

fn function_call(prepaid_gas: u64, gas_weight: u64) -> Action {
    Action::FunctionCall {
        method_name: b"method".to_vec(),
        args: Vec::new(),
        attached_deposit: Balance::ZERO,
        prepaid_gas: Gas::from_gas(prepaid_gas),
        gas_weight: GasWeight(gas_weight),
    }
}

/// One receipt that makes calls with these prepaid gases and weights, a transfer between any two.
fn calls(gases_and_weights: &[(u64, u64)]) -> Effects {
    let mut effects = Effects::default();
    let receipt = effects.create_receipt(Vec::new(), account("callee.near"));
    for &(gas, weight) in gases_and_weights {
        effects.append(receipt, function_call(gas, weight)).expect("the receipt is there");
        let transfer = Action::Transfer { deposit: Balance::ZERO };
        effects.append(receipt, transfer).expect("the receipt is there");
    }
    effects
}

/// Prepaid gas of the calls, in order.
fn gases(effects: &Effects) -> Vec<u64> {
    let gas = effects.iter().filter_map(|effect| match effect {
        Effect::Action { action: Action::FunctionCall { prepaid_gas, .. }, .. } => {
            Some(prepaid_gas.as_gas())
        }
        _ => None,
    });
    gas.collect()
}

#[test]
fn receipts_and_their_actions_are_numbered() {
    let (a, b) = (account("a.near"), account("b.near"));
    let mut effects = Effects::default();
    assert!(effects.is_empty());
    assert_eq!(effects.create_receipt(Vec::new(), a.clone()), 0);
    assert_eq!(effects.create_yield(b.clone(), CryptoHash([7; 32]), None), 1);
    let data_id = CryptoHash([8; 32]);
    let depends_on = [0, 1].map(|receipt_index| Dependency { receipt_index, data_id }).to_vec();
    assert_eq!(effects.create_receipt(depends_on, a.clone()), 2);
    assert_eq!(
        [0, 1, 2, 3].map(|index| effects.receiver(index)),
        [Some(&a), Some(&b), Some(&a), None]
    );
    effects.set_refund_to(2, b);
    for (receipt, action) in [(0, 0), (2, 0), (0, 1), (1, 0), (0, 2)] {
        assert_eq!(effects.append(receipt, Action::CreateAccount), Ok(action));
    }
    let missing = Err(HostError::InvalidReceiptIndex { receipt_index: 3 });
    assert_eq!(effects.append(3, Action::CreateAccount), missing);
    assert_eq!(effects.iter().count(), 9, "what fails leaves nothing");
}

#[test]
fn state_init_entries_go_to_a_state_init_and_have_different_keys() {
    let state_init = || Action::DeterministicStateInit {
        contract_id: GlobalContractIdentifier::AccountId(account("code.near")),
        amount: Balance::ZERO,
    };
    let mut effects = Effects::default();
    effects.create_receipt(Vec::new(), account("a.near"));
    effects.append(0, Action::CreateAccount).expect("the receipt is there");
    effects.append(0, state_init()).expect("the receipt is there");
    effects.append(0, state_init()).expect("the receipt is there");
    let no_action =
        |action_index| Err(HostError::InvalidActionIndex { receipt_index: 0, action_index });
    let no_receipt = Err(HostError::InvalidReceiptIndex { receipt_index: 1 });
    let cases = [
        (0, 1, "key", Ok(())),
        (0, 1, "other", Ok(())),
        (0, 1, "key", Err(HostError::DataEntryAlreadyExists)),
        (0, 2, "key", Ok(())),
        (0, 0, "key", no_action(0)),
        (0, 3, "key", no_action(3)),
        (1, 1, "key", no_receipt),
    ];
    for (receipt, action, key, expected) in cases {
        let result = effects.set_state_init_entry(receipt, action, key.into(), b"value".to_vec());
        assert_eq!(result, expected, "receipt {receipt}, action {action}, {key}");
    }
    assert_eq!(effects.iter().count(), 4 + 3, "what fails leaves nothing");
}

#[test]
fn unused_gas_is_shared_by_weight_and_the_last_gets_the_remainder() {
    const MAX: u64 = u64::MAX;
    // Unused gas, calls before, prepaid gas after, what is left.
    type Case<'a> = (u64, &'a [(u64, u64)], &'a [u64], u64);
    let cases: &[Case<'_>] = &[
        (100, &[], &[], 100),
        (100, &[(5, 0)], &[5], 100),
        (100, &[(5, 1)], &[105], 0),
        (100, &[(0, 1), (0, 3)], &[25, 75], 0),
        (100, &[(0, 1), (7, 0), (0, 1), (0, 1)], &[33, 7, 33, 34], 0),
        (100, &[(0, 1), (0, 1), (0, 1), (7, 0)], &[33, 33, 34, 7], 0),
        (2, &[(0, 1), (0, 1), (0, 1)], &[0, 0, 2], 0),
        (MAX, &[(0, MAX), (0, MAX)], &[MAX / 2, MAX / 2 + 1], 0),
    ];
    for &(unused, before, after, left) in cases {
        let mut effects = calls(before);
        let rest = effects.distribute_unused_gas(Gas::from_gas(unused));
        assert_eq!(rest.as_gas(), left, "{unused} over {before:?}");
        assert_eq!(gases(&effects), after, "{unused} over {before:?}");
    }
}

proptest! {
    #[test]
    fn sharing_unused_gas_keeps_the_sum(
        unused in any::<u64>(),
        calls_before in prop::collection::vec((0..1u64 << 40, prop_oneof![Just(0), any::<u64>()]), 0..8),
    ) {
        let sum = |effects: &Effects| gases(effects).into_iter().map(u128::from).sum::<u128>();
        let unused = unused >> 1;
        let mut effects = calls(&calls_before);
        let before = sum(&effects);
        let left = effects.distribute_unused_gas(Gas::from_gas(unused));
        prop_assert_eq!(sum(&effects) + u128::from(left.as_gas()), before + u128::from(unused));
        let shared = calls_before.iter().any(|&(_, weight)| weight > 0);
        prop_assert_eq!(left.as_gas(), if shared { 0 } else { unused });
    }
}
