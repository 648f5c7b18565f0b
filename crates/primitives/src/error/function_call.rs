//! Why a function call failed, as its outcome says it.
//!
//! Outcomes of today tell three kinds apart: code that cannot be compiled, a method that cannot be
//! called, and everything that happens in execution, as a text. Outcomes of former times had traps
//! and failures of host functions as values of their own, and those have to be readable. What
//! happens in execution is known better to the VM, in the crate above this one.
//!
//! The protocol's text of a [`FunctionCallError`] is the shape of the value, as Rust shows it. Texts of
//! the parts that the VM shares are its own, and explain more.

use crate::AccountId;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Why a function call failed.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
#[error("{self:?}")]
#[allow(missing_docs, reason = "names of fields say what they hold")]
pub enum FunctionCallError {
    /// The code is no module that the protocol accepts, or there is none.
    CompilationError(CompilationError),
    /// In old outcomes: an import does not exist or has another signature.
    LinkError { msg: String },
    /// The method cannot be called.
    MethodResolveError(MethodResolveError),
    /// In old outcomes: the code trapped.
    WasmTrap(WasmTrap),
    /// In old outcomes: anything else.
    WasmUnknownError,
    /// In old outcomes: a host function failed, or gas ran out.
    HostError(HostError),
    /// Never used; keeps the place of what it once was.
    #[serde(rename = "_EVMError")]
    EvmError,
    /// What went wrong in execution, as the protocol words it.
    ExecutionError(String),
}

/// Why code is not compiled.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[allow(missing_docs, reason = "names of fields say what they hold")]
pub enum CompilationError {
    /// The account has no contract.
    CodeDoesNotExist { account_id: AccountId },
    /// Preparation rejects the module.
    PrepareError(PrepareError),
    /// The module passes preparation and an engine still refuses it. The name is history's.
    WasmerCompileError { msg: String },
}

/// Why preparation rejects a module.
#[derive(
    Clone,
    Copy,
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
pub enum PrepareError {
    /// The prepared module cannot be written.
    #[error("the prepared module cannot be written")]
    Serialization = 0,
    /// The bytes are not a valid module, or use a feature that is not enabled.
    #[error("the module is not valid, or uses a feature that is not enabled")]
    Deserialization = 1,
    /// The module declares a memory of its own.
    #[error("the module declares a memory of its own")]
    InternalMemoryDeclared = 2,
    /// Gas instrumentation failed.
    #[error("gas instrumentation failed")]
    GasInstrumentation = 3,
    /// Stack instrumentation failed.
    #[error("stack instrumentation failed")]
    StackHeightInstrumentation = 4,
    /// The module cannot be instantiated, for example for an import that is no function of `env`.
    #[error("the module imports something else than functions of `env`")]
    Instantiate = 5,
    /// The module's memory is not one the protocol gives.
    #[error("the module's memory is not as the protocol gives it")]
    Memory = 6,
    /// Too many functions.
    #[error("the module has too many functions")]
    TooManyFunctions = 7,
    /// Too many locals.
    #[error("the module has too many locals")]
    TooManyLocals = 8,
    /// Too many tables.
    #[error("the module has too many tables")]
    TooManyTables = 9,
    /// Too many elements in a table.
    #[error("a table has too many elements")]
    TooManyTableElements = 10,
    /// A function's body is too large.
    #[error("a function's body is too large")]
    FunctionBodyTooLarge = 11,
    /// The instrumented module is too large.
    #[error("the instrumented module is too large")]
    InstrumentedCodeTooLarge = 12,
    /// A function has too many basic blocks.
    #[error("a function has too many basic blocks")]
    TooManyBlocksPerFunction = 13,
    /// The module has too many basic blocks.
    #[error("the module has too many basic blocks")]
    TooManyBlocksPerContract = 14,
    /// Too many types.
    #[error("the module declares too many types")]
    TooManyTypes = 15,
    /// A function has too many parameters.
    #[error("a function has too many parameters")]
    TooManyParamsPerFunction = 16,
    /// All functions together have too many parameters.
    #[error("the functions have too many parameters in sum")]
    TooManyParamsPerContract = 17,
    /// A function can put too much on its operand stack.
    #[error("a function's operand stack is too large")]
    OperandStackTooLarge = 18,
    /// Too many globals.
    #[error("the module has too many globals")]
    TooManyGlobals = 19,
}

/// Why a method cannot be called.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    thiserror::Error,
)]
pub enum MethodResolveError {
    /// The name is empty.
    #[error("the method's name is empty")]
    MethodEmptyName,
    /// No function is exported by that name.
    #[error("the contract has no method of that name")]
    MethodNotFound,
    /// The exported function takes parameters or returns results.
    #[error("the function of that name takes parameters or returns results; a method has none")]
    MethodInvalidSignature,
}

/// How code trapped.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
    thiserror::Error,
)]
pub enum WasmTrap {
    /// `unreachable` was executed.
    #[error("`unreachable` was executed, which is what a Rust panic compiles to")]
    Unreachable,
    /// `call_indirect` met a function of another type.
    #[error("indirect call of a function with another signature")]
    IncorrectCallIndirectSignature,
    /// An access beyond the memory.
    #[error("access beyond the memory")]
    MemoryOutOfBounds,
    /// An access beyond a table.
    #[error("access beyond the table")]
    CallIndirectOOB,
    /// Division by zero, or a result that does not fit.
    #[error("division by zero, or a result that does not fit")]
    IllegalArithmetic,
    /// A misaligned atomic access.
    #[error("misaligned atomic access")]
    MisalignedAtomicAccess,
    /// `call_indirect` of an empty table entry.
    #[error("indirect call of an empty table entry")]
    IndirectCallToNull,
    /// The native stack ran out.
    #[error("the stack ran out")]
    StackOverflow,
    /// Anything else.
    #[error("trap")]
    GenericTrap,
}

/// Why a host function failed, in outcomes of former times.
///
/// The VM has more reasons now; all of them stand in outcomes as [`FunctionCallError::ExecutionError`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each name says what it means, and its fields' names")]
pub enum HostError {
    BadUTF16,
    BadUTF8,
    GasExceeded,
    GasLimitExceeded,
    BalanceExceeded,
    EmptyMethodName,
    GuestPanic { panic_msg: String },
    IntegerOverflow,
    InvalidPromiseIndex { promise_idx: u64 },
    CannotAppendActionToJointPromise,
    CannotReturnJointPromise,
    InvalidPromiseResultIndex { result_idx: u64 },
    InvalidRegisterId { register_id: u64 },
    IteratorWasInvalidated { iterator_index: u64 },
    MemoryAccessViolation,
    InvalidReceiptIndex { receipt_index: u64 },
    InvalidIteratorIndex { iterator_index: u64 },
    InvalidAccountId,
    InvalidMethodName,
    InvalidPublicKey,
    ProhibitedInView { method_name: String },
    NumberOfLogsExceeded { limit: u64 },
    KeyLengthExceeded { length: u64, limit: u64 },
    ValueLengthExceeded { length: u64, limit: u64 },
    TotalLogLengthExceeded { length: u64, limit: u64 },
    NumberPromisesExceeded { number_of_promises: u64, limit: u64 },
    NumberInputDataDependenciesExceeded { number_of_input_data_dependencies: u64, limit: u64 },
    ReturnedValueLengthExceeded { length: u64, limit: u64 },
    ContractSizeExceeded { size: u64, limit: u64 },
    Deprecated { method_name: String },
    ECRecoverError { msg: String },
    AltBn128InvalidInput { msg: String },
    Ed25519VerifyInvalidInput { msg: String },
    P256VerifyInvalidInput { msg: String },
}
