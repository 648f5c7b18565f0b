//! What things are: the protocol's values, their encodings and their names.
//!
//! Borsh in, borsh out; no input or output, no policy, no costs.

#![forbid(unsafe_code)]

pub mod amount;

pub use amount::{
    ActionIndex, Balance, BlockHeight, Compute, EpochHeight, Gas, GasWeight, Nonce, NonceIndex,
    ProtocolVersion, ReceiptIndex, StorageUsage,
};
