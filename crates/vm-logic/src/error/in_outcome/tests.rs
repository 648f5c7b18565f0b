//! Texts that outcomes of the protocol's own chains hold, by the failure they stand for.

use super::InLargeUnits;
use crate::error::{
    CompilationError, ContractError, HostError, MethodResolveError, PrepareError, WasmTrap,
};
use torr_primitives::error::{self as outcome, FunctionCallError};

fn check(error: impl Into<ContractError>, text: &str) {
    let expected = FunctionCallError::ExecutionError(text.to_owned());
    assert_eq!(error.into().in_outcome(), expected);
}

#[test]
fn execution_is_one_text() {
    for (trap, text) in [
        (WasmTrap::Unreachable, "WebAssembly trap: An `unreachable` opcode was executed."),
        (
            WasmTrap::IllegalArithmetic,
            "WebAssembly trap: An arithmetic exception, e.g. divided by zero.",
        ),
        (WasmTrap::MemoryOutOfBounds, "WebAssembly trap: Memory out of bounds trap."),
    ] {
        check(ContractError::WasmTrap(trap), text);
    }
    let msg = "unknown or invalid import".to_owned();
    check(ContractError::LinkError { msg }, "Link Error: unknown or invalid import");
    let msg = "too large".to_owned();
    check(ContractError::LoadingError { msg }, "Loading Error: too large");
}

#[test]
fn host_functions_fail_in_the_protocols_words() {
    for (error, text) in [
        (HostError::GasExceeded, "Exceeded the prepaid gas."),
        (HostError::BalanceExceeded, "Exceeded the account balance."),
        (HostError::BadUTF8, "String encoding is bad UTF-8 sequence."),
        (HostError::MemoryAccessViolation, "Accessed memory outside the bounds."),
        (HostError::InvalidAccountId, "VM Logic returned an invalid account id"),
        (HostError::InvalidPublicKey, "VM Logic provided an invalid public key"),
        (HostError::DataIdMalformed, "yield resumption token is malformed"),
        (
            HostError::CannotAppendActionToJointPromise,
            "Actions can only be appended to non-joint promise.",
        ),
        (HostError::CannotReturnJointPromise, "Returning joint promise is currently prohibited."),
        (HostError::GuestPanic { panic_msg: "oops".to_owned() }, "Smart contract panicked: oops"),
        (
            HostError::InvalidPromiseIndex { promise_idx: u64::MAX },
            "18446744073709551615 does not correspond to existing promises",
        ),
        (
            HostError::InvalidPromiseResultIndex { result_idx: 3 },
            "Accessed invalid promise result index: 3",
        ),
        (HostError::InvalidRegisterId { register_id: 77 }, "Accessed invalid register id: 77"),
        (
            HostError::NumberOfLogsExceeded { limit: 100 },
            "The number of logs will exceed the limit 100",
        ),
        (
            HostError::TotalLogLengthExceeded { length: 16385, limit: 16384 },
            "The length of a log message 16385 exceeds the limit 16384",
        ),
        (
            HostError::ReturnedValueLengthExceeded { length: 5_000_000, limit: 4_194_304 },
            "The length of a returned value 5000000 exceeds the limit 4194304",
        ),
        (
            HostError::KeyLengthExceeded { length: 2049, limit: 2048 },
            "The length of a storage key 2049 exceeds the limit 2048",
        ),
        (
            HostError::ValueLengthExceeded { length: 4_194_305, limit: 4_194_304 },
            "The length of a storage value 4194305 exceeds the limit 4194304",
        ),
        (
            HostError::YieldPayloadLength { length: 1025, limit: 1024 },
            "Yield resume payload is 1025 bytes which exceeds the 1024 byte limit",
        ),
        (
            HostError::RecordedStorageExceeded { limit: 4_000_000 },
            "Size of the recorded trie storage proof has exceeded the allowed limit (4.0 MB)",
        ),
    ] {
        check(error, text);
    }
}

#[test]
fn what_is_not_executed_keeps_its_kind() {
    let account_id: torr_primitives::AccountId = "bob.near".parse().unwrap();
    for (error, expected) in [
        (
            CompilationError::CodeDoesNotExist { account_id: account_id.clone() },
            outcome::CompilationError::CodeDoesNotExist { account_id },
        ),
        (
            CompilationError::PrepareError(PrepareError::Memory),
            outcome::CompilationError::PrepareError(PrepareError::Memory),
        ),
        (
            CompilationError::WasmtimeCompileError { msg: "m".to_owned() },
            outcome::CompilationError::WasmerCompileError { msg: "m".to_owned() },
        ),
    ] {
        let error = ContractError::CompilationError(error).in_outcome();
        assert_eq!(error, FunctionCallError::CompilationError(expected));
    }
    let method = MethodResolveError::MethodNotFound;
    let error = ContractError::MethodResolveError(method).in_outcome();
    assert_eq!(error, FunctionCallError::MethodResolveError(method));
}

#[test]
fn sizes_are_rounded() {
    for (bytes, text) in [
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (999_949, "999.9 KB"),
        (1_500_000, "1.5 MB"),
        (3_999_999, "4.0 MB"),
        (u64::MAX, "18.4 EB"),
    ] {
        assert_eq!(InLargeUnits(bytes).to_string(), text);
    }
}
