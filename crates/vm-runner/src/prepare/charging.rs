//! The two ways of charging a module for its instructions: where the protocol does, or once for each
//! basic block.
//!
//! The protocol's charge points end before every instruction that can trap, so that a call that traps
//! has paid just for what it executed. A call that does not trap pays the same when the charges of a
//! basic block are taken at its first charge point. **Invariant:** at every host call, and when the
//! method returns, both ways have charged the same to the last gas unit.

use super::analysis::{Charge, ChargePoint};
use super::scan::Boundary;
use std::fmt;
use std::iter::Peekable;
use std::slice;

/// How a prepared module charges for its instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charging {
    /// Before every instruction that could end the call, as the protocol does. Right however the call
    /// ends.
    Exact,
    /// Once for each basic block, and tested only where control can come back. Right at host calls
    /// and when the call returns. A call that ends otherwise has to be answered by the module with
    /// exact charges.
    Fast,
}

impl Charging {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Charging::Exact => "exact",
            Charging::Fast => "fast",
        }
    }
}

impl fmt::Display for Charging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Charge points of one body, those of a basic block in one, at the place of the first.
///
/// Only the first charge after the head of a loop is tested: with the tests on entering a function
/// and before a bulk instruction, no code goes on unpaid for longer than one function is long.
pub(super) struct BlockCharges<'m, I: Iterator<Item = ChargePoint>> {
    points: Peekable<I>,
    boundaries: Peekable<slice::Iter<'m, Boundary>>,
}

impl<'m, I: Iterator<Item = ChargePoint>> BlockCharges<'m, I> {
    pub(super) fn new(points: I, boundaries: &'m [Boundary]) -> BlockCharges<'m, I> {
        BlockCharges { points: points.peekable(), boundaries: boundaries.iter().peekable() }
    }
}

impl<I: Iterator<Item = ChargePoint>> Iterator for BlockCharges<'_, I> {
    type Item = ChargePoint;

    fn next(&mut self) -> Option<ChargePoint> {
        let first = self.points.next()?;
        let mut is_tested = false;
        while let Some(passed) = self.boundaries.next_if(|next| next.place() < first.offset) {
            is_tested |= passed.is_loop;
        }
        let Charge::Fixed(mut gas) = first.charge else { return Some(first) };
        let block_end = self.boundaries.peek().map_or(usize::MAX, |next| next.place());
        let in_block = |point: &ChargePoint| {
            point.offset <= block_end && matches!(point.charge, Charge::Fixed(_))
        };
        while let Some(ChargePoint { charge: Charge::Fixed(more), .. }) =
            self.points.next_if(in_block)
        {
            gas = gas.saturating_add(more);
        }
        Some(ChargePoint { charge: Charge::Fixed(gas), is_tested, ..first })
    }
}
