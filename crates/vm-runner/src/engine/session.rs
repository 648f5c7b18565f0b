//! A call under way, as engines see it: the gas that Wasm code is given, the way into host functions,
//! the way the call ended.
//!
//! The gas counter is always in one place: in the module's gas global while Wasm code runs, in the
//! host's `GasCounter` while a host function does. The instrumented code counts the global down and
//! executes `unreachable` when it is negative; likewise the stack global. So after an `unreachable`
//! trap the signs of the globals tell which budget ran out, if one did.
//!
//! On fast charges that holds for calls that return and at host calls only. Everything else ends as
//! [`Ended::Inexact`]: [`Session::rewind`] makes the session ready for the exactly charged module,
//! which gets the host's answers out of the journal as far as they go.

use super::Ended;
use super::journal::{Journal, JournaledMemory};
use crate::prepare::Charging;
use torr_vm_logic::error::{Fault, HostError, Stop, WasmTrap};
use torr_vm_logic::function::{HostFunction, Parameters, WasmOutput};
use torr_vm_logic::host::{Host, HostState};
use torr_vm_logic::memory::GuestMemory;

/// A call under way.
pub struct Session<'h, 'a> {
    host: &'h mut HostState<'a>,
    charging: Charging,
    /// What Wasm code was given when the call began.
    first_budget: i64,
    /// What Wasm code was last given.
    budget: i64,
    journal: Journal,
    /// The answer of the journal that comes next; `None` when it is written.
    next_answer: Option<usize>,
    /// Why a host call was the last.
    interruption: Option<Interruption>,
}

/// After a host call the Wasm code does not go on. The session knows why; the engine leaves the code
/// and reports [`RawEnd::Interrupted`].
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a host function ended the call")]
pub struct Interrupted;

/// Why Wasm code does not go on after a host call.
enum Interruption {
    /// The host function ended the call.
    Stopped(Stop),
    /// The call is to be run again on exact charges.
    Inexact,
}

impl<T: Into<Stop>> From<T> for Interruption {
    fn from(stop: T) -> Interruption {
        Interruption::Stopped(stop.into())
    }
}

/// How the engine says that a call ended.
#[derive(Clone, Copy, Debug)]
pub enum RawEnd {
    /// The function returned.
    Returned,
    /// The code trapped; exhausted budgets trap as `unreachable`.
    Trapped(WasmTrap),
    /// A host call was the last thing it did: it was [`Interrupted`].
    Interrupted,
}

impl<'h, 'a> Session<'h, 'a> {
    /// The session of a call that begins, on a module that is charged like this.
    pub fn new(host: &'h mut HostState<'a>, charging: Charging) -> Session<'h, 'a> {
        let budget = host.gas.wasm_budget();
        Session {
            host,
            charging,
            first_budget: budget,
            budget,
            journal: Journal::new(),
            next_answer: None,
            interruption: None,
        }
    }

    /// Begins again, on a module with exact charges, after [`Ended::Inexact`].
    pub(crate) fn rewind(&mut self) {
        self.charging = Charging::Exact;
        self.budget = self.first_budget;
        self.next_answer = Some(0);
    }

    /// The host function that is running, or in which the call stopped.
    pub fn current_function(&self) -> Option<&'static str> {
        self.host.current_function()
    }

    /// What goes into the gas global: before the first instruction, and after each host call.
    pub fn budget(&self) -> i64 {
        self.budget
    }

    /// Runs the host function `F`, called with `parameters` and with `left` in the gas global. Gives
    /// the returned integer, zero-extended; zero if the function returns nothing.
    ///
    /// # Errors
    /// When the contract does not go on.
    // The result is small enough for registers: what went through memory here would take longer than
    // many a host function.
    #[inline]
    pub fn host_call<F: HostFunction>(
        &mut self,
        left: i64,
        memory: &mut dyn GuestMemory,
        parameters: &[u64],
    ) -> Result<u64, Interrupted>
    where
        F::Parameters: Parameters,
    {
        self.run_or_replay::<F>(left, memory, parameters)
            .map_err(|interruption| self.interrupt(interruption))
    }

    /// The engine could not do its part of a host call.
    pub fn fail(&mut self, fault: Fault) -> Interrupted {
        self.interrupt(fault.into())
    }

    #[cold]
    fn interrupt(&mut self, interruption: Interruption) -> Interrupted {
        self.interruption = Some(interruption);
        Interrupted
    }

    #[inline]
    fn run_or_replay<F: HostFunction>(
        &mut self,
        left: i64,
        memory: &mut dyn GuestMemory,
        parameters: &[u64],
    ) -> Result<u64, Interruption>
    where
        F::Parameters: Parameters,
    {
        if let Some(number) = self.next_answer
            && number < self.journal.len()
        {
            return self.replay(F::SPECIFICATION.name, left, memory, number);
        }
        let is_fast = self.charging == Charging::Fast;
        // Fast charges are tested late.
        if is_fast && left < 0 {
            return Err(Interruption::Inexact);
        }
        let parameters = F::Parameters::from_bits(parameters)
            .ok_or(Fault::Bug { what: "the engine passes as many values as were declared" })?;
        self.host.gas.settle(self.budget, left)?;
        let journal = is_fast.then_some(&mut self.journal);
        let memory = &mut JournaledMemory { memory, journal };
        let output = F::call(&mut Host { state: &mut *self.host, memory }, parameters)?;
        let bits = output.to_bits().unwrap_or_default();
        self.budget = self.host.gas.wasm_budget();
        if is_fast {
            self.journal.answered(const { &F::SPECIFICATION }, left, self.budget, bits);
            if self.journal.is_full() {
                return Err(Interruption::Inexact);
            }
        }
        Ok(bits)
    }

    /// Answers a host call out of the journal.
    #[cold]
    fn replay(
        &mut self,
        function: &'static str,
        left: i64,
        memory: &mut dyn GuestMemory,
        number: usize,
    ) -> Result<u64, Interruption> {
        let answer = self.journal.replay(number, memory);
        let answer = answer
            .filter(|answer| answer.function.name == function && answer.left == left)
            .ok_or(Fault::Bug { what: "fast and exact charges are the same at every host call" })?;
        self.next_answer = Some(number + 1);
        self.budget = answer.budget;
        Ok(answer.bits)
    }

    /// The call is over as `raw` says, with these budgets left: settles the gas counter and says how
    /// the call ended for the protocol.
    ///
    /// # Errors
    /// When the second run of a call was not like the first.
    pub fn finish(&mut self, raw: RawEnd, gas_left: i64, stack_left: i64) -> Result<Ended, Fault> {
        if self.next_answer.is_some_and(|number| number < self.journal.len()) {
            return Err(Fault::Bug { what: "on exact charges a call gets as far as on fast ones" });
        }
        let trap = match raw {
            // The counter was settled when the host function was entered.
            RawEnd::Interrupted => {
                return match self.interruption.take() {
                    Some(Interruption::Stopped(stop)) => Ok(Ended::Stopped(stop)),
                    Some(Interruption::Inexact) => Ok(Ended::Inexact),
                    None => Err(Fault::Bug { what: "calls are interrupted by host functions" }),
                };
            }
            RawEnd::Trapped(trap) => Some(trap),
            RawEnd::Returned => None,
        };
        if self.charging == Charging::Fast && (trap.is_some() || gas_left < 0) {
            return Ok(Ended::Inexact);
        }
        if let Err(error) = self.host.gas.settle(self.budget, gas_left) {
            return Ok(Ended::Stopped(error.into()));
        }
        Ok(match trap {
            Some(WasmTrap::Unreachable) if stack_left < 0 => {
                Ended::Stopped(HostError::MemoryAccessViolation.into())
            }
            Some(trap) => Ended::Trapped(trap),
            None => Ended::Returned,
        })
    }
}
