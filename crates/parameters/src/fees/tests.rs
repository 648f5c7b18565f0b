//! Fees at version 88, against sums made by hand from the table.

use super::*;
use crate::config::RuntimeConfig;
use crate::ratio::Ratio;
use crate::versions::Parameters;
use std::sync::Arc;

fn config() -> Arc<RuntimeConfig> {
    Parameters::builtin(88).expect("it is supported")
}

/// The sum of the sides of some fees, each so many times.
fn sum(fees: &FeesConfig, side: fn(&Fee) -> Cost, terms: &[(ActionCost, u64)]) -> Option<Cost> {
    terms.iter().try_fold(Cost::ZERO, |sum, (cost, count)| {
        sum.checked_add(side(&fees.actions[*cost]).checked_mul(*count)?)
    })
}

#[test]
fn a_transfer_pays_for_the_account_it_may_create() {
    use ActionCost::{AddFullAccessKey, CreateAccount, Transfer};
    let config = config();
    let mut without = VmConfig::clone(&config.vm);
    without.eth_implicit_accounts = false;
    without.universal_accounts = false;
    let plain: &[_] = &[(Transfer, 1)];
    let creating: &[_] = &[(Transfer, 1), (CreateAccount, 1)];
    let with_key: &[_] = &[(Transfer, 1), (CreateAccount, 1), (AddFullAccessKey, 1)];
    let cases = [
        (AccountType::Named, plain, plain),
        (AccountType::NearImplicit, with_key, with_key),
        (AccountType::EthImplicit, creating, plain),
        (AccountType::NearDeterministic, creating, creating),
        (AccountType::Universal, creating, plain),
    ];
    let fees = &config.fees;
    for (receiver, switched_on, switched_off) in cases {
        for (vm, terms) in [(&*config.vm, switched_on), (&without, switched_off)] {
            let send = transfer_send_fee(fees, vm, Locality::SenderIsNotReceiver, receiver);
            assert_eq!(send, sum(fees, |fee| fee.send_not_sir, terms), "{receiver:?}");
            let send = transfer_send_fee(fees, vm, Locality::SenderIsReceiver, receiver);
            assert_eq!(send, sum(fees, |fee| fee.send_sir, terms), "{receiver:?}");
            let execution = transfer_execution_fee(fees, vm, receiver);
            assert_eq!(execution, sum(fees, |fee| fee.execution, terms), "{receiver:?}");
        }
    }
}

#[test]
fn gas_keys_pay_for_the_bytes_of_their_records() {
    use ActionCost::{GasKeyByte, GasKeyNonceWriteBase, GasKeyTransferBase};
    let config = config();
    let fees = &config.fees;
    let locality = Locality::SenderIsNotReceiver;
    let total = |fee: Option<GasKeyFee>| fee.and_then(GasKeyFee::total);

    let send = gas_key_transfer_send_fee(fees, locality, 33);
    let terms = [(GasKeyTransferBase, 1), (GasKeyByte, 33)];
    assert_eq!(total(send), sum(fees, |fee| fee.send_not_sir, &terms));

    // Column, separator, account id and key; nonce, tag, balance and number of nonces.
    let execution = gas_key_transfer_execution_fee(fees, 10, 33);
    let terms = [(GasKeyTransferBase, 1), (GasKeyByte, (1 + 10 + 1 + 33) + (8 + 1 + 16 + 2))];
    assert_eq!(total(execution), sum(fees, |fee| fee.execution, &terms));

    let send = gas_key_add_send_fee(fees, locality);
    assert_eq!(send, sum(fees, |fee| fee.send_not_sir, &[(GasKeyByte, 16 + 2)]));

    // Each nonce has the key of the access key, its index, and eight bytes of value.
    let execution = gas_key_add_execution_fee(fees, 10, 33, 3);
    let terms = [(GasKeyNonceWriteBase, 3), (GasKeyByte, 3 * ((1 + 10 + 1 + 33) + 2 + 8))];
    assert_eq!(total(execution), sum(fees, |fee| fee.execution, &terms));
    assert_eq!(total(gas_key_add_execution_fee(fees, 10, 33, 0)), Some(Cost::ZERO));

    assert_eq!(gas_key_transfer_send_fee(fees, locality, u64::MAX), None);
    assert_eq!(gas_key_transfer_execution_fee(fees, u64::MAX, 1), None);
    assert_eq!(gas_key_add_execution_fee(fees, u64::MAX, 1, 1), None);
}

#[test]
fn a_refund_keeps_back_a_share_within_bounds() {
    // Share, minimum, refund, kept.
    let cases = [
        ((0, 100), 0, 1_000, 0),
        ((5, 100), 0, 1_019, 50),
        ((5, 100), 100, 1_000, 100),
        ((5, 100), 100, 60, 60),
        ((1, 1), 0, u64::MAX, u64::MAX),
        ((u32::MAX, u32::MAX), 0, u64::MAX, u64::MAX),
    ];
    for ((numerator, denominator), minimum, refund, kept) in cases {
        let mut fees = FeesConfig::clone(&config().fees);
        fees.gas_refund_penalty = Ratio::new(numerator, denominator).expect("not over 0");
        fees.min_gas_refund_penalty = Gas::from_gas(minimum);
        assert_eq!(gas_refund_penalty(&fees, Gas::from_gas(refund)), Gas::from_gas(kept));
    }
}

#[test]
fn the_cheapest_receipt_with_a_call() {
    // Twice action_receipt_creation, and action_function_call sent and executed.
    let expected = 2 * 108_059_500_000 + 200_000_000_000 + 780_000_000_000;
    assert_eq!(min_receipt_with_function_call_gas(&config().fees), Some(Gas::from_gas(expected)));
}

#[test]
fn a_universal_state_init_pays_for_bytes_entries_and_keys() {
    use ActionCost::{
        AddFullAccessKey, UniversalStateInitBase, UniversalStateInitByte, UniversalStateInitEntry,
    };
    let config = config();
    let fees = &config.fees;
    let counts = UniversalStateInitCounts { num_bytes: 100, num_entries: 3, num_keys: 2 };
    let terms = [
        (UniversalStateInitBase, 1),
        (UniversalStateInitByte, 100),
        (UniversalStateInitEntry, 3),
        (AddFullAccessKey, 2),
    ];
    let execution = universal_state_init_execution_fee(fees, &counts);
    assert_eq!(execution, sum(fees, |fee| fee.execution, &terms));
    let send = universal_state_init_send_fee(fees, Locality::SenderIsReceiver, &counts);
    assert_eq!(send, sum(fees, |fee| fee.send_sir, &terms));
    let endless = UniversalStateInitCounts { num_entries: u64::MAX, ..counts };
    assert_eq!(universal_state_init_execution_fee(fees, &endless), None);
}
