//! A contract that is ready to be called: what is known of its code, the modules that engines made of
//! it, and how much it has been used.

use crate::artifact::Compiled;
use crate::engine::LoadedModule;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use torr_primitives::Gas;
use torr_vm_logic::error::ContractError;

/// Code that is ready to be called, or why it is rejected.
pub(crate) struct Ready {
    /// Length of the code in bytes, which loading it is charged by.
    pub(crate) code_len: u64,
    /// The module, or why there is none.
    pub(crate) result: Result<ReadyModule, ContractError>,
    /// Size of the compiled module in bytes.
    pub(crate) module_size: u64,
}

impl Ready {
    /// Bytes of what engines compiled of it by now, for the bounds of the cache.
    pub(crate) fn size(&self) -> u64 {
        let optimised = self.result.as_ref().ok().and_then(|module| module.optimised.get());
        self.module_size.saturating_add(optimised.map_or(0, |optimised| optimised.more_bytes))
    }
}

/// A loaded module, with what is known of it.
pub(crate) struct ReadyModule {
    pub(crate) compiled: Compiled,
    /// Why it cannot run is reported after the loading fee.
    pub(crate) loaded: Result<Arc<dyn LoadedModule>, ContractError>,
    /// The same contract as better code, once it is there.
    optimised: OnceLock<Optimised>,
    usage: Usage,
}

/// A contract as better code.
pub(crate) struct Optimised {
    pub(crate) module: Arc<dyn LoadedModule>,
    /// Its size, unless it is the first module too.
    pub(crate) more_bytes: u64,
}

/// How much a contract has been used since it was loaded. Only the choice of code depends on it.
#[derive(Default)]
struct Usage {
    calls: AtomicU64,
    gas: AtomicU64,
    /// Whether the contract was handed over to be optimised, or never will be.
    is_settled: AtomicBool,
}

impl ReadyModule {
    pub(crate) fn new(
        compiled: Compiled,
        loaded: Result<Arc<dyn LoadedModule>, ContractError>,
    ) -> ReadyModule {
        let (optimised, usage) = (OnceLock::new(), Usage::default());
        ReadyModule { compiled, loaded, optimised, usage }
    }

    /// The best code there is.
    pub(crate) fn best(&self) -> Result<&Arc<dyn LoadedModule>, &ContractError> {
        match (self.optimised.get(), &self.loaded) {
            (Some(optimised), _) => Ok(&optimised.module),
            (None, loaded) => loaded.as_ref(),
        }
    }

    /// From now on calls run on `optimised`.
    pub(crate) fn optimise(&self, optimised: Optimised) {
        self.usage.is_settled.store(true, Ordering::Relaxed);
        // If another thread was first, its module is as good.
        let _ = self.optimised.set(optimised);
    }

    /// Whether calls run on better code than the first.
    pub(crate) fn is_optimised(&self) -> bool {
        self.optimised.get().is_some()
    }

    /// Notes a call whose Wasm code burnt `gas`; whether the contract is due to be optimised now.
    /// True for one call only, until [`ReadyModule::try_later`].
    pub(crate) fn is_due(&self, gas: Gas, after_calls: u64, after_gas: Gas) -> bool {
        let Usage { calls, gas: burnt, is_settled } = &self.usage;
        if is_settled.load(Ordering::Relaxed) || self.loaded.is_err() {
            return false;
        }
        let calls = calls.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let burnt = burnt.fetch_add(gas.as_gas(), Ordering::Relaxed).saturating_add(gas.as_gas());
        let is_due = calls >= after_calls || burnt >= after_gas.as_gas();
        is_due && !is_settled.swap(true, Ordering::Relaxed)
    }

    /// It could not be handed over; it is due again with the next call.
    pub(crate) fn try_later(&self) {
        self.usage.is_settled.store(false, Ordering::Relaxed);
    }
}
