//! The first look at a function's body: validation, and notes of what the rewriter will do.
//!
//! One visit of each instruction serves both, so that the rewriter never has to parse: it copies
//! ranges of bytes and knows the places between them.

use super::module::{Import, is_metered};
use super::nan::{self, FloatUse, Width};
use wasmparser::{BinaryReaderError, BlockType, VisitOperator};

/// Something that the rewriter does beside metering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Makes a NaN on top of the stack canonical, before the instruction at this place.
    Canonicalise(Width),
    /// Hands the gas over to the imported function that is called at this place.
    HandOver,
    /// Takes the gas back from an imported function, before the instruction at this place.
    TakeBack,
    /// Replaces the `return` at this place, which stands in so many blocks.
    Return {
        /// Blocks around it, the function's own not counted.
        depth: u32,
    },
}

/// An edit and its place, in bytes from the start of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EditAt {
    pub(super) offset: u32,
    pub(super) edit: Edit,
}

/// An instruction, by its place in bytes from the start of the code, that ends a basic block: control
/// leaves or arrives right after it, or someone looks at the gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Boundary {
    offset: u32,
    /// Whether control can come back to it.
    pub(super) is_loop: bool,
}

impl Boundary {
    /// Where the instruction is.
    pub(super) fn place(self) -> usize {
        usize::try_from(self.offset).unwrap_or(usize::MAX)
    }
}

/// What a function's body was found to have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Notes {
    /// `block`, `loop` and `if` instructions.
    pub(super) blocks: u64,
    /// `loop` instructions.
    pub(super) loops: u64,
    /// `return` instructions.
    pub(super) returns: u64,
    /// Ways for control to go other than to the next instruction.
    pub(super) edges: u64,
    /// The sum, over all of them, of the open blocks that will yield a value.
    pub(super) held_values: u64,
    /// Targets of the `br_table` that has most.
    pub(super) widest_table: u32,
    /// Whether it calls functions.
    pub(super) calls: bool,
    /// Whether an `f32` is made canonical somewhere.
    pub(super) canonical_f32: bool,
    /// Whether an `f64` is.
    pub(super) canonical_f64: bool,
    /// Blocks that are open.
    depth: u32,
    /// Those of them that will yield a value.
    yielding: u64,
    /// Arithmetic whose result is on top of the stack and not canonical yet.
    pending: Option<Width>,
    /// Whether the last instruction was a call that the gas is to be taken back from.
    handed_over: bool,
    /// The function that the last instruction names by its index, until it is taken.
    pub(super) named_function: Option<u32>,
}

/// Visits the instruction at `offset`.
pub(super) struct Scan<'s, V> {
    pub(super) validator: V,
    pub(super) notes: &'s mut Notes,
    pub(super) imports: &'s [Import<'s>],
    pub(super) edits: &'s mut Vec<EditAt>,
    pub(super) boundaries: &'s mut Vec<Boundary>,
    /// Whether each open block will yield a value, the innermost last.
    pub(super) open: &'s mut Vec<bool>,
    pub(super) offset: u32,
}

/// Kinds of instructions, by what has to be noted.
#[derive(Clone, Copy)]
enum Kind {
    Open,
    Loop,
    End,
    Return,
    Call,
    FunctionReference,
    Plain,
}

/// What an instruction says in its arguments.
#[derive(Clone, Copy, Default)]
struct Arguments {
    /// The function that it names.
    function: Option<u32>,
    /// Targets of a `br_table`, the default one not counted.
    targets: Option<u32>,
    /// Whether a block yields a value.
    yields: bool,
}

impl Kind {
    const fn of(visit: &str) -> Kind {
        match visit.as_bytes() {
            b"visit_block" | b"visit_if" => Kind::Open,
            b"visit_loop" => Kind::Loop,
            b"visit_end" => Kind::End,
            b"visit_return" => Kind::Return,
            b"visit_call" | b"visit_call_indirect" => Kind::Call,
            b"visit_ref_func" => Kind::FunctionReference,
            _ => Kind::Plain,
        }
    }
}

/// Whether an instruction is a [`Boundary`]. Those that can only trap are none: what a call had been
/// charged when it trapped is asked of the exactly charged module.
const fn is_boundary(visit: &str) -> bool {
    matches!(
        visit.as_bytes(),
        b"visit_loop"
            | b"visit_if"
            | b"visit_else"
            | b"visit_end"
            | b"visit_br"
            | b"visit_br_if"
            | b"visit_br_table"
            | b"visit_return"
            | b"visit_unreachable"
            | b"visit_call"
            | b"visit_call_indirect"
            | b"visit_memory_init"
            | b"visit_memory_copy"
            | b"visit_memory_fill"
            | b"visit_memory_grow"
            | b"visit_table_init"
            | b"visit_table_copy"
            | b"visit_table_fill"
            | b"visit_table_grow"
    )
}

impl<V> Scan<'_, V> {
    #[inline(always)]
    fn note(&mut self, kind: Kind, float: FloatUse, arguments: Arguments) {
        let Arguments { function, targets, yields } = arguments;
        if std::mem::take(&mut self.notes.handed_over) {
            self.edits.push(EditAt { offset: self.offset, edit: Edit::TakeBack });
        }
        if let Some(width) = self.notes.pending.take()
            && !float.ignores_payload()
        {
            self.canonicalise(width);
        }
        if let FloatUse::Arithmetic(width) = float {
            self.notes.pending = Some(width);
        }
        if let Some(targets) = targets {
            self.add_edges(targets);
            self.notes.widest_table = self.notes.widest_table.max(targets);
        }
        match kind {
            Kind::Open | Kind::Loop => {
                self.notes.loops += u64::from(matches!(kind, Kind::Loop));
                self.notes.blocks += 1;
                self.notes.depth = self.notes.depth.saturating_add(1);
                self.notes.yielding += u64::from(yields);
                self.open.push(yields);
            }
            Kind::End => {
                self.notes.depth = self.notes.depth.saturating_sub(1);
                let yields = self.open.pop().unwrap_or_default();
                self.notes.yielding = self.notes.yielding.saturating_sub(yields.into());
            }
            Kind::Return => {
                self.notes.returns += 1;
                let edit = Edit::Return { depth: self.notes.depth };
                self.edits.push(EditAt { offset: self.offset, edit });
            }
            Kind::Call => {
                self.notes.calls = true;
                self.notes.named_function = function;
                if function.is_some_and(|function| self.is_metered(function)) {
                    self.notes.handed_over = true;
                    self.edits.push(EditAt { offset: self.offset, edit: Edit::HandOver });
                }
            }
            Kind::FunctionReference => self.notes.named_function = function,
            Kind::Plain => {}
        }
    }

    fn add_edges(&mut self, count: u32) {
        let count = u64::from(count);
        let held = count.saturating_mul(self.notes.yielding);
        self.notes.edges = self.notes.edges.saturating_add(count);
        self.notes.held_values = self.notes.held_values.saturating_add(held);
    }

    fn is_metered(&self, function: u32) -> bool {
        is_metered(self.imports, function)
    }

    fn canonicalise(&mut self, width: Width) {
        match width {
            Width::F32 => self.notes.canonical_f32 = true,
            Width::F64 => self.notes.canonical_f64 = true,
        }
        // It is a branch.
        self.add_edges(1);
        self.edits.push(EditAt { offset: self.offset, edit: Edit::Canonicalise(width) });
    }
}

/// What has to be known of an instruction's arguments.
macro_rules! arguments {
    (visit_call $index:ident) => {
        Arguments { function: Some($index), ..Arguments::default() }
    };
    (visit_ref_func $index:ident) => {
        Arguments { function: Some($index), ..Arguments::default() }
    };
    (visit_br_table $targets:ident) => {
        Arguments { targets: Some($targets.len()), ..Arguments::default() }
    };
    (visit_block $ty:ident) => {
        Arguments { yields: $ty != BlockType::Empty, ..Arguments::default() }
    };
    (visit_if $ty:ident) => {
        Arguments { yields: $ty != BlockType::Empty, ..Arguments::default() }
    };
    (visit_loop $ty:ident) => {
        Arguments { yields: $ty != BlockType::Empty, ..Arguments::default() }
    };
    ($visit:ident $($arg:ident)*) => {
        Arguments::default()
    };
}

macro_rules! scan {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })?
        => $visit:ident ($($ann:tt)*))*) => {
        $(
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
                let kind = const { Kind::of(stringify!($visit)) };
                if const { is_boundary(stringify!($visit)) } {
                    self.add_edges(1);
                    let is_loop = matches!(kind, Kind::Loop);
                    self.boundaries.push(Boundary { offset: self.offset, is_loop });
                }
                let float = const { nan::float_use(stringify!($visit)) };
                self.note(kind, float, arguments!($visit $($($arg)*)?));
                self.validator.$visit($($($arg),*)?)
            }
        )*
    };
}

impl<'a, V> VisitOperator<'a> for Scan<'_, V>
where
    V: VisitOperator<'a, Output = Result<(), BinaryReaderError>>,
{
    type Output = Result<(), BinaryReaderError>;

    wasmparser::for_each_visit_operator!(scan);
}
