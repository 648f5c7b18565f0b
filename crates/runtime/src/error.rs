//! Why a chunk is not applied: the input is bad, or this node cannot go on.
//!
//! A contract or a transaction that fails is neither; it has an outcome. Nothing of a chunk that is not
//! applied is kept.

use torr_crypto::hash::CryptoHash;
use torr_primitives::congestion::CongestionError;
use torr_primitives::error::ReceiptValidationError;
use torr_primitives::receipt::ReceiptGroupsError;
use torr_primitives::{AccountId, Balance, ShardId};
use torr_store::source::TrieError;

/// Why a chunk is not applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// An incoming receipt is not valid: whoever sent it breaks the protocol.
    #[error("an incoming receipt is not valid: {0}; refuse the chunk")]
    InvalidReceipt(#[from] ReceiptValidationError),
    /// The shard is none of the layout's.
    #[error("the layout has no shard {shard_id}; pass the layout of the block's epoch")]
    UnknownShard {
        /// The shard.
        shard_id: ShardId,
    },
    /// Stakes cannot be settled so.
    #[error("validator accounts cannot be updated: {0}")]
    ValidatorUpdate(#[from] ValidatorUpdateError),
    /// This node cannot go on.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why stakes and rewards of validators cannot be settled. Balances are in yoctoNEAR.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "names of fields say what they hold")]
pub enum ValidatorUpdateError {
    /// An account has less locked than it had staked.
    #[error("{account_id} has {locked} locked, and had {stake} staked in the last epochs")]
    StakeNotLocked { account_id: AccountId, locked: Balance, stake: Balance },
    /// An account that staked is not there.
    #[error("{account_id}, which staked {stake}, does not exist")]
    UnknownValidator { account_id: AccountId, stake: Balance },
    /// The treasury's account is not there.
    #[error("the treasury's account {account_id} does not exist")]
    UnknownTreasury { account_id: AccountId },
    /// No reward is named for the treasury.
    #[error("no reward is named for the treasury's account {account_id}")]
    NoTreasuryReward { account_id: AccountId },
    /// A balance comes to more than there can be.
    #[error("the balance of {account_id} comes to more than there can be")]
    Overflow { account_id: AccountId },
}

/// This node cannot go on with the chunk. Nothing of it counts, and the state is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The state cannot be read. In a witness, something is missing from it.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The state says something impossible.
    #[error("the state is inconsistent: {what}; restore the node's state from a snapshot")]
    InconsistentState {
        /// What does not fit.
        what: String,
    },
    /// The contract VM failed.
    #[error(transparent)]
    Vm(#[from] torr_vm_logic::error::Fault),
    /// What the header of the last chunk says is not what the state has.
    #[error(transparent)]
    Congestion(#[from] CongestionError),
    /// Groups of buffered receipts do not add up.
    #[error(transparent)]
    ReceiptGroups(#[from] ReceiptGroupsError),
    /// Amounts came to more than there can be.
    #[error("{what} came to more than there can be; the state or the parameters are wrong")]
    Overflow {
        /// Which amount.
        what: &'static str,
    },
    /// Tokens were made or lost. Nothing of the chunk is kept.
    #[error(
        "this is a bug, please report it: {what} ({id}) brought {brought} yoctoNEAR and left {left}"
    )]
    BalanceMismatch {
        /// A transaction or a receipt.
        what: &'static str,
        /// Which.
        id: CryptoHash,
        /// Tokens that were there before, in yoctoNEAR.
        brought: Balance,
        /// Tokens that are there after it, in yoctoNEAR, with those that were burnt.
        left: Balance,
    },
    /// An invariant of this code does not hold.
    #[error("this is a bug, please report it: {what}")]
    Bug {
        /// The invariant.
        what: &'static str,
    },
}

impl Fault {
    /// The state says something impossible.
    pub(crate) fn inconsistent(what: impl Into<String>) -> Fault {
        Fault::InconsistentState { what: what.into() }
    }
}
