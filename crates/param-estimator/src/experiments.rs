//! All experiments, in the order of dependence: what is charged in one and not found by it is found by
//! one before it.

mod actions;
mod chain;
mod context;
mod curves;
mod hashing;
mod instructions;
mod loading;
mod logging;
mod promises;
mod registers;
mod signatures;
mod state_inits;
mod storage;

use crate::experiment::{Case, Experiment, Work};
use crate::work::calls::{Calls, Setting};
use crate::work::contract::Script;

/// All experiments.
pub fn all() -> Vec<Experiment> {
    [
        instructions::all(),
        registers::all(),
        context::all(),
        logging::all(),
        hashing::all(),
        signatures::all(),
        curves::all(),
        state_inits::all(),
        promises::all(),
        loading::all(),
        loading::of_the_interpreter(),
        chain::validators(),
        storage::all(),
        actions::all(),
        promises::of_actions(),
        chain::yields(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A case that calls a script on a simulated chain.
fn call_case(
    series: &'static str,
    size: u64,
    script: impl Fn() -> Script + 'static,
    setting: impl Fn() -> Setting + 'static,
) -> Case {
    Case::new(series, size, move |scene| {
        let work: Box<dyn Work + '_> = Box::new(Calls::new(scene, &script(), &setting())?);
        Ok(work)
    })
}

#[cfg(test)]
mod tests;
