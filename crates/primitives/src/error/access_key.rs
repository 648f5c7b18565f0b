//! Why an access key may not sign what it signed.

use super::rounded::InNear;
use crate::{AccountId, Balance};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::key::PublicKey;

/// Why an access key may not sign what it signed.
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
#[allow(missing_docs, reason = "names of fields say what they hold; balances are in yoctoNEAR")]
pub enum InvalidAccessKeyError {
    /// The account has no such key.
    #[error("Signer {account_id:?} doesn't have access key with the given public_key {public_key}")]
    AccessKeyNotFound { account_id: AccountId, public_key: Box<PublicKey> },
    /// The key may only call another contract.
    #[error(
        "Transaction receiver_id {tx_receiver:?} doesn't match the access key receiver_id \
         {ak_receiver:?}"
    )]
    ReceiverMismatch { tx_receiver: AccountId, ak_receiver: String },
    /// The key may not call this method.
    #[error("Transaction method name {method_name:?} isn't allowed by the access key")]
    MethodNameMismatch { method_name: String },
    /// The key may only call functions, one at a time.
    #[error(
        "Invalid access key type. Full-access keys are required for transactions that have \
         multiple or non-function-call actions"
    )]
    RequiresFullAccess,
    /// What the key may spend on gas is less than the transaction costs.
    #[error(
        "Access Key {account_id:?}:{public_key} does not have enough balance {} for transaction \
         costing {}", InNear(*.allowance), InNear(*.cost)
    )]
    NotEnoughAllowance {
        account_id: AccountId,
        public_key: Box<PublicKey>,
        allowance: Balance,
        cost: Balance,
    },
    /// The key may not send tokens.
    #[error(
        "Having a deposit with a function call action is not allowed with a function call access \
         key."
    )]
    DepositWithFunctionCall,
    /// A gas key signed a delegation that names no index of its nonces.
    #[error(
        "Gas keys can't sign a delegate action with a plain nonce; use a DelegateV2 with a gas key \
         nonce"
    )]
    DelegateActionRequiresNonGasKey,
    /// A delegation names an index of nonces, and its key is not a gas key.
    #[error("Gas key delegate action requires a gas key")]
    DelegateActionRequiresGasKey,
}
