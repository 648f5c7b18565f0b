//! Registers: values that pass between host functions without going through the contract's memory.
//!
//! A register counts as its length plus eight bytes. The limits are parameters:
//! `max_register_size`, `max_number_registers`, `registers_memory_limit`.

use crate::error::{HostError, Result};
use crate::gas::GasCounter;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_parameters::{ExtCost, Limits};

/// The registers of one call.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    values: BTreeMap<u64, Value>,
    usage: u64,
}

/// What is in a register: a value of its own, or one shared with the context.
#[derive(Clone, Debug)]
enum Value {
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
}

impl Value {
    fn bytes(&self) -> &[u8] {
        match self {
            Value::Owned(bytes) => bytes,
            Value::Shared(bytes) => bytes,
        }
    }
}

impl Registers {
    /// The value of `register_id`, against the fee for reading it.
    ///
    /// # Errors
    /// When the register is not set or the gas runs out.
    pub fn read(&self, gas: &mut GasCounter, register_id: u64) -> Result<&[u8]> {
        let value =
            self.values.get(&register_id).ok_or(HostError::InvalidRegisterId { register_id })?;
        let bytes = value.bytes();
        gas.pay_base(ExtCost::ReadRegisterBase)?;
        gas.pay_per(ExtCost::ReadRegisterByte, bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Length of the value of `register_id`, in bytes, for no fee.
    pub fn len(&self, register_id: u64) -> Option<u64> {
        self.values.get(&register_id).map(|value| value.bytes().len() as u64)
    }

    /// Puts `bytes` into `register_id`, against the fee for writing them.
    ///
    /// # Errors
    /// When the gas runs out or a limit is passed.
    pub fn write(
        &mut self,
        gas: &mut GasCounter,
        limits: &Limits,
        register_id: u64,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<()> {
        let bytes = bytes.into();
        gas.pay_base(ExtCost::WriteRegisterBase)?;
        gas.pay_per(ExtCost::WriteRegisterByte, bytes.len() as u64)?;
        self.put(limits, register_id, Value::Owned(bytes))
    }

    /// Puts a value of the context into `register_id`. Nothing is copied, so there is no fee per
    /// byte.
    ///
    /// # Errors
    /// When the gas runs out or a limit is passed.
    pub fn share(
        &mut self,
        gas: &mut GasCounter,
        limits: &Limits,
        register_id: u64,
        bytes: Arc<[u8]>,
    ) -> Result<()> {
        gas.pay_base(ExtCost::WriteRegisterBase)?;
        self.put(limits, register_id, Value::Shared(bytes))
    }

    fn put(&mut self, limits: &Limits, register_id: u64, value: Value) -> Result<()> {
        let len = value.bytes().len() as u64;
        // With all registers set, not even one of them can be replaced: the protocol counts before
        // it looks.
        if len > limits.max_register_size || self.values.len() as u64 >= limits.max_number_registers
        {
            return Err(HostError::MemoryAccessViolation.into());
        }
        let old = self.len(register_id).map_or(0, usage);
        let new_usage = self.usage.saturating_sub(old).saturating_add(usage(len));
        if new_usage > limits.registers_memory_limit {
            return Err(HostError::MemoryAccessViolation.into());
        }
        self.usage = new_usage;
        self.values.insert(register_id, value);
        Ok(())
    }
}

/// What a register of `len` bytes counts as.
fn usage(len: u64) -> u64 {
    len.saturating_add(u64::BITS as u64 / 8)
}

#[cfg(test)]
mod tests;
