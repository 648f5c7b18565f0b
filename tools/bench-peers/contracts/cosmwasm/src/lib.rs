//! The kernels as a CosmWasm contract. It keeps no state, so that a call costs what its work costs.

#![forbid(unsafe_code)]

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, StdError, StdResult, entry_point};
use serde::Deserialize;

/// What the contract is asked to do.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Nothing: what remains is the price of a call.
    Nothing {},
    /// A kernel, by its number and its size.
    Run {
        /// Its place in the list of kernels.
        kernel: u8,
        /// How much of it.
        size: u32,
    },
}

/// Runs a task. The response's data is the kernel's result, eight bytes little-endian.
///
/// # Errors
/// When there is no such kernel.
#[entry_point]
pub fn execute(
    _deps: DepsMut<'_>,
    _env: Env,
    _info: MessageInfo,
    task: Task,
) -> StdResult<Response> {
    let Task::Run { kernel, size } = task else { return Ok(Response::new()) };
    let result = bench_kernels::run(&bench_kernels::arguments(kernel, size))
        .ok_or_else(|| StdError::msg("there is no such kernel"))?;
    Ok(Response::new().set_data(result.to_le_bytes().to_vec()))
}
