//! Receipts: what becomes of each kind.

mod action_receipt;
mod global_contract;

pub(crate) use action_receipt::ActionReceiptRef;
