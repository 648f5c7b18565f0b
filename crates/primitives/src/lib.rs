//! What things are: the protocol's values, their encodings and their names.
//!
//! Borsh in, borsh out, and JSON where the protocol has a JSON form; no input or output, no policy,
//! no costs. Encodings are those of the protocol's specification ("Data structures") and of the NEPs
//! that the modules name.
//!
//! **Invariant:** a value has one encoding, because the protocol names values by hashes of theirs;
//! and no bytes make decoding panic, recurse without bound, or allocate out of proportion.
//!
//! ```
//! use torr_primitives::{AccountId, AccountType, Balance};
//!
//! let account: AccountId = "alice.near".parse()?;
//! assert_eq!(account.account_type(), AccountType::Named);
//! assert_eq!(Balance::MAX.checked_add(Balance::from_yoctonear(1)), None);
//! # Ok::<(), torr_primitives::AccountIdError>(())
//! ```

#![forbid(unsafe_code)]

pub mod access_key;
pub mod account;
pub mod account_id;
pub mod action;
pub mod amount;
pub mod bandwidth;
mod base64_json;
pub mod congestion;
pub mod contract;
pub mod error;
pub mod merkle;
pub mod outcome;
pub mod receipt;
pub mod shard_layout;
pub mod state_change;
pub mod state_init;
pub mod state_record;
pub mod transaction;
pub mod trie_key;
pub mod validator_stake;
pub mod view;
pub mod yield_id;

pub use access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
pub use account::Account;
pub use account_id::{AccountId, AccountIdError, AccountType};
pub use amount::{
    ActionIndex, Balance, BlockHeight, Compute, EpochHeight, Gas, GasWeight, Nonce, NonceIndex,
    ProtocolVersion, ReceiptIndex, ShardId, StorageUsage,
};
pub use bandwidth::{BandwidthRequests, BandwidthSchedulerState, BlockBandwidthRequests};
pub use congestion::{BlockCongestionInfo, CongestionInfo, ExtendedCongestionInfo};
pub use contract::{AccountContract, GlobalContractDeployMode, GlobalContractIdentifier};
pub use shard_layout::ShardLayout;
pub use state_change::StateChangeCause;
pub use state_record::StateRecord;
pub use trie_key::TrieKey;
pub use validator_stake::ValidatorStake;
pub use yield_id::YieldId;
