//! Costs against parameters added by hand.

use super::*;

const RECEIPT_SEND: u64 = 108_059_500_000;
const RECEIPT_EXECUTION: u64 = 108_059_500_000;
const TRANSFER: u64 = 115_123_062_500;

#[test]
fn a_transfer_burns_at_one_price_and_buys_at_another() {
    let cost = cost(&transaction(1, vec![transfer(42)]));
    assert_eq!(cost.gas_burnt, Gas::from_gas(RECEIPT_SEND + TRANSFER));
    assert_eq!(cost.compute_burnt, RECEIPT_SEND + TRANSFER);
    assert_eq!(cost.gas_remaining, Gas::from_gas(RECEIPT_EXECUTION + TRANSFER));
    assert_eq!(cost.receipt_gas_price, balance(PURCHASE_PRICE));
    let burnt = u128::from(RECEIPT_SEND + TRANSFER) * GAS_PRICE;
    let bought = u128::from(RECEIPT_EXECUTION + TRANSFER) * PURCHASE_PRICE;
    assert_eq!(cost.burnt_amount, balance(burnt));
    assert_eq!(cost.gas_cost, balance(burnt + bought));
    assert_eq!(cost.deposit_cost, balance(42));
    assert_eq!(cost.total_cost, balance(burnt + bought + 42));
}

#[test]
fn gas_of_calls_is_bought_and_not_burnt() {
    let plain = cost(&transaction(1, vec![transfer(1)]));
    let both = cost(&transaction(1, vec![transfer(1), call("ab", 3)]));
    let gas = |after: Gas, before: Gas| after.as_gas() - before.as_gas();
    let bytes = 12;
    assert_eq!(gas(both.gas_burnt, plain.gas_burnt), 200_000_000_000 + bytes * 47_683_715);
    assert_eq!(
        gas(both.gas_remaining, plain.gas_remaining),
        5_000_000_000_000 + 780_000_000_000 + bytes * 2_235_934
    );
    assert_eq!(both.deposit_cost, balance(4));
}

#[test]
fn gas_is_never_bought_below_the_price_of_the_block() {
    let dear = balance(PURCHASE_PRICE + 1);
    let cost = TransactionCost::of(&config(), &transaction(1, vec![transfer(1)]), dear).unwrap();
    assert_eq!(cost.receipt_gas_price, dear);
}

#[test]
fn what_no_balance_can_pay_has_no_cost() {
    let of = |price, actions| TransactionCost::of(&config(), &transaction(1, actions), price);
    assert_eq!(of(Balance::MAX, vec![transfer(1)]), None);
    assert_eq!(of(Balance::ZERO, vec![transfer(u128::MAX), transfer(1)]), None);
    // The sum with the gas is too much.
    assert_eq!(of(Balance::ZERO, vec![transfer(u128::MAX)]), None);
}
