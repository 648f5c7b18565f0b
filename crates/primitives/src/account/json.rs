//! The JSON of accounts: one object for all forms.
//!
//! Fields that a form does not have are left out, and a document is refused when it has them or
//! lacks one that it needs: nothing of it is passed over. That is stricter than the protocol in one
//! case, a global contract at version `V1`, which the protocol drops.

use super::{Account, AccountV1, AccountV2, MARK, UninitializedAccount};
use crate::{AccountContract, AccountId, Balance, Nonce, StorageUsage};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use torr_crypto::hash::CryptoHash;

/// The object.
#[derive(Serialize, Deserialize)]
struct Fields {
    amount: Balance,
    locked: Balance,
    code_hash: CryptoHash,
    storage_usage: StorageUsage,
    /// Not in documents from before there was a second version.
    #[serde(default)]
    version: Version,
    #[serde(default, skip_serializing_if = "State::is_initialized")]
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bootstrap_nonce: Option<Nonce>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    global_contract_hash: Option<CryptoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    global_contract_account_id: Option<AccountId>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Version {
    #[default]
    V1,
    V2,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Initialized,
    Uninitialized,
}

impl State {
    fn is_initialized(&self) -> bool {
        *self == State::Initialized
    }
}

/// Why fields are no account, or an account has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum InvalidFields {
    #[error(
        "an account has one contract: leave all but one out of `code_hash` (zeros for none), \
         `global_contract_hash` and `global_contract_account_id`"
    )]
    SeveralContracts,
    #[error("an account with a global contract has `version` V2")]
    GlobalContractInV1,
    #[error("an account of `version` V1 has an `amount` of less than 2^128 - 1")]
    AmountTooLarge,
    #[error("only an account of which the `state` is uninitialized has a `bootstrap_nonce`")]
    BootstrapNonceOfInitialized,
    #[error("an uninitialized account needs a `bootstrap_nonce`")]
    NoBootstrapNonce,
    #[error("an uninitialized account has `version` V1, nothing `locked`, and no contract")]
    MoreThanUninitialized,
    #[error("a local contract of which the hash is zero has no JSON; keep the borsh form")]
    LocalContractWithoutHash,
}

impl Fields {
    fn of(account: &Account) -> Result<Fields, InvalidFields> {
        let mut fields = Fields {
            amount: account.amount(),
            locked: account.locked(),
            code_hash: CryptoHash::default(),
            storage_usage: account.storage_usage(),
            version: Version::V1,
            state: State::Initialized,
            bootstrap_nonce: None,
            global_contract_hash: None,
            global_contract_account_id: None,
        };
        match account {
            Account::V1(account) => fields.code_hash = account.code_hash,
            Account::V2(account) => {
                fields.version = Version::V2;
                fields.set_contract(&account.contract)?;
            }
            Account::Uninitialized(account) => {
                fields.state = State::Uninitialized;
                fields.bootstrap_nonce = Some(account.bootstrap_nonce);
            }
        }
        Ok(fields)
    }

    fn set_contract(&mut self, contract: &AccountContract) -> Result<(), InvalidFields> {
        match contract {
            AccountContract::None => {}
            AccountContract::Local(code_hash) if *code_hash == CryptoHash::default() => {
                return Err(InvalidFields::LocalContractWithoutHash);
            }
            AccountContract::Local(code_hash) => self.code_hash = *code_hash,
            AccountContract::Global(code_hash) => self.global_contract_hash = Some(*code_hash),
            AccountContract::GlobalByAccount(account_id) => {
                self.global_contract_account_id = Some(account_id.clone());
            }
        }
        Ok(())
    }

    fn into_account(self) -> Result<Account, InvalidFields> {
        let contract = self.contract()?;
        match (self.state, self.version) {
            (State::Uninitialized, _) => self.into_uninitialized(&contract),
            (State::Initialized, _) if self.bootstrap_nonce.is_some() => {
                Err(InvalidFields::BootstrapNonceOfInitialized)
            }
            (State::Initialized, Version::V1) => self.into_v1(&contract),
            (State::Initialized, Version::V2) => Ok(Account::V2(AccountV2 {
                amount: self.amount,
                locked: self.locked,
                storage_usage: self.storage_usage,
                contract,
            })),
        }
    }

    fn contract(&self) -> Result<AccountContract, InvalidFields> {
        let local = AccountContract::from_local_code_hash(self.code_hash);
        match (local, self.global_contract_hash, &self.global_contract_account_id) {
            (local, None, None) => Ok(local),
            (AccountContract::None, Some(code_hash), None) => {
                Ok(AccountContract::Global(code_hash))
            }
            (AccountContract::None, None, Some(account_id)) => {
                Ok(AccountContract::GlobalByAccount(account_id.clone()))
            }
            _ => Err(InvalidFields::SeveralContracts),
        }
    }

    fn into_v1(self, contract: &AccountContract) -> Result<Account, InvalidFields> {
        if contract.global_identifier().is_some() {
            return Err(InvalidFields::GlobalContractInV1);
        }
        if self.amount == MARK {
            return Err(InvalidFields::AmountTooLarge);
        }
        Ok(Account::V1(AccountV1 {
            amount: self.amount,
            locked: self.locked,
            code_hash: self.code_hash,
            storage_usage: self.storage_usage,
        }))
    }

    fn into_uninitialized(self, contract: &AccountContract) -> Result<Account, InvalidFields> {
        let bare = self.version == Version::V1
            && self.locked == Balance::ZERO
            && *contract == AccountContract::None;
        if !bare {
            return Err(InvalidFields::MoreThanUninitialized);
        }
        Ok(Account::Uninitialized(UninitializedAccount {
            amount: self.amount,
            storage_usage: self.storage_usage,
            bootstrap_nonce: self.bootstrap_nonce.ok_or(InvalidFields::NoBootstrapNonce)?,
        }))
    }
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::of(self).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Account, D::Error> {
        let fields = <Fields as Deserialize>::deserialize(deserializer)?;
        fields.into_account().map_err(de::Error::custom)
    }
}
