//! Receipts that carry a global contract from shard to shard (NEP-591).

use crate::{GlobalContractIdentifier, ShardId, base64_json};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A global contract on its way to a shard.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum GlobalContractDistribution {
    /// Without a nonce: the last to arrive stays.
    V1(GlobalContractDistributionV1),
    /// With a nonce: the last to be deployed stays.
    V2(GlobalContractDistributionV2),
}

/// The first version of [`GlobalContractDistribution`].
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct GlobalContractDistributionV1 {
    /// The name of the contract.
    pub id: GlobalContractIdentifier,
    /// Where it goes next.
    pub target_shard: ShardId,
    /// Where it has been.
    pub already_delivered_shards: Vec<ShardId>,
    /// The contract, as WebAssembly.
    #[serde(with = "base64_json")]
    pub code: Vec<u8>,
}

/// The second version of [`GlobalContractDistribution`].
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct GlobalContractDistributionV2 {
    /// The name of the contract.
    pub id: GlobalContractIdentifier,
    /// Where it goes next.
    pub target_shard: ShardId,
    /// Where it has been.
    pub already_delivered_shards: Vec<ShardId>,
    /// The contract, as WebAssembly.
    #[serde(with = "base64_json")]
    pub code: Vec<u8>,
    /// Counts deployments under the name; a shard keeps the contract with the greatest.
    pub nonce: u64,
}
