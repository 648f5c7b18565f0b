//! Accounts: what the state says about each.
//!
//! States of all ages are read, so three forms are. The first has no mark, as there was no other
//! when it was chosen; the later ones begin with the amount [`Balance::MAX`], which no account can
//! have, and a number. Defined by the protocol's "Account" document (DataStructures/Account);
//! global contracts are NEP-591.

mod json;

use crate::{AccountContract, Balance, Nonce, StorageUsage};
use borsh::{BorshDeserialize, BorshSerialize, io};
use torr_crypto::hash::CryptoHash;

/// What a form with a number begins with, in place of the amount.
const MARK: Balance = Balance::MAX;
/// Number of [`Account::V2`].
const V2: u8 = 0;
/// Number of [`Account::Uninitialized`].
const UNINITIALIZED: u8 = 1;

/// What the state says about an account, apart from its keys, its code and its data.
///
/// In JSON it is one object for all forms, with the fields that the form has. One thing has no
/// JSON, and to write it fails: an account of the second version with a local contract of which the
/// hash is zero, which is read as one without contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// With a contract of its own, or none.
    V1(AccountV1),
    /// With any contract.
    V2(AccountV2),
    /// A universal account that has tokens already but not yet its initial state.
    Uninitialized(UninitializedAccount),
}

/// The first version of [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountV1 {
    /// Tokens it can use, in yoctoNEAR; less than [`Balance::MAX`], which cannot be written.
    pub amount: Balance,
    /// Tokens locked in its stake, in yoctoNEAR.
    pub locked: Balance,
    /// Hash of its code; zeros if it has none.
    pub code_hash: CryptoHash,
    /// What it takes of the state, in bytes, keys, code and data included.
    pub storage_usage: StorageUsage,
}

/// The second version of [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountV2 {
    /// Tokens it can use, in yoctoNEAR.
    pub amount: Balance,
    /// Tokens locked in its stake, in yoctoNEAR.
    pub locked: Balance,
    /// What it takes of the state, in bytes, keys, code and data included.
    pub storage_usage: StorageUsage,
    /// Its contract.
    pub contract: AccountContract,
}

/// A universal account that waits for its initial state: it has no keys, no code and no data.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UninitializedAccount {
    /// Tokens it has, in yoctoNEAR.
    pub amount: Balance,
    /// What it takes of the state, in bytes.
    pub storage_usage: StorageUsage,
    /// Nonce of its last transaction. There is no key yet to hold it, and without it the
    /// transaction that brings the initial state could be sent again and again.
    pub bootstrap_nonce: Nonce,
}

impl Account {
    /// An account that takes more of the state, in bytes, its code not counted, cannot be deleted: it
    /// would take too long.
    pub const MAX_DELETION_STORAGE_USAGE: StorageUsage = 10_000;

    /// An account in the oldest form that can hold its contract.
    ///
    /// Amounts are in yoctoNEAR, `storage_usage` in bytes.
    pub fn new(
        amount: Balance,
        locked: Balance,
        contract: AccountContract,
        storage_usage: StorageUsage,
    ) -> Account {
        let v1 = |code_hash| Account::V1(AccountV1 { amount, locked, code_hash, storage_usage });
        match contract {
            AccountContract::None => v1(CryptoHash::default()),
            AccountContract::Local(code_hash) => v1(code_hash),
            AccountContract::Global(_) | AccountContract::GlobalByAccount(_) => {
                Account::V2(AccountV2 { amount, locked, storage_usage, contract })
            }
        }
    }

    /// A universal account that tokens came to before its initial state.
    ///
    /// `amount` is in yoctoNEAR, `storage_usage` in bytes. `bootstrap_nonce` has to be that of a key
    /// added at the same height ([`AccessKey::initial_nonce`](crate::AccessKey::initial_nonce)): an
    /// account that is deleted and begins anew must not take its old transactions again.
    pub const fn uninitialized(
        amount: Balance,
        storage_usage: StorageUsage,
        bootstrap_nonce: Nonce,
    ) -> Account {
        let account = UninitializedAccount { amount, storage_usage, bootstrap_nonce };
        Account::Uninitialized(account)
    }

    /// Tokens it can use, in yoctoNEAR.
    pub const fn amount(&self) -> Balance {
        match self {
            Account::V1(account) => account.amount,
            Account::V2(account) => account.amount,
            Account::Uninitialized(account) => account.amount,
        }
    }

    /// Tokens locked in its stake, in yoctoNEAR.
    pub const fn locked(&self) -> Balance {
        match self {
            Account::V1(account) => account.locked,
            Account::V2(account) => account.locked,
            Account::Uninitialized(_) => Balance::ZERO,
        }
    }

    /// What it takes of the state, in bytes.
    pub const fn storage_usage(&self) -> StorageUsage {
        match self {
            Account::V1(account) => account.storage_usage,
            Account::V2(account) => account.storage_usage,
            Account::Uninitialized(account) => account.storage_usage,
        }
    }

    /// Its contract.
    pub fn contract(&self) -> AccountContract {
        match self {
            Account::V1(account) => AccountContract::from_local_code_hash(account.code_hash),
            Account::V2(account) => account.contract.clone(),
            Account::Uninitialized(_) => AccountContract::None,
        }
    }

    /// Whether it has its initial state. Only universal accounts ever lack theirs.
    pub const fn is_initialized(&self) -> bool {
        !matches!(self, Account::Uninitialized(_))
    }

    /// Sets the tokens it can use, in yoctoNEAR.
    pub const fn set_amount(&mut self, amount: Balance) {
        match self {
            Account::V1(account) => account.amount = amount,
            Account::V2(account) => account.amount = amount,
            Account::Uninitialized(account) => account.amount = amount,
        }
    }

    /// Sets what it takes of the state, in bytes.
    pub const fn set_storage_usage(&mut self, storage_usage: StorageUsage) {
        match self {
            Account::V1(account) => account.storage_usage = storage_usage,
            Account::V2(account) => account.storage_usage = storage_usage,
            Account::Uninitialized(account) => account.storage_usage = storage_usage,
        }
    }

    /// Sets the tokens locked in its stake, in yoctoNEAR.
    ///
    /// # Errors
    /// When it has no initial state yet, and so no key to stake with.
    pub const fn set_locked(&mut self, locked: Balance) -> Result<(), UninitializedError> {
        match self {
            Account::V1(account) => account.locked = locked,
            Account::V2(account) => account.locked = locked,
            Account::Uninitialized(_) => return Err(UninitializedError),
        }
        Ok(())
    }

    /// Gives it a contract, or takes its contract away. An account of the first version becomes one of
    /// the second when only that can hold the contract, and stays so.
    ///
    /// # Errors
    /// When it has no initial state yet; [`Account::initialize`] has to come first.
    pub fn set_contract(&mut self, contract: AccountContract) -> Result<(), UninitializedError> {
        match (self, contract) {
            (Account::Uninitialized(_), _) => return Err(UninitializedError),
            (Account::V2(account), contract) => account.contract = contract,
            (Account::V1(account), AccountContract::None) => {
                account.code_hash = CryptoHash::default();
            }
            (Account::V1(account), AccountContract::Local(hash)) => account.code_hash = hash,
            (this @ Account::V1(_), contract) => {
                let (amount, locked, storage_usage) =
                    (this.amount(), this.locked(), this.storage_usage());
                *this = Account::V2(AccountV2 { amount, locked, storage_usage, contract });
            }
        }
        Ok(())
    }

    /// Makes an account that waits for its initial state an ordinary one, without contract and with
    /// the tokens it has. Any other stays as it is.
    pub fn initialize(&mut self) {
        if let Account::Uninitialized(account) = self {
            let (amount, storage_usage) = (account.amount, account.storage_usage);
            *self = Account::new(amount, Balance::ZERO, AccountContract::None, storage_usage);
        }
    }
}

/// An account cannot have something before it has its initial state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account waits for its initial state; it can have no contract and no stake before")]
pub struct UninitializedError;

impl BorshSerialize for Account {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        match self {
            Account::V1(AccountV1 { amount: MARK, .. }) => Err(invalid(
                "an account of the first version has less than 2^128 - 1 yoctoNEAR".to_owned(),
            )),
            Account::V1(account) => account.serialize(writer),
            Account::V2(account) => (MARK, V2, account).serialize(writer),
            Account::Uninitialized(account) => (MARK, UNINITIALIZED, account).serialize(writer),
        }
    }
}

impl BorshDeserialize for Account {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Account> {
        let amount = Balance::deserialize_reader(reader)?;
        if amount != MARK {
            let (locked, code_hash, storage_usage) = BorshDeserialize::deserialize_reader(reader)?;
            return Ok(Account::V1(AccountV1 { amount, locked, code_hash, storage_usage }));
        }
        match u8::deserialize_reader(reader)? {
            V2 => AccountV2::deserialize_reader(reader).map(Account::V2),
            UNINITIALIZED => {
                UninitializedAccount::deserialize_reader(reader).map(Account::Uninitialized)
            }
            form => Err(invalid(format!("accounts have no form {form}"))),
        }
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests;
