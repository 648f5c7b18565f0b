//! Bombs of locals: many of them, and values that live long where control splits and meets.
//!
//! A compiler that keeps values in registers has to know, for each block and each value, whether the
//! value lives there, and to give each local that differs on two edges a value of its own where they
//! meet. Both are blocks times locals if it takes no care.

use super::contract::{Body, CONDITION, FIRST_LOCAL, LEAF, SINK, at, scattered};
use super::{Family, function};
use wasm_encoder::{BlockType, InstructionSink, ValType};

pub(super) const FAMILIES: &[Family] = &[
    function("locals-unused", "locals", "a large frame", unused),
    function("locals-alternating", "locals", "runs of one local each, of all types", alternating),
    function("locals-once", "locals", "each set once and read once", once),
    function("locals-tee", "locals", "one value put into all of them", tee),
    function("locals-chain", "steps", "each value made of the one before, in one local", chain),
    function(
        "locals-reverse",
        "locals",
        "values read in the order opposite to their making",
        reverse,
    ),
    function(
        "locals-scattered",
        "locals",
        "values read three times in any order, with calls between",
        reads_scattered,
    ),
    function("locals-calls", "locals", "values that live across as many calls", across_calls),
    function("locals-ifs", "locals", "values that live across as many ifs", across_ifs),
    function("locals-loops", "locals", "values that live across as many loops", across_loops),
    function("locals-traps", "locals", "values that live across as many divisions", across_traps),
    function(
        "locals-nans",
        "locals",
        "floats that live across as much float arithmetic",
        across_nans,
    ),
    function(
        "locals-branches",
        "locals",
        "values that live across as many branches",
        across_branches,
    ),
    function("locals-idle", "locals", "zeros that live across as many branches", idle),
    function(
        "locals-in-loops",
        "loops",
        "4 locals a loop, read in the innermost of all loops",
        in_nested_loops,
    ),
    function(
        "locals-set-in-loops",
        "loops",
        "a local set in each of nested loops",
        set_in_nested_loops,
    ),
    function("locals-rotated", "locals", "all of them moved by one in a loop", rotated),
    function(
        "locals-edges",
        "edges",
        "a local set before each edge to one label",
        set_before_edges,
    ),
    function(
        "locals-states",
        "states",
        "a local set in each state of a loop over a table",
        set_in_states,
    ),
    function("locals-switch", "labels", "a local set at each label of a table", set_in_switch),
    function("locals-arms", "locals", "all of them set in both arms of an if", set_in_arms),
    function(
        "locals-ladder",
        "ifs",
        "16 locals set in turn in one if after the other",
        set_in_turn,
    ),
];

/// Locals of type `i64`.
fn integers(n: u32) -> [(u32, ValType); 1] {
    [(n, ValType::I64)]
}

fn local(index: u32) -> u32 {
    FIRST_LOCAL.saturating_add(index)
}

/// Sets `n` locals to values that nothing is known of.
fn load_all(sink: &mut InstructionSink<'_>, n: u32) {
    for i in 0..n {
        sink.local_get(CONDITION).i64_load(at(8 * u64::from(i))).local_set(local(i));
    }
}

/// Reads `n` locals, so that all of them live up to here.
fn store_all(sink: &mut InstructionSink<'_>, n: u32) {
    for i in 0..n {
        sink.local_get(local(i)).global_set(SINK);
    }
}

fn unused(n: u32) -> Body {
    Body::new(integers(n), |_| {})
}

fn alternating(n: u32) -> Body {
    let types = [ValType::I32, ValType::F64, ValType::I64, ValType::F32];
    Body::new((0..n).zip(types.into_iter().cycle()).map(|(_, ty)| (1, ty)), |_| {})
}

fn once(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        for i in 0..n {
            sink.global_get(SINK).local_set(local(i)).local_get(local(i)).global_set(SINK);
        }
    })
}

fn tee(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        sink.global_get(SINK);
        for i in 0..n {
            sink.local_tee(local(i));
        }
        sink.drop();
        store_all(sink, n);
    })
}

fn chain(n: u32) -> Body {
    Body::new(integers(1), |sink| {
        for i in 0..n {
            sink.local_get(FIRST_LOCAL).i64_const(i64::from(i) | 1).i64_mul();
            sink.local_get(FIRST_LOCAL).i64_xor().local_set(FIRST_LOCAL);
        }
        store_all(sink, 1);
    })
}

fn reverse(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        for i in (0..n).rev() {
            sink.local_get(local(i)).global_set(SINK);
        }
    })
}

fn reads_scattered(n: u32) -> Body {
    const CALLS_APART: u32 = 16;
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        for i in 0..n.saturating_mul(3) {
            sink.local_get(local(scattered(i, n)));
            if i % CALLS_APART == 0 {
                sink.call(LEAF);
            }
            sink.global_set(SINK);
        }
    })
}

fn across_calls(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        for _ in 0..n {
            sink.global_get(SINK).call(LEAF).global_set(SINK);
        }
        store_all(sink, n);
    })
}

fn across_ifs(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty).end();
        }
        store_all(sink, n);
    })
}

fn across_loops(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        for _ in 0..n {
            sink.loop_(BlockType::Empty).local_get(CONDITION).br_if(0).end();
        }
        store_all(sink, n);
    })
}

/// Divides by one more than the condition.
fn across_traps(n: u32) -> Body {
    Body::new([(1, ValType::I32), (n, ValType::I64)], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION).i64_load(at(8 * u64::from(i))).local_set(local(i + 1));
        }
        sink.local_get(CONDITION).i32_const(1).i32_add().local_set(FIRST_LOCAL);
        for _ in 0..n {
            sink.local_get(CONDITION).local_get(FIRST_LOCAL).i32_div_u().local_set(CONDITION);
        }
        for i in 0..n {
            sink.local_get(local(i + 1)).global_set(SINK);
        }
    })
}

/// Each result is kept, so each has to be canonical.
fn across_nans(n: u32) -> Body {
    Body::new([(n, ValType::F64)], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION).f64_load(at(8 * u64::from(i))).local_set(local(i));
        }
        for i in 0..n {
            sink.local_get(local(i)).local_get(local(i)).f64_add().local_set(local(i));
        }
        for i in 0..n {
            sink.local_get(local(i)).i64_reinterpret_f64().global_set(SINK);
        }
    })
}

fn across_branches(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        sink.block(BlockType::Empty);
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0);
        }
        sink.end();
        store_all(sink, n);
    })
}

/// Nothing but what it takes: locals that nobody sets, branches, and one look at each local.
fn idle(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        sink.block(BlockType::Empty);
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0);
        }
        sink.end();
        for i in 0..n {
            sink.local_get(local(i)).drop();
        }
    })
}

fn in_nested_loops(n: u32) -> Body {
    let locals = n.saturating_mul(4);
    Body::new(integers(locals), |sink| {
        for _ in 0..n {
            sink.loop_(BlockType::Empty);
        }
        store_all(sink, locals);
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0).end();
        }
    })
}

fn set_in_nested_loops(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        for i in 0..n {
            sink.loop_(BlockType::Empty);
            sink.local_get(local(i)).i64_const(1).i64_add().local_set(local(i));
        }
        for i in 0..n {
            sink.local_get(CONDITION).br_if(0).end();
            sink.local_get(local(i)).global_set(SINK);
        }
    })
}

fn rotated(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        load_all(sink, n);
        sink.loop_(BlockType::Empty).local_get(FIRST_LOCAL);
        for i in 1..n {
            sink.local_get(local(i)).local_set(local(i - 1));
        }
        sink.local_set(local(n.saturating_sub(1))).local_get(CONDITION).br_if(0).end();
        store_all(sink, n);
    })
}

fn set_before_edges(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        sink.block(BlockType::Empty);
        for i in 0..n {
            sink.global_get(SINK).local_set(local(i)).local_get(CONDITION).br_if(0);
        }
        sink.end();
        store_all(sink, n);
    })
}

fn set_in_states(n: u32) -> Body {
    Body::new([(1, ValType::I32), (n, ValType::I64)], |sink| {
        sink.loop_(BlockType::Empty);
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        sink.local_get(FIRST_LOCAL).br_table(0..n, 0);
        for i in 0..n {
            sink.end().i32_const(i.cast_signed()).local_set(FIRST_LOCAL);
            sink.global_get(SINK).local_set(local(i + 1));
            sink.local_get(CONDITION).br_if(n - 1 - i);
        }
        sink.end();
        for i in 0..n {
            sink.local_get(local(i + 1)).global_set(SINK);
        }
    })
}

fn set_in_switch(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        sink.local_get(CONDITION).br_table(0..n, 0);
        for i in 0..n {
            sink.end().global_get(SINK).local_set(local(i));
        }
        store_all(sink, n);
    })
}

fn set_in_arms(n: u32) -> Body {
    Body::new(integers(n), |sink| {
        sink.local_get(CONDITION).if_(BlockType::Empty);
        for i in 0..n {
            sink.i64_const(1).local_set(local(i));
        }
        sink.else_();
        for i in 0..n {
            sink.i64_const(2).local_set(local(i));
        }
        sink.end();
        store_all(sink, n);
    })
}

fn set_in_turn(n: u32) -> Body {
    const LOCALS: u32 = 16;
    Body::new(integers(LOCALS), |sink| {
        for i in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty);
            sink.i64_const(i.into()).local_set(local(i % LOCALS)).end();
        }
        store_all(sink, LOCALS);
    })
}
