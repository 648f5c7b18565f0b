//! Actions: what sending them to others costs, sending them to oneself, and executing them.
//!
//! A [`Kind`] says what is asked for; the experiments on its three sides are made of that. What is
//! executed comes in as receipts, one for each unit. What is sent is signed as transactions, one for each
//! unit, each by another user; receipts to others leave the chunk. A receipt to oneself is executed in the
//! chunk that has the transaction. There the first action is one that fails, so that nothing else is
//! executed: what is left is what sending costs.
//!
//! Prices of a receipt and of an action in it are told apart by receipts with none, one and many.

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
use crate::states::Nodes;
use kind::{Kind, Side};

/// Where the state is: a node that has room for it keeps it in memory.
const NODES: Nodes = Nodes::Memory;

/// Experiments on actions. Contracts in them have to be loaded, and return values: prices of that are
/// found before.
pub(super) fn all() -> Vec<Experiment> {
    let kinds = kinds();
    let side = |side| kinds.iter().filter_map(move |kind: &Kind| kind.experiment(side));
    let mut all: Vec<Experiment> = side(Side::Execution).collect();
    all.extend(deployments::all());
    all.extend(side(Side::ToOthers));
    all.extend(side(Side::ToOneself));
    all.push(signatures::ml_dsa_65());
    all.extend(data_receipts::all());
    all
}

/// All kinds of requests, in the order of dependence.
fn kinds() -> Vec<Kind> {
    vec![
        receipts::receipts(),
        // Before all others: sending to oneself begins with such an action.
        keys::deleted(),
        keys::with_all_rights(),
        keys::for_calls(),
        transfers::transfers(),
        transfers::stakes(),
        accounts::created(),
        accounts::deleted(),
        calls::calls(),
        gas_keys::transfers(),
        gas_keys::added(),
        contracts::deployed(),
        contracts::deployed_for_all(),
        contracts::used(),
        state_inits::deterministic(),
        state_inits::universal(),
        delegation::delegation(),
    ]
}

#[cfg(test)]
mod tests;
