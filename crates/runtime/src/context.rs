//! What a chunk is applied in: its block, its epoch, its shard.
//!
//! All of it is input. Nothing is read from the machine.

use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::RuntimeConfig;
use torr_primitives::{
    AccountId, Balance, BlockHeight, EpochHeight, Gas, ProtocolVersion, ShardId, ShardLayout,
};

/// What a chunk is applied in.
#[derive(Clone, Debug)]
pub struct ChunkContext {
    /// The block that it is part of.
    pub block: BlockContext,
    /// The epoch of the block.
    pub epoch: Arc<EpochContext>,
    /// The shard that it is of.
    pub shard_id: ShardId,
    /// Gas that receipts may use before further ones are delayed, in compute; `None`: any amount.
    pub gas_limit: Option<Gas>,
    /// What things cost and how big they may be.
    pub config: Arc<RuntimeConfig>,
    /// The version of the protocol, which decides which rules hold.
    pub protocol_version: ProtocolVersion,
}

/// What is the same for all chunks of a block.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockContext {
    /// Height of the block.
    pub height: BlockHeight,
    /// Hash of the block before.
    pub prev_block_hash: CryptoHash,
    /// Time of the block, in nanoseconds since 1970.
    pub timestamp: u64,
    /// What gas costs now, in yoctoNEAR per unit.
    pub gas_price: Balance,
    /// Randomness of the block.
    pub random_seed: CryptoHash,
}

/// What is the same for all blocks of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EpochContext {
    /// Name of the chain.
    pub chain_id: String,
    /// Name of the epoch.
    pub epoch_id: CryptoHash,
    /// Number of the epoch.
    pub epoch_height: EpochHeight,
    /// Which accounts are in which shard.
    pub shard_layout: Arc<ShardLayout>,
    /// Stakes of the validators, in yoctoNEAR.
    pub validators: BTreeMap<AccountId, Balance>,
    /// Sum of the validators' stakes, in yoctoNEAR.
    pub total_stake: Balance,
    /// The least stake that may be proposed, in yoctoNEAR.
    pub minimum_stake: Balance,
}
