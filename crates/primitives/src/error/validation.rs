//! Why actions and receipts are refused before anything is executed.

use super::rounded::{InNear, InTeragas};
use crate::{AccountId, Balance, Gas, NonceIndex, ProtocolVersion};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::key::PublicKey;

/// Why a list of actions is refused.
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
#[allow(
    missing_docs,
    reason = "names of fields say what they hold; sizes are in bytes, balances in yoctoNEAR"
)]
pub enum ActionsValidationError {
    /// Something follows the deletion of the account.
    #[error("The delete action must be the last action in transaction")]
    DeleteActionMustBeFinal,
    /// All functions together are given too much gas.
    #[error(
        "The total prepaid gas {} exceeds the limit {}",
        InTeragas(*.total_prepaid_gas), InTeragas(*.limit)
    )]
    TotalPrepaidGasExceeded { total_prepaid_gas: Gas, limit: Gas },
    /// Too many actions.
    #[error("The total number of actions {total_number_of_actions} exceeds the limit {limit}")]
    TotalNumberOfActionsExceeded { total_number_of_actions: u64, limit: u64 },
    /// A new key lists too much text of methods.
    #[error(
        "The total number of bytes in allowed method names {total_number_of_bytes} exceeds the \
         maximum allowed number {limit} in a AddKey action"
    )]
    AddKeyMethodNamesNumberOfBytesExceeded { total_number_of_bytes: u64, limit: u64 },
    /// A new key lists a method with too long a name.
    #[error(
        "The length of some method name {length} exceeds the maximum allowed length {limit} in a \
         AddKey action"
    )]
    AddKeyMethodNameLengthExceeded { length: u64, limit: u64 },
    /// A sum does not fit.
    #[error("Integer overflow during a compute")]
    IntegerOverflow,
    /// A text is no account id.
    #[error("Invalid account ID `{account_id}`")]
    InvalidAccountId { account_id: String },
    /// A contract is too large.
    #[error(
        "The length of the contract size {size} exceeds the maximum allowed size {limit} in a \
         DeployContract action"
    )]
    ContractSizeExceeded { size: u64, limit: u64 },
    /// The name of a called method is too long.
    #[error(
        "The length of the method name {length} exceeds the maximum allowed length {limit} in a \
         FunctionCall action"
    )]
    FunctionCallMethodNameLengthExceeded { length: u64, limit: u64 },
    /// A called method is given too much.
    #[error(
        "The length of the arguments {length} exceeds the maximum allowed length {limit} in a \
         FunctionCall action"
    )]
    FunctionCallArgumentsLengthExceeded { length: u64, limit: u64 },
    /// Validators cannot sign with this key.
    #[error(
        "The staking key must be ristretto compatible ED25519 key. {public_key} is provided \
         instead."
    )]
    UnsuitableStakingKey { public_key: Box<PublicKey> },
    /// A function is called without gas.
    #[error("The attached amount of gas in a FunctionCall action has to be a positive number")]
    FunctionCallZeroAttachedGas,
    /// More than one delegation.
    #[error("The actions can contain the ony one DelegateAction")]
    DelegateActionMustBeOnlyOne,
    /// The protocol does not have this yet.
    #[error(
        "Transaction requires protocol feature {protocol_feature} / version {version} which is not \
         supported by the current protocol version"
    )]
    UnsupportedProtocolFeature { protocol_feature: String, version: ProtocolVersion },
    /// What an account begins with has another name than the account.
    #[error(
        "DeterministicStateInit action payload is invalid for account {receiver_id}, derived id is \
         {derived_id}"
    )]
    InvalidDeterministicStateInitReceiver { receiver_id: AccountId, derived_id: AccountId },
    /// A key that an account begins with is too long.
    #[error(
        "DeterministicStateInit contains key of length {length} but at most {limit} is allowed"
    )]
    DeterministicStateInitKeyLengthExceeded { length: u64, limit: u64 },
    /// A value that an account begins with is too long.
    #[error(
        "DeterministicStateInit contains value of length {length} but at most {limit} is allowed"
    )]
    DeterministicStateInitValueLengthExceeded { length: u64, limit: u64 },
    /// A gas key with no nonces, or too many.
    #[error(
        "gas key requested invalid number of nonces: {requested_nonces} (must be between 1 and \
         {limit})"
    )]
    GasKeyInvalidNumNonces { requested_nonces: NonceIndex, limit: NonceIndex },
    /// A new gas key cannot have tokens yet.
    #[error(
        "Adding a gas key with non-zero balance is not allowed: balance = {}", InNear(*.balance)
    )]
    AddGasKeyWithNonZeroBalance { balance: Balance },
    /// A gas key pays from its own balance, so it has no allowance.
    #[error("Gas keys with FunctionCall permission cannot have an allowance set")]
    GasKeyFunctionCallAllowanceNotAllowed,
    /// Too many deployments, global ones included.
    #[error(
        "The total number of deploy actions {number_of_deploy_actions} exceeds the per-receipt \
         limit {limit}"
    )]
    TotalNumberOfDeployActionsExceeded { number_of_deploy_actions: u64, limit: u64 },
    /// A function is called that has no name.
    #[error("The method name in a FunctionCall action must not be empty")]
    FunctionCallEmptyMethodName,
    /// What an account begins with has another name than the account.
    #[error(
        "UniversalStateInit action payload is invalid for account {receiver_id}, derived id is \
         {derived_id}"
    )]
    InvalidUniversalStateInitReceiver { receiver_id: AccountId, derived_id: AccountId },
    /// A key that an account begins with is too long.
    #[error("UniversalStateInit contains key of length {length} but at most {limit} is allowed")]
    UniversalStateInitKeyLengthExceeded { length: u64, limit: u64 },
    /// A value that an account begins with is too long.
    #[error("UniversalStateInit contains value of length {length} but at most {limit} is allowed")]
    UniversalStateInitValueLengthExceeded { length: u64, limit: u64 },
    /// Bytes are no state that an account could begin with, or not in the one accepted encoding.
    #[error("RawStateInit bytes are not a canonical borsh encoding of UniversalStateInit")]
    MalformedUniversalStateInit,
    /// The protocol does not have this any more.
    #[error(
        "Transaction requires protocol feature {protocol_feature} which was removed and is not \
         supported at protocol version {version}"
    )]
    RemovedProtocolFeature { protocol_feature: String, version: ProtocolVersion },
    /// What a gas key holds cannot be withdrawn by delegation.
    #[error("A WithdrawFromGasKey action is not allowed inside a delegate action")]
    WithdrawFromGasKeyNotAllowedInDelegate,
    /// Too many keys that accounts begin with.
    #[error(
        "the state inits in this receipt commit to {number_of_keys} access keys in total but at \
         most {limit} is allowed"
    )]
    TotalNumberOfStateInitKeysExceeded { number_of_keys: u64, limit: u64 },
    /// Too many values that accounts begin with.
    #[error(
        "the state inits in this receipt carry {number_of_entries} storage entries in total but at \
         most {limit} is allowed"
    )]
    TotalNumberOfStateInitEntriesExceeded { number_of_entries: u64, limit: u64 },
    /// Universal accounts cannot be sent tokens before they can begin.
    #[error("transfers to the universal account {account_id} are not allowed yet")]
    TransferToUniversalAccountNotAllowed { account_id: AccountId },
}

/// Why a receipt is refused.
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
#[allow(missing_docs, reason = "names of fields say what they hold; sizes are in bytes")]
pub enum ReceiptValidationError {
    /// The sender's name is none.
    #[error("The predecessor_id `{account_id}` of a Receipt is not valid.")]
    InvalidPredecessorId { account_id: String },
    /// The receiver's name is none.
    #[error("The receiver_id `{account_id}` of a Receipt is not valid.")]
    InvalidReceiverId { account_id: String },
    /// The signer's name is none.
    #[error("The signer_id `{account_id}` of an ActionReceipt is not valid.")]
    InvalidSignerId { account_id: String },
    /// The name of who waits for the result is none.
    #[error(
        "The receiver_id `{account_id}` of a DataReceiver within an ActionReceipt is not valid."
    )]
    InvalidDataReceiverId { account_id: String },
    /// It brings too much data.
    #[error("The length of the returned data {length} exceeded the limit {limit} in a DataReceipt")]
    ReturnedValueLengthExceeded { length: u64, limit: u64 },
    /// It waits for too many results.
    #[error(
        "The number of input data dependencies {number_of_input_data_dependencies} exceeded the \
         limit {limit} in an ActionReceipt"
    )]
    NumberInputDataDependenciesExceeded { number_of_input_data_dependencies: u64, limit: u64 },
    /// Its actions are refused.
    #[error("{0}")]
    ActionsValidation(ActionsValidationError),
    /// It is too large.
    #[error("The size of the receipt exceeded the limit: {size} > {limit}")]
    ReceiptSizeExceeded { size: u64, limit: u64 },
    /// The name of who gets refunds is none.
    #[error("The refund_to `{account_id}` of an ActionReceipt is not valid.")]
    InvalidRefundTo { account_id: String },
}
