//! What a peer is: a virtual machine that can be measured.

use crate::error::Failure;
use crate::task::{Contract, Task};

/// A virtual machine with contracts, metered.
pub trait Peer: Sync {
    /// What it is, with versions.
    fn about(&self) -> String;

    /// Whether [`Peer::call`] can be asked for this.
    fn takes(&self, task: Task) -> bool;

    /// Calls a contract that is compiled already, in a new instance, and returns what it returns.
    ///
    /// # Errors
    /// When the contract or the machine fails.
    fn call(&self, task: Task) -> Result<Vec<u8>, Failure>;

    /// The work of deploying a contract; `None` when there is no such work.
    fn compilation(&self, contract: Contract) -> Option<Compilation<'_>>;

    /// The peer as after a restart: artifacts are on disk, nothing is in memory. `None` when it keeps
    /// nothing on disk.
    ///
    /// # Errors
    /// When the disk cannot be used.
    fn restarted(&self) -> Result<Option<Box<dyn Peer + '_>>, Failure>;

    /// Whether calls have instances with memory of their own.
    fn has_instances(&self) -> bool {
        true
    }
}

/// Compiles one contract, as often as it is run: nothing is kept.
pub struct Compilation<'a> {
    code_len: u64,
    compile: Box<dyn Fn() -> Result<Option<u64>, Failure> + 'a>,
}

impl<'a> Compilation<'a> {
    /// A compilation of code of this length, in bytes. `compile` returns the artifact's size in
    /// bytes.
    pub fn new(
        code_len: usize,
        compile: impl Fn() -> Result<Option<u64>, Failure> + 'a,
    ) -> Compilation<'a> {
        Compilation { code_len: code_len as u64, compile: Box::new(compile) }
    }

    /// Length of the code, in bytes.
    pub fn code_len(&self) -> u64 {
        self.code_len
    }

    /// Compiles and returns the artifact's size in bytes, if it can be kept.
    ///
    /// # Errors
    /// When the code is refused.
    pub fn run(&self) -> Result<Option<u64>, Failure> {
        (self.compile)()
    }
}

/// Gas for a call: more than any kernel burns, and below every machine's limit for a counter.
pub const GAS: u64 = 100_000_000_000_000_000;
