//! Why an action of a receipt failed.

use super::rounded::InNear;
use super::{FunctionCallError, InvalidAccessKeyError, ReceiptValidationError};
use crate::{AccountId, ActionIndex, Balance, GlobalContractIdentifier, Nonce, NonceIndex};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::key::PublicKey;

/// Which action of a receipt failed, and why.
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
#[error("Action #{}: {kind}", .index.unwrap_or_default())]
pub struct ActionError {
    /// The action; `None` if it was the receipt as a whole that failed. In text that is action 0.
    pub index: Option<ActionIndex>,
    /// Why it failed.
    pub kind: ActionErrorKind,
}

impl From<ActionErrorKind> for ActionError {
    /// The failure of a receipt as a whole, or of an action whose index is told later.
    fn from(kind: ActionErrorKind) -> ActionError {
        ActionError { index: None, kind }
    }
}

/// Why an action failed.
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
pub enum ActionErrorKind {
    /// The account to be created exists.
    #[error("Can't create a new account {account_id:?}, because it already exists")]
    AccountAlreadyExists { account_id: AccountId },
    /// The receiver does not exist.
    #[error("Can't complete the action because account {account_id:?} doesn't exist")]
    AccountDoesNotExist { account_id: AccountId },
    /// Short names at the top are the registrar's to give.
    #[error(
        "A top-level account ID {account_id:?} can't be created by {predecessor_id:?}, short \
         top-level account IDs can only be created by {registrar_account_id:?}"
    )]
    CreateAccountOnlyByRegistrar {
        account_id: AccountId,
        registrar_account_id: AccountId,
        predecessor_id: AccountId,
    },
    /// An account creates only accounts right below itself.
    #[error("A sub-account ID {account_id:?} can't be created by account {predecessor_id:?}")]
    CreateAccountNotAllowed { account_id: AccountId, predecessor_id: AccountId },
    /// Only an account itself, or who creates it in the same receipt, may do this to it.
    #[error(
        "Actor {actor_id:?} doesn't have permission to account {account_id:?} to complete the \
         action"
    )]
    ActorNoPermission { account_id: AccountId, actor_id: AccountId },
    /// There is no such key to delete.
    #[error("Account {account_id:?} tries to remove an access key that doesn't exist")]
    DeleteKeyDoesNotExist { account_id: AccountId, public_key: Box<PublicKey> },
    /// The account has the key.
    #[error("The public key {public_key} is already used for an existing access key")]
    AddKeyAlreadyExists { account_id: AccountId, public_key: Box<PublicKey> },
    /// An account that stakes cannot be deleted.
    #[error("Account {account_id:?} is staking and can not be deleted")]
    DeleteAccountStaking { account_id: AccountId },
    /// What would be left does not pay for the account's storage; `amount` is missing.
    #[error(
        "The account {account_id} wouldn't have enough balance to cover storage, required to have \
         {} yoctoNEAR more", InNear(*.amount)
    )]
    LackBalanceForState { account_id: AccountId, amount: Balance },
    /// The account does not stake, so it cannot stop to.
    #[error("Account {account_id:?} is not yet staked, but tries to unstake")]
    TriesToUnstake { account_id: AccountId },
    /// The account does not have as much as it wants to stake.
    #[error(
        "Account {account_id:?} tries to stake {}, but has staked {} and only has {}",
        InNear(*.stake), InNear(*.locked), InNear(*.balance)
    )]
    TriesToStake { account_id: AccountId, stake: Balance, locked: Balance, balance: Balance },
    /// Too small a stake to be taken.
    #[error(
        "Account {account_id} tries to stake {} but minimum required stake is {}",
        InNear(*.stake), InNear(*.minimum_stake)
    )]
    InsufficientStake { account_id: AccountId, stake: Balance, minimum_stake: Balance },
    /// The called function failed.
    #[error("{0}")]
    FunctionCallError(FunctionCallError),
    /// The called function sent a receipt that is refused.
    #[error("An new action receipt created during a FunctionCall is not valid: {0}")]
    NewReceiptValidationError(ReceiptValidationError),
    /// An account that follows from a key is not created but paid into. The name is history's.
    #[error("CreateAccount action is called on hex-characters account of length 64 {account_id}")]
    OnlyImplicitAccountCreationAllowed { account_id: AccountId },
    /// Deleting the account would take too long.
    #[error("The state of account {account_id} is too large and therefore cannot be deleted")]
    DeleteAccountWithLargeState { account_id: AccountId },
    /// The signature of a delegation is not that of its key.
    #[error("DelegateAction is not signed with the given public key")]
    DelegateActionInvalidSignature,
    /// A delegation was sent to another account than the one that signed it.
    #[error("Transaction receiver {receiver_id} doesn't match DelegateAction sender {sender_id}")]
    DelegateActionSenderDoesNotMatchTxReceiver { sender_id: AccountId, receiver_id: AccountId },
    /// The last height at which a delegation is valid has passed.
    #[error("DelegateAction has expired")]
    DelegateActionExpired,
    /// The key of a delegation may not sign it.
    #[error("{0}")]
    DelegateActionAccessKeyError(InvalidAccessKeyError),
    /// The nonce of a delegation has been used up.
    #[error(
        "DelegateAction nonce {delegate_nonce} must be larger than nonce of the used access key \
         {ak_nonce}"
    )]
    DelegateActionInvalidNonce { delegate_nonce: Nonce, ak_nonce: Nonce },
    /// The nonce of a delegation is too far ahead of the height.
    #[error(
        "DelegateAction nonce {delegate_nonce} must be smaller than the access key nonce upper \
         bound {upper_bound}"
    )]
    DelegateActionNonceTooLarge { delegate_nonce: Nonce, upper_bound: Nonce },
    /// There is no such global contract.
    #[error("Global contract identifier {identifier:?} not found")]
    GlobalContractDoesNotExist { identifier: GlobalContractIdentifier },
    /// The account has no such gas key.
    #[error("Gas key {public_key} does not exist for account {account_id}")]
    GasKeyDoesNotExist { account_id: AccountId, public_key: Box<PublicKey> },
    /// The gas key does not have as much as is withdrawn.
    #[error(
        "Gas key {public_key} for account {account_id} has insufficient balance: {} available, {} \
         required", InNear(*.balance), InNear(*.required)
    )]
    InsufficientGasKeyBalance {
        account_id: AccountId,
        public_key: Box<PublicKey>,
        balance: Balance,
        required: Balance,
    },
    /// What would be burnt with a gas key, or with all of the account's (`None`), is too much.
    #[error("{}", burnt_text(.account_id, .public_key.as_deref(), *.balance))]
    GasKeyBalanceTooHigh {
        account_id: AccountId,
        public_key: Option<Box<PublicKey>>,
        balance: Balance,
    },
    /// The gas key that signed a delegation has no nonce of that index.
    #[error(
        "DelegateAction nonce index {nonce_index} must be smaller than the gas key nonce count \
         {num_nonces}"
    )]
    DelegateActionInvalidNonceIndex { nonce_index: NonceIndex, num_nonces: NonceIndex },
    /// The results that the receipt waited for are too much together, in bytes.
    #[error("The combined size of the receipt's promise inputs {size} exceeded the limit {limit}")]
    TotalPromiseInputSizeExceeded { size: u64, limit: u64 },
    /// The receipt recorded more storage proof than one may, in bytes.
    #[error("Receipt exceeded the storage proof size limit of {limit} bytes")]
    ReceiptStorageProofSizeExceeded { limit: u64 },
    /// What a universal account shall begin with is no such state.
    #[error("UniversalStateInit payload is not a valid state init")]
    MalformedUniversalStateInit,
    /// The receiver is a universal account that waits for its initial state.
    #[error("Can't complete the action because account {account_id:?} is uninitialized")]
    AccountNotInitialized { account_id: AccountId },
}

fn burnt_text(account_id: &AccountId, public_key: Option<&PublicKey>, balance: Balance) -> String {
    let owner = match public_key {
        Some(key) => format!("Gas key {key} for account {account_id} has balance"),
        None => format!("Account {account_id} has total gas key balance"),
    };
    format!("{owner} {} which is too high to burn on deletion", InNear(balance))
}
