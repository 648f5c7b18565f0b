//! Why transactions, receipts and actions fail, as outcomes say it.
//!
//! Tags of the encodings, names and fields of the JSON, and texts are the protocol's ("Actions",
//! RuntimeSpec/Actions, lists many). The texts are what wallets and explorers show, so they are kept to
//! the letter, roundings and slips included.
//!
//! **Invariant:** nothing here differs between machines: no text of an engine, no path. Yet no
//! error is part of what light clients prove; [`crate::outcome`] says only that there was one.

mod access_key;
mod action;
mod function_call;
mod rounded;
mod storage;
mod transaction;
mod validation;

pub use access_key::InvalidAccessKeyError;
pub use action::{ActionError, ActionErrorKind};
pub use function_call::{
    CompilationError, FunctionCallError, HostError, MethodResolveError, PrepareError, WasmTrap,
};
pub use storage::{MissingTrieValue, MissingTrieValueContext, StorageError};
pub use transaction::{CongestionLevel, DepositCostFailureReason, InvalidTxError, NotANumberError};
pub use validation::{ActionsValidationError, ReceiptValidationError};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Why a transaction or a receipt failed.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum TxExecutionError {
    /// An action of a receipt failed.
    #[error("{0}")]
    ActionError(ActionError),
    /// The transaction is not valid and was never turned into a receipt.
    #[error("{0}")]
    InvalidTxError(InvalidTxError),
}

impl From<ActionError> for TxExecutionError {
    fn from(error: ActionError) -> TxExecutionError {
        TxExecutionError::ActionError(error)
    }
}

impl From<InvalidTxError> for TxExecutionError {
    fn from(error: InvalidTxError) -> TxExecutionError {
        TxExecutionError::InvalidTxError(error)
    }
}

#[cfg(test)]
mod case_file;
