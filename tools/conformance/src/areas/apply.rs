//! What the vectors of state transitions and of views have in common: states to begin with, and
//! contracts. (`conformance/apply/README.md` is the specification.)

mod contracts;
mod genesis;

pub(crate) use contracts::Contracts;
pub(crate) use genesis::{Genesis, StateEntries, in_memory};
