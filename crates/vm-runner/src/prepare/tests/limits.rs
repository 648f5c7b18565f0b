//! Limits at their edges, where what they count cannot be read off the module.

use super::{config, prepare_text, wasm};
use crate::prepare::{Charging, prepare};
use torr_parameters::VmConfig;
use torr_vm_logic::error::{CompilationError, PrepareError};

type Outcome = Result<(), CompilationError>;

fn outcome(code: &[u8], config: &VmConfig) -> Outcome {
    prepare(code, config, Charging::Exact).map(drop).map_err(|rejection| rejection.error)
}

fn refused(error: PrepareError) -> Outcome {
    Err(CompilationError::PrepareError(error))
}

/// A module with a custom section of this length, so that it may have locals.
fn with_locals(params: usize, locals: usize, custom: usize) -> Vec<u8> {
    let text = format!(
        r#"(module (@custom "x" "{}") (func (param {}) (local {})))"#,
        "-".repeat(custom),
        "i64 ".repeat(params),
        "i64 ".repeat(locals),
    );
    wasm(&text)
}

#[test]
fn locals_leave_room_for_two_more() {
    let not_compiled =
        |outcome: Outcome| matches!(outcome, Err(CompilationError::WasmtimeCompileError { .. }));
    let of = |params, locals| outcome(&with_locals(params, locals, 110_000), &config());
    assert_eq!(of(0, 49_998), Ok(()));
    assert_eq!(of(8, 49_990), Ok(()));
    assert!(not_compiled(of(0, 49_999)));
    assert!(not_compiled(of(8, 49_991)));
    assert_eq!(of(0, 50_001), refused(PrepareError::Deserialization));
}

/// Both arithmetic widths in a function with as many locals as there may be.
#[test]
fn canonical_nans_fit_beside_most_locals() {
    let text = format!(
        r#"(module (@custom "x" "{}") (func (local {}) (local f32 f64)
            local.get 49996  local.get 49996  f32.add  local.set 49996
            local.get 49997  local.get 49997  f64.add  local.set 49997))"#,
        "-".repeat(110_000),
        "i64 ".repeat(49_996),
    );
    let prepared = prepare_text(&text).unwrap();
    wasmparser::validate(&prepared.wasm).unwrap();
}

/// Sizes with the protocol's own instrumentation, measured there.
#[test]
fn instrumented_size() {
    let everything = r#"(module
        (import "env" "input" (func (param i64)))
        (start $s) (memory 1) (global (mut i32) (i32.const 1))
        (table 4 funcref) (elem (i32.const 0) $s $f) (elem declare func 0)
        (func $s i64.const 1 call 0)
        (func $f (export "f") (param i32 i32) (result f32) (local f64 i32)
            local.get 0 if f32.const 1 return end
            i32.const 0 i32.const 0 local.get 1 memory.fill
            block br 0 end
            f32.const 2)
        (export "m" (memory 0)) (export "t" (table 0))
        (data (i32.const 0) "abc"))"#;
    let cases = [
        ("(module)", 28),
        ("(module (global i64 (i64.const 5)))", 64),
        (r#"(module (func (export "main")))"#, 275),
        (everything, 720),
    ];
    for (text, size) in cases {
        for (limit, expected) in
            [(size, Ok(())), (size - 1, refused(PrepareError::InstrumentedCodeTooLarge))]
        {
            let mut config = config();
            config.limits.max_instrumented_code_size = Some(limit);
            assert_eq!(outcome(&wasm(text), &config), expected, "{size} {text}");
        }
    }
}

#[test]
fn an_instance_has_room_for_so_many_globals() {
    let loads = |globals: usize, rest: &str| {
        let globals = "(global i32 (i32.const 0))".repeat(globals);
        prepare_text(&format!("(module {globals} {rest})")).unwrap().loading_error.is_none()
    };
    let table = r#"(func (export "main")) (func) (table 1 funcref)"#;
    assert!(loads(65_504, table));
    assert!(!loads(65_505, table));
    // A function in the table takes as much as two globals.
    let filled = format!("{table} (elem (i32.const 0) 1)");
    assert!(loads(65_502, &filled));
    assert!(!loads(65_503, &filled));
    // Named twice, it counts once.
    let declared = format!("{filled} (elem declare func 1)");
    assert!(loads(65_502, &declared));
}
