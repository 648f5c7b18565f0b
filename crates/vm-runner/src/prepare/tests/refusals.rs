//! Modules that are refused, and what their developers are told.

use super::{config, wasm};
use crate::prepare::{Charging, prepare};
use torr_parameters::VmConfig;
use torr_vm_logic::error::{CompilationError, PrepareError};

fn check_code(code: &[u8], config: &VmConfig, error: PrepareError, diagnosis: &str) {
    let rejection = prepare(code, config, Charging::Exact).unwrap_err();
    assert_eq!(rejection.error, CompilationError::PrepareError(error));
    assert_eq!(rejection.diagnosis.to_string(), diagnosis);
}

fn check(text: &str, error: PrepareError, diagnosis: &str) {
    check_code(&wasm(text), &config(), error, diagnosis);
}

#[test]
fn extensions_that_are_off() {
    let cases = [
        (
            "(module (func (param v128)))",
            "SIMD support is not enabled, at byte 0xb; \
             compile with `-C target-feature=-simd128`",
        ),
        (
            "(module (func (result i32 i32) i32.const 1 i32.const 2))",
            "func type returns multiple values but the multi-value feature is not enabled, \
             at byte 0xb; compile with `-C target-feature=-multivalue`",
        ),
        (
            "(module (func (param externref)))",
            "gc types are disallowed but found type which requires gc, at byte 0xb; \
             compile without `externref` and garbage-collected types",
        ),
        ("(module (memory 1) (memory 1))", "multiple memories, at byte 0xa; link into one memory"),
        (
            "(module (func return_call 0))",
            "tail calls support is not enabled, in function 0, at byte 0x17; \
             compile with `-C target-feature=-tail-call`",
        ),
    ];
    for (text, diagnosis) in cases {
        check(text, PrepareError::Deserialization, diagnosis);
    }
}

#[test]
fn extensions_that_a_version_switches_off() {
    let config = VmConfig { reftypes_bulk_memory: false, ..config() };
    let code = wasm(
        r#"(module (memory 1)
            (func $clear i32.const 0 i32.const 0 i32.const 0 memory.fill))"#,
    );
    let diagnosis = "bulk memory support is not enabled, in function 0 (clear), at byte 0x22; \
        compile with `-C target-feature=-bulk-memory`, or for a later protocol version";
    check_code(&code, &config, PrepareError::Deserialization, diagnosis);
}

#[test]
fn imports() {
    let cases = [
        (
            r#"(module (import "env" "memory" (memory 1 2)))"#,
            PrepareError::Memory,
            "a memory is imported: env.memory; \
             link with `--no-import-memory`: every contract gets its memory",
        ),
        (
            r#"(module (import "env" "t" (table 1 funcref)))"#,
            PrepareError::Instantiate,
            "a table is imported: env.t; import functions of module `env` only",
        ),
        (
            r#"(module (import "wasi" "write" (func)))"#,
            PrepareError::Instantiate,
            "something of another module is imported: wasi.write; \
             import functions of module `env` only",
        ),
    ];
    for (text, error, diagnosis) in cases {
        check(text, error, diagnosis);
    }
}

#[test]
fn the_place_and_the_functions_name() {
    check(
        "(module (func $fine) (func $broken (result i32) i64.const 0))",
        PrepareError::Deserialization,
        "type mismatch: expected i32, found i64, in function 1 (broken), at byte 0x21",
    );
}

#[test]
fn no_module_at_all() {
    let diagnosis = "magic header not detected: bad magic number, at byte 0x0; \
        pass the Wasm binary, not its text or a compressed form";
    check_code(b"(module)", &config(), PrepareError::Deserialization, diagnosis);
}

/// The bodies that are there may break a limit; that the section is cut short counts first.
#[test]
fn a_code_section_that_is_cut_short() {
    let mut config = config();
    config.limits.max_function_body_size = Some(1);
    let mut code = wasm("(module (func nop) (func nop))");
    let cut = code.len() - 1;
    check_code(
        &code,
        &config,
        PrepareError::FunctionBodyTooLarge,
        "more than 1 bytes in a function's body, in function 0, at byte 0x17; \
         split the function, or keep others from being inlined into it",
    );
    code.truncate(cut);
    check_code(
        &code,
        &config,
        PrepareError::Deserialization,
        "unexpected end: the code section is longer than the module, at byte 0x15",
    );
}

#[test]
fn prices_that_metering_cannot_count() {
    let config = VmConfig { linear_op_unit_cost: 1 << 31, ..config() };
    let diagnosis = "the price of an instruction, 2147483648, is too high to be metered";
    check_code(&wasm("(module)"), &config, PrepareError::GasInstrumentation, diagnosis);
}
