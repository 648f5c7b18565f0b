//! Bombs of edges: branches to few labels from many places, and to many from few.

use super::contract::{Body, CONDITION, FIRST_LOCAL, LEAF, SINK};
use super::{Family, function};
use wasm_encoder::{BlockType, InstructionSink, ValType};

pub(super) const FAMILIES: &[Family] = &[
    function("br-if-out", "branches", "edges from everywhere to one label", br_if_out),
    function("br-if-value", "branches", "edges that carry a value to one label", br_if_value),
    function("br-if-end", "branches", "edges to the end of the function", br_if_end),
    function("br-if-scattered", "branches", "edges out of 64 blocks", br_if_scattered),
    function("br-if-operands", "branches", "edges that drop 2000 operands", br_if_operands),
    function("br-if-nested", "blocks", "edges from each level to the outermost", br_if_nested),
    function("back-edges", "branches", "edges to the head of one loop", back_edges),
    function(
        "back-edges-scattered",
        "branches",
        "edges to the heads of 64 loops",
        back_edges_scattered,
    ),
    function(
        "back-edges-to-all",
        "loops",
        "a table of the heads of all loops around",
        back_edges_to_all,
    ),
    function("ladder", "blocks", "a comparison and an edge for each block around", ladder),
    function("table-one-label", "targets", "a table with one label in it", table_one_label),
    function("table-all-labels", "targets", "a table of all labels around", table_all_labels),
    function("table-operands", "targets", "a table whose edges drop 2000 operands", table_operands),
    function(
        "table-values",
        "targets",
        "a table whose edges leave 4000 blocks with a value",
        table_values,
    ),
    function("tables-small", "tables", "tables of 8 labels", tables_small),
    function("tables-wide", "tables", "tables of 64 labels", tables_wide),
    function("tables-in-loops", "tables", "tables of 64 heads of loops", tables_in_loops),
    function(
        "state-machine",
        "states",
        "a loop over a table, with an edge back from each state",
        state_machine,
    ),
];

/// Labels that many branches go to.
const LABELS: u32 = 64;

/// Operands that a branch drops.
const OPERANDS: u32 = 2_000;

fn br_if_out(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty);
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0);
        }
        sink.end();
    })
}

fn br_if_value(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Result(ValType::I64));
        for i in 0..n {
            sink.i64_const(i.into()).local_get(CONDITION).br_if(0).drop();
        }
        sink.global_get(SINK).end().global_set(SINK);
    })
}

fn br_if_end(n: u32) -> Body {
    Body::new([], |sink| {
        sink.i64_const(0).call(LEAF).drop();
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0);
        }
    })
}

fn br_if_scattered(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..LABELS {
            sink.block(BlockType::Empty);
        }
        for i in 0..n {
            sink.local_get(CONDITION).br_if(i % LABELS);
        }
        for _ in 0..LABELS {
            sink.end();
        }
    })
}

fn br_if_operands(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty);
        over_operands(sink, |sink| {
            for _ in 0..n {
                sink.local_get(CONDITION).br_if(0);
            }
        });
        sink.end();
    })
}

fn table_operands(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty);
        over_operands(sink, |sink| {
            sink.local_get(CONDITION).br_table((0..n).map(|_| 0), 0);
        });
        sink.end();
    })
}

/// Blocks that yield a value may keep a place for it while they are open.
fn table_values(n: u32) -> Body {
    const BLOCKS: u32 = 4_000;
    Body::new([], |sink| {
        for _ in 0..BLOCKS {
            sink.block(BlockType::Result(ValType::I64));
        }
        sink.i64_const(1).local_get(CONDITION);
        sink.br_table((0..n).map(|_| BLOCKS - 1), BLOCKS - 1);
        for _ in 0..BLOCKS {
            sink.end();
        }
        sink.global_set(SINK);
    })
}

/// What `write` writes, with operands below it.
fn over_operands(sink: &mut InstructionSink<'_>, write: impl FnOnce(&mut InstructionSink<'_>)) {
    for _ in 0..OPERANDS {
        sink.local_get(CONDITION);
    }
    write(sink);
    for _ in 0..OPERANDS {
        sink.drop();
    }
}

fn br_if_nested(n: u32) -> Body {
    Body::new([], |sink| {
        for i in 0..n {
            sink.block(BlockType::Empty).local_get(CONDITION).br_if(i);
        }
        for _ in 0..n {
            sink.end();
        }
    })
}

fn back_edges(n: u32) -> Body {
    Body::new([], |sink| {
        sink.loop_(BlockType::Empty);
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0);
        }
        sink.end();
    })
}

fn back_edges_scattered(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..LABELS {
            sink.loop_(BlockType::Empty);
        }
        for i in 0..n {
            sink.local_get(CONDITION).br_if(i % LABELS);
        }
        for _ in 0..LABELS {
            sink.end();
        }
    })
}

/// The first target leaves the loops.
fn back_edges_to_all(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty);
        for _ in 0..n {
            sink.loop_(BlockType::Empty);
        }
        sink.local_get(CONDITION).br_table((0..n + 1).rev(), n);
        for _ in 0..n {
            sink.end();
        }
        sink.end();
    })
}

fn ladder(n: u32) -> Body {
    Body::new([(1, ValType::I64)], |sink| {
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        for i in 0..n {
            sink.local_get(CONDITION).i32_const(i.cast_signed()).i32_eq().br_if(i);
        }
        for i in 0..n {
            sink.end().i64_const(i.into()).local_set(FIRST_LOCAL);
        }
        sink.local_get(FIRST_LOCAL).global_set(SINK);
    })
}

fn table_one_label(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty).local_get(CONDITION).br_table((0..n).map(|_| 0), 0).end();
    })
}

fn table_all_labels(n: u32) -> Body {
    Body::new([(1, ValType::I64)], |sink| {
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        sink.local_get(CONDITION).br_table(0..n, 0);
        for i in 0..n {
            sink.end().i64_const(i.into()).local_set(FIRST_LOCAL);
        }
        sink.local_get(FIRST_LOCAL).global_set(SINK);
    })
}

fn tables_small(n: u32) -> Body {
    tables(n, 8)
}

fn tables_wide(n: u32) -> Body {
    tables(n, LABELS)
}

/// Each table stands in a block of its own, whose end is the first target.
fn tables(n: u32, labels: u32) -> Body {
    Body::new([], |sink| {
        for _ in 1..labels {
            sink.block(BlockType::Empty);
        }
        for _ in 0..n {
            sink.block(BlockType::Empty).local_get(CONDITION).br_table(0..labels, 0).end();
        }
        for _ in 1..labels {
            sink.end();
        }
    })
}

fn tables_in_loops(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 1..LABELS {
            sink.loop_(BlockType::Empty);
        }
        for _ in 0..n {
            sink.block(BlockType::Empty).local_get(CONDITION).br_table(0..LABELS, 0).end();
        }
        for _ in 1..LABELS {
            sink.end();
        }
    })
}

fn state_machine(n: u32) -> Body {
    Body::new([(1, ValType::I32)], |sink| {
        sink.loop_(BlockType::Empty);
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        sink.local_get(FIRST_LOCAL).br_table(0..n, 0);
        for i in 0..n {
            sink.end().i32_const(i.cast_signed()).local_set(FIRST_LOCAL);
            sink.local_get(CONDITION).br_if(n - 1 - i);
        }
        sink.end();
    })
}
