//! What a chunk does: applies transactions and receipts to a state, proves it, and validates it from
//! the proof.
//!
//! **Invariant:** the result is a function of the input and the state. Time, randomness and block data
//! are inputs; the number of threads, the engine and the way the trie is kept change nothing.

#![forbid(unsafe_code)]

mod action;
pub mod action_fees;
mod apply;
mod balance;
pub mod bandwidth_scheduler;
pub mod congestion;
mod context;
mod contract;
pub mod delegation;
mod error;
mod eth_wallet;
mod external;
pub mod feature;
mod gas_profile;
mod queue;
mod receipt;
mod receipt_sink;
#[cfg(test)]
mod small_state;
mod state;
mod stats;
pub mod storage_stake;
mod threads;
pub mod transaction;
pub mod validation;
pub mod view;
pub mod witness;

pub use apply::{
    ApplyResult, ChunkInput, ChunkPresence, Environment, ProcessedReceipt, ReceiptSource,
    ValidatorAccountsUpdate, apply, congestion_of_state,
};
pub use context::{BlockContext, ChunkContext, EpochContext};
pub use error::{ApplyError, Fault, ValidatorUpdateError};
pub use state::{ContractCodes, StateChange};
pub use stats::{BalanceStats, ChunkStats, OutgoingLimit, ReceiptsStats};
pub use threads::{Threads, ThreadsError};
