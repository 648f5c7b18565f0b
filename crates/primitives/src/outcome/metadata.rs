//! What is told of an outcome for people and tools only.
//!
//! The JSON is flat, with a number for the version and fields that later versions have; the type says
//! which version has which.

use super::GasProfile;
use crate::{AccountContract, AccountId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use torr_crypto::hash::CryptoHash;

/// What is told of an outcome for people and tools only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ExecutionMetadata {
    /// Nothing: the outcome of a transaction.
    #[default]
    V1,
    /// Where the gas went, by costs that are no longer told apart so.
    V2(GasProfile),
    /// Where the gas went.
    V3(GasProfile),
    /// Where the gas went, and what code there was.
    V4 {
        /// Where the gas went.
        gas_profile: GasProfile,
        /// The contract that the receiver had just before each action; none for actions that were
        /// not reached.
        contracts: Vec<AccountContract>,
    },
}

impl ExecutionMetadata {
    /// Its number.
    pub const fn version(&self) -> u32 {
        match self {
            ExecutionMetadata::V1 => 1,
            ExecutionMetadata::V2(_) => 2,
            ExecutionMetadata::V3(_) => 3,
            ExecutionMetadata::V4 { .. } => 4,
        }
    }

    /// Where the gas went, if that is told.
    pub const fn gas_profile(&self) -> Option<&GasProfile> {
        match self {
            ExecutionMetadata::V1 => None,
            ExecutionMetadata::V2(gas_profile)
            | ExecutionMetadata::V3(gas_profile)
            | ExecutionMetadata::V4 { gas_profile, .. } => Some(gas_profile),
        }
    }

    /// The contract that the receiver had just before each action, if that is told.
    pub fn contracts(&self) -> Option<&[AccountContract]> {
        match self {
            ExecutionMetadata::V4 { contracts, .. } => Some(contracts),
            ExecutionMetadata::V1 | ExecutionMetadata::V2(_) | ExecutionMetadata::V3(_) => None,
        }
    }
}

/// Its JSON, as it is written.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    gas_profile: Option<&'a GasProfile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contracts: Option<Vec<Option<ContractForm>>>,
}

/// Its JSON, as it is read.
#[derive(Deserialize)]
struct Read {
    version: u32,
    gas_profile: Option<GasProfile>,
    #[serde(default)]
    contracts: Option<Vec<Option<ContractForm>>>,
}

/// A contract in the JSON; none is `null`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ContractForm {
    Local(CryptoHash),
    GlobalHash(CryptoHash),
    GlobalAccountId(AccountId),
}

impl ContractForm {
    fn of(contract: &AccountContract) -> Option<ContractForm> {
        Some(match contract {
            AccountContract::None => return None,
            AccountContract::Local(code_hash) => ContractForm::Local(*code_hash),
            AccountContract::Global(code_hash) => ContractForm::GlobalHash(*code_hash),
            AccountContract::GlobalByAccount(account_id) => {
                ContractForm::GlobalAccountId(account_id.clone())
            }
        })
    }

    fn into_contract(form: Option<ContractForm>) -> AccountContract {
        match form {
            None => AccountContract::None,
            Some(ContractForm::Local(code_hash)) => AccountContract::Local(code_hash),
            Some(ContractForm::GlobalHash(code_hash)) => AccountContract::Global(code_hash),
            Some(ContractForm::GlobalAccountId(account_id)) => {
                AccountContract::GlobalByAccount(account_id)
            }
        }
    }
}

impl Serialize for ExecutionMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let contracts = self.contracts();
        let contracts = contracts.map(|all| all.iter().map(ContractForm::of).collect());
        let (version, gas_profile) = (self.version(), self.gas_profile());
        Written { version, gas_profile, contracts }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExecutionMetadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ExecutionMetadata, D::Error> {
        let read = Read::deserialize(deserializer)?;
        match (read.version, read.gas_profile, read.contracts) {
            (1, None, None) => Ok(ExecutionMetadata::V1),
            (2, Some(gas_profile), None) => Ok(ExecutionMetadata::V2(gas_profile)),
            (3, Some(gas_profile), None) => Ok(ExecutionMetadata::V3(gas_profile)),
            (4, Some(gas_profile), Some(contracts)) => {
                let contracts = contracts.into_iter().map(ContractForm::into_contract).collect();
                Ok(ExecutionMetadata::V4 { gas_profile, contracts })
            }
            (version @ 1..=4, ..) => Err(de::Error::custom(format_args!(
                "metadata of version {version} has other fields: a gas profile from version 2 on, \
                 contracts in version 4"
            ))),
            (version, ..) => {
                Err(de::Error::custom(format_args!("metadata has no version {version}")))
            }
        }
    }
}
