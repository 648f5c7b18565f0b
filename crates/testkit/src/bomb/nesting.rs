//! Bombs of blocks: many, deep, and with much that is never reached.

use super::contract::{Body, CONDITION, FIRST_LOCAL, LEAF, SINK};
use super::{Family, function};
use wasm_encoder::{BlockType, ValType};

pub(super) const FAMILIES: &[Family] = &[
    function("blocks", "blocks", "blocks one after the other", blocks),
    function("loops", "loops", "loops one after the other", loops),
    function("ifs", "ifs", "ifs one after the other", ifs),
    function("if-values", "ifs", "a value merged at the end of each if", if_values),
    function("unreachables", "ifs", "traps behind conditions", unreachables),
    function("returns", "ifs", "returns from a function that gives its stack back", returns),
    function("nested-blocks", "blocks", "depth of blocks", nested_blocks),
    function("nested-loops", "loops", "depth of loops", nested_loops),
    function("nested-ifs", "ifs", "depth of ifs", nested_ifs),
    function("nested-elses", "ifs", "depth of elses", nested_elses),
    function("nested-values", "ifs", "a value handed out of each level", nested_values),
    function("dead-code", "instructions", "code behind a branch", dead_code),
    function("dead-blocks", "blocks", "blocks behind a branch", dead_blocks),
    function("dead-nesting", "blocks", "depth behind a trap", dead_nesting),
    function("nops", "instructions", "instructions that do nothing", nops),
];

fn blocks(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.block(BlockType::Empty).local_get(CONDITION).br_if(0).end();
        }
    })
}

fn loops(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.loop_(BlockType::Empty).local_get(CONDITION).br_if(0).end();
        }
    })
}

fn ifs(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty).end();
        }
    })
}

fn if_values(n: u32) -> Body {
    Body::new([], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION)
                .if_(BlockType::Result(ValType::I64))
                .i64_const(i.into())
                .else_();
            sink.global_get(SINK).end().global_set(SINK);
        }
    })
}

fn unreachables(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty).unreachable().end();
        }
    })
}

fn returns(n: u32) -> Body {
    Body::new([], |sink| {
        sink.i64_const(0).call(LEAF).drop();
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty).return_().end();
        }
    })
}

fn nested_blocks(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.block(BlockType::Empty);
        }
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0).end();
        }
    })
}

fn nested_loops(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.loop_(BlockType::Empty);
        }
        for _ in 0..n {
            sink.local_get(CONDITION).br_if(0).end();
        }
    })
}

fn nested_ifs(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty);
        }
        for _ in 0..n {
            sink.end();
        }
    })
}

fn nested_elses(n: u32) -> Body {
    Body::new([(1, ValType::I64)], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty);
            sink.i64_const(i.into()).local_set(FIRST_LOCAL).else_();
        }
        for _ in 0..n {
            sink.end();
        }
        sink.local_get(FIRST_LOCAL).global_set(SINK);
    })
}

fn nested_values(n: u32) -> Body {
    Body::new([], |sink| {
        for i in 0..n {
            sink.local_get(CONDITION)
                .if_(BlockType::Result(ValType::I64))
                .i64_const(i.into())
                .else_();
        }
        sink.global_get(SINK);
        for _ in 0..n {
            sink.end();
        }
        sink.global_set(SINK);
    })
}

fn dead_code(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty).br(0);
        for _ in 0..n {
            sink.i64_add();
        }
        sink.drop().end();
    })
}

fn dead_blocks(n: u32) -> Body {
    Body::new([], |sink| {
        sink.block(BlockType::Empty).br(0);
        for _ in 0..n {
            sink.loop_(BlockType::Empty).local_get(CONDITION).br_if(0).end();
        }
        sink.end();
    })
}

fn dead_nesting(n: u32) -> Body {
    Body::new([], |sink| {
        sink.local_get(CONDITION).if_(BlockType::Empty).unreachable();
        for _ in 0..n {
            sink.local_get(CONDITION).if_(BlockType::Empty);
        }
        for _ in 0..n {
            sink.else_().end();
        }
        sink.end();
    })
}

fn nops(n: u32) -> Body {
    Body::new([], |sink| {
        for _ in 0..n {
            sink.nop();
        }
    })
}
