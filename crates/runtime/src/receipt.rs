//! Receipts: what becomes of each kind.

mod action_receipt;

pub(crate) use action_receipt::ActionReceiptRef;
