//! The hand-over of gas between the metering global of a module and the gas counter of the host.
//!
//! The instrumented code counts the gas global down and executes `unreachable` when it would be
//! negative; likewise the stack global. So after an `unreachable` trap the signs of the globals tell
//! which budget ran out, if one did.

use super::Ended;
use torr_vm_logic::error::{HostError, Stop, WasmTrap};
use torr_vm_logic::host::HostState;

/// The budget that Wasm code was last given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    budget: i64,
}

impl Meter {
    /// The meter of a call that begins; [`Meter::budget`] goes into the gas global.
    pub(super) fn start(host: &HostState<'_>) -> Meter {
        Meter { budget: host.gas.wasm_budget() }
    }

    /// What goes into the gas global.
    pub(super) fn budget(self) -> i64 {
        self.budget
    }

    /// Wasm code stops, for a host function or for good, with `left` in the gas global: settles the
    /// counter.
    #[inline]
    pub(super) fn enter_host(self, host: &mut HostState<'_>, left: i64) -> Result<(), HostError> {
        host.gas.settle(self.budget, left)
    }

    /// A host function returns: what goes into the gas global now.
    #[inline]
    pub(super) fn leave_host(&mut self, host: &HostState<'_>) -> i64 {
        self.budget = host.gas.wasm_budget();
        self.budget
    }

    /// The call is over as `raw` says, with these budgets left: settles the counter and says how it
    /// ended for the protocol.
    pub(super) fn finish(
        self,
        host: &mut HostState<'_>,
        raw: RawEnd,
        gas_left: i64,
        stack_left: i64,
    ) -> Ended {
        if let RawEnd::Stopped(stop) = raw {
            // The counter was settled when the host function was entered.
            return Ended::Stopped(stop);
        }
        if let Err(error) = host.gas.settle(self.budget, gas_left) {
            return Ended::Stopped(error.into());
        }
        match raw {
            RawEnd::Trapped(WasmTrap::Unreachable) if stack_left < 0 => {
                Ended::Stopped(HostError::MemoryAccessViolation.into())
            }
            RawEnd::Trapped(trap) => Ended::Trapped(trap),
            RawEnd::Returned => Ended::Returned,
            RawEnd::Stopped(stop) => Ended::Stopped(stop),
        }
    }
}

/// How the engine says a call ended.
#[derive(Debug)]
pub(super) enum RawEnd {
    /// The function returned.
    Returned,
    /// The code trapped; exhausted budgets trap as `unreachable`.
    Trapped(WasmTrap),
    /// A host function failed.
    Stopped(Stop),
}
