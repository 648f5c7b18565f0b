//! The code that counts gas and stack down.
//!
//! Two mutable `i64` globals hold what is left. A charge subtracts, and when the result is negative
//! executes `unreachable`: the signs of the globals then tell which budget ran out, and the amount
//! by which, so that the gas counter sees exactly the charge that failed. **Invariant:** nothing of
//! the contract is executed while a budget is negative.
//!
//! In a module with fast charges ([`Charging::Fast`]) most charges are not tested, so code may run on
//! with a negative budget, for no longer than a function is long; what such a call does is thrown away.
//!
//! No charge overflows: prices are at most 2^30 (`Tariff`), so that what is charged at a time stays
//! below 2^63, and budgets are never negative when a tested charge was taken.

use super::analysis::Tariff;
use super::charging::Charging;
use wasm_encoder::{BlockType, Encode, Instruction, InstructionSink, ValType};

/// What entering a function is charged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Bytes of stack.
    pub(super) stack: i64,
    /// Gas of the frame.
    pub(super) frame: i64,
    /// Gas of the first instructions, a charge of its own that follows at once.
    pub(super) first: i64,
}

/// Writes metering code for one module.
pub(super) struct Meter {
    charging: Charging,
    gas: u32,
    stack: u32,
    /// Keeps the count of a bulk instruction while it is charged. A local would do as well, but
    /// could be one more than engines allow.
    count: u32,
    bulk_base: i64,
    bulk_unit: i64,
    before_amount: Vec<u8>,
    after_amount: Vec<u8>,
    after_untested: Vec<u8>,
}

/// Globals that metering adds, in the order of their indices: gas, stack, count.
pub(super) const GLOBALS: [ValType; 3] = [ValType::I64, ValType::I64, ValType::I32];

impl Meter {
    /// Metering for a module that has `globals` globals of its own.
    pub(super) fn new(globals: u32, tariff: Tariff, charging: Charging) -> Meter {
        let gas = globals;
        let mut before_amount = Vec::new();
        let mut after_amount = Vec::new();
        let mut sink = InstructionSink::new(&mut before_amount);
        sink.global_get(gas);
        let mut after_untested = Vec::new();
        InstructionSink::new(&mut after_untested).i64_sub().global_set(gas);
        let mut sink = InstructionSink::new(&mut after_amount);
        sink.i64_sub().global_set(gas).global_get(gas).i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).unreachable().end();
        Meter {
            charging,
            gas,
            stack: gas.saturating_add(1),
            count: gas.saturating_add(2),
            bulk_base: amount(tariff.bulk_base),
            bulk_unit: amount(tariff.bulk_unit),
            before_amount,
            after_amount,
            after_untested,
        }
    }

    /// Index of the gas global.
    pub(super) fn gas_global(&self) -> u32 {
        self.gas
    }

    /// Index of the stack global.
    pub(super) fn stack_global(&self) -> u32 {
        self.stack
    }

    /// Puts what is left on the stack, for a host function.
    pub(super) fn hand_over(&self, out: &mut Vec<u8>) {
        InstructionSink::new(out).global_get(self.gas);
    }

    /// Takes what a host function has left off the stack.
    pub(super) fn take_back(&self, out: &mut Vec<u8>) {
        InstructionSink::new(out).global_set(self.gas);
    }

    /// Charges `gas` and goes on whatever is left.
    pub(super) fn charge_untested(&self, out: &mut Vec<u8>, gas: i64) {
        out.extend_from_slice(&self.before_amount);
        Instruction::I64Const(gas).encode(out);
        out.extend_from_slice(&self.after_untested);
    }

    /// Charges `gas`.
    pub(super) fn charge(&self, out: &mut Vec<u8>, gas: i64) {
        out.extend_from_slice(&self.before_amount);
        Instruction::I64Const(gas).encode(out);
        out.extend_from_slice(&self.after_amount);
    }

    /// Charges the bulk instruction that comes next, by the count on top of the stack. It is charged
    /// whether or not the instruction traps or fails.
    pub(super) fn charge_bulk(&self, out: &mut Vec<u8>) {
        let mut sink = InstructionSink::new(out);
        sink.global_set(self.count).global_get(self.gas);
        sink.global_get(self.count).i64_extend_i32_u();
        sink.i64_const(self.bulk_unit).i64_mul().i64_const(self.bulk_base).i64_add();
        out.extend_from_slice(&self.after_amount);
        InstructionSink::new(out).global_get(self.count);
    }

    /// Charges the entry of a function that calls others. [`Meter::leave`] gives the stack back.
    pub(super) fn enter(&self, out: &mut Vec<u8>, entry: &Entry) {
        if self.charging == Charging::Fast {
            return self.enter_fast(out, entry);
        }
        let mut sink = InstructionSink::new(out);
        sink.global_get(self.stack).i64_const(entry.stack).i64_sub().global_set(self.stack);
        sink.global_get(self.stack).i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).unreachable().end();
        self.charge_entry(out, entry);
    }

    /// Gives back the stack that [`Meter::enter`] took.
    pub(super) fn leave(&self, out: &mut Vec<u8>, entry: &Entry) {
        let mut sink = InstructionSink::new(out);
        sink.global_get(self.stack).i64_const(entry.stack).i64_add().global_set(self.stack);
    }

    /// Charges the entry of a function that calls no other: nobody can see its stack taken, so it
    /// is only tested whether there is enough, and nothing has to be given back.
    pub(super) fn enter_leaf(&self, out: &mut Vec<u8>, entry: &Entry) {
        if self.charging == Charging::Fast {
            return self.enter_leaf_fast(out, entry);
        }
        let mut sink = InstructionSink::new(out);
        sink.global_get(self.stack).i64_const(entry.stack).i64_lt_s();
        sink.if_(BlockType::Empty).i64_const(-1).global_set(self.stack).unreachable().end();
        self.charge_entry(out, entry);
    }

    /// [`Meter::enter`] with one test of both budgets: which of them is short nobody asks.
    fn enter_fast(&self, out: &mut Vec<u8>, entry: &Entry) {
        self.charge_untested(out, entry.frame.saturating_add(entry.first));
        let mut sink = InstructionSink::new(out);
        sink.global_get(self.stack).i64_const(entry.stack).i64_sub().global_set(self.stack);
        sink.global_get(self.stack).global_get(self.gas).i64_or().i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).unreachable().end();
    }

    /// [`Meter::enter_leaf`] with one test of both budgets.
    fn enter_leaf_fast(&self, out: &mut Vec<u8>, entry: &Entry) {
        self.charge_untested(out, entry.frame.saturating_add(entry.first));
        let mut sink = InstructionSink::new(out);
        sink.global_get(self.stack).i64_const(entry.stack).i64_sub();
        sink.global_get(self.gas).i64_or().i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).unreachable().end();
    }

    /// Takes the gas of the frame and of the first instructions in one go. If that is too much, the
    /// second charge is taken back where the first alone was: the charge that fails is then the same
    /// as if they had been taken one after the other, which limits other than zero can tell.
    fn charge_entry(&self, out: &mut Vec<u8>, entry: &Entry) {
        if entry.first == 0 {
            return self.charge(out, entry.frame);
        }
        let gas = self.gas;
        let mut sink = InstructionSink::new(out);
        sink.global_get(gas).i64_const(entry.frame.saturating_add(entry.first)).i64_sub();
        sink.global_set(gas).global_get(gas).i64_const(0).i64_lt_s().if_(BlockType::Empty);
        sink.global_get(gas).i64_const(entry.first).i64_add().i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty);
        sink.global_get(gas).i64_const(entry.first).i64_add().global_set(gas);
        sink.end().unreachable().end();
    }
}

/// An amount as the code has it. What does not fit cannot be paid anyway.
pub(super) fn amount(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
