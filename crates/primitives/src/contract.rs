//! Which contract an account runs, and how contracts shared by many accounts are named.
//!
//! A global contract (NEP-591) is deployed once and used by any number of accounts, either under
//! the hash of its code, which never changes, or under the account that deployed it, which may
//! deploy another one later.

use crate::AccountId;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// The contract of an account.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
pub enum AccountContract {
    /// None.
    #[default]
    None,
    /// Its own copy of the code with this hash.
    Local(CryptoHash),
    /// The global contract with this hash.
    Global(CryptoHash),
    /// The global contract that this account deployed last.
    GlobalByAccount(AccountId),
}

impl AccountContract {
    /// The contract of an account that is stored with the hash of its own code only, where zeros
    /// stand for no code.
    pub fn from_local_code_hash(code_hash: CryptoHash) -> AccountContract {
        if code_hash == CryptoHash::default() {
            AccountContract::None
        } else {
            AccountContract::Local(code_hash)
        }
    }

    /// Hash of the account's own copy of code, if it has one.
    pub const fn local_code_hash(&self) -> Option<CryptoHash> {
        match self {
            AccountContract::Local(code_hash) => Some(*code_hash),
            AccountContract::None
            | AccountContract::Global(_)
            | AccountContract::GlobalByAccount(_) => None,
        }
    }

    /// Name of the global contract that the account uses, if it uses one.
    pub fn global_identifier(&self) -> Option<GlobalContractIdentifier> {
        match self {
            AccountContract::None | AccountContract::Local(_) => None,
            AccountContract::Global(code_hash) => {
                Some(GlobalContractIdentifier::CodeHash(*code_hash))
            }
            AccountContract::GlobalByAccount(account_id) => {
                Some(GlobalContractIdentifier::AccountId(account_id.clone()))
            }
        }
    }
}

/// Name of a global contract.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum GlobalContractIdentifier {
    /// The code with this hash.
    #[serde(rename = "hash")]
    CodeHash(CryptoHash),
    /// The code that this account deployed last.
    #[serde(rename = "account_id")]
    AccountId(AccountId),
}

impl GlobalContractIdentifier {
    /// Length of the name itself in bytes, without tag and length; fees and storage are charged
    /// by it.
    #[expect(clippy::len_without_is_empty, reason = "a name is never empty")]
    pub fn len(&self) -> usize {
        match self {
            GlobalContractIdentifier::CodeHash(_) => size_of::<CryptoHash>(),
            GlobalContractIdentifier::AccountId(account_id) => account_id.len(),
        }
    }
}

impl From<GlobalContractIdentifier> for AccountContract {
    fn from(identifier: GlobalContractIdentifier) -> AccountContract {
        match identifier {
            GlobalContractIdentifier::CodeHash(code_hash) => AccountContract::Global(code_hash),
            GlobalContractIdentifier::AccountId(account_id) => {
                AccountContract::GlobalByAccount(account_id)
            }
        }
    }
}

/// Under which name a global contract is deployed.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
pub enum GlobalContractDeployMode {
    /// The hash of the code: it can never be replaced.
    CodeHash,
    /// The deploying account: it can replace the code for everyone who uses it.
    AccountId,
}

#[cfg(test)]
mod tests;
