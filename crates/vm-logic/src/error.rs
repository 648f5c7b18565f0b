//! How a call fails: by the contract's doing, or because this node cannot continue.
//!
//! [`ContractError`] and what is in it are part of the outcome, and so of consensus: they hold no
//! text of an engine, no path, nothing that differs between machines. Names and fields are the
//! protocol's. [`Fault`] never becomes an outcome: whoever runs the call stops and says why.

mod in_outcome;

pub use torr_primitives::error::{MethodResolveError, PrepareError, WasmTrap};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_primitives::AccountId;

/// Result of what a host function does.
pub type Result<T, E = Stop> = std::result::Result<T, E>;

/// Why a host function did not return to the contract.
///
/// The only place where the two kinds of failure meet; [`Stop`] is taken apart where guest code was
/// entered.
#[derive(Debug)]
pub enum Stop {
    /// The contract's own failure.
    Contract(HostError),
    /// This node cannot continue.
    Fault(Fault),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Stop {
        Stop::Contract(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// This node cannot continue; nothing of the call counts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The state says something impossible, such as a storage usage below what is stored.
    #[error("the state is inconsistent: {what}; restore the node's state from a snapshot")]
    InconsistentState {
        /// The quantity that overflowed or contradicts another.
        what: &'static str,
    },
    /// The chain below the VM failed, for example its database.
    #[error("the state cannot be reached: {0}")]
    External(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine failed in a way that no contract may cause.
    #[error("the engine failed: {message}")]
    Engine {
        /// What the engine said.
        message: String,
    },
    /// An invariant of this code does not hold.
    #[error("this is a bug, please report it: {what}")]
    Bug {
        /// The invariant.
        what: &'static str,
    },
}

/// The contract's own failure, part of the outcome.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    thiserror::Error,
)]
pub enum ContractError {
    /// The code is no module that the protocol accepts.
    #[error("the contract's code is rejected: {0}")]
    CompilationError(CompilationError),
    /// An import does not exist or has another signature.
    #[error("the contract cannot be linked: {msg}")]
    LinkError {
        /// Which import, and what is wrong with it.
        msg: String,
    },
    /// The method cannot be called.
    #[error("{0}")]
    MethodResolveError(MethodResolveError),
    /// The code trapped.
    #[error("the contract trapped: {0}")]
    WasmTrap(WasmTrap),
    /// A host function failed, or gas or stack ran out.
    #[error("{0}")]
    HostError(HostError),
    /// The module needs more of the host than an instance may have.
    #[error("the contract cannot be loaded: {msg}")]
    LoadingError {
        /// What there is too much of.
        msg: String,
    },
}

impl From<HostError> for ContractError {
    fn from(error: HostError) -> ContractError {
        ContractError::HostError(error)
    }
}

impl From<PrepareError> for ContractError {
    fn from(error: PrepareError) -> ContractError {
        ContractError::CompilationError(CompilationError::PrepareError(error))
    }
}

/// Why code is not compiled.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    thiserror::Error,
)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum CompilationError {
    /// The account has no contract.
    #[error("account {account_id} has no contract")]
    CodeDoesNotExist {
        /// The account.
        account_id: AccountId,
    } = 0,
    /// Preparation rejects the module.
    #[error("{0}")]
    PrepareError(PrepareError) = 1,
    /// The module passes preparation and an engine still refuses it. The name is history's.
    #[error("the module cannot be compiled: {msg}")]
    WasmtimeCompileError {
        /// What there is too much of.
        msg: String,
    } = 3,
}

/// Why a host function failed; also running out of gas or stack.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    thiserror::Error,
)]
#[allow(missing_docs, reason = "each variant's message says what it means, and its fields' names")]
pub enum HostError {
    #[error("a text is not UTF-16")]
    BadUTF16,
    #[error("a text is not UTF-8")]
    BadUTF8,
    #[error("the prepaid gas is used up; attach more gas")]
    GasExceeded,
    #[error("the call burnt as much gas as a call may")]
    GasLimitExceeded,
    #[error("the account's balance is too small")]
    BalanceExceeded,
    #[error("a method's name is empty")]
    EmptyMethodName,
    #[error("the contract panicked: {panic_msg}")]
    GuestPanic { panic_msg: String },
    #[error("an integer overflowed")]
    IntegerOverflow,
    #[error("there is no promise {promise_idx}")]
    InvalidPromiseIndex { promise_idx: u64 },
    #[error("actions cannot be added to a joint promise")]
    CannotAppendActionToJointPromise,
    #[error("a joint promise cannot be returned")]
    CannotReturnJointPromise,
    #[error("a joint promise cannot have a refund receiver")]
    CannotSetRefundToOnJointPromise,
    #[error("there is no promise result {result_idx}")]
    InvalidPromiseResultIndex { result_idx: u64 },
    #[error("register {register_id} is not set")]
    InvalidRegisterId { register_id: u64 },
    #[error("access beyond the memory, the registers or the stack")]
    MemoryAccessViolation,
    #[error("there is no receipt {receipt_index}")]
    InvalidReceiptIndex { receipt_index: u64 },
    #[error("there is no iterator {iterator_index}")]
    InvalidIteratorIndex { iterator_index: u64 },
    #[error("receipt {receipt_index} has no action {action_index} of the expected kind")]
    InvalidActionIndex { receipt_index: u64, action_index: u64 },
    #[error("an account id is not valid")]
    InvalidAccountId,
    #[error("a method's name is not valid")]
    InvalidMethodName,
    #[error("a public key is not valid")]
    InvalidPublicKey,
    #[error("{method_name} is not allowed in a view call")]
    ProhibitedInView { method_name: String },
    #[error("more than {limit} logs")]
    NumberOfLogsExceeded { limit: u64 },
    #[error("a storage key of {length} bytes is longer than {limit}")]
    KeyLengthExceeded { length: u64, limit: u64 },
    #[error("a storage value of {length} bytes is longer than {limit}")]
    ValueLengthExceeded { length: u64, limit: u64 },
    #[error("logs of {length} bytes are longer than {limit}")]
    TotalLogLengthExceeded { length: u64, limit: u64 },
    #[error("{number_of_promises} promises are more than {limit}")]
    NumberPromisesExceeded { number_of_promises: u64, limit: u64 },
    #[error("{number_of_input_data_dependencies} promises waited for are more than {limit}")]
    NumberInputDataDependenciesExceeded { number_of_input_data_dependencies: u64, limit: u64 },
    #[error("a returned value of {length} bytes is longer than {limit}")]
    ReturnedValueLengthExceeded { length: u64, limit: u64 },
    #[error("a contract of {size} bytes is larger than {limit}")]
    ContractSizeExceeded { size: u64, limit: u64 },
    #[error("{method_name} is no longer part of the protocol")]
    Deprecated { method_name: String },
    #[error("ecrecover: {msg}")]
    ECRecoverError { msg: String },
    #[error("alt_bn128: {msg}")]
    AltBn128InvalidInput { msg: String },
    #[error("ed25519_verify: {msg}")]
    Ed25519VerifyInvalidInput { msg: String },
    #[error("p256_verify: {msg}")]
    P256VerifyInvalidInput { msg: String },
    #[error("ml_dsa_verify: {msg}")]
    MlDsaVerifyInvalidInput { msg: String },
    #[error("bls12381: {msg}")]
    BLS12381InvalidInput { msg: String },
    #[error("a payload of {length} bytes is longer than {limit}")]
    YieldPayloadLength { length: u64, limit: u64 },
    #[error("a data id has not 32 bytes")]
    DataIdMalformed,
    #[error("a yield id has not 32 bytes")]
    YieldIdMalformed,
    #[error("the storage proof is longer than {limit} bytes")]
    RecordedStorageExceeded { limit: u64 },
    #[error("a code hash has not 32 bytes")]
    ContractCodeHashMalformed,
    #[error("the state init has the key already")]
    DataEntryAlreadyExists,
}
