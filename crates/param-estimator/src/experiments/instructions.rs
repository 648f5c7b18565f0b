//! Instructions of WebAssembly, by class, and bulk instructions by length.
//!
//! All plain instructions have one price, so the slowest class decides it.

use super::call_case;
use crate::experiment::{Bound, Case, Experiment};
use crate::price::Price;
use crate::work::calls::Setting;
use crate::work::contract::{FIRST_LOCAL, FREE_LOCALS, Script, Step};
use wasm_encoder::{BlockType, Instruction, MemArg};

/// How often a piece stands in a loop.
const UNROLLED: u32 = 64;
/// Pages of memory for loads and stores: larger than the caches near the core.
const PAGES: u64 = 512;
/// A place of memory within them, as a mask.
const PLACES: i64 = (512 * 65_536 - 1) & !7;
/// A local that pieces compute in.
const X: u32 = FIRST_LOCAL;
/// A local of 32 bits.
const PLACE: u32 = FIRST_LOCAL + FREE_LOCALS;
/// Lengths of bulk instructions, in bytes.
const LENGTHS: [u64; 5] = [0, 61, 4_093, 65_531, 4_194_301];

/// Experiments on instructions.
pub(super) fn all() -> Vec<Experiment> {
    vec![plain(), bulk(), growth()]
}

/// Instructions of a class, which begin and end with an empty stack.
type Piece = fn() -> Vec<Instruction<'static>>;

/// Classes of instructions, each as a chain in which every one waits for the one before.
const CLASSES: &[(&str, Piece)] = &[
    ("arithmetic", || operate(&[I64Const(0x9e37_79b9), I64Add, I64Const(31), I64Mul])),
    ("division", || operate(&[I64Const(i64::MAX), I64Or, I64Const(3), I64DivU])),
    ("remainder of signed numbers", || {
        operate(&[I64Const(i64::MIN), I64Or, I64Const(-7), I64RemS])
    }),
    ("counting and turning bits", || operate(&[I64Popcnt, I64Const(7), I64Rotl, I64Clz])),
    ("square roots", || operate(&[F64ConvertI64U, F64Sqrt, F64Sqrt, I64ReinterpretF64])),
    ("division of floats", || {
        vec![
            LocalGet(X),
            F64ConvertI64S,
            F64Const(1e-300),
            F64Div,
            F64Const(3.7),
            F64Div,
            I64ReinterpretF64,
            LocalSet(X),
        ]
    }),
    ("rounding and conversion", || {
        operate(&[F64ConvertI64U, F64Nearest, F64Floor, I64TruncSatF64U])
    }),
    ("loads that miss the cache", || {
        let mut piece = vec![LocalGet(X)];
        piece.extend(next_place());
        piece.extend([LocalTee(X), I32WrapI64, I64Load(word()), LocalGet(X), I64Xor, LocalSet(X)]);
        piece
    }),
    ("stores that miss the cache", || {
        let mut piece = vec![LocalGet(X)];
        piece.extend(next_place());
        piece.extend([LocalTee(X), I32WrapI64, LocalGet(X), I64Store(word())]);
        piece
    }),
    ("branches that are not foreseen", || {
        let mut piece = vec![LocalGet(X)];
        piece.extend([I64Const(MULTIPLIER), I64Mul, I64Const(12_345), I64Add, LocalTee(X)]);
        piece.extend([I64Const(40), I64ShrU, I64Const(1), I64And, I32WrapI64]);
        piece.extend([If(BlockType::Empty), LocalGet(X), I64Const(1), I64Xor, LocalSet(X), End]);
        piece
    }),
    ("tables of branches", || {
        let mut piece = vec![Block(BlockType::Empty), Block(BlockType::Empty)];
        piece.extend([Block(BlockType::Empty), LocalGet(X), I64Const(MULTIPLIER), I64Mul]);
        piece.extend([LocalTee(X), I64Const(62), I64ShrU, I32WrapI64]);
        piece.extend([BrTable(std::borrow::Cow::Borrowed(&[0, 1, 2]), 0), End, End, End]);
        piece
    }),
    ("locals", || vec![LocalGet(X), LocalTee(X + 1), LocalTee(X + 2), LocalSet(X)]),
    ("size of memory", || vec![MemorySize(0), Drop]),
];

use Instruction::{
    Block, BrIf, BrTable, Drop, End, F64Const, F64ConvertI64S, F64ConvertI64U, F64Div, F64Floor,
    F64Nearest, F64Sqrt, I32Add, I32Const, I32Eqz, I32Shl, I32Store, I32WrapI64, I64Add, I64And,
    I64Clz, I64Const, I64DivU, I64Eqz, I64Load, I64Mul, I64Or, I64Popcnt, I64ReinterpretF64,
    I64RemS, I64Rotl, I64ShrU, I64Store, I64Sub, I64TruncSatF64U, I64Xor, If, LocalGet, LocalSet,
    LocalTee, Loop, MemoryGrow, MemorySize,
};

/// A multiplier whose powers look random.
const MULTIPLIER: i64 = 6_364_136_223_846_793_005;

const fn word() -> MemArg {
    MemArg { offset: 0, align: 3, memory_index: 0 }
}

/// The local, something done to it, and back.
fn operate(middle: &[Instruction<'static>]) -> Vec<Instruction<'static>> {
    let mut piece = vec![LocalGet(X)];
    piece.extend(middle.iter().cloned());
    piece.push(LocalSet(X));
    piece
}

/// A number on the stack becomes another place of memory, far from it.
fn next_place() -> [Instruction<'static>; 6] {
    [I64Const(MULTIPLIER), I64Mul, I64Const(1_442_695_041), I64Add, I64Const(PLACES), I64And]
}

fn plain() -> Experiment {
    let case = |(name, piece): &(&'static str, Piece)| {
        let piece = *piece;
        call_case(
            name,
            1,
            move || {
                Script::repeating(vec![Step::Wasm(piece())])
                    .unrolled(UNROLLED)
                    .with_pages(PAGES)
                    .after_steps(vec![Step::Wasm(vec![I64Const(0x1234_5678_9abc), LocalSet(X)])])
            },
            Setting::default,
        )
    };
    Experiment {
        name: "instructions",
        about: "Runs instructions of one class after another, each of which waits for the one before. \
                The slowest class decides the price of all.",
        finds: vec![Price::of("wasm_regular_op_cost")],
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: CLASSES.iter().map(case).collect(),
    }
}

fn bulk() -> Experiment {
    let copy = |length: u64| -> Case {
        let script = move || {
            let copy = Instruction::MemoryCopy { src_mem: 0, dst_mem: 0 };
            let places = [I32Const(1), I32Const(8 << 20)];
            let mut piece: Vec<_> = places.into();
            piece.extend([I32Const(length as i32), copy]);
            Script::repeating(vec![Step::Wasm(piece)]).with_pages(PAGES).unrolled(4)
        };
        call_case("memory.copy", length, script, move || linear(length))
    };
    let fill = |length: u64| -> Case {
        let script = move || {
            let piece = [1, 7, length as i32].map(I32Const);
            let mut piece: Vec<_> = piece.into();
            piece.push(Instruction::MemoryFill(0));
            Script::repeating(vec![Step::Wasm(piece)]).with_pages(PAGES).unrolled(4)
        };
        call_case("memory.fill", length, script, move || linear(length))
    };
    Experiment {
        name: "bulk_instructions",
        about: "Copies and fills memory, unaligned and in lengths that no cache near the core holds.",
        finds: ["wasm_linear_op_base_cost", "wasm_linear_op_unit_cost"].map(Price::of).into(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: LENGTHS.into_iter().map(copy).chain(LENGTHS.into_iter().map(fill)).collect(),
    }
}

/// A page is charged what a byte is that is copied, so no price can be found that is right for both.
fn growth() -> Experiment {
    let grow = |pages: u64| -> Case {
        let script = move || {
            let piece = vec![I32Const(pages as i32), MemoryGrow(0), Drop];
            Script::repeating(vec![Step::Wasm(piece)]).with_pages(1)
        };
        let setting = move || Setting { most_rounds: 1_000 / pages.max(1), ..linear(pages) };
        call_case("memory.grow", pages, script, setting)
    };
    let touch = |pages: u64| -> Case {
        let script =
            move || Script::repeating(vec![Step::Wasm(grow_and_touch(pages as i32))]).with_pages(1);
        let setting = move || Setting { most_rounds: 1_000 / pages.max(1), ..linear(pages) };
        call_case("memory.grow, all of it written to", pages, script, setting)
    };
    Experiment {
        name: "memory_growth",
        about: "Makes memory grow, page by page and by many pages, and by pages that are then written \
                to, for which the system has to find memory. A page is charged what a byte is that is \
                copied, so no price is found of it; the gas truth of bulk instructions is its if it is \
                worse. The limit on pages bounds what a call can do.",
        finds: Vec::new(),
        apart: Vec::new(),
        bound: Bound::Processor,
        cases: [0, 1, 16, 1_000].map(grow).into_iter().chain([1, 16].map(touch)).collect(),
    }
}

/// Makes memory grow, and writes to every piece of it that the system gives out at once.
fn grow_and_touch(pages: i32) -> Vec<Instruction<'static>> {
    const PIECE: i32 = 4_096;
    const PIECES_OF_PAGE: i32 = 16;
    let number = MemArg { offset: 0, align: 2, memory_index: 0 };
    vec![
        // The first place that is new.
        I32Const(pages),
        MemoryGrow(0),
        I32Const(16),
        I32Shl,
        LocalSet(PLACE),
        I64Const((pages * PIECES_OF_PAGE).into()),
        LocalSet(X),
        Loop(BlockType::Empty),
        LocalGet(PLACE),
        I32Const(1),
        I32Store(number),
        LocalGet(PLACE),
        I32Const(PIECE),
        I32Add,
        LocalSet(PLACE),
        LocalGet(X),
        I64Const(1),
        I64Sub,
        LocalTee(X),
        I64Eqz,
        I32Eqz,
        BrIf(0),
        End,
    ]
}

fn linear(length: u64) -> Setting {
    Setting { linear: [1.0, length as f64], ..Setting::default() }
}
