//! The gas counter: what a call has burnt, what it has reserved for promises, where it stops.
//!
//! Two limits hold at once: burnt gas stays within `max_gas_burnt`, burnt and reserved gas together
//! within the prepaid gas. A charge that would pass one burns up to the limit and fails; when it
//! would pass both, the failure is `GasLimitExceeded`. (Protocol: runtime specification, "Gas".)
//!
//! While Wasm code runs, the counter lives in a global of the instrumented module, which counts
//! down from [`GasCounter::wasm_budget`]; [`GasCounter::settle`] takes the difference back.

use crate::error::{HostError, Result};
use crate::profile::Profile;
use std::collections::BTreeSet;
use std::sync::Arc;
use torr_parameters::{ActionCost, Cost, ExtCost, VmConfig};
use torr_primitives::{Compute, Gas};

/// Counts gas and compute of one call.
#[derive(Debug)]
pub struct GasCounter {
    config: Arc<VmConfig>,
    burnt: Gas,
    reserved: Gas,
    max_burnt: Gas,
    prepaid: Gas,
    /// What may be burnt as things stand: the smaller of `max_burnt` and `prepaid - reserved`.
    limit: Gas,
    profile: Profile,
    action_compute: Compute,
    audit: Option<Box<CostAudit>>,
}

/// Which host function charged which cost: the observer behind the check that each declaration
/// lists just the costs it charges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostAudit {
    /// The innermost host function that is running.
    pub(crate) function: Option<&'static str>,
    /// Host functions that were called.
    pub called: BTreeSet<&'static str>,
    /// Pairs of host function and cost, as charged.
    pub charged: BTreeSet<(&'static str, ExtCost)>,
}

impl GasCounter {
    /// A counter for a call with `prepaid` gas that may burn `max_burnt`.
    pub fn new(config: Arc<VmConfig>, max_burnt: Gas, prepaid: Gas) -> GasCounter {
        GasCounter {
            config,
            burnt: Gas::ZERO,
            reserved: Gas::ZERO,
            max_burnt,
            prepaid,
            limit: max_burnt.min(prepaid),
            profile: Profile::default(),
            action_compute: 0,
            audit: None,
        }
    }

    /// Gas burnt so far.
    pub fn burnt(&self) -> Gas {
        self.burnt
    }

    /// Gas burnt and gas reserved for promises.
    pub fn used(&self) -> Gas {
        self.burnt.saturating_add(self.reserved)
    }

    /// Where the gas went; Wasm instructions are settled when the call ends.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What Wasm code may burn before it has to stop, as the metering global counts it.
    ///
    /// More than `i64::MAX` cannot be expressed there, and cannot be burnt by any code in a
    /// lifetime.
    #[inline]
    pub fn wasm_budget(&self) -> i64 {
        i64::try_from(self.prepaid.saturating_sub(self.used()).as_gas()).unwrap_or(i64::MAX)
    }

    /// Burns what Wasm code spent of `budget` when `left` of it is left. A negative `left` is a
    /// charge that the budget could not pay.
    ///
    /// # Errors
    /// When that passes a limit; always when `left` is negative.
    #[inline]
    pub fn settle(&mut self, budget: i64, left: i64) -> Result<(), HostError> {
        let spent = if left < budget { budget.abs_diff(left) } else { 0 };
        self.burn(Gas::from_gas(spent))?;
        if left < 0 { Err(self.stop_at_limit(self.burnt, self.used())) } else { Ok(()) }
    }

    /// Charges `cost` once.
    ///
    /// # Errors
    /// When the gas runs out.
    #[inline]
    pub fn pay_base(&mut self, cost: ExtCost) -> Result<()> {
        self.pay_host(cost, self.config.ext_costs[cost].gas)
    }

    /// Charges `cost` for each of `count` bytes, elements or nodes.
    ///
    /// # Errors
    /// When the gas runs out or the product overflows.
    #[inline]
    pub fn pay_per(&mut self, cost: ExtCost, count: u64) -> Result<()> {
        let price = self.config.ext_costs[cost].gas;
        self.pay_host(cost, price.checked_mul(count).ok_or(HostError::IntegerOverflow)?)
    }

    #[inline]
    fn pay_host(&mut self, cost: ExtCost, gas: Gas) -> Result<()> {
        let before = self.burnt;
        let result = self.burn(gas);
        // A charge that fails has still burnt what was left; the profile says for what.
        self.profile.add_host(cost, self.burnt.saturating_sub(before));
        if let Some(audit) = &mut self.audit {
            audit.charged.extend(audit.function.map(|function| (function, cost)));
        }
        Ok(result?)
    }

    /// Burns `send` for sending an action of kind `cost` and reserves `execution` gas for executing
    /// it.
    ///
    /// # Errors
    /// When the gas runs out or a sum overflows.
    pub fn pay_action(&mut self, cost: ActionCost, send: Cost, execution: Gas) -> Result<()> {
        let before = self.burnt;
        let result = self.burn_and_reserve(send.gas, execution);
        let burnt = self.burnt.saturating_sub(before);
        self.profile.add_action(cost, burnt);
        // When the gas ran out in the middle of this charge, compute follows the gas.
        let compute = if result.is_ok() { send.compute } else { burnt.as_gas() };
        self.action_compute =
            self.action_compute.checked_add(compute).ok_or(HostError::IntegerOverflow)?;
        Ok(result?)
    }

    /// Reserves `gas` for a promise.
    ///
    /// # Errors
    /// When the gas runs out.
    pub fn reserve(&mut self, gas: Gas) -> Result<()> {
        Ok(self.burn_and_reserve(Gas::ZERO, gas)?)
    }

    /// Charges the fee for loading a contract of `code_len` bytes: bytes first, then base.
    ///
    /// # Errors
    /// When the gas runs out.
    pub fn pay_contract_loading(&mut self, code_len: u64) -> Result<()> {
        self.pay_per(ExtCost::ContractLoadingBytes, code_len)?;
        self.pay_base(ExtCost::ContractLoadingBase)
    }

    /// Burns the gas of `count` Wasm instructions that the metering does not see.
    ///
    /// # Errors
    /// When the gas runs out or the product overflows.
    pub fn pay_instructions(&mut self, count: u32) -> Result<()> {
        let price = Gas::from_gas(self.config.regular_op_cost);
        Ok(self.burn(price.checked_mul(count.into()).ok_or(HostError::IntegerOverflow)?)?)
    }

    #[inline]
    fn burn(&mut self, gas: Gas) -> Result<(), HostError> {
        match self.burnt.checked_add(gas) {
            Some(burnt) if burnt <= self.limit => {
                self.burnt = burnt;
                Ok(())
            }
            Some(burnt) => Err(self.stop_burning(burnt)),
            None => Err(HostError::IntegerOverflow),
        }
    }

    #[cold]
    fn stop_burning(&mut self, burnt: Gas) -> HostError {
        // The protocol's sum wraps here; the limits below make that harmless.
        let used = Gas::from_gas(burnt.as_gas().wrapping_add(self.reserved.as_gas()));
        self.stop_at_limit(burnt, used)
    }

    fn burn_and_reserve(&mut self, burn: Gas, reserve: Gas) -> Result<(), HostError> {
        let overflow = HostError::IntegerOverflow;
        let reserved = self.reserved.checked_add(reserve).ok_or(overflow.clone())?;
        let burnt = self.burnt.checked_add(burn).ok_or(overflow.clone())?;
        let used = burnt.checked_add(reserved).ok_or(overflow)?;
        if burnt > self.max_burnt || used > self.prepaid {
            return Err(self.stop_at_limit(burnt, used));
        }
        self.burnt = burnt;
        self.reserved = reserved;
        self.limit = self.max_burnt.min(self.prepaid.saturating_sub(reserved));
        Ok(())
    }

    /// Burns up to the limit and says which limit a call passes that wants to have `burnt` and
    /// `used`. The reserved gas shrinks to what is left; the protocol keeps it although no promise
    /// of a failed call is sent.
    fn stop_at_limit(&mut self, burnt: Gas, used: Gas) -> HostError {
        self.burnt = burnt.min(self.prepaid.min(self.max_burnt));
        self.reserved = self.prepaid.min(used).saturating_sub(self.burnt);
        if burnt > self.max_burnt { HostError::GasLimitExceeded } else { HostError::GasExceeded }
    }

    /// Settles the profile and returns it with the compute used.
    pub fn finish(&mut self) -> (Profile, Compute) {
        self.profile.settle_wasm(self.burnt);
        let compute = self
            .profile
            .compute_without_actions(&self.config.ext_costs)
            .saturating_add(self.action_compute);
        (self.profile.clone(), compute)
    }

    /// Starts recording which host function charges which cost.
    pub fn start_audit(&mut self) {
        self.audit = Some(Box::default());
    }

    /// What was recorded since [`GasCounter::start_audit`].
    pub fn audit(&self) -> Option<&CostAudit> {
        self.audit.as_deref()
    }

    #[inline]
    pub(crate) fn attribute_to(&mut self, function: Option<&'static str>) {
        if let Some(audit) = &mut self.audit {
            audit.function = function;
            audit.called.extend(function);
        }
    }
}

#[cfg(test)]
mod tests;
