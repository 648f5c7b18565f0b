//! Initial states that accounts are named after.
//!
//! Anyone can create such an account, because its name commits to its contract, its data and its
//! keys: whoever knows the initial state knows the name, and the name admits no other state.
//! [Deterministic](DeterministicStateInit) ones (`0s…`, NEP-616) are encoded by the protocol,
//! [universal](UniversalStateInit) ones (`0u…`) are named after the very bytes they are given as.

mod deterministic;
mod reader;
mod universal;

pub use deterministic::{DeterministicStateInit, DeterministicStateInitV1};
pub use universal::{
    DecodeMode, RawStateInit, StateInitError, UniversalStateInit, UniversalStateInitCounts, check,
    counts, send_counts, universal_account_id,
};
