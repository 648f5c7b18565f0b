//! What stands in a state file, field by field.

use crate::bytes::{from_notation, notation};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{AccountId, Balance, StorageUsage, YieldId};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// Format of the file.
    format: Format,
    /// How many promises were made that wait to be resumed; the next one's data id follows from
    /// this number.
    pub(crate) yields_created: u64,
    /// The accounts that calls were made to.
    #[serde(with = "unique")]
    pub(crate) accounts: BTreeMap<AccountId, AccountState>,
}

/// The formats that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    /// The first.
    #[default]
    #[serde(rename = "torr-state-1")]
    First,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountState {
    /// Its balance, in yoctoNEAR.
    pub(crate) balance: Balance,
    /// Its storage usage in bytes, the contract's code included.
    pub(crate) storage_usage: StorageUsage,
    /// Bytes of the contract's code, as far as they are in the storage usage.
    pub(crate) contract_bytes: u64,
    /// Promises that wait to be resumed (NEP-519).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) yields: Vec<PendingYield>,
    /// The contract's storage.
    #[serde(with = "storage")]
    pub(crate) storage: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A promise that waits to be resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PendingYield {
    /// What resumes it.
    pub(crate) data_id: CryptoHash,
    /// The name that the contract gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) yield_id: Option<YieldId>,
}

/// A map in which no key stands twice. JSON allows it, and one of the values would get lost.
mod unique {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        accounts: &BTreeMap<AccountId, AccountState>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        accounts.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<AccountId, AccountState>, D::Error> {
        struct Accounts;

        impl<'de> Visitor<'de> for Accounts {
            type Value = BTreeMap<AccountId, AccountState>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of accounts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut accounts = BTreeMap::new();
                while let Some((account_id, account)) = map.next_entry::<AccountId, _>()? {
                    if accounts.insert(account_id.clone(), account).is_some() {
                        return Err(de::Error::custom(format_args!("{account_id} stands twice")));
                    }
                }
                Ok(accounts)
            }
        }

        deserializer.deserialize_map(Accounts)
    }
}

/// Keys and values as text.
mod storage {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        storage: &BTreeMap<Vec<u8>, Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(storage.len()))?;
        for (key, value) in storage {
            map.serialize_entry(&notation(key), &notation(value))?;
        }
        map.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, D::Error> {
        struct Storage;

        impl<'de> Visitor<'de> for Storage {
            type Value = BTreeMap<Vec<u8>, Vec<u8>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of keys to values, both texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let bytes = |text: &str| from_notation(text).map_err(de::Error::custom);
                let mut storage = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    if storage.insert(bytes(&key)?, bytes(&value)?).is_some() {
                        return Err(de::Error::custom(format_args!("key {key:?} stands twice")));
                    }
                }
                Ok(storage)
            }
        }

        deserializer.deserialize_map(Storage)
    }
}
