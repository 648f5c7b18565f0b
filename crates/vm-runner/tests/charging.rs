//! Fast charges are exact charges: whatever gas a call is given, it ends at the same place, with the
//! same outcome, on every engine.

use arbitrary::Unstructured;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use torr_parameters::RuntimeConfig;
use torr_primitives::Gas;
use torr_testkit::referee::{Answer, run_everywhere_under};
use torr_testkit::{module, world};
use torr_vm_logic::context::Context;
use torr_vm_logic::error::ContractError;
use torr_vm_runner::Code;
use torr_vm_runner::prepare::{Charging, MethodKind, prepare};

/// The latest parameters, but an instruction costs one gas: then limits can be tried one by one.
static CONFIG: LazyLock<RuntimeConfig> = LazyLock::new(|| {
    let mut config = RuntimeConfig::clone(&world::config());
    let vm = Arc::make_mut(&mut config.vm);
    (vm.regular_op_cost, vm.linear_op_base_cost, vm.linear_op_unit_cost) = (1, 3, 2);
    config
});

/// Blocks, loops, calls, instructions that trap and bulk ones; `div` and `store` trap in the end.
const PROGRAM: &str = r#"(module
    (memory 1)
    (global $g (mut i64) (i64.const 5))
    (func $leaf (param i32) (result i32)
        (i32.div_u (i32.const 100) (i32.add (local.get 0) (i32.const 1))))
    (func $branch (param i32) (result i32)
        (block $b (block $a
            (br_table $a $b (i32.rem_u (local.get 0) (i32.const 3))))
            (return (i32.load (i32.const 8))))
        (if (result i32) (local.get 0)
            (then (i32.store (i32.const 8) (local.get 0)) (i32.const 1))
            (else (i32.const 2))))
    (func $work (local $i i32)
        (loop $outer
            (loop $inner
                (global.set $g (i64.add (global.get $g) (i64.load (i32.const 16))))
                (br_if $inner (i32.lt_u (i32.rem_u (call $leaf (local.get $i)) (i32.const 7)) (i32.const 0))))
            (drop (call $branch (local.get $i)))
            (memory.fill (i32.const 64) (i32.const 1) (local.get $i))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $outer (i32.lt_u (local.get $i) (i32.const 5)))))
    (func (export "whole") (call $work))
    (func (export "div") (call $work)
        (drop (i32.div_u (i32.const 1) (i32.const 0))) (memory.fill (i32.const 0) (i32.const 0) (i32.const 9)))
    (func (export "store") (i64.store (i32.const 0) (i64.const 1)) (i64.store (i32.const -1) (i64.const 1))
        (call $work))
    (func (export "recurse") (call $deeper))
    (func $deeper (call $deeper)))"#;

fn run(code: &Code, method: &str, gas: Gas) -> Answer {
    let context = Context { prepaid_gas: gas, ..world::context() };
    run_everywhere_under(&CONFIG, code, method, &context, &world::chain())
}

/// Runs `method` with all the gas it could need, then with every limit that stops its Wasm code, as
/// far as there are at most `most` of them; else with so many, evenly spread.
fn sweep(code: &Code, method: &str, most: u64) -> Answer {
    let whole = run(code, method, Gas::from_gas(300_000_000_000_000));
    let need = whole.outcome.gas_burnt.as_gas();
    let wasm = whole.outcome.profile.wasm().as_gas();
    let step = usize::try_from(wasm / most + 1).expect("fits");
    for limit in (need.saturating_sub(wasm)..need).step_by(step) {
        let stopped = run(code, method, Gas::from_gas(limit));
        assert!(stopped.outcome.error.is_some(), "{method} with {limit} of {need}");
        assert!(stopped.outcome.gas_burnt.as_gas() <= limit);
    }
    whole
}

#[test]
fn every_limit_of_a_program() {
    let code = Code::new(wat::parse_str(PROGRAM).expect("valid text"));
    assert_eq!(sweep(&code, "whole", 200).outcome.error, None);
    for method in ["div", "store"] {
        let error = sweep(&code, method, 200).outcome.error;
        assert!(matches!(error, Some(ContractError::WasmTrap(_))), "{method}: {error:?}");
    }
    assert!(sweep(&code, "recurse", 50).outcome.error.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

    #[test]
    fn limits_of_random_modules(bytes in proptest::collection::vec(any::<u8>(), 200..2_000)) {
        let Ok(code) = module::arbitrary(&mut Unstructured::new(&bytes)) else { return Ok(()) };
        let Ok(prepared) = prepare(&code, &CONFIG.vm, Charging::Exact) else { return Ok(()) };
        let method = prepared.methods.iter().find(|(_, kind)| **kind == MethodKind::Method);
        let Some((method, _)) = method else { return Ok(()) };
        sweep_start(&Code::new(code), method);
    }
}

/// Tries limits one by one from where the Wasm code begins to run, for a while: it may never end.
fn sweep_start(code: &Code, method: &str) {
    let whole = run(code, method, Gas::from_gas(1 << 32));
    let wasm = whole.outcome.profile.wasm().as_gas();
    let first = whole.outcome.gas_burnt.as_gas().saturating_sub(wasm);
    for limit in first..first + wasm.min(120) {
        run(code, method, Gas::from_gas(limit));
    }
}
