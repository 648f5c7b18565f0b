//! What a chunk does: applies transactions and receipts to a state, proves it, and validates it from
//! the proof.
//!
//! **Invariant:** the result is a function of the input and the state. Time, randomness and block data
//! are inputs; the number of threads, the engine and the way the trie is kept change nothing.

#![forbid(unsafe_code)]

pub mod bandwidth_scheduler;
pub mod congestion;
