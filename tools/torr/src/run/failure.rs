//! Why a call failed, for its developer: what stopped it, where, and what may help.

use super::advice;
use super::call::{Call, Ended};
use serde::Serialize;
use torr_primitives::Gas;
use torr_vm_logic::error::{CompilationError, ContractError, HostError, MethodResolveError};

/// Why a call failed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FailureReport {
    /// What kind of failure, in a few words.
    pub(crate) kind: &'static str,
    /// What the contract or the protocol says.
    pub(crate) message: String,
    /// The host function that ended the call; absent: it ended in the contract's own code, or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host_function: Option<&'static str>,
    /// Gas burnt when it failed.
    pub(crate) gas_burnt: Gas,
    /// What to do about it, one or several suggestions.
    pub(crate) advice: Vec<String>,
    /// The error as the protocol has it in outcomes.
    pub(crate) error: ContractError,
    /// What was undone.
    pub(crate) undone: Undone,
}

/// What a failed call had done, and was undone.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Undone {
    /// Changes in storage.
    pub(crate) storage_changes: usize,
    /// Receipts.
    pub(crate) receipts: usize,
}

impl FailureReport {
    /// The report of a call that ended in `error`.
    pub(crate) fn new(
        call: &Call,
        ended: &Ended,
        error: &ContractError,
        undone: Undone,
    ) -> FailureReport {
        FailureReport {
            kind: kind(error),
            message: message(error),
            host_function: ended.host_function,
            gas_burnt: ended.outcome.gas_burnt,
            advice: advice::advice(call, &ended.outcome, error),
            error: error.clone(),
            undone,
        }
    }
}

fn kind(error: &ContractError) -> &'static str {
    match error {
        ContractError::HostError(HostError::GuestPanic { .. }) => "panic",
        ContractError::HostError(HostError::GasExceeded | HostError::GasLimitExceeded) => {
            "out of gas"
        }
        ContractError::HostError(_) => "host error",
        ContractError::WasmTrap(_) => "trap",
        ContractError::MethodResolveError(MethodResolveError::MethodNotFound) => "no such method",
        ContractError::MethodResolveError(_) => "not a method",
        ContractError::LinkError { .. } => "import",
        ContractError::LoadingError { .. } => "too large",
        ContractError::CompilationError(_) => "rejected",
    }
}

/// What is wrong, without what [`kind`] says already.
fn message(error: &ContractError) -> String {
    match error {
        ContractError::HostError(HostError::GuestPanic { panic_msg }) => panic_msg.clone(),
        ContractError::WasmTrap(trap) => trap.to_string(),
        ContractError::LinkError { msg } | ContractError::LoadingError { msg } => msg.clone(),
        ContractError::CompilationError(CompilationError::PrepareError(error)) => error.to_string(),
        error => error.to_string(),
    }
}
