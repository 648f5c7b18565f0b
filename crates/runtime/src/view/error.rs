//! Why something cannot be looked at.

use crate::error::Fault;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::AccountId;

/// Why something cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// There is no such account.
    #[error("account {account_id} does not exist")]
    AccountDoesNotExist {
        /// The account.
        account_id: AccountId,
    },
    /// The account has no contract.
    #[error("account {account_id} has no contract")]
    NoContract {
        /// The account.
        account_id: AccountId,
    },
    /// The account has no such key.
    #[error("access key {public_key} does not exist")]
    AccessKeyDoesNotExist {
        /// The key.
        public_key: PublicKeyHandle,
    },
    /// The account has no such gas key.
    #[error("gas key {public_key} does not exist")]
    GasKeyDoesNotExist {
        /// The key.
        public_key: PublicKeyHandle,
    },
    /// The account's state is larger than may be looked at in one piece.
    #[error("the state of account {account_id} is too large; look at it page by page")]
    StateTooLarge {
        /// The account.
        account_id: AccountId,
    },
    /// A page would have to begin where no key with the prefix is.
    #[error("the key to go on after does not begin with the prefix")]
    AfterKeyOutsidePrefix,
    /// The state cannot be read.
    #[error(transparent)]
    Fault(#[from] Fault),
}
