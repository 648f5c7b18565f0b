//! Nothing of a call reaches the next one: not its memory, its globals or its table.

use torr_primitives::Gas;
use torr_testkit::world;
use torr_vm_logic::outcome::ReturnData;
use torr_vm_logic::simulated::SimulatedChain;
use torr_vm_runner::{CacheConfig, Code, EngineKind, Runner};

/// `soil` writes over all it can reach, and ends as its name says; `look` returns what is there: the
/// sum of the memory's words, its pages, a global, and whether a table entry is empty.
const CONTRACT: &str = r#"(module
    (import "env" "value_return" (func $value_return (param i64 i64)))
    (memory 1)
    (table 2 funcref) (elem (i32.const 0) $fill)
    (global $mark (mut i32) (i32.const 0))
    (func $fill
        (global.set $mark (i32.const 7))
        (table.set (i32.const 1) (ref.func $fill))
        (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 0x4000000)))
    (func (export "soil_and_return") (call $fill))
    (func (export "soil_and_trap") (call $fill) (unreachable))
    (func (export "soil_and_grow") (call $fill) (drop (memory.grow (i32.const 3))))
    (func (export "soil_and_exhaust") (call $fill) (loop $again (br $again)))
    (func (export "look") (local $at i32) (local $sum i64)
        (loop $again
            (local.set $sum (i64.or (local.get $sum) (i64.load (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 4096)))
            (br_if $again (i32.lt_u (local.get $at) (i32.const 0x4000000))))
        (i64.store (i32.const 0) (local.get $sum))
        (i32.store (i32.const 8) (memory.size))
        (i32.store (i32.const 12) (global.get $mark))
        (i32.store (i32.const 16) (ref.is_null (table.get (i32.const 1))))
        (call $value_return (i64.const 20) (i64.const 0))))"#;

#[test]
fn a_call_finds_everything_as_it_was_made() {
    let code = Code::new(wat::parse_str(CONTRACT).expect("valid text"));
    let config = world::config();
    let mut context = world::context();
    // Enough to fill the memory, and little to exhaust after it.
    context.prepaid_gas = Gas::from_teragas(60).expect("fits");
    for kind in EngineKind::ALL {
        let runner = Runner::new(*kind, CacheConfig::default()).expect("nothing on disk");
        let call = |method: &str| {
            let mut chain = SimulatedChain::default();
            runner.run(&code, method, &mut chain, &context, &config).expect("no fault")
        };
        let fresh = call("look");
        assert_eq!(fresh.error, None, "{kind}");
        let untouched: Vec<u8> =
            [0, 0, 1024, 0, 1_u32].iter().flat_map(|n| n.to_le_bytes()).collect();
        assert_eq!(fresh.return_data, ReturnData::Value(untouched), "{kind}");
        for soil in ["soil_and_return", "soil_and_trap", "soil_and_grow", "soil_and_exhaust"] {
            let soiled = call(soil);
            let fails = soil.ends_with("trap") || soil.ends_with("exhaust");
            assert_eq!(soiled.error.is_some(), fails, "{kind} {soil}: {:?}", soiled.error);
            assert_eq!(call("look"), fresh, "{kind} after {soil}");
        }
    }
}
