//! Outcomes: what is proven of each, and of all of a shard.

use super::inputs::{Inputs, borsh_hex, to_json};
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;
use torr_primitives::outcome::{
    ExecutionOutcome, ExecutionOutcomeWithId, PartialExecutionOutcome, outcome_hashes, outcome_tree,
};

/// One of a list of outcomes.
struct Read {
    /// Whole, from its JSON.
    whole: ExecutionOutcomeWithId,
    /// What is proven of it, from its borsh.
    partial: PartialExecutionOutcome,
}

/// Hashes follow from the encoded outcomes, tree and paths from the hashes of whole outcomes.
pub(super) fn outcomes(case: &Inputs<'_>) -> Result<Value, String> {
    let listed = case.value("outcomes").as_array().ok_or("`outcomes` is not a list")?;
    let outcomes: Vec<Read> =
        listed.iter().map(|outcome| read(&Inputs(outcome))).collect::<Result<_, _>>()?;
    let hashes: Vec<Vec<CryptoHash>> =
        outcomes.iter().map(|outcome| outcome.whole.to_hashes()).collect();
    let tree = outcome_tree(&hashes);
    let rebuilt = |(index, outcome): (usize, &Read)| {
        let Read { whole: ExecutionOutcomeWithId { id, outcome: whole }, partial } = outcome;
        Ok(json!({
            "id": id,
            "outcome": to_json(whole)?,
            "partial_outcome_borsh": borsh_hex(&whole.to_partial())?,
            "hashes": outcome_hashes(*id, partial, &whole.logs),
            "merkle_path": tree.path(index),
        }))
    };
    let rebuilt: Vec<Value> =
        outcomes.iter().enumerate().map(rebuilt).collect::<Result<_, String>>()?;
    Ok(json!({ "outcomes": rebuilt, "outcome_root": tree.root() }))
}

fn read(case: &Inputs<'_>) -> Result<Read, String> {
    let outcome: ExecutionOutcome = case.json("outcome")?;
    Ok(Read {
        whole: ExecutionOutcomeWithId { id: case.parsed("id")?, outcome },
        partial: case.borsh("partial_outcome_borsh")?,
    })
}
