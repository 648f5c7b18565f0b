//! Receipts, actions and transactions in the JSON that the protocol's RPC shows.
//!
//! Views are for reading: code is replaced by its hash, versions are made alike, and fields that once
//! were stay. They borrow from what they show and cannot be turned back into it; the JSON of the
//! values themselves can. Outcomes and errors have one JSON only, which is theirs
//! ([`crate::outcome`], [`crate::error`]).

mod access_key;
mod action;
mod receipt;
mod transaction;

pub use access_key::{AccessKeyPermissionView, AccessKeyView};
pub use action::ActionView;
pub use receipt::{ReceiptBodyView, ReceiptView};
pub use transaction::SignedTransactionView;

#[cfg(test)]
mod tests;
