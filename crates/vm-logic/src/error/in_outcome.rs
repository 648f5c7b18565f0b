//! How a contract's failure stands in the outcome of its receipt, in the protocol's words.
//!
//! Code and methods that cannot be used keep their kind there; what happens in execution is one
//! text, which wallets and explorers show. So the texts are kept to the letter, other than those of
//! this crate's own `Display`, which explain more.

use super::{CompilationError, ContractError, HostError, WasmTrap};
use std::fmt;
use torr_primitives::error::{self as outcome, FunctionCallError};

impl ContractError {
    /// The error as the outcome of a failed receipt holds it.
    pub fn in_outcome(&self) -> FunctionCallError {
        match self {
            ContractError::CompilationError(error) => {
                FunctionCallError::CompilationError(error.in_outcome())
            }
            ContractError::MethodResolveError(error) => {
                FunctionCallError::MethodResolveError(*error)
            }
            ContractError::LinkError { msg } => execution_error(format_args!("Link Error: {msg}")),
            ContractError::LoadingError { msg } => {
                execution_error(format_args!("Loading Error: {msg}"))
            }
            ContractError::WasmTrap(trap) => {
                execution_error(format_args!("WebAssembly trap: {}", trap_text(*trap)))
            }
            ContractError::HostError(error) => execution_error(ProtocolText(error)),
        }
    }
}

impl CompilationError {
    fn in_outcome(&self) -> outcome::CompilationError {
        match self {
            CompilationError::CodeDoesNotExist { account_id } => {
                outcome::CompilationError::CodeDoesNotExist { account_id: account_id.clone() }
            }
            CompilationError::PrepareError(error) => {
                outcome::CompilationError::PrepareError(*error)
            }
            CompilationError::WasmtimeCompileError { msg } => {
                outcome::CompilationError::WasmerCompileError { msg: msg.clone() }
            }
        }
    }
}

fn execution_error(text: impl fmt::Display) -> FunctionCallError {
    FunctionCallError::ExecutionError(text.to_string())
}

const fn trap_text(trap: WasmTrap) -> &'static str {
    match trap {
        WasmTrap::Unreachable => "An `unreachable` opcode was executed.",
        WasmTrap::IncorrectCallIndirectSignature => "Call indirect incorrect signature trap.",
        WasmTrap::MemoryOutOfBounds => "Memory out of bounds trap.",
        WasmTrap::CallIndirectOOB => "Call indirect out of bounds trap.",
        WasmTrap::IllegalArithmetic => "An arithmetic exception, e.g. divided by zero.",
        WasmTrap::MisalignedAtomicAccess => "Misaligned atomic access trap.",
        WasmTrap::IndirectCallToNull => "Indirect call to null.",
        WasmTrap::StackOverflow => "Stack overflow.",
        WasmTrap::GenericTrap => "Generic trap.",
    }
}

/// A failure of a host function in the protocol's words.
struct ProtocolText<'a>(&'a HostError);

/// One long match and not several short ones, so that no failure can be left without its text.
impl fmt::Display for ProtocolText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            HostError::BadUTF16 => f.write_str("String encoding is bad UTF-16 sequence."),
            HostError::BadUTF8 => f.write_str("String encoding is bad UTF-8 sequence."),
            HostError::GasExceeded => f.write_str("Exceeded the prepaid gas."),
            HostError::GasLimitExceeded => {
                f.write_str("Exceeded the maximum amount of gas allowed to burn per contract.")
            }
            HostError::BalanceExceeded => f.write_str("Exceeded the account balance."),
            HostError::EmptyMethodName => f.write_str("Tried to call an empty method name."),
            HostError::GuestPanic { panic_msg } => {
                write!(f, "Smart contract panicked: {panic_msg}")
            }
            HostError::IntegerOverflow => f.write_str("Integer overflow."),
            HostError::InvalidPromiseIndex { promise_idx } => {
                write!(f, "{promise_idx} does not correspond to existing promises")
            }
            HostError::CannotAppendActionToJointPromise => {
                f.write_str("Actions can only be appended to non-joint promise.")
            }
            HostError::CannotReturnJointPromise => {
                f.write_str("Returning joint promise is currently prohibited.")
            }
            HostError::CannotSetRefundToOnJointPromise => {
                f.write_str("Setting refund_to on a joint promise is prohibited.")
            }
            HostError::InvalidPromiseResultIndex { result_idx } => {
                write!(f, "Accessed invalid promise result index: {result_idx}")
            }
            HostError::InvalidRegisterId { register_id } => {
                write!(f, "Accessed invalid register id: {register_id}")
            }
            HostError::MemoryAccessViolation => f.write_str("Accessed memory outside the bounds."),
            HostError::InvalidReceiptIndex { receipt_index } => {
                write!(f, "VM Logic returned an invalid receipt index: {receipt_index}")
            }
            HostError::InvalidIteratorIndex { iterator_index } => {
                write!(f, "Iterator index {iterator_index} does not exist")
            }
            HostError::InvalidActionIndex { receipt_index, action_index } => write!(
                f,
                "Action {action_index} in receipt {receipt_index} does not exist or has the wrong \
                 type of action."
            ),
            HostError::InvalidAccountId => f.write_str("VM Logic returned an invalid account id"),
            HostError::InvalidMethodName => f.write_str("VM Logic returned an invalid method name"),
            HostError::InvalidPublicKey => f.write_str("VM Logic provided an invalid public key"),
            HostError::ProhibitedInView { method_name } => {
                write!(f, "{method_name} is not allowed in view calls")
            }
            HostError::NumberOfLogsExceeded { limit } => {
                write!(f, "The number of logs will exceed the limit {limit}")
            }
            HostError::KeyLengthExceeded { length, limit } => {
                write!(f, "The length of a storage key {length} exceeds the limit {limit}")
            }
            HostError::ValueLengthExceeded { length, limit } => {
                write!(f, "The length of a storage value {length} exceeds the limit {limit}")
            }
            HostError::TotalLogLengthExceeded { length, limit } => {
                write!(f, "The length of a log message {length} exceeds the limit {limit}")
            }
            HostError::NumberPromisesExceeded { number_of_promises, limit } => write!(
                f,
                "The number of promises within a FunctionCall {number_of_promises} exceeds the \
                 limit {limit}"
            ),
            HostError::NumberInputDataDependenciesExceeded {
                number_of_input_data_dependencies: number,
                limit,
            } => write!(
                f,
                "The number of input data dependencies {number} exceeds the limit {limit}"
            ),
            HostError::ReturnedValueLengthExceeded { length, limit } => {
                write!(f, "The length of a returned value {length} exceeds the limit {limit}")
            }
            HostError::ContractSizeExceeded { size, limit } => write!(
                f,
                "The size of a contract code in DeployContract action {size} exceeds the limit \
                 {limit}"
            ),
            HostError::Deprecated { method_name } => {
                write!(f, "Attempted to call deprecated host function {method_name}")
            }
            HostError::ECRecoverError { msg } => write!(f, "ECDSA recover error: {msg}"),
            HostError::AltBn128InvalidInput { msg } => write!(f, "AltBn128 invalid input: {msg}"),
            HostError::Ed25519VerifyInvalidInput { msg } => {
                write!(f, "ED25519 signature verification error: {msg}")
            }
            HostError::P256VerifyInvalidInput { msg } => {
                write!(f, "P256 signature verification error: {msg}")
            }
            HostError::MlDsaVerifyInvalidInput { msg } => {
                write!(f, "ML-DSA-65 signature verification error: {msg}")
            }
            HostError::BLS12381InvalidInput { msg } => write!(f, "BLS12-381 invalid input: {msg}"),
            HostError::YieldPayloadLength { length, limit } => {
                write!(
                    f,
                    "Yield resume payload is {length} bytes which exceeds the {limit} byte limit"
                )
            }
            HostError::DataIdMalformed => f.write_str("yield resumption token is malformed"),
            HostError::YieldIdMalformed => f.write_str("yield id is malformed"),
            HostError::RecordedStorageExceeded { limit } => write!(
                f,
                "Size of the recorded trie storage proof has exceeded the allowed limit ({})",
                InLargeUnits(*limit)
            ),
            HostError::ContractCodeHashMalformed => f.write_str("contract code hash is malformed"),
            HostError::DataEntryAlreadyExists => {
                f.write_str("Data entry for given key already exists")
            }
        }
    }
}

/// A size in bytes in the largest unit that it reaches, rounded to one decimal.
struct InLargeUnits(u64);

impl fmt::Display for InLargeUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut prefixes = "KMGTPE".chars();
        let (mut unit, mut prefix) = (1_000, prefixes.next().unwrap_or_default());
        if self.0 < unit {
            return write!(f, "{} B", self.0);
        }
        for larger in prefixes {
            if self.0 / 1_000 < unit {
                break;
            }
            (unit, prefix) = (unit * 1_000, larger);
        }
        let tenths = (u128::from(self.0) * 10 + u128::from(unit) / 2) / u128::from(unit);
        write!(f, "{}.{} {prefix}B", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests;
