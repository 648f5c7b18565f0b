//! The kernels as a NEAR contract. It keeps no state, so that a call costs what its work costs.

#![forbid(unsafe_code)]
// What the attribute `near` makes has no documentation.
#![allow(missing_docs)]

use near_sdk::{env, near};

/// The contract.
#[derive(Default)]
#[near(contract_state)]
pub struct Kernels {}

#[near]
impl Kernels {
    /// Does nothing: what remains is the price of a call.
    pub fn nothing() {}

    /// Runs a kernel. The arguments are its number, one byte, and its size, four bytes
    /// little-endian; the returned value is its result, eight bytes little-endian.
    pub fn run() {
        let arguments = env::input().unwrap_or_default();
        let Some(result) = bench_kernels::run(&arguments) else {
            env::panic_str("the arguments are a kernel's number and size");
        };
        env::value_return(result.to_le_bytes());
    }
}
