//! Bombs of calls: many, indirect, with many arguments, and through tables.

use super::contract::{BODY, Body, CONDITION, LEAF, LEAF_TYPE, SINK};
use super::{Family, function};
use wasm_encoder::{BlockType, ValType};

pub(super) const FAMILIES: &[Family] = &[
    function("calls", "calls", "one call after the other", calls),
    function(
        "calls-values",
        "calls",
        "calls whose results all live to the end, 300 at a time",
        calls_values,
    ),
    function("calls-indirect", "calls", "calls through a table, with tests of the type", indirect),
    function("calls-arguments", "calls", "calls with 32 arguments", arguments),
    function("params", "parameters", "parameters, handed on in a call", params),
    function("params-types", "parameters", "parameters of all types in turn", params_types),
    function("references", "references", "references to functions", references),
    function("table-accesses", "accesses", "a table, read and written", table_accesses),
    function("table-growth", "instructions", "growing and measuring a table", table_growth),
];

fn calls(n: u32) -> Body {
    Body::new([], |sink| {
        sink.global_get(SINK);
        for _ in 0..n {
            sink.call(LEAF);
        }
        sink.global_set(SINK);
    })
}

fn calls_values(n: u32) -> Body {
    const RESULTS: u32 = 300;
    Body::new([], |sink| {
        for first in (0..n).step_by(RESULTS as usize) {
            let results = RESULTS.min(n - first);
            for _ in 0..results {
                sink.global_get(SINK).call(LEAF);
            }
            for _ in 0..results {
                sink.global_set(SINK);
            }
        }
    })
}

fn indirect(n: u32) -> Body {
    Body::new([], |sink| {
        sink.global_get(SINK);
        for _ in 0..n {
            sink.local_get(CONDITION).call_indirect(0, LEAF_TYPE);
        }
        sink.global_set(SINK);
    })
}

/// Calls itself, or would if the condition held.
fn arguments(n: u32) -> Body {
    const ARGUMENTS: u32 = 32;
    Body::with_params(vec![ValType::I32; ARGUMENTS as usize], [], |sink| {
        sink.local_get(CONDITION).if_(BlockType::Empty);
        for _ in 0..n {
            for i in 0..ARGUMENTS {
                sink.local_get(ARGUMENTS - 1 - i);
            }
            sink.call(BODY);
        }
        sink.end();
    })
}

fn params(n: u32) -> Body {
    calling_itself((0..n).map(|_| ValType::I32).collect())
}

/// The first is the condition, and an integer.
fn params_types(n: u32) -> Body {
    let types = [ValType::I32, ValType::F64, ValType::I64, ValType::F32];
    calling_itself((0..n).zip(types.into_iter().cycle()).map(|(_, ty)| ty).collect())
}

fn calling_itself(params: Vec<ValType>) -> Body {
    let count = params.len();
    Body::with_params(params, [], |sink| {
        sink.local_get(CONDITION).if_(BlockType::Empty);
        for (param, _) in (0..).zip(0..count) {
            sink.local_get(param);
        }
        sink.call(BODY).end();
    })
}

fn references(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.ref_func(LEAF).ref_is_null().drop();
        }
    })
}

fn table_accesses(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.local_get(CONDITION).local_get(CONDITION).table_get(0).table_set(0);
        }
    })
}

fn table_growth(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.ref_func(LEAF).local_get(CONDITION).table_grow(0).drop();
        }
    })
}
