//! State records: what stands in the state, one JSON object for each thing.
//!
//! The protocol writes states in this form: a genesis file is a list of records, and tools exchange
//! states so. It does not cover all that the state holds. [`RecordForm`] says of each kind of key
//! whether there is a record and what the record leaves out, so that whoever writes a state as
//! records knows what is missing; nothing is dropped here without being told.
//!
//! **Invariant:** a record that is read from an entry of the state is written as that same entry,
//! byte for byte; delayed receipts aside, which are written anew.

mod form;

pub use form::RecordForm;

use crate::receipt::{Receipt, ReceivedData, StoredReceipt};
use crate::trie_key::InvalidTrieKey;
use crate::{AccessKey, Account, AccountId, Nonce, NonceIndex, TrieKey, base64_json};
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;

/// A thing in the state, in the form that the protocol writes states in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StateRecord {
    /// An account.
    Account {
        /// Its name.
        account_id: AccountId,
        /// What the state says about it.
        account: Account,
    },
    /// A value that a contract has stored.
    Data {
        /// Whose contract.
        account_id: AccountId,
        /// Under which key of the contract's choice.
        #[serde(with = "base64_json")]
        data_key: Vec<u8>,
        /// The value.
        #[serde(with = "base64_json")]
        value: Vec<u8>,
    },
    /// An account's own contract.
    Contract {
        /// Whose.
        account_id: AccountId,
        /// The contract, as WebAssembly.
        #[serde(with = "base64_json")]
        code: Vec<u8>,
    },
    /// An access key.
    AccessKey {
        /// Whose.
        account_id: AccountId,
        /// The public key as the state names it.
        public_key: PublicKeyHandle,
        /// What it may do.
        access_key: AccessKey,
    },
    /// A receipt that waits for results.
    PostponedReceipt(Box<Receipt>),
    /// A result that arrived early.
    ReceivedData {
        /// Who waits for it.
        account_id: AccountId,
        /// Its name.
        data_id: CryptoHash,
        /// The result; `None` if there is none because of a failure.
        #[serde(default, with = "base64_json::option")]
        data: Option<Vec<u8>>,
    },
    /// A receipt that waits for gas.
    DelayedReceipt(DelayedReceipt),
    /// One nonce of a gas key (NEP-611).
    GasKeyNonce {
        /// Whose.
        account_id: AccountId,
        /// The public key as the state names it.
        public_key: PublicKeyHandle,
        /// Which of the nonces.
        index: NonceIndex,
        /// The nonce.
        nonce: Nonce,
    },
}

/// A receipt that waits for gas. In JSON it is the receipt alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelayedReceipt {
    /// Its place in the queue it was read from. Not in JSON, where the order of records counts; and
    /// the order of keys is another, so whoever writes a state sorts these records by it.
    pub index: Option<u64>,
    /// The receipt.
    pub receipt: Box<Receipt>,
}

/// Where a record goes in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEntry {
    /// Under a key that follows from the record.
    Keyed {
        /// The key.
        key: TrieKey,
        /// What stands under it.
        value: Vec<u8>,
    },
    /// To the end of the queue of delayed receipts, wherever that is in the state written to.
    Delayed(Box<Receipt>),
}

/// Why an entry is none of a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStateEntry {
    /// No thing in the state has this key.
    #[error(transparent)]
    Key(#[from] InvalidTrieKey),
    /// The value is not what the key promises.
    #[error("the value under {key:?} is not what the state holds there: {message}")]
    Value {
        /// The key.
        key: Box<TrieKey>,
        /// What is wrong with it.
        message: String,
    },
    /// The value reads as something that is written otherwise.
    #[error("the value under {key:?} is not written as the protocol writes it")]
    Encoding {
        /// The key.
        key: Box<TrieKey>,
    },
    /// A receipt stands under the key of another.
    #[error("under {key:?} stands receipt {receipt_id} to {receiver_id}")]
    OtherReceipt {
        /// The key.
        key: Box<TrieKey>,
        /// Who gets the receipt.
        receiver_id: AccountId,
        /// Its id.
        receipt_id: CryptoHash,
    },
}

/// Why a record cannot be written to a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record of {account_id} cannot be written to a state: {message}")]
pub struct InvalidStateRecord {
    /// Whom the record belongs to.
    pub account_id: AccountId,
    /// What is wrong with it.
    pub message: String,
}

impl StateRecord {
    /// The record of what stands under a key, or `None` if the protocol has no record for it;
    /// then [`RecordForm::of`] says whether something is lost without.
    ///
    /// # Errors
    /// When the state can hold no such entry. Values for which there are no records are not read.
    pub fn of(key: &[u8], value: &[u8]) -> Result<Option<StateRecord>, InvalidStateEntry> {
        let key = TrieKey::parse(key)?;
        Ok(Some(match &key {
            TrieKey::Account { account_id } => StateRecord::Account {
                account_id: account_id.clone(),
                account: decoded(&key, value)?,
            },
            TrieKey::ContractCode { account_id } => {
                StateRecord::Contract { account_id: account_id.clone(), code: value.to_vec() }
            }
            TrieKey::AccessKey { account_id, public_key } => StateRecord::AccessKey {
                account_id: account_id.clone(),
                public_key: public_key.clone(),
                access_key: decoded(&key, value)?,
            },
            TrieKey::GasKeyNonce { account_id, public_key, index } => StateRecord::GasKeyNonce {
                account_id: account_id.clone(),
                public_key: public_key.clone(),
                index: *index,
                nonce: decoded(&key, value)?,
            },
            TrieKey::ContractData { account_id, key: data_key } => StateRecord::Data {
                account_id: account_id.clone(),
                data_key: data_key.clone(),
                value: value.to_vec(),
            },
            TrieKey::ReceivedData { receiver_id, data_id } => StateRecord::ReceivedData {
                account_id: receiver_id.clone(),
                data_id: *data_id,
                data: decoded::<ReceivedData>(&key, value)?.data,
            },
            TrieKey::PostponedReceipt { .. } => {
                StateRecord::PostponedReceipt(Box::new(postponed_receipt(&key, value)?))
            }
            TrieKey::DelayedReceipt { index } => StateRecord::DelayedReceipt(DelayedReceipt {
                index: Some(*index),
                receipt: Box::new(decoded::<StoredReceipt>(&key, value)?.into_receipt()),
            }),
            TrieKey::PostponedReceiptId { .. }
            | TrieKey::PendingDataCount { .. }
            | TrieKey::DelayedReceiptIndices
            | TrieKey::PromiseYieldIndices
            | TrieKey::PromiseYieldTimeout { .. }
            | TrieKey::PromiseYieldReceipt { .. }
            | TrieKey::BufferedReceiptIndices
            | TrieKey::BufferedReceipt { .. }
            | TrieKey::BandwidthSchedulerState
            | TrieKey::BufferedReceiptGroupsQueueData { .. }
            | TrieKey::BufferedReceiptGroupsQueueItem { .. }
            | TrieKey::GlobalContractCode { .. }
            | TrieKey::GlobalContractNonce { .. }
            | TrieKey::PromiseYieldStatus { .. }
            | TrieKey::YieldIdToDataId { .. }
            | TrieKey::DataIdToYieldId { .. } => return Ok(None),
        }))
    }

    /// Where the record goes in a state, and what goes there.
    ///
    /// What [follows from records](RecordForm::Implied) is up to the caller: it depends on all of
    /// them, and on what the state holds already.
    ///
    /// # Errors
    /// When the value has no encoding: an account of the first version with 2¹²⁸ − 1 yoctoNEAR, or
    /// 2³² or more bytes in one piece.
    pub fn into_entry(self) -> Result<RecordEntry, InvalidStateRecord> {
        let account_id = self.account_id().clone();
        self.into_encoded_entry()
            .map_err(|error| InvalidStateRecord { account_id, message: error.to_string() })
    }

    fn into_encoded_entry(self) -> io::Result<RecordEntry> {
        let (key, value) = match self {
            StateRecord::Account { account_id, account } => {
                (TrieKey::Account { account_id }, borsh::to_vec(&account)?)
            }
            StateRecord::Data { account_id, data_key, value } => {
                (TrieKey::ContractData { account_id, key: data_key }, value)
            }
            StateRecord::Contract { account_id, code } => {
                (TrieKey::ContractCode { account_id }, code)
            }
            StateRecord::AccessKey { account_id, public_key, access_key } => {
                (TrieKey::AccessKey { account_id, public_key }, borsh::to_vec(&access_key)?)
            }
            StateRecord::GasKeyNonce { account_id, public_key, index, nonce } => {
                (TrieKey::GasKeyNonce { account_id, public_key, index }, borsh::to_vec(&nonce)?)
            }
            StateRecord::PostponedReceipt(receipt) => {
                (postponed_receipt_key(&receipt), borsh::to_vec(&receipt)?)
            }
            StateRecord::ReceivedData { account_id: receiver_id, data_id, data } => (
                TrieKey::ReceivedData { receiver_id, data_id },
                borsh::to_vec(&ReceivedData { data })?,
            ),
            StateRecord::DelayedReceipt(DelayedReceipt { receipt, index: _ }) => {
                return Ok(RecordEntry::Delayed(receipt));
            }
        };
        Ok(RecordEntry::Keyed { key, value })
    }

    /// The account that the record belongs to: for a receipt, the one that gets it.
    pub const fn account_id(&self) -> &AccountId {
        match self {
            StateRecord::Account { account_id, .. }
            | StateRecord::Data { account_id, .. }
            | StateRecord::Contract { account_id, .. }
            | StateRecord::AccessKey { account_id, .. }
            | StateRecord::ReceivedData { account_id, .. }
            | StateRecord::GasKeyNonce { account_id, .. } => account_id,
            StateRecord::PostponedReceipt(receipt)
            | StateRecord::DelayedReceipt(DelayedReceipt { receipt, .. }) => &receipt.receiver_id,
        }
    }
}

/// What a value says, if it is written as we write it: only then is the record as good as it.
fn decoded<T: BorshDeserialize + BorshSerialize>(
    key: &TrieKey,
    value: &[u8],
) -> Result<T, InvalidStateEntry> {
    let refused = |error: io::Error| InvalidStateEntry::Value {
        key: Box::new(key.clone()),
        message: error.to_string(),
    };
    let decoded: T = borsh::from_slice(value).map_err(refused)?;
    if borsh::to_vec(&decoded).map_err(refused)? != value {
        return Err(InvalidStateEntry::Encoding { key: Box::new(key.clone()) });
    }
    Ok(decoded)
}

/// The receipt under a key that is made of its receiver and its id.
fn postponed_receipt(key: &TrieKey, value: &[u8]) -> Result<Receipt, InvalidStateEntry> {
    let receipt: Receipt = decoded(key, value)?;
    if postponed_receipt_key(&receipt) != *key {
        return Err(InvalidStateEntry::OtherReceipt {
            key: Box::new(key.clone()),
            receiver_id: receipt.receiver_id,
            receipt_id: receipt.receipt_id,
        });
    }
    Ok(receipt)
}

fn postponed_receipt_key(receipt: &Receipt) -> TrieKey {
    TrieKey::PostponedReceipt {
        receiver_id: receipt.receiver_id.clone(),
        receipt_id: receipt.receipt_id,
    }
}

impl Serialize for DelayedReceipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(&self.receipt, serializer)
    }
}

impl<'de> Deserialize<'de> for DelayedReceipt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DelayedReceipt, D::Error> {
        let receipt = <Box<Receipt> as Deserialize>::deserialize(deserializer)?;
        Ok(DelayedReceipt { index: None, receipt })
    }
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
