//! Limits and fees of registers.

use super::Registers;
use crate::error::{HostError, Result, Stop};
use crate::gas::GasCounter;
use std::sync::Arc;
use torr_parameters::{ExtCost, Limits, Parameters, VmConfig};
use torr_primitives::Gas;

fn config() -> Arc<VmConfig> {
    Arc::clone(&Parameters::builtin(88).expect("a version that ships").vm)
}

fn counter() -> GasCounter {
    GasCounter::new(config(), Gas::MAX, Gas::MAX)
}

fn failure<T: std::fmt::Debug>(result: Result<T>) -> HostError {
    match result {
        Err(Stop::Contract(error)) => error,
        other => panic!("expected a failure of the contract, got {other:?}"),
    }
}

#[test]
fn a_register_gives_back_what_was_put_into_it() {
    let (mut registers, mut gas, limits) = (Registers::default(), counter(), &config().limits);
    registers.write(&mut gas, limits, 5, *b"owned").expect("within the limits");
    registers.share(&mut gas, limits, u64::MAX, b"shared"[..].into()).expect("within the limits");
    registers.write(&mut gas, limits, 7, *b"").expect("within the limits");
    for (register_id, value) in [(5, &b"owned"[..]), (u64::MAX, b"shared"), (7, b"")] {
        assert_eq!(registers.len(register_id), Some(value.len() as u64));
        let read = registers.read(&mut gas, register_id).expect("the register is set");
        assert_eq!(read, value);
    }
    assert_eq!(registers.len(6), None);
    let burnt = gas.burnt();
    let missing = registers.read(&mut gas, 6).map(<[u8]>::to_vec);
    assert_eq!(failure(missing), HostError::InvalidRegisterId { register_id: 6 });
    assert_eq!(gas.burnt(), burnt, "what is not there costs nothing");
}

#[test]
fn bytes_are_paid_for_unless_they_are_shared() {
    use ExtCost::{ReadRegisterBase, ReadRegisterByte, WriteRegisterBase, WriteRegisterByte};
    let (config, mut registers) = (config(), Registers::default());
    let paid = |gas: &GasCounter| -> Vec<_> {
        let price = |cost| config.ext_costs[cost].gas.as_gas();
        gas.profile().host_costs().map(|(cost, gas)| (cost, gas.as_gas() / price(cost))).collect()
    };
    let mut gas = counter();
    registers.write(&mut gas, &config.limits, 0, vec![1; 100]).expect("within the limits");
    assert_eq!(paid(&gas), [(WriteRegisterBase, 1), (WriteRegisterByte, 100)]);
    let mut gas = counter();
    registers.share(&mut gas, &config.limits, 0, vec![1; 200].into()).expect("within the limits");
    assert_eq!(paid(&gas), [(WriteRegisterBase, 1)]);
    let mut gas = counter();
    registers.read(&mut gas, 0).expect("the register is set");
    assert_eq!(paid(&gas), [(ReadRegisterBase, 1), (ReadRegisterByte, 200)]);
}

#[test]
fn what_passes_a_limit_is_refused_and_changes_nothing() {
    let default = &config().limits;
    let limits = |change: fn(&mut Limits)| {
        let mut limits = default.clone();
        change(&mut limits);
        limits
    };
    // Lengths of values put into the registers, and whether the last of them is taken.
    type Case<'a> = (Limits, &'a [(u64, usize)], bool);
    let cases: [Case<'_>; 8] = [
        (limits(|limits| limits.max_register_size = 3), &[(0, 3)], true),
        (limits(|limits| limits.max_register_size = 3), &[(0, 4)], false),
        (limits(|limits| limits.max_number_registers = 2), &[(0, 1), (1, 1)], true),
        (limits(|limits| limits.max_number_registers = 2), &[(0, 1), (1, 1), (2, 1)], false),
        // With all registers set, none can be replaced.
        (limits(|limits| limits.max_number_registers = 2), &[(0, 1), (1, 1), (0, 1)], false),
        // Each counts eight bytes more than it has; what is replaced no longer counts.
        (limits(|limits| limits.registers_memory_limit = 20), &[(0, 3), (1, 1), (1, 1)], true),
        (limits(|limits| limits.registers_memory_limit = 20), &[(0, 3), (0, 0), (1, 4)], true),
        (limits(|limits| limits.registers_memory_limit = 20), &[(0, 3), (1, 2)], false),
    ];
    for (number, (limits, writes, taken)) in cases.into_iter().enumerate() {
        let (mut registers, mut gas) = (Registers::default(), counter());
        let (&(last_id, last_len), before) = writes.split_last().expect("at least one write");
        for &(register_id, len) in before {
            registers
                .write(&mut gas, &limits, register_id, vec![0; len])
                .expect("only the last is refused");
        }
        let (len_before, paid_before) = (registers.len(last_id), gas.burnt());
        let result = registers.write(&mut gas, &limits, last_id, vec![1; last_len]);
        assert!(gas.burnt() > paid_before, "case {number}: paid for whether or not it is taken");
        if taken {
            result.expect("within the limits");
            assert_eq!(registers.len(last_id), Some(last_len as u64), "case {number}");
        } else {
            assert_eq!(failure(result), HostError::MemoryAccessViolation, "case {number}");
            assert_eq!(registers.len(last_id), len_before, "case {number}");
        }
    }
}
