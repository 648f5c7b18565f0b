//! Whether an optimising compiler takes a module in time and memory that its length bounds.
//!
//! Compilers that optimise follow values along the ways that control can go. What that takes grows with
//! the number of values times the number of ways, and loops multiply it: a function of 16 KiB can keep
//! one busy for ten seconds, and one of 190 KiB can take it two gigabytes. Modules like that are made
//! to do so; compilers' output is far from it, by a factor of 40 for the example contracts. Which
//! engine compiles them cannot be seen in an outcome, so they get one that does not optimise.
//!
//! The families of modules that show all this are in `torr-testkit`; `cargo xtask bombs` measures them.

use super::analysis::Analysed;
use super::module::Body;

/// Values times ways that a module may have for each byte of its code.
const JOINS_PER_BYTE: u64 = 16;

/// As many more, so that short modules are not held to what is usual in long ones.
const FREE_JOINS: u64 = 1 << 20;

/// The same with loops, in all.
const MOST_LOOP_WORK: u64 = 1 << 26;

/// Targets of a `br_table` that Cranelift takes.
const WIDEST_TABLE: u32 = 65_520;

/// What optimising a module is expected to take, in no unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Complexity {
    joins: u64,
    loop_work: u64,
    widest_table: u32,
}

impl Complexity {
    /// Adds a function.
    pub(super) fn add(&mut self, body: &Body, analysed: &Analysed<'_>) {
        let notes = &body.notes;
        let values = u64::from(body.locals).saturating_add(analysed.operand_bytes / 4);
        self.joins = self.joins.saturating_add(values.saturating_mul(notes.edges));
        // Loops in loops, with values that live through all of them.
        let squares = values.saturating_mul(values);
        let squares = squares.saturating_add(notes.loops.saturating_mul(notes.loops));
        self.loop_work = self.loop_work.saturating_add(notes.loops.saturating_mul(squares));
        self.widest_table = self.widest_table.max(notes.widest_table);
    }

    /// Whether code of so many bytes may be optimised.
    pub(super) fn suits_optimising(&self, code_len: usize) -> bool {
        let code_len = u64::try_from(code_len).unwrap_or(u64::MAX);
        self.joins <= code_len.saturating_mul(JOINS_PER_BYTE).saturating_add(FREE_JOINS)
            && self.loop_work <= MOST_LOOP_WORK
            && self.widest_table <= WIDEST_TABLE
    }
}
