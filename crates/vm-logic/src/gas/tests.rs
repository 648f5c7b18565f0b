//! Limits of the counter, and what it tells of charges that pass them.

use super::{CostAudit, GasCounter};
use crate::error::{HostError, Result, Stop};
use proptest::prelude::*;
use std::sync::Arc;
use torr_parameters::{ActionCost, Cost, ExtCost, Parameters, VmConfig};
use torr_primitives::Gas;

fn config() -> Arc<VmConfig> {
    Arc::clone(&Parameters::builtin(88).expect("a version that ships").vm)
}

fn counter(max_burnt: u64, prepaid: u64) -> GasCounter {
    GasCounter::new(config(), Gas::from_gas(max_burnt), Gas::from_gas(prepaid))
}

fn price(cost: ExtCost) -> u64 {
    config().ext_costs[cost].gas.as_gas()
}

/// The contract's failure; anything else fails the test.
fn failure<T: std::fmt::Debug>(result: Result<T>) -> HostError {
    match result {
        Err(Stop::Contract(error)) => error,
        other => panic!("expected a failure of the contract, got {other:?}"),
    }
}

/// What a test does with a counter.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Burns.
    Burn(u64),
    /// Reserves.
    Reserve(u64),
    /// Burns the first and reserves the second, as sending an action does.
    Send(u64, u64),
}

impl Step {
    fn take(self, gas: &mut GasCounter) -> Result<(), HostError> {
        match self {
            Step::Burn(amount) => gas.burn(Gas::from_gas(amount)),
            Step::Reserve(amount) => gas.burn_and_reserve(Gas::ZERO, Gas::from_gas(amount)),
            Step::Send(send, execution) => {
                gas.burn_and_reserve(Gas::from_gas(send), Gas::from_gas(execution))
            }
        }
    }
}

#[test]
fn a_charge_beyond_a_limit_burns_up_to_it() {
    use HostError::{GasExceeded, GasLimitExceeded, IntegerOverflow};
    use Step::{Burn, Reserve, Send};
    const MAX: u64 = u64::MAX;
    // Limit of burnt gas, prepaid gas, steps, how the last one ends, burnt, used.
    type Case<'a> = (u64, u64, &'a [Step], Result<(), HostError>, u64, u64);
    let cases: &[Case<'_>] = &[
        (10, 10, &[Burn(10)], Ok(()), 10, 10),
        (10, 20, &[Burn(5), Burn(6)], Err(GasLimitExceeded), 10, 11),
        (20, 10, &[Burn(5), Burn(6)], Err(GasExceeded), 10, 10),
        // Beyond both limits, the limit of burnt gas is the one that is told.
        (10, 20, &[Burn(5), Burn(16)], Err(GasLimitExceeded), 10, 20),
        (20, 10, &[Burn(5), Burn(16)], Err(GasLimitExceeded), 10, 10),
        (10, 10, &[Burn(11)], Err(GasLimitExceeded), 10, 10),
        // Reserved gas counts towards the prepaid gas only.
        (10, 20, &[Burn(5), Reserve(15)], Ok(()), 5, 20),
        (10, 20, &[Burn(5), Reserve(16)], Err(GasExceeded), 5, 20),
        (20, 20, &[Reserve(15), Burn(6)], Err(GasExceeded), 6, 20),
        (20, 20, &[Send(5, 10), Send(1, 4)], Ok(()), 6, 20),
        (20, 20, &[Send(5, 10), Send(1, 5)], Err(GasExceeded), 6, 20),
        // Of what a failing charge reserves, as much is kept as there is gas.
        (10, 30, &[Send(5, 10), Send(6, 3)], Err(GasLimitExceeded), 10, 24),
        // Sums that overflow change nothing.
        (MAX, MAX, &[Burn(5), Burn(MAX)], Err(IntegerOverflow), 5, 5),
        (MAX, MAX, &[Send(5, 6), Reserve(MAX - 5)], Err(IntegerOverflow), 5, 11),
        (MAX, MAX, &[Send(5, 6), Reserve(MAX - 10)], Err(IntegerOverflow), 5, 11),
        // The sum of burnt and reserved gas wraps: what was reserved is lost, nothing else is.
        (9, MAX, &[Reserve(9), Burn(MAX - 5)], Err(GasLimitExceeded), 9, 9),
    ];
    for &(max_burnt, prepaid, steps, ref expected, burnt, used) in cases {
        let mut gas = counter(max_burnt, prepaid);
        let results: Vec<_> = steps.iter().map(|step| step.take(&mut gas)).collect();
        let (last, before) = results.split_last().expect("at least one step");
        assert!(before.iter().all(Result::is_ok), "{steps:?}");
        assert_eq!(last, expected, "{max_burnt} of {prepaid}: {steps:?}");
        assert_eq!(gas.burnt().as_gas(), burnt, "burnt, {max_burnt} of {prepaid}: {steps:?}");
        assert_eq!(gas.used().as_gas(), used, "used, {max_burnt} of {prepaid}: {steps:?}");
    }
}

#[test]
fn a_charge_that_fails_stands_in_the_profile_with_what_was_left() {
    let base = price(ExtCost::Base);
    let mut gas = counter(u64::MAX, base + 7);
    gas.pay_base(ExtCost::Base).expect("enough gas");
    assert_eq!(failure(gas.pay_per(ExtCost::Sha256Byte, 1)), HostError::GasExceeded);
    assert_eq!(gas.profile().host(ExtCost::Base).as_gas(), base);
    assert_eq!(gas.profile().host(ExtCost::Sha256Byte).as_gas(), 7);
    assert_eq!(gas.finish().0.wasm(), Gas::ZERO);
}

#[test]
fn a_product_that_overflows_charges_nothing() {
    let mut gas = counter(u64::MAX, u64::MAX);
    assert_eq!(failure(gas.pay_per(ExtCost::Base, u64::MAX)), HostError::IntegerOverflow);
    assert_eq!(gas.burnt(), Gas::ZERO);
}

#[test]
fn instructions_are_charged_at_the_price_of_wasm_code() {
    let price = config().regular_op_cost;
    let mut gas = counter(u64::MAX, 3 * price);
    gas.pay_instructions(2).expect("enough gas");
    assert_eq!(failure(gas.pay_instructions(2)), HostError::GasExceeded);
    assert_eq!(gas.finish().0.wasm().as_gas(), 3 * price);
}

#[test]
fn loading_is_charged_by_the_byte_first() {
    let byte = price(ExtCost::ContractLoadingBytes);
    let mut gas = counter(u64::MAX, 10 * byte + 1);
    assert_eq!(failure(gas.pay_contract_loading(10)), HostError::GasExceeded);
    assert_eq!(gas.profile().host(ExtCost::ContractLoadingBytes).as_gas(), 10 * byte);
    assert_eq!(gas.profile().host(ExtCost::ContractLoadingBase).as_gas(), 1);
}

#[test]
fn compute_follows_the_costs_and_for_a_failed_action_the_gas() {
    let write = config().ext_costs[ExtCost::StorageWriteBase];
    assert_ne!(write.gas.as_gas(), write.compute, "the cost shows nothing otherwise");
    let send = Cost { gas: Gas::from_gas(100), compute: 1_000 };
    let limit = write.gas.as_gas() + 30 + 150;
    let mut gas = counter(limit, u64::MAX);
    gas.pay_base(ExtCost::StorageWriteBase).expect("enough gas");
    gas.burn(Gas::from_gas(30)).expect("enough gas");
    gas.pay_action(ActionCost::Transfer, send, Gas::from_gas(5)).expect("enough gas");
    let failed = gas.pay_action(ActionCost::Transfer, send, Gas::from_gas(5));
    assert_eq!(failure(failed), HostError::GasLimitExceeded);
    let (profile, compute) = gas.finish();
    assert_eq!(profile.wasm().as_gas(), 30);
    assert_eq!(profile.action(ActionCost::Transfer).as_gas(), 150);
    assert_eq!(compute, write.compute + 30 + 1_000 + 50);
}

#[test]
fn wasm_code_settles_what_it_spent() {
    use HostError::{GasExceeded, GasLimitExceeded};
    // Limit of burnt gas, prepaid gas, what is left of the budget, result, burnt, used.
    type Case = (u64, u64, i64, Result<(), HostError>, u64, u64);
    let cases: [Case; 7] = [
        (100, 100, 60, Ok(()), 30, 40),
        (100, 100, 0, Ok(()), 90, 100),
        (100, 100, -1, Err(GasExceeded), 91, 100),
        (100, 100, -20, Err(GasLimitExceeded), 100, 100),
        // The budget is what was prepaid; that more was burnt than may be is seen here.
        (50, 100, 51, Ok(()), 39, 49),
        (50, 100, 30, Err(GasLimitExceeded), 50, 70),
        // A global that went up, which no instrumented code does, burns nothing.
        (100, 100, 95, Ok(()), 0, 10),
    ];
    for (max_burnt, prepaid, left, expected, burnt, used) in cases {
        let mut gas = counter(max_burnt, prepaid);
        gas.reserve(Gas::from_gas(10)).expect("enough gas");
        let budget = gas.wasm_budget();
        assert_eq!(budget, 90);
        assert_eq!(gas.settle(budget, left), expected, "{left} left");
        assert_eq!((gas.burnt().as_gas(), gas.used().as_gas()), (burnt, used), "{left} left");
    }
}

#[test]
fn a_budget_that_the_global_cannot_hold_is_cut() {
    let mut gas = counter(10, u64::MAX);
    assert_eq!(gas.wasm_budget(), i64::MAX);
    assert_eq!(gas.settle(i64::MAX, i64::MAX - 10), Ok(()));
    assert_eq!(gas.settle(i64::MAX, i64::MAX - 1), Err(HostError::GasLimitExceeded));
    // Code that used up the cut budget has failed, whatever the counter has room for.
    let mut gas = counter(u64::MAX, u64::MAX);
    assert_eq!(gas.settle(i64::MAX, -1), Err(HostError::GasExceeded));
}

#[test]
fn the_audit_tells_who_charged_what() {
    let mut gas = counter(u64::MAX, u64::MAX);
    gas.pay_base(ExtCost::Base).expect("enough gas");
    assert_eq!(gas.audit(), None);
    gas.start_audit();
    for (function, cost) in [
        (Some("a"), ExtCost::Base),
        (Some("b"), ExtCost::Base),
        (Some("a"), ExtCost::Base),
        (None, ExtCost::LogBase),
    ] {
        gas.attribute_to(function);
        gas.pay_base(cost).expect("enough gas");
    }
    let charged = [("a", ExtCost::Base), ("b", ExtCost::Base)].into();
    let called = ["a", "b"].into();
    assert_eq!(gas.audit(), Some(&CostAudit { function: None, called, charged }));
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = || prop_oneof![4 => 0..400u64, 1 => Just(u64::MAX), 1 => any::<u64>()];
    let step = prop_oneof![
        amount().prop_map(Step::Burn),
        amount().prop_map(Step::Reserve),
        (amount(), amount()).prop_map(|(send, execution)| Step::Send(send, execution)),
    ];
    prop::collection::vec(step, 0..20)
}

proptest! {
    /// Up to the first failure, which ends the call.
    #[test]
    fn no_sequence_of_charges_passes_a_limit(
        max_burnt in 0..1_000u64,
        prepaid in 0..1_000u64,
        steps in steps(),
    ) {
        let mut gas = counter(max_burnt, prepaid);
        for step in steps {
            let before = gas.burnt();
            let result = step.take(&mut gas);
            prop_assert!(gas.burnt() >= before);
            prop_assert!(gas.burnt().as_gas() <= max_burnt);
            prop_assert!(gas.used().as_gas() <= prepaid);
            prop_assert!(gas.burnt() <= gas.used());
            if matches!(result, Err(HostError::GasLimitExceeded)) {
                prop_assert_eq!(gas.burnt().as_gas(), max_burnt.min(prepaid));
            }
            if result.is_err() {
                break;
            }
        }
    }
}
