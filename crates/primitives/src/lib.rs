//! What things are: the protocol's values, their encodings and their names.
//!
//! Borsh in, borsh out; no input or output, no policy, no costs.

#![forbid(unsafe_code)]

pub mod access_key;
pub mod account_id;
pub mod action;
pub mod amount;
mod base64_json;
pub mod contract;
pub mod merkle;
pub mod outcome;
pub mod receipt;
pub mod state_init;
pub mod transaction;
pub mod trie_key;
pub mod yield_id;

pub use access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
pub use account_id::{AccountId, AccountIdError, AccountType};
pub use amount::{
    ActionIndex, Balance, BlockHeight, Compute, EpochHeight, Gas, GasWeight, Nonce, NonceIndex,
    ProtocolVersion, ReceiptIndex, ShardId, StorageUsage,
};
pub use contract::{AccountContract, GlobalContractDeployMode, GlobalContractIdentifier};
pub use yield_id::YieldId;
