//! Outcomes: what came of a transaction or a receipt, as far as light clients can prove it.
//!
//! What is proven is one list of hashes per outcome: its id, its [`PartialExecutionOutcome`], each
//! of its logs (protocol specification, "Light client: transaction outcome proofs"). Reasons for failure and
//! gas profiles are not part of it, since they may change from one version of a node to another.

use crate::merkle::MerkleTree;
use crate::{AccountId, Balance, Gas};
use borsh::{BorshDeserialize, BorshSerialize};
use torr_crypto::hash::CryptoHash;

/// What is proven of an outcome, apart from its id and its logs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PartialExecutionOutcome {
    /// Receipts it sent.
    pub receipt_ids: Vec<CryptoHash>,
    /// Gas burnt.
    pub gas_burnt: Gas,
    /// Tokens burnt, in yoctoNEAR.
    pub tokens_burnt: Balance,
    /// Where it was executed: the signer of a transaction, the receiver of a receipt.
    pub executor_id: AccountId,
    /// How it ended.
    pub status: PartialExecutionStatus,
}

/// How a transaction or a receipt ended.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PartialExecutionStatus {
    /// Not known.
    Unknown,
    /// It failed.
    Failure,
    /// With this result.
    SuccessValue(Vec<u8>),
    /// With the result that this receipt will have.
    SuccessReceiptId(CryptoHash),
}

/// What is proven of a transaction or a receipt.
///
/// # Panics
/// When the outcome has 2³² or more receipts or bytes of result, which borsh cannot express.
pub fn outcome_hashes(
    id: CryptoHash,
    outcome: &PartialExecutionOutcome,
    logs: &[String],
) -> Vec<CryptoHash> {
    let outcome = borsh::to_vec(outcome).expect("lengths fit in 32 bits");
    let logs = logs.iter().map(|log| CryptoHash::of(log.as_bytes()));
    [id, CryptoHash::of(&outcome)].into_iter().chain(logs).collect()
}

/// The tree over the outcomes of a shard, each given by its [`outcome_hashes`].
///
/// # Panics
/// When an outcome has 2³² or more hashes.
pub fn outcome_tree(outcomes: &[Vec<CryptoHash>]) -> MerkleTree {
    let leaf = |hashes: &Vec<CryptoHash>| {
        CryptoHash::of(&borsh::to_vec(hashes).expect("lengths fit in 32 bits"))
    };
    MerkleTree::of_leaves(outcomes.iter().map(leaf).collect())
}

#[cfg(test)]
mod tests;
