//! What may be done with a module in time and memory that its length bounds.
//!
//! Compilers that optimise follow values along the ways that control can go. What that takes grows with
//! the number of values times the number of ways, and loops multiply it: a function of 16 KiB can keep
//! one busy for ten seconds, and one of 190 KiB can take it two gigabytes. Compilers of one pass know
//! what is on the operand stack at each place, and go through it wherever control branches. Modules like
//! that are made to do so; compilers' output is far from it, by a factor of 40 for the example contracts.
//! Which engine runs them cannot be seen in an outcome, so they get one that they do not trouble.
//!
//! The families of modules that show all this are in `torr-testkit`; `cargo xtask bombs` measures them.

use super::analysis::Analysed;
use super::module::Body;

/// Values times ways that a module may have for each byte of its code: at about two nanoseconds for
/// one, they add less than half to what compiling a byte in one pass takes.
const JOINS_PER_BYTE: u64 = 16;

/// As many more, so that short modules are not held to what is usual in long ones.
const FREE_JOINS: u64 = 1 << 20;

/// The same with loops, in all.
const MOST_LOOP_WORK: u64 = 1 << 26;

/// Targets of a `br_table` that Cranelift takes.
const WIDEST_TABLE: u32 = 65_520;

/// What can be done with a module before it runs, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compilation {
    /// Nothing but what is linear in its length whatever it contains: it is interpreted.
    Interpreted,
    /// It is compiled in one pass.
    SinglePass,
    /// It is compiled and optimised.
    Optimised,
}

/// What compiling a module is expected to take, in no unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Complexity {
    operand_work: u64,
    joins: u64,
    loop_work: u64,
    widest_table: u32,
}

impl Complexity {
    /// Adds a function.
    pub(super) fn add(&mut self, body: &Body, analysed: &Analysed<'_>) {
        let notes = &body.notes;
        let operands = analysed.operand_bytes / 4;
        let branching = operands.saturating_mul(notes.edges).saturating_add(notes.held_values);
        self.operand_work = self.operand_work.saturating_add(branching);
        let values = u64::from(body.locals).saturating_add(operands);
        self.joins = self.joins.saturating_add(values.saturating_mul(notes.edges));
        // Loops in loops, with values that live through all of them.
        let squares = values.saturating_mul(values);
        let squares = squares.saturating_add(notes.loops.saturating_mul(notes.loops));
        self.loop_work = self.loop_work.saturating_add(notes.loops.saturating_mul(squares));
        self.widest_table = self.widest_table.max(notes.widest_table);
    }

    /// The most that may be done with code of so many bytes.
    pub(super) fn best_compilation(&self, code_len: usize) -> Compilation {
        let code_len = u64::try_from(code_len).unwrap_or(u64::MAX);
        let most = code_len.saturating_mul(JOINS_PER_BYTE).saturating_add(FREE_JOINS);
        let suits_optimising = self.joins <= most
            && self.loop_work <= MOST_LOOP_WORK
            && self.widest_table <= WIDEST_TABLE;
        match self.operand_work <= most {
            false => Compilation::Interpreted,
            true if suits_optimising => Compilation::Optimised,
            true => Compilation::SinglePass,
        }
    }
}
