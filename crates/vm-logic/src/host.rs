//! The state of a call on the host's side, and the guest's memory beside it.
//!
//! [`HostState`] lives as long as the call; [`Host`] puts it together with the memory for the time
//! of one host function. The functions themselves stand in `functions/`.

use crate::context::{CallMode, Context};
use crate::effects::Effects;
use crate::error::{ContractError, Fault, HostError, Result};
use crate::external::External;
use crate::function::{Specification, View};
use crate::gas::GasCounter;
use crate::memory::GuestMemory;
use crate::outcome::{Outcome, ReturnData};
use crate::promise::Promise;
use crate::registers::Registers;
use std::sync::Arc;
use torr_parameters::{ExtCost, FeesConfig, VmConfig};
use torr_primitives::{AccountId, Balance, StorageUsage};

/// Everything the host functions of one call share, the guest's memory apart.
pub struct HostState<'a> {
    pub(crate) external: &'a mut dyn External,
    pub(crate) context: &'a Context,
    pub(crate) config: Arc<VmConfig>,
    pub(crate) fees: Arc<FeesConfig>,
    /// The gas counter.
    pub gas: GasCounter,
    pub(crate) registers: Registers,
    pub(crate) promises: Vec<Promise>,
    pub(crate) effects: Effects,
    pub(crate) logs: Vec<String>,
    pub(crate) logs_length: u64,
    pub(crate) return_data: ReturnData,
    pub(crate) balance: Balance,
    pub(crate) subsidized_amount: Balance,
    pub(crate) storage_usage: StorageUsage,
    function: Option<&'static str>,
}

impl<'a> HostState<'a> {
    /// The state with which a call begins.
    ///
    /// # Errors
    /// When the account's balance and the attached deposit overflow, which no state contains.
    pub fn new(
        external: &'a mut dyn External,
        context: &'a Context,
        config: Arc<VmConfig>,
        fees: Arc<FeesConfig>,
    ) -> Result<HostState<'a>, Fault> {
        let balance = context
            .account_balance
            .checked_add(context.attached_deposit)
            .ok_or(Fault::InconsistentState { what: "account balance" })?;
        let (max_burnt, prepaid) = match context.mode {
            CallMode::Change => (config.limits.max_gas_burnt, context.prepaid_gas),
            CallMode::View { max_gas_burnt } => (max_gas_burnt, max_gas_burnt),
        };
        Ok(HostState {
            external,
            context,
            gas: GasCounter::new(Arc::clone(&config), max_burnt, prepaid),
            config,
            fees,
            registers: Registers::default(),
            promises: Vec::new(),
            effects: Effects::default(),
            logs: Vec::new(),
            logs_length: 0,
            return_data: ReturnData::None,
            balance,
            subsidized_amount: Balance::ZERO,
            storage_usage: context.storage_usage,
            function: None,
        })
    }

    /// The parameters of the call.
    pub fn config(&self) -> &Arc<VmConfig> {
        &self.config
    }

    /// The host function that is running, or in which the call stopped.
    pub fn current_function(&self) -> Option<&'static str> {
        self.function
    }

    /// The outcome, given how the call ended.
    pub fn finish(mut self, error: Option<ContractError>) -> Outcome {
        let (profile, compute_usage) = self.gas.finish();
        Outcome {
            error,
            return_data: self.return_data,
            gas_burnt: self.gas.burnt(),
            gas_used: self.gas.used(),
            compute_usage,
            balance: self.balance,
            subsidized_amount: self.subsidized_amount,
            storage_usage: self.storage_usage,
            logs: self.logs,
            profile,
            effects: self.effects,
        }
    }

    /// Enters a host function: charges what it pays, then checks the view mode. Returns what
    /// [`HostState::leave`] wants.
    // So the list of costs is unrolled for each function: a tenth of a short host call.
    #[inline(always)]
    pub(crate) fn enter(
        &mut self,
        specification: &'static Specification,
    ) -> Result<Option<&'static str>> {
        let caller = self.function.replace(specification.name);
        self.gas.attribute_to(self.function);
        for &cost in specification.pays {
            self.gas.pay_base(cost)?;
        }
        match specification.view {
            View::Prohibited { named } if self.context.is_view() => {
                Err(HostError::ProhibitedInView { method_name: named.to_owned() }.into())
            }
            _ => Ok(caller),
        }
    }

    /// Leaves a host function for `caller`.
    #[inline]
    pub(crate) fn leave(&mut self, caller: Option<&'static str>) {
        self.function = caller;
        self.gas.attribute_to(caller);
    }

    /// Takes `amount` off the account's balance.
    pub(crate) fn deduct_balance(&mut self, amount: Balance) -> Result<()> {
        self.balance = self.balance.checked_sub(amount).ok_or(HostError::BalanceExceeded)?;
        Ok(())
    }
}

/// The host during one host function: the call's state and the guest's memory.
pub struct Host<'h, 'a, M: ?Sized> {
    /// The call's state.
    pub state: &'h mut HostState<'a>,
    /// The guest's memory.
    pub memory: &'h mut M,
}

/// What is read from: memory and registers, with the counter that pays for it.
///
/// The bytes it returns borrow from memory or registers, not from the counter, so a function can
/// hold several of them and go on charging.
pub(crate) struct Guest<'h, M: ?Sized> {
    pub(crate) gas: &'h mut GasCounter,
    pub(crate) memory: &'h M,
    pub(crate) registers: &'h Registers,
}

impl<'h, M: GuestMemory + ?Sized> Guest<'h, M> {
    /// The `len` bytes at `ptr` of the memory; with `len` of `u64::MAX`, the register `ptr`.
    pub(crate) fn bytes(&mut self, len: u64, ptr: u64) -> Result<&'h [u8]> {
        if len == u64::MAX { self.registers.read(self.gas, ptr) } else { self.memory(len, ptr) }
    }

    /// The `len` bytes at `ptr` of the memory.
    pub(crate) fn memory(&mut self, len: u64, ptr: u64) -> Result<&'h [u8]> {
        self.gas.pay_base(ExtCost::ReadMemoryBase)?;
        self.gas.pay_per(ExtCost::ReadMemoryByte, len)?;
        self.memory_for_free(len, ptr)
    }

    /// The `len` bytes at `ptr` of the memory, paid for already.
    pub(crate) fn memory_for_free(&mut self, len: u64, ptr: u64) -> Result<&'h [u8]> {
        Ok(self.memory.read(ptr, len).ok_or(HostError::MemoryAccessViolation)?)
    }

    /// The `N` bytes at `ptr` of the memory.
    pub(crate) fn array<const N: usize>(&mut self, ptr: u64) -> Result<[u8; N]> {
        let bytes = self.memory(N as u64, ptr)?;
        Ok(bytes.try_into().map_err(|_| HostError::MemoryAccessViolation)?)
    }

    /// The little-endian amount at `ptr` of the memory.
    pub(crate) fn balance(&mut self, ptr: u64) -> Result<Balance> {
        Ok(Balance::from_yoctonear(u128::from_le_bytes(self.array(ptr)?)))
    }
}

impl<'a, M: GuestMemory + ?Sized> Host<'_, 'a, M> {
    /// Memory and registers to read from.
    #[inline]
    pub(crate) fn guest(&mut self) -> Guest<'_, M> {
        Guest { gas: &mut self.state.gas, memory: &*self.memory, registers: &self.state.registers }
    }

    /// The same, together with the chain below.
    #[inline]
    pub(crate) fn guest_and_external(
        &mut self,
    ) -> (Guest<'_, M>, &mut (dyn External + 'a), &VmConfig) {
        let HostState { gas, registers, external, config, .. } = &mut *self.state;
        (Guest { gas, memory: &*self.memory, registers }, &mut **external, config)
    }

    /// The account id of `len` bytes at `ptr` of the memory or in the register `ptr`. The caller
    /// lists the cost of decoding it.
    pub(crate) fn account_id(&mut self, len: u64, ptr: u64) -> Result<AccountId> {
        let mut guest = self.guest();
        let bytes = guest.bytes(len, ptr)?;
        guest.gas.pay_base(ExtCost::Utf8DecodingBase)?;
        guest.gas.pay_per(ExtCost::Utf8DecodingByte, bytes.len() as u64)?;
        let text = std::str::from_utf8(bytes).map_err(|_| HostError::BadUTF8)?;
        Ok(text.parse().map_err(|_| HostError::InvalidAccountId)?)
    }

    /// Puts `bytes` at `ptr` of the memory.
    pub(crate) fn write_memory(&mut self, ptr: u64, bytes: &[u8]) -> Result<()> {
        let gas = &mut self.state.gas;
        gas.pay_base(ExtCost::WriteMemoryBase)?;
        gas.pay_per(ExtCost::WriteMemoryByte, bytes.len() as u64)?;
        Ok(self.memory.write(ptr, bytes).ok_or(HostError::MemoryAccessViolation)?)
    }

    /// Puts an amount at `ptr` of the memory, little-endian.
    pub(crate) fn write_balance(&mut self, ptr: u64, balance: Balance) -> Result<()> {
        self.write_memory(ptr, &balance.as_yoctonear().to_le_bytes())
    }

    /// Puts `bytes` into a register.
    pub(crate) fn set_register(
        &mut self,
        register_id: u64,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<()> {
        let HostState { gas, registers, config, .. } = &mut *self.state;
        registers.write(gas, &config.limits, register_id, bytes)
    }
}
