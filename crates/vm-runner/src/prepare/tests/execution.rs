//! Prepared modules run on the interpreter, to see what budgets are left where they run out.

use super::prepare_text;
use crate::prepare::{GAS_EXPORT, STACK_EXPORT, export_name};
use wasmi::{Engine, Global, Instance, Linker, Module, Store, Val};

const OP: i64 = 822_756;
/// Charge of a frame without parameters and locals: 64 bytes.
const FRAME: i64 = 8 * OP;

/// What is left of gas and stack after `main`, and whether it returned.
fn run(text: &str, gas: i64, stack: i64) -> (i64, i64, bool) {
    let engine = Engine::default();
    let module = Module::new(&engine, prepare_text(text).unwrap().wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let linker = Linker::new(&engine);
    let instance: Instance = linker.instantiate_and_start(&mut store, &module).unwrap();
    let global = |store: &Store<()>, name| -> Global { instance.get_global(store, name).unwrap() };
    let (gas_global, stack_global) = (global(&store, GAS_EXPORT), global(&store, STACK_EXPORT));
    gas_global.set(&mut store, Val::I64(gas)).unwrap();
    stack_global.set(&mut store, Val::I64(stack)).unwrap();
    let main = instance.get_typed_func::<(), ()>(&store, &export_name("main")).unwrap();
    let returned = main.call(&mut store, ()).is_ok();
    let left = |global: Global| match global.get(&store) {
        Val::I64(left) => left,
        other => panic!("a budget is an i64, not {other:?}"),
    };
    (left(gas_global), left(stack_global), returned)
}

/// Three instructions, then one more in a callee.
const CALLS: &str = r#"(module
    (func (export "main") i32.const 1 drop call 1)
    (func nop))"#;

#[test]
fn gas_is_short_by_the_charge_that_fails() {
    let all = FRAME + 3 * OP + FRAME + OP;
    let cases = [
        (all, (0, 1000, true)),
        // Short of the callee's first instruction, by one.
        (all - 1, (-1, 1000 - 64 - 4, false)),
        // Short of its frame, for which the instruction is not looked at.
        (all - OP - 1, (-1, 1000 - 64 - 4, false)),
        (FRAME + 2 * OP, (-OP, 1000 - 64 - 4, false)),
        (FRAME, (-3 * OP, 1000 - 64 - 4, false)),
        (FRAME - 1, (-1, 1000 - 64 - 4, false)),
        (0, (-FRAME, 1000 - 64 - 4, false)),
    ];
    for (gas, expected) in cases {
        assert_eq!(run(CALLS, gas, 1000), expected, "{gas}");
    }
}

#[test]
fn stack_is_tested_before_gas() {
    let (_, stack, returned) = run(CALLS, 1 << 40, 64 + 4 + 64);
    assert_eq!((stack, returned), (64 + 4 + 64, true));
    let (gas, stack, returned) = run(CALLS, 1 << 40, 64 + 4 + 63);
    assert_eq!((gas, returned), ((1 << 40) - FRAME - 3 * OP, false));
    assert!(stack < 0);
    let (gas, stack, returned) = run(CALLS, 0, 64 + 3);
    assert_eq!((gas, returned), (0, false));
    assert!(stack < 0);
}

#[test]
fn bulk_instructions_are_charged_before_they_trap() {
    let text = r#"(module (memory 1) (func (export "main")
        i32.const -1 i32.const 0 i32.const 1000 memory.fill))"#;
    let fill = 26_328_192 + 1000 * OP;
    let all = FRAME + 3 * OP + fill;
    assert_eq!(run(text, all, 1000), (0, 1000, false));
    assert_eq!(run(text, all - 1, 1000), (-1, 1000, false));
    assert_eq!(run(text, FRAME + 3 * OP, 1000), (-fill, 1000, false));
}
