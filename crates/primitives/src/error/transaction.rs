//! Why a transaction is not valid.

use super::rounded::InNear;
use super::{ActionsValidationError, InvalidAccessKeyError, StorageError};
use crate::{AccountId, Balance, Nonce, NonceIndex};
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// Why a transaction is not valid.
///
/// Those that name no key, account or balance can be found without the state.
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
pub enum InvalidTxError {
    /// The key may not sign this.
    #[error("{0}")]
    InvalidAccessKeyError(InvalidAccessKeyError),
    /// The signer's name is none, or the signer is not known.
    #[error("Invalid signer account ID {signer_id:?} according to requirements")]
    InvalidSignerId { signer_id: String },
    /// There is no such signer.
    #[error("Signer {signer_id:?} does not exist")]
    SignerDoesNotExist { signer_id: AccountId },
    /// The nonce has been used up.
    #[error(
        "Transaction nonce {tx_nonce} must be larger than nonce of the used access key {ak_nonce}"
    )]
    InvalidNonce { tx_nonce: Nonce, ak_nonce: Nonce },
    /// The nonce is too far ahead of the height.
    #[error(
        "Transaction nonce {tx_nonce} must be smaller than the access key nonce upper bound \
         {upper_bound}"
    )]
    NonceTooLarge { tx_nonce: Nonce, upper_bound: Nonce },
    /// The receiver's name is none.
    #[error("Invalid receiver account ID {receiver_id:?} according to requirements")]
    InvalidReceiverId { receiver_id: String },
    /// The signature is not that of the key.
    #[error("Transaction is not signed with the given public key")]
    InvalidSignature,
    /// The signer cannot pay.
    #[error(
        "Sender {signer_id:?} does not have enough balance {} for operation costing {}",
        InNear(*.balance), InNear(*.cost)
    )]
    NotEnoughBalance { signer_id: AccountId, balance: Balance, cost: Balance },
    /// What would be left does not pay for the signer's storage; `amount` is missing.
    #[error(
        "Failed to execute, because the account {signer_id:?} wouldn't have enough balance to \
         cover storage, required to have {} yoctoNEAR more", InNear(*.amount)
    )]
    LackBalanceForState { signer_id: AccountId, amount: Balance },
    /// The cost does not fit into a balance, or the gas into gas.
    #[error("Transaction gas or balance cost is too high")]
    CostOverflow,
    /// The block named is not on this chain.
    #[error("Transaction parent block hash doesn't belong to the current chain")]
    InvalidChain,
    /// The block named is too old.
    #[error("Transaction has expired")]
    Expired,
    /// The actions are refused.
    #[error("Transaction actions validation error: {0}")]
    ActionsValidation(ActionsValidationError),
    /// The transaction is too large.
    #[error("Size of serialized transaction {size} exceeded the limit {limit}")]
    TransactionSizeExceeded { size: u64, limit: u64 },
    /// The protocol does not have this version of transactions yet.
    #[error("Transaction version is invalid")]
    InvalidTransactionVersion,
    /// The state could not be read.
    #[error("Storage error: {0}")]
    StorageError(StorageError),
    /// The receiver's shard has too much to do.
    #[error(
        "Shard {shard_id} is currently at congestion level {congestion_level} and rejects new \
         transactions."
    )]
    ShardCongested { shard_id: u32, congestion_level: CongestionLevel },
    /// The receiver's shard has missed too many chunks.
    #[error("Shard {shard_id} missed {missed_chunks} chunks and rejects new transactions.")]
    ShardStuck { shard_id: u32, missed_chunks: u64 },
    /// The key has no nonce of that index; one that is no gas key has none at all.
    #[error("Invalid nonce_index {tx_nonce_index:?} for key with {num_nonces} nonces")]
    InvalidNonceIndex { tx_nonce_index: Option<NonceIndex>, num_nonces: NonceIndex },
    /// The gas key cannot pay for the gas.
    #[error(
        "Gas key for {signer_id:?} does not have enough balance {} for gas cost {}",
        InNear(*.balance), InNear(*.cost)
    )]
    NotEnoughGasKeyBalance { signer_id: AccountId, balance: Balance, cost: Balance },
    /// The gas key has paid for the gas, and the signer cannot pay the deposits.
    #[error("{}", deposit_text(.signer_id, *.balance, *.cost, *.reason))]
    NotEnoughBalanceForDeposit {
        signer_id: AccountId,
        balance: Balance,
        cost: Balance,
        reason: DepositCostFailureReason,
    },
}

impl From<InvalidAccessKeyError> for InvalidTxError {
    fn from(error: InvalidAccessKeyError) -> InvalidTxError {
        InvalidTxError::InvalidAccessKeyError(error)
    }
}

impl From<ActionsValidationError> for InvalidTxError {
    fn from(error: ActionsValidationError) -> InvalidTxError {
        InvalidTxError::ActionsValidation(error)
    }
}

/// Why deposits cannot be paid.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum DepositCostFailureReason {
    /// The signer does not have as much.
    NotEnoughBalance,
    /// What would be left does not pay for the signer's storage.
    LackBalanceForState,
}

fn deposit_text(
    signer_id: &AccountId,
    balance: Balance,
    cost: Balance,
    reason: DepositCostFailureReason,
) -> String {
    let (balance, cost) = (InNear(balance), InNear(cost));
    match reason {
        DepositCostFailureReason::NotEnoughBalance => format!(
            "Sender {signer_id:?} does not have enough balance {balance} to cover deposit cost \
             {cost}"
        ),
        DepositCostFailureReason::LackBalanceForState => format!(
            "Sender {signer_id:?} would not have enough balance for storage after covering deposit \
             (required {cost} more)"
        ),
    }
}

/// How congested a shard is: from 0, not at all, to 1. Always a number.
///
/// In text it is rounded to three decimals.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct CongestionLevel(f64);

/// Something that is not a number is no level of congestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a level of congestion is a number")]
pub struct NotANumberError;

impl CongestionLevel {
    /// The level.
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

/// It is a number, so it equals itself.
impl Eq for CongestionLevel {}

impl TryFrom<f64> for CongestionLevel {
    type Error = NotANumberError;

    fn try_from(level: f64) -> Result<CongestionLevel, NotANumberError> {
        if level.is_nan() { Err(NotANumberError) } else { Ok(CongestionLevel(level)) }
    }
}

impl fmt::Display for CongestionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl BorshDeserialize for CongestionLevel {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<CongestionLevel> {
        let level = f64::deserialize_reader(reader)?;
        level.try_into().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

impl<'de> Deserialize<'de> for CongestionLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CongestionLevel, D::Error> {
        <f64 as Deserialize>::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}
