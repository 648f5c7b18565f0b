//! What a runner's user may choose: how charges are taken, and when a contract is worth optimising.
//!
//! **Invariant:** nothing here can be seen in an outcome.

use crate::engine::Engine;
use crate::prepare::Charging;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use torr_primitives::Gas;

/// How a runner goes about its calls.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How calls are charged. [`Charging::Fast`] runs faster; a call that fails on it is run again on
    /// exact charges, so it takes up to twice as long.
    pub charging: Charging,
    /// Whether contracts that are called often are compiled again; `None`: one engine does it all.
    pub optimise: Option<Optimise>,
}

impl Default for Policy {
    /// Fast charges, one engine.
    fn default() -> Policy {
        Policy { charging: Charging::Fast, optimise: None }
    }
}

impl Policy {
    /// Exact charges, one engine: what every other policy is compared with.
    pub const EXACT: Policy = Policy { charging: Charging::Exact, optimise: None };
}

/// Compiling contracts again, in the background, on an engine that makes better code.
///
/// A contract is due when it has had `after_calls` calls, or when its Wasm code has burnt `after_gas`.
/// Calls go on on the first engine until the better code is there, and never wait for it.
#[derive(Clone)]
pub struct Optimise {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// Calls after which a contract is due; with 0 or 1, the first is enough.
    pub after_calls: u64,
    /// Gas of Wasm code after which it is due, in all its calls together.
    pub after_gas: Gas,
    /// Threads that compile.
    pub threads: NonZeroUsize,
    /// Contracts that wait for a thread; when there are more, they become due again with a later call.
    pub queue: usize,
    /// Longest code that is compiled again, in bytes. Time and memory of the compiler grow with it.
    pub longest_code: usize,
    /// Longest function in it, in bytes: compilers that optimise take more than linear time for one.
    pub longest_function: usize,
}

impl Optimise {
    /// On `engine`: a contract is due after 50 calls or 10 Tgas of Wasm code, which is about ten
    /// million instructions; one thread.
    pub fn on(engine: Arc<dyn Engine>) -> Optimise {
        Optimise {
            engine,
            after_calls: 50,
            after_gas: Gas::from_gas(10_000_000_000_000),
            threads: NonZeroUsize::MIN,
            queue: 64,
            longest_code: 4 << 20,
            longest_function: 256 << 10,
        }
    }
}

impl fmt::Debug for Optimise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Optimise")
            .field("engine", &self.engine.id())
            .field("after_calls", &self.after_calls)
            .field("after_gas", &self.after_gas)
            .field("threads", &self.threads)
            .field("queue", &self.queue)
            .field("longest_code", &self.longest_code)
            .field("longest_function", &self.longest_function)
            .finish()
    }
}
