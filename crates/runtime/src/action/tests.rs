//! Every action over a small state: what it does, what it costs, each way in which it fails.

mod accounts;
mod contracts;
mod delegation;
pub(crate) mod fixture;
pub(crate) mod keys;
mod preconditions;
mod state_inits;
mod storage_usage;
mod transfers;
