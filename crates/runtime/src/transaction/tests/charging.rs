//! Nothing is charged but what the receipt carries and what is burnt, for any amounts.

use super::*;
use proptest::prelude::*;

/// Amounts near each other, so that what is held is sometimes just too little.
fn amounts() -> impl Strategy<Value = u128> {
    prop_oneof![0_u128..4, 0..2 * 10_u128.pow(21), Just(RICH), Just(u128::MAX)]
}

fn keys() -> impl Strategy<Value = AccessKey> {
    prop_oneof![
        Just(full_access(5)),
        proptest::option::of(amounts()).prop_map(|allowance| for_functions(5, allowance)),
        amounts().prop_map(gas_key),
    ]
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        (0_u128..1000).prop_map(transfer),
        (0_u128..2).prop_map(|deposit| call("a", deposit)),
    ];
    proptest::collection::vec(action, 0..4)
}

/// What the account and the key hold together, in yoctoNEAR; too much for a balance is possible.
fn held(account: &Account, key: &AccessKey) -> (u128, u128) {
    let in_key = key.permission.gas_key_info().map_or(0, |info| info.balance.as_yoctonear());
    (account.amount().as_yoctonear(), in_key)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_charged_is_what_is_carried_and_burnt(
        amount in amounts(),
        usage in 700_u64..800,
        key in keys(),
        nonce in 4_u64..8,
        actions in actions(),
    ) {
        let transaction = match key.permission.gas_key_info() {
            Some(_) => with_gas_key(nonce, 1, actions),
            None => transaction(nonce, actions),
        };
        let before = Account::new(balance(amount), Balance::ZERO, AccountContract::None, usage);
        let cost = cost(&transaction);
        let deposits = cost.deposit_cost.as_yoctonear();
        let bought = u128::from(cost.gas_remaining.as_gas()) * PURCHASE_PRICE;
        let burnt = cost.burnt_amount.as_yoctonear();
        let (charge, paid_by_account, paid_by_key) = match verdict(&before, &key, &transaction) {
            Verdict::Refused(_) => return Ok(()),
            Verdict::DepositRefused { charge, .. } => (charge, 0, burnt),
            Verdict::Accepted(charge) => match key.permission.gas_key_info() {
                Some(_) => (charge, deposits, burnt + bought),
                None => (charge, deposits + burnt + bought, 0),
            },
        };
        let (mut account, mut changed) = (before.clone(), key.clone());
        charge.apply(&mut account, Some(&mut changed));
        let (in_account, in_key) = held(&before, &key);
        prop_assert_eq!(
            held(&account, &changed),
            (in_account - paid_by_account, in_key - paid_by_key)
        );
        // The nonce is used up, so the same transaction is refused ever after.
        let stored = charge.gas_key_nonce().map(|(_, nonce)| nonce);
        prop_assert_eq!(stored.unwrap_or(changed.nonce), nonce);
        let again = verdict_after(&account, &changed, stored, &transaction);
        prop_assert!(matches!(again, Verdict::Refused(_)));
        // An allowance falls as the account does, and nothing else of the key changes.
        let allowance = |key: &AccessKey| {
            key.permission.function_call_permission().and_then(|functions| functions.allowance)
        };
        prop_assert_eq!(
            allowance(&changed).and_then(|left| left.checked_add(balance(paid_by_account))),
            allowance(&key)
        );
    }
}
