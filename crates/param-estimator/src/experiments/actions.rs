//! Actions: what sending them to others costs, sending them to oneself, and executing them.
//!
//! A [`Kind`] says what is asked for; the experiments on its three sides are made of that. What is
//! executed comes in as receipts, one for each unit. What is sent is signed as transactions, one for each
//! unit, each by another user; receipts to others leave the chunk. A receipt to oneself is executed in the
//! chunk that has the transaction. There the first action is one that fails, so that nothing else is
//! executed: what is left is what sending costs.
//!
//! Prices of a receipt and of an action in it are told apart by receipts with none and with many.

mod accounts;
mod calls;
mod contracts;
mod data_receipts;
mod delegation;
mod deployments;
mod gas_keys;
mod keys;
mod kind;
mod receipts;
mod signatures;
mod state_inits;
mod terms;
mod transfers;
mod work;

use crate::experiment::Experiment;
use crate::price::Price;
use crate::work::states::Nodes;
use kind::{Kind, Side};
use torr_parameters::{ActionCost, ExtCost};

/// Where the state is: a node that has room for it keeps it in memory.
const NODES: Nodes = Nodes::Memory;

/// Experiments on actions. Contracts in them have to be loaded, and return values: prices of that are
/// found before.
pub(super) fn all() -> Vec<Experiment> {
    let kinds = kinds();
    // Sending to oneself begins with an action that creates an account: that is sent before all others.
    let is_first = |kind: &&Kind| {
        kind.costs
            .iter()
            .any(|cost| matches!(cost, ActionCost::NewActionReceipt | ActionCost::CreateAccount))
    };
    let (first, others): (Vec<&Kind>, Vec<&Kind>) = kinds.iter().partition(is_first);
    let mut all: Vec<Experiment> = of_side(Side::Execution, kinds.iter()).collect();
    all.extend(deployments::all());
    for side in [Side::ToOthers, Side::ToOneself] {
        all.extend(of_side(side, first.iter().chain(&others).copied()));
    }
    all.push(signatures::ml_dsa_65());
    all.extend(data_receipts::all());
    all
}

/// The experiments on a side of kinds.
fn of_side<'k>(
    side: Side,
    kinds: impl Iterator<Item = &'k Kind>,
) -> impl Iterator<Item = Experiment> {
    kinds.filter_map(move |kind| kind.experiment(side))
}

/// All kinds of requests, in the order of dependence where they are executed.
fn kinds() -> Vec<Kind> {
    vec![
        receipts::receipts(),
        keys::deleted(),
        keys::with_all_rights(),
        keys::for_calls(),
        transfers::transfers(),
        transfers::stakes(),
        accounts::created(),
        accounts::deleted(),
        calls::calls(),
        gas_keys::gas_keys(),
        contracts::deployed(),
        contracts::deployed_for_all(),
        contracts::used(),
        state_inits::deterministic(),
        state_inits::universal(),
        delegation::delegation(),
    ]
}

/// The contracts that are called here are in memory: that they are loaded is charged and not done.
fn loading() -> Vec<Price> {
    [ExtCost::ContractLoadingBase, ExtCost::ContractLoadingBytes].map(Price::host).into()
}

#[cfg(test)]
mod tests;
