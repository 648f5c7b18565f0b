//! Bombs of straight code: arithmetic, constants, memory, floats, and deep operand stacks.

use super::contract::{Body, CONDITION, LEAF, SINK, at};
use super::{Family, function};
use wasm_encoder::{BlockType, InstructionSink, ValType};

pub(super) const FAMILIES: &[Family] = &[
    function("arithmetic", "operations", "one long expression of integers", arithmetic),
    function("comparisons", "comparisons", "one long chain of comparisons", comparisons),
    function("conversions", "conversions", "one value, to and fro", conversions),
    function("selects", "selects", "a chain of choices", selects),
    function("constants", "constants", "integers, each another", constants),
    function("float-constants", "constants", "floats, each another", float_constants),
    function("drops", "values", "values that nobody uses", drops),
    function("divisions", "operations", "divisions and remainders, which trap", divisions),
    function("truncations", "operations", "floats to integers, which traps", truncations),
    function("saturations", "operations", "floats to integers, with bounds", saturations),
    function(
        "float-arithmetic",
        "operations",
        "results that are made canonical at the end only",
        float_arithmetic,
    ),
    function(
        "float-results",
        "operations",
        "results each of which is made canonical",
        float_results,
    ),
    function(
        "float-minima",
        "operations",
        "minimum, maximum and rounding of both widths",
        float_minima,
    ),
    function("loads", "loads", "loads from one address", loads),
    function("load-chain", "loads", "each load from where the one before says", load_chain),
    function("stores", "stores", "stores of all widths", stores),
    function(
        "large-offsets",
        "loads",
        "offsets beyond what an instruction can hold",
        large_offsets,
    ),
    function(
        "memory-copies",
        "instructions",
        "bulk instructions, whose charges are computed",
        memory_copies,
    ),
    function("memory-growth", "instructions", "growing and measuring the memory", memory_growth),
    function("global-accesses", "accesses", "one global, read and written", global_accesses),
    function("operands", "operands", "depth of the operand stack", operands),
    function(
        "operands-again",
        "times",
        "300 operands put on the stack and added up",
        operands_again,
    ),
    function(
        "operands-calls",
        "calls",
        "300 operands that live across calls",
        operands_across_calls,
    ),
    function("operands-ifs", "ifs", "300 operands that live across ifs", operands_across_ifs),
];

/// A deep stack, but not the deepest.
const DEEP: u32 = 300;

/// A function that ends with a value of type `i64` on the stack.
fn expression(write: impl FnOnce(&mut InstructionSink<'_>)) -> Body {
    Body::new([], |sink| {
        write(sink);
        sink.global_set(SINK);
    })
}

fn arithmetic(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.global_get(SINK);
            match i % 4 {
                0 => sink.i64_add(),
                1 => sink.i64_mul(),
                2 => sink.i64_rotl(),
                _ => sink.i64_xor(),
            };
        }
    })
}

fn comparisons(n: u32) -> Body {
    expression(|sink| {
        sink.local_get(CONDITION);
        for i in 0..n {
            match i % 3 {
                0 => sink.i32_eqz(),
                1 => sink.local_get(CONDITION).i32_lt_u(),
                _ => sink.local_get(CONDITION).i32_ge_s(),
            };
        }
        sink.i64_extend_i32_u();
    })
}

fn conversions(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for _ in 0..n {
            sink.i32_wrap_i64().i32_popcnt().i64_extend_i32_s();
        }
    })
}

fn selects(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.i64_const(i.into()).local_get(CONDITION).select();
        }
    })
}

fn constants(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.i64_const(i64::MAX - i64::from(i)).i64_xor();
        }
    })
}

fn float_constants(n: u32) -> Body {
    expression(|sink| {
        sink.f64_const(0.0);
        for i in 0..n {
            sink.f64_const(f64::from(i)).f64_copysign();
        }
        sink.i64_reinterpret_f64();
    })
}

fn drops(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.global_get(SINK).drop();
        }
    })
}

fn divisions(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.global_get(SINK).i64_const(1).i64_or();
            match i % 4 {
                0 => sink.i64_div_u(),
                1 => sink.i64_rem_s(),
                2 => sink.i64_rem_u(),
                _ => sink.i64_div_s(),
            };
        }
    })
}

fn truncations(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            match i % 2 {
                0 => sink.f64_convert_i64_s().i64_trunc_f64_s(),
                _ => sink.f32_convert_i64_s().i64_trunc_f32_s(),
            };
        }
    })
}

fn saturations(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for _ in 0..n {
            sink.f64_convert_i64_u().i64_trunc_sat_f64_u();
        }
    })
}

fn float_arithmetic(n: u32) -> Body {
    expression(|sink| {
        sink.f64_const(1.0);
        for i in 0..n {
            sink.global_get(SINK).f64_reinterpret_i64();
            match i % 2 {
                0 => sink.f64_mul(),
                _ => sink.f64_add(),
            };
        }
        sink.i64_reinterpret_f64();
    })
}

/// Putting the bits into an integer lets them be seen.
fn float_results(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for _ in 0..n {
            sink.f64_reinterpret_i64().f64_sqrt().i64_reinterpret_f64();
        }
    })
}

fn float_minima(n: u32) -> Body {
    expression(|sink| {
        sink.f64_const(1.0);
        for i in 0..n {
            match i % 4 {
                0 => sink.f64_nearest(),
                1 => sink.f64_const(2.0).f64_min(),
                2 => sink.f32_demote_f64().f32_floor().f64_promote_f32(),
                _ => sink.f64_const(0.5).f64_max(),
            };
        }
        sink.i64_reinterpret_f64();
    })
}

fn loads(n: u32) -> Body {
    expression(|sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.local_get(CONDITION).i64_load(at(u64::from(i % 64))).i64_add();
        }
    })
}

fn load_chain(n: u32) -> Body {
    expression(|sink| {
        sink.local_get(CONDITION);
        for _ in 0..n {
            sink.i32_load(at(0));
        }
        sink.i64_extend_i32_u();
    })
}

fn stores(n: u32) -> Body {
    Body::new([], |sink| {
        for i in 0..n {
            let place = at(u64::from(i % 1024));
            sink.local_get(CONDITION);
            match i % 4 {
                0 => sink.i64_const(i.into()).i64_store(place),
                1 => sink.i32_const(7).i32_store8(place),
                2 => sink.f64_const(0.5).f64_store(place),
                _ => sink.local_get(CONDITION).i32_store16(place),
            };
        }
    })
}

/// Behind a condition, because such loads trap.
fn large_offsets(n: u32) -> Body {
    Body::new([], |sink| {
        sink.local_get(CONDITION).if_(BlockType::Empty).i64_const(0);
        for i in 0..n {
            let offset = u64::from(u32::MAX - i);
            sink.local_get(CONDITION).i64_load(at(offset)).i64_xor();
        }
        sink.global_set(SINK).end();
    })
}

fn memory_copies(n: u32) -> Body {
    Body::new([], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION).local_get(CONDITION).local_get(CONDITION);
            match i % 2 {
                0 => sink.memory_copy(0, 0),
                _ => sink.memory_fill(0),
            };
        }
    })
}

fn memory_growth(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.local_get(CONDITION).memory_grow(0).drop().memory_size(0).drop();
        }
    })
}

fn global_accesses(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.global_get(SINK).global_set(SINK);
        }
    })
}

/// Puts `n` values on the stack, of which the compiler knows nothing.
fn push(sink: &mut InstructionSink<'_>, n: u32) {
    for i in 0..n {
        sink.local_get(CONDITION).i64_load(at(8 * u64::from(i)));
    }
}

/// Makes one of `n` values, at least one.
fn fold(sink: &mut InstructionSink<'_>, n: u32) {
    for _ in 1..n {
        sink.i64_xor();
    }
}

fn operands(n: u32) -> Body {
    expression(|sink| {
        push(sink, n);
        fold(sink, n);
    })
}

fn operands_again(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            push(sink, DEEP);
            fold(sink, DEEP);
            sink.global_set(SINK);
        }
    })
}

fn operands_across_calls(n: u32) -> Body {
    expression(|sink| {
        push(sink, DEEP);
        for _ in 0..n {
            sink.call(LEAF);
        }
        fold(sink, DEEP);
    })
}

fn operands_across_ifs(n: u32) -> Body {
    expression(|sink| {
        push(sink, DEEP);
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Result(ValType::I64)).i64_const(1).else_();
            sink.i64_const(2).end().i64_xor();
        }
        fold(sink, DEEP);
    })
}
