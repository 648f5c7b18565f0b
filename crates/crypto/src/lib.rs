//! Hashes, keys, signatures and curves of the protocol: the bottom layer, which knows bytes and
//! nothing of accounts, gas or contracts.
//!
//! The rule of this crate: the answer to any input is the same on every machine and every target,
//! and no input makes it panic. There is no randomness and no clock in it.

#![deny(unsafe_code)]

pub mod alt_bn128;
pub mod bls12381;
pub mod hash;
pub mod key;
pub mod signature;
mod text;
