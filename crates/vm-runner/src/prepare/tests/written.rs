//! Prepared modules as text.

use super::{config, prepare_text, wasm};
use crate::prepare::{Charging, Compilation, FORM, GasPassing, METHOD_PREFIX, prepare_passing};
use expect_test::{Expect, expect};
use torr_crypto::hash::CryptoHash;

/// The functions of the prepared module.
fn functions(text: &str) -> String {
    let printed = wasmprinter::print_bytes(&prepare_text(text).unwrap().wasm).unwrap();
    let from = printed.find("  (func ").unwrap();
    printed[from..].to_owned()
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&functions(text));
}

#[test]
fn a_function_that_calls_nothing_only_tests_its_stack() {
    check(
        r#"(module (func (export "main")) (func (param i32) (result i32) local.get 0 i32.eqz))"#,
        expect![[r#"
              (func (;0;) (type 0)
                global.get 1
                i64.const 64
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 6582048
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  unreachable
                end
              )
              (func (;1;) (type 1) (param i32) (result i32)
                global.get 1
                i64.const 72
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 9050316
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  global.get 0
                  i64.const 1645512
                  i64.add
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    global.get 0
                    i64.const 1645512
                    i64.add
                    global.set 0
                  end
                  unreachable
                end
                local.get 0
                i32.eqz
              )
            )
        "#]],
    );
}

#[test]
fn a_function_that_calls_gives_its_stack_back_wherever_it_ends() {
    check(
        r#"(module (func (param i32) (result i64)
            block
                local.get 0
                if  i64.const 7  return  end
                local.get 0
                br_if 0
                i64.const 8
                br 1
            end
            local.get 0
            call 0))"#,
        expect![[r#"
              (func (;0;) (type 0) (param i32) (result i64)
                block (result i64) ;; label = @1
                  global.get 1
                  i64.const 76
                  i64.sub
                  global.set 1
                  global.get 1
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    unreachable
                  end
                  global.get 0
                  i64.const 9050316
                  i64.sub
                  global.set 0
                  global.get 0
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    global.get 0
                    i64.const 1645512
                    i64.add
                    i64.const 0
                    i64.lt_s
                    if ;; label = @3
                      global.get 0
                      i64.const 1645512
                      i64.add
                      global.set 0
                    end
                    unreachable
                  end
                  block ;; label = @2
                    local.get 0
                    if ;; label = @3
                      global.get 0
                      i64.const 1645512
                      i64.sub
                      global.set 0
                      global.get 0
                      i64.const 0
                      i64.lt_s
                      if ;; label = @4
                        unreachable
                      end
                      i64.const 7
                      br 2 (;@1;)
                    end
                    global.get 0
                    i64.const 1645512
                    i64.sub
                    global.set 0
                    global.get 0
                    i64.const 0
                    i64.lt_s
                    if ;; label = @3
                      unreachable
                    end
                    local.get 0
                    br_if 0 (;@2;)
                    global.get 0
                    i64.const 1645512
                    i64.sub
                    global.set 0
                    global.get 0
                    i64.const 0
                    i64.lt_s
                    if ;; label = @3
                      unreachable
                    end
                    i64.const 8
                    br 1 (;@1;)
                  end
                  global.get 0
                  i64.const 1645512
                  i64.sub
                  global.set 0
                  global.get 0
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    unreachable
                  end
                  local.get 0
                  call 0
                end
                global.get 1
                i64.const 76
                i64.add
                global.set 1
              )
            )
        "#]],
    );
}

#[test]
fn loops_are_charged_each_time_around() {
    check(
        r#"(module (func (param i32)
            loop
                local.get 0  i32.const 1  i32.sub  local.tee 0
                br_if 0
            end))"#,
        expect![[r#"
              (func (;0;) (type 0) (param i32)
                global.get 1
                i64.const 76
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 7404804
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  unreachable
                end
                loop ;; label = @1
                  global.get 0
                  i64.const 4936536
                  i64.sub
                  global.set 0
                  global.get 0
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    unreachable
                  end
                  local.get 0
                  i32.const 1
                  i32.sub
                  local.tee 0
                  br_if 0 (;@1;)
                end
              )
            )
        "#]],
    );
}

#[test]
fn bulk_instructions_are_charged_by_their_count() {
    check(
        r#"(module (memory 1) (func (param i32) (result i32)
            i32.const 0  i32.const 1  local.get 0  memory.fill
            local.get 0  memory.grow))"#,
        expect![[r#"
              (func (;0;) (type 0) (param i32) (result i32)
                global.get 1
                i64.const 80
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 9873072
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  global.get 0
                  i64.const 2468268
                  i64.add
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    global.get 0
                    i64.const 2468268
                    i64.add
                    global.set 0
                  end
                  unreachable
                end
                i32.const 0
                i32.const 1
                local.get 0
                global.set 2
                global.get 0
                global.get 2
                i64.extend_i32_u
                i64.const 822756
                i64.mul
                i64.const 26328192
                i64.add
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  unreachable
                end
                global.get 2
                memory.fill
                global.get 0
                i64.const 822756
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  unreachable
                end
                local.get 0
                global.set 2
                global.get 0
                global.get 2
                i64.extend_i32_u
                i64.const 822756
                i64.mul
                i64.const 26328192
                i64.add
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  unreachable
                end
                global.get 2
                memory.grow
              )
            )
        "#]],
    );
}

#[test]
fn nan_is_made_canonical_where_it_can_be_seen() {
    check(
        r#"(module (func (param f32 f64) (result i64)
            local.get 1  local.get 1  f64.mul  local.get 1  f64.add
            local.get 0  f32.sqrt  f64.promote_f32
            f64.div
            i64.reinterpret_f64)
          (func (param f32) (result i32)
            local.get 0  f32.neg  f32.floor  local.get 0  f32.lt))"#,
        expect![[r#"
              (func (;0;) (type 0) (param f32 f64) (result i64)
                (local f64)
                global.get 1
                i64.const 92
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 16455120
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  global.get 0
                  i64.const 8227560
                  i64.add
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    global.get 0
                    i64.const 8227560
                    i64.add
                    global.set 0
                  end
                  unreachable
                end
                local.get 1
                local.get 1
                f64.mul
                local.tee 2
                local.get 2
                f64.ne
                if ;; label = @1
                  f64.const nan (;=NaN;)
                  local.set 2
                end
                local.get 2
                local.get 1
                f64.add
                local.tee 2
                local.get 2
                f64.ne
                if ;; label = @1
                  f64.const nan (;=NaN;)
                  local.set 2
                end
                local.get 2
                local.get 0
                f32.sqrt
                f64.promote_f32
                f64.div
                local.tee 2
                local.get 2
                f64.ne
                if ;; label = @1
                  f64.const nan (;=NaN;)
                  local.set 2
                end
                local.get 2
                i64.reinterpret_f64
              )
              (func (;1;) (type 1) (param f32) (result i32)
                (local f32)
                global.get 1
                i64.const 76
                i64.lt_s
                if ;; label = @1
                  i64.const -1
                  global.set 1
                  unreachable
                end
                global.get 0
                i64.const 11518584
                i64.sub
                global.set 0
                global.get 0
                i64.const 0
                i64.lt_s
                if ;; label = @1
                  global.get 0
                  i64.const 4113780
                  i64.add
                  i64.const 0
                  i64.lt_s
                  if ;; label = @2
                    global.get 0
                    i64.const 4113780
                    i64.add
                    global.set 0
                  end
                  unreachable
                end
                local.get 0
                f32.neg
                f32.floor
                local.tee 1
                local.get 1
                f32.ne
                if ;; label = @1
                  f32.const nan (;=NaN;)
                  local.set 1
                end
                local.get 1
                local.get 0
                f32.lt
              )
            )
        "#]],
    );
}

#[test]
fn the_rest_of_the_module() {
    let printed = wasmprinter::print_bytes(
        prepare_text(
            r#"(module
                (type (func)) (type (func (param i64)))
                (import "env" "input" (func (type 1)))
                (import "env" "panic" (func (type 0)))
                (memory 3 4) (global (mut i32) (i32.const 5))
                (export "memory" (memory 0)) (export "gas" (func 1)) (export "start" (func 1))
                (export "g" (global 0)) (export "takes" (func 0))
                (start 1)
                (data (i32.const 0) "x"))"#,
        )
        .unwrap()
        .wasm,
    );
    expect![[r#"
        (module
          (type (;0;) (func))
          (type (;1;) (func (param i64)))
          (import "env" "input" (func (;0;) (type 1)))
          (import "env" "panic" (func (;1;) (type 0)))
          (memory (;0;) 1024 2048)
          (global (;0;) (mut i32) i32.const 5)
          (global (;1;) (mut i64) i64.const 0)
          (global (;2;) (mut i64) i64.const 262144)
          (global (;3;) (mut i32) i32.const 0)
          (export "memory" (memory 0))
          (export "gas" (global 1))
          (export "stack" (global 2))
          (export "start" (func 1))
          (export ".gas" (func 1))
          (export ".start" (func 1))
          (data (;0;) (i32.const 0) "x")
        )
    "#]]
    .assert_eq(&printed.unwrap());
}

#[test]
fn no_name_of_ours_can_be_a_methods() {
    use crate::prepare::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT};
    for name in [GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT] {
        assert!(!name.starts_with(METHOD_PREFIX));
    }
}

#[test]
fn what_callers_learn() {
    let prepared = prepare_text(
        r#"(module
            (import "env" "input" (func (param i64)))
            (import "env" "odd" (func (param f32) (result i64)))
            (import "env" "two" (func (param i64 i32) (result i64)))
            (func (export "main")) (func (export "other") (result i32) i32.const 0)
            (func) (start 5)
            (export "again" (func 0)))"#,
    )
    .unwrap();
    expect![[r#"
        (
            {
                "again": Other,
                "main": Method,
                "other": Other,
            },
            [
                ImportedFunction {
                    name: "input",
                    signature: Some(
                        Signature {
                            parameters: [
                                I64,
                            ],
                            result: None,
                        },
                    ),
                    declared: "(func (param i64))",
                },
                ImportedFunction {
                    name: "odd",
                    signature: None,
                    declared: "(func (param f32) (result i64))",
                },
                ImportedFunction {
                    name: "two",
                    signature: Some(
                        Signature {
                            parameters: [
                                I64,
                                I32,
                            ],
                            result: Some(
                                I64,
                            ),
                        },
                    ),
                    declared: "(func (param i64 i32) (result i64))",
                },
            ],
            true,
            None,
        )
    "#]]
    .assert_debug_eq(&(
        &prepared.methods,
        &prepared.imports,
        prepared.has_start,
        &prepared.loading_error,
    ));
}

#[test]
fn gas_is_handed_over_to_functions_that_are_only_called() {
    let code = wasm(
        r#"(module
            (import "env" "block_index" (func $height (result i64)))
            (import "env" "log_utf8" (func $log (param i64 i64)))
            (import "env" "panic" (func $panic))
            (export "panic" (func $panic))
            (func (export "main") (call $log (call $height) (i64.const 0)) (call $panic)))"#,
    );
    let passing = |best_compilation| {
        assert_eq!(best_compilation, Compilation::Optimised);
        GasPassing::AsParameter
    };
    let prepared = prepare_passing(&code, &config(), Charging::Fast, &passing).unwrap();
    let printed = wasmprinter::print_bytes(&prepared.wasm).unwrap();
    expect![[r#"
        (module
          (type (;0;) (func (result i64)))
          (type (;1;) (func (param i64 i64)))
          (type (;2;) (func))
          (type (;3;) (func (param i64) (result i64 i64)))
          (type (;4;) (func (param i64 i64 i64) (result i64)))
          (import "metered" "block_index" (func (;0;) (type 3)))
          (import "metered" "log_utf8" (func (;1;) (type 4)))
          (import "env" "panic" (func (;2;) (type 2)))
          (memory (;0;) 1024 2048)
          (global (;0;) (mut i64) i64.const 0)
          (global (;1;) (mut i64) i64.const 262144)
          (global (;2;) (mut i32) i32.const 0)
          (export "memory" (memory 0))
          (export "gas" (global 0))
          (export "stack" (global 1))
          (export ".panic" (func 2))
          (export ".main" (func 3))
          (func (;3;) (type 2)
            block ;; label = @1
              global.get 0
              i64.const 7404804
              i64.sub
              global.set 0
              global.get 1
              i64.const 80
              i64.sub
              global.set 1
              global.get 1
              global.get 0
              i64.or
              i64.const 0
              i64.lt_s
              if ;; label = @2
                unreachable
              end
              global.get 0
              call 0
              global.set 0
              global.get 0
              i64.const 1645512
              i64.sub
              global.set 0
              i64.const 0
              global.get 0
              call 1
              global.set 0
              global.get 0
              i64.const 822756
              i64.sub
              global.set 0
              call 2
            end
            global.get 1
            i64.const 80
            i64.add
            global.set 1
          )
        )
    "#]]
    .assert_eq(&printed);
}

/// When this fails, cached artifacts of the old form must not be found any more: count `FORM` up and
/// bless.
#[test]
fn the_form_of_prepared_modules_has_a_number() {
    let code = include_bytes!("../../../../../examples/contracts/prebuilt/fungible-token.wasm");
    let hashes = [Charging::Exact, Charging::Fast].into_iter().flat_map(|charging| {
        [GasPassing::InGlobal, GasPassing::AsParameter].map(|passing| {
            let prepared = prepare_passing(code, &config(), charging, &|_| passing).unwrap();
            format!("{charging} {passing:?} {}", CryptoHash::of(&prepared.wasm))
        })
    });
    let text = format!("form {FORM}\n{}\n", hashes.collect::<Vec<_>>().join("\n"));
    expect![[r#"
        form 2
        exact InGlobal 8csNZjaygF65Fzjf4dwffZZKh3nfFDzGCbxXmnxbqCEd
        exact AsParameter DThb3QVtmWAytKYjra4keaNds4DYax1LHZUbgAka3j4n
        fast InGlobal 7wehu6Bg5dhCsAz2TECDh5F3XwnaK6q1tkUfLKkbSbhF
        fast AsParameter 9sukpiv34FdWbXHRfDtmtyCzdDMtqxgmNaro572GeeUa
    "#]]
    .assert_eq(&text);
}
