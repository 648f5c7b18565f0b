//! Why a call failed, for its developer: what stopped it, where, and what may help.

use super::advice;
use super::call::{Call, Ended};
use serde::Serialize;
use torr_primitives::Gas;
use torr_vm_logic::error::{CompilationError, ContractError, HostError};

/// Why a call failed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FailureReport {
    /// What kind of failure.
    pub(crate) kind: FailureKind,
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

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureKind {
    /// The contract panicked.
    Panic,
    /// Gas ran out.
    OutOfGas,
    /// A host function refused.
    HostError,
    /// The code trapped.
    Trap,
    /// There is no such method.
    Method,
    /// An import does not exist.
    Import,
    /// The module needs too much.
    Loading,
    /// The code is rejected.
    Rejected,
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
            kind: FailureKind::of(error),
            message: message(error),
            host_function: ended.host_function,
            gas_burnt: ended.outcome.gas_burnt,
            advice: advice::advice(call, &ended.outcome, error),
            error: error.clone(),
            undone,
        }
    }
}

impl FailureKind {
    fn of(error: &ContractError) -> FailureKind {
        match error {
            ContractError::HostError(HostError::GuestPanic { .. }) => FailureKind::Panic,
            ContractError::HostError(HostError::GasExceeded | HostError::GasLimitExceeded) => {
                FailureKind::OutOfGas
            }
            ContractError::HostError(_) => FailureKind::HostError,
            ContractError::WasmTrap(_) => FailureKind::Trap,
            ContractError::MethodResolveError(_) => FailureKind::Method,
            ContractError::LinkError { .. } => FailureKind::Import,
            ContractError::LoadingError { .. } => FailureKind::Loading,
            ContractError::CompilationError(_) => FailureKind::Rejected,
        }
    }

    /// The kind in one short word.
    pub(super) fn label(self) -> &'static str {
        match self {
            FailureKind::Panic => "panic",
            FailureKind::OutOfGas => "no gas",
            FailureKind::HostError => "host",
            FailureKind::Trap => "trap",
            FailureKind::Method => "method",
            FailureKind::Import => "import",
            FailureKind::Loading => "loading",
            FailureKind::Rejected => "rejected",
        }
    }
}

/// What is wrong, without what the kind says already.
fn message(error: &ContractError) -> String {
    match error {
        ContractError::HostError(HostError::GuestPanic { panic_msg }) => panic_msg.clone(),
        ContractError::WasmTrap(trap) => trap.to_string(),
        ContractError::LinkError { msg } | ContractError::LoadingError { msg } => msg.clone(),
        ContractError::CompilationError(CompilationError::PrepareError(error)) => error.to_string(),
        error => error.to_string(),
    }
}
