//! Outcomes: what came of a transaction or a receipt.
//!
//! What light clients can prove is one list of hashes per outcome: its id, its
//! [`PartialExecutionOutcome`], each of its logs (protocol specification, "Light client: transaction
//! outcome proofs"). Reasons for failure, compute and gas profiles are not part of it, since they may
//! change from one version of a node to another. So only the partial outcome has an encoding here; the
//! whole has the JSON that the protocol's RPC shows.

mod gas_profile;
mod metadata;

pub use gas_profile::{CostCategory, CostGasUsed, GasProfile};
pub use metadata::ExecutionMetadata;

use crate::error::TxExecutionError;
use crate::merkle::MerkleTree;
use crate::{AccountId, Balance, Compute, Gas, base64_json};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// What came of a transaction or a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionOutcome {
    /// Texts that it logged.
    pub logs: Vec<String>,
    /// Receipts it sent, refunds included.
    pub receipt_ids: Vec<CryptoHash>,
    /// Gas burnt.
    pub gas_burnt: Gas,
    /// Compute used (NEP-455); `None` in an outcome that was read, since nothing tells it.
    #[serde(skip)]
    pub compute_usage: Option<Compute>,
    /// Tokens burnt, in yoctoNEAR: for gas, at whatever price it was bought; with gas keys that were
    /// deleted; for global contracts.
    pub tokens_burnt: Balance,
    /// Where it was executed: the signer of a transaction, the receiver of a receipt.
    pub executor_id: AccountId,
    /// How it ended.
    pub status: ExecutionStatus,
    /// What else is known of it.
    #[serde(default)]
    pub metadata: ExecutionMetadata,
}

/// How a transaction or a receipt ended, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExecutionStatus {
    /// Not known.
    Unknown,
    /// It failed.
    Failure(TxExecutionError),
    /// With this result.
    SuccessValue(#[serde(with = "base64_json")] Vec<u8>),
    /// With the result that this receipt will have.
    SuccessReceiptId(CryptoHash),
}

impl ExecutionOutcome {
    /// What is proven of it, apart from its id and its logs.
    pub fn to_partial(&self) -> PartialExecutionOutcome {
        PartialExecutionOutcome {
            receipt_ids: self.receipt_ids.clone(),
            gas_burnt: self.gas_burnt,
            tokens_burnt: self.tokens_burnt,
            executor_id: self.executor_id.clone(),
            status: PartialExecutionStatus::from(&self.status),
        }
    }

    /// What is proven of it, given its id: the hash of the transaction or the id of the receipt.
    ///
    /// # Panics
    /// When it has 2³² or more receipts or bytes of result, which borsh cannot express.
    pub fn to_hashes(&self, id: CryptoHash) -> Vec<CryptoHash> {
        outcome_hashes(id, &self.to_partial(), &self.logs)
    }
}

/// An outcome, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionOutcomeWithId {
    /// The hash of the transaction or the id of the receipt.
    pub id: CryptoHash,
    /// What came of it.
    pub outcome: ExecutionOutcome,
}

impl ExecutionOutcomeWithId {
    /// What is proven of it.
    ///
    /// # Panics
    /// When it has 2³² or more receipts or bytes of result, which borsh cannot express.
    pub fn to_hashes(&self) -> Vec<CryptoHash> {
        self.outcome.to_hashes(self.id)
    }
}

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

impl From<&ExecutionStatus> for PartialExecutionStatus {
    fn from(status: &ExecutionStatus) -> PartialExecutionStatus {
        match status {
            ExecutionStatus::Unknown => PartialExecutionStatus::Unknown,
            ExecutionStatus::Failure(_) => PartialExecutionStatus::Failure,
            ExecutionStatus::SuccessValue(value) => {
                PartialExecutionStatus::SuccessValue(value.clone())
            }
            ExecutionStatus::SuccessReceiptId(id) => PartialExecutionStatus::SuccessReceiptId(*id),
        }
    }
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
