//! What laps do: calls of made-up contracts, or chunks of transactions and receipts, over states in memory
//! and on disk.

pub mod calls;
pub mod chunks;
pub mod contract;
pub mod requests;
pub mod scene;
pub mod states;
