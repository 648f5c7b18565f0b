//! Keys of the state: the bytes under which each thing stands in the trie.
//!
//! A key begins with the byte of its [`Column`]. Then comes whom it belongs to, and after a byte
//! that no account id holds, what of theirs it is; or, for what belongs to the shard, numbers in
//! little-endian order. The protocol names columns in its "State" chapter (RuntimeSpec); gas keys
//! are NEP-611, yields NEP-519, buffered receipts NEP-539, global contracts NEP-591.
//!
//! **Invariant:** [`TrieKey::parse`] takes what [`TrieKey::to_bytes`] gives and nothing else, so a
//! key and its bytes are one thing in two forms.

mod column;
mod length;
mod parse;

pub use column::Column;
pub use length::{access_key_trie_key_len, gas_key_nonce_trie_key_len};
pub use parse::InvalidTrieKey;

use crate::{AccountId, GlobalContractIdentifier, NonceIndex, ShardId, YieldId, base64_json};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;

/// What stands between an account id and the name of a thing of the account.
const NAME_SEPARATOR: u8 = b',';
/// What stands between an account id and one of its keys: once more the byte of the column.
const ACCESS_KEY_SEPARATOR: u8 = Column::AccessKey as u8;

/// The key of one thing in the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TrieKey {
    /// An [`Account`](crate::Account).
    Account {
        /// Whose.
        account_id: AccountId,
    },
    /// The account's own contract, as WebAssembly.
    ContractCode {
        /// Whose.
        account_id: AccountId,
    },
    /// An [`AccessKey`](crate::AccessKey).
    AccessKey {
        /// Whose.
        account_id: AccountId,
        /// The public key as the state names it.
        public_key: PublicKeyHandle,
    },
    /// One nonce of a gas key: a [`Nonce`](crate::Nonce).
    GasKeyNonce {
        /// Whose.
        account_id: AccountId,
        /// The public key as the state names it.
        public_key: PublicKeyHandle,
        /// Which of the nonces.
        index: NonceIndex,
    },
    /// A result that arrived before it was waited for, or before all others did:
    /// [`ReceivedData`](crate::receipt::ReceivedData).
    ReceivedData {
        /// Who waits for it.
        receiver_id: AccountId,
        /// Its name.
        data_id: CryptoHash,
    },
    /// Id of the postponed receipt that waits for a result.
    PostponedReceiptId {
        /// Who waits for it.
        receiver_id: AccountId,
        /// Name of the result.
        data_id: CryptoHash,
    },
    /// How many results a postponed receipt still waits for: a `u32`.
    PendingDataCount {
        /// Who gets the receipt.
        receiver_id: AccountId,
        /// The receipt.
        receipt_id: CryptoHash,
    },
    /// A [`Receipt`](crate::receipt::Receipt) that waits for results.
    PostponedReceipt {
        /// Who gets it.
        receiver_id: AccountId,
        /// Its id.
        receipt_id: CryptoHash,
    },
    /// Which delayed receipts there are: [`QueueIndices`](crate::receipt::QueueIndices).
    DelayedReceiptIndices,
    /// A receipt that waits for gas: a [`StoredReceipt`](crate::receipt::StoredReceipt).
    DelayedReceipt {
        /// Its place in the queue.
        index: u64,
    },
    /// A value that a contract has stored.
    ContractData {
        /// Whose.
        account_id: AccountId,
        /// Under which key of the contract's choice.
        #[serde(with = "base64_json")]
        key: Vec<u8>,
    },
    /// Which timeouts of yields there are: [`QueueIndices`](crate::receipt::QueueIndices).
    PromiseYieldIndices,
    /// When a yield ends: a [`PromiseYieldTimeout`](crate::receipt::PromiseYieldTimeout).
    PromiseYieldTimeout {
        /// Its place in the queue.
        index: u64,
    },
    /// A [`Receipt`](crate::receipt::Receipt) that waits to be resumed.
    PromiseYieldReceipt {
        /// Who gets it.
        receiver_id: AccountId,
        /// What it is resumed with.
        data_id: CryptoHash,
    },
    /// Which receipts wait for room in other shards:
    /// [`BufferedReceiptIndices`](crate::receipt::BufferedReceiptIndices).
    BufferedReceiptIndices,
    /// A receipt that waits for room in another shard: a
    /// [`StoredReceipt`](crate::receipt::StoredReceipt).
    BufferedReceipt {
        /// The other shard; [`ShardId`]s above 65 535 have no such key.
        receiving_shard: u16,
        /// Its place in the queue of that shard.
        index: u64,
    },
    /// How much each shard may send to each.
    BandwidthSchedulerState,
    /// What the groups of buffered receipts for a shard come to.
    BufferedReceiptGroupsQueueData {
        /// The other shard.
        receiving_shard: ShardId,
    },
    /// A group of buffered receipts.
    BufferedReceiptGroupsQueueItem {
        /// The other shard.
        receiving_shard: ShardId,
        /// Its place in the queue of groups.
        index: u64,
    },
    /// A global contract, as WebAssembly.
    GlobalContractCode {
        /// Its name.
        identifier: GlobalContractIdentifier,
    },
    /// How often a global contract has been deployed: a `u64`.
    GlobalContractNonce {
        /// Its name.
        identifier: GlobalContractIdentifier,
    },
    /// How far a yield has come.
    PromiseYieldStatus {
        /// Who waits.
        receiver_id: AccountId,
        /// For what.
        data_id: CryptoHash,
    },
    /// What the contract's name of a yield stands for: a hash.
    YieldIdToDataId {
        /// Who waits.
        receiver_id: AccountId,
        /// The contract's name.
        yield_id: YieldId,
    },
    /// The contract's name of a yield: a [`YieldId`].
    DataIdToYieldId {
        /// Who waits.
        receiver_id: AccountId,
        /// The protocol's name.
        data_id: CryptoHash,
    },
}

impl TrieKey {
    /// The bytes under which the thing stands.
    pub fn to_bytes(&self) -> Vec<u8> {
        let column = self.column();
        match self {
            Self::Account { account_id } | Self::ContractCode { account_id } => {
                joined(column, &[account_id.as_bytes()])
            }
            Self::AccessKey { account_id, public_key } => access_key(account_id, public_key, &[]),
            Self::GasKeyNonce { account_id, public_key, index } => {
                access_key(account_id, public_key, &index.to_le_bytes())
            }
            Self::ReceivedData { receiver_id, data_id: name }
            | Self::PostponedReceiptId { receiver_id, data_id: name }
            | Self::PendingDataCount { receiver_id, receipt_id: name }
            | Self::PostponedReceipt { receiver_id, receipt_id: name }
            | Self::PromiseYieldReceipt { receiver_id, data_id: name }
            | Self::PromiseYieldStatus { receiver_id, data_id: name }
            | Self::DataIdToYieldId { receiver_id, data_id: name } => {
                named(column, receiver_id, name.as_bytes())
            }
            Self::YieldIdToDataId { receiver_id, yield_id } => {
                named(column, receiver_id, &yield_id.0)
            }
            Self::ContractData { account_id, key } => named(column, account_id, key),
            Self::DelayedReceiptIndices
            | Self::PromiseYieldIndices
            | Self::BufferedReceiptIndices
            | Self::BandwidthSchedulerState => joined(column, &[]),
            Self::DelayedReceipt { index: number }
            | Self::PromiseYieldTimeout { index: number }
            | Self::BufferedReceiptGroupsQueueData { receiving_shard: number } => {
                joined(column, &[&number.to_le_bytes()])
            }
            Self::BufferedReceipt { receiving_shard, index } => {
                joined(column, &[&receiving_shard.to_le_bytes(), &index.to_le_bytes()])
            }
            Self::BufferedReceiptGroupsQueueItem { receiving_shard, index } => {
                joined(column, &[&receiving_shard.to_le_bytes(), &index.to_le_bytes()])
            }
            Self::GlobalContractCode { identifier } | Self::GlobalContractNonce { identifier } => {
                global_contract(column, identifier)
            }
        }
    }

    /// The key with these bytes.
    ///
    /// # Errors
    /// When no key has them.
    pub fn parse(bytes: &[u8]) -> Result<TrieKey, InvalidTrieKey> {
        let (&column, rest) = bytes.split_first().ok_or(InvalidTrieKey::Empty)?;
        let column = Column::of(column).ok_or(InvalidTrieKey::UnknownColumn { column })?;
        parse::after_column(column, rest)
    }

    /// What all keys of access keys and gas keys of an account begin with, and no others.
    pub fn access_keys_prefix(account_id: &AccountId) -> Vec<u8> {
        joined(Column::AccessKey, &[account_id.as_bytes(), &[ACCESS_KEY_SEPARATOR]])
    }

    /// What all keys of an account's contract data begin with of which the contract's key begins
    /// with `prefix`, and no others.
    pub fn contract_data_prefix(account_id: &AccountId, prefix: &[u8]) -> Vec<u8> {
        named(Column::ContractData, account_id, prefix)
    }

    /// The account that the thing belongs to. A global contract belongs to none, not even to the
    /// one it is named after.
    pub const fn account_id(&self) -> Option<&AccountId> {
        match self {
            Self::Account { account_id }
            | Self::ContractCode { account_id }
            | Self::AccessKey { account_id, .. }
            | Self::GasKeyNonce { account_id, .. }
            | Self::ContractData { account_id, .. } => Some(account_id),
            Self::ReceivedData { receiver_id, .. }
            | Self::PostponedReceiptId { receiver_id, .. }
            | Self::PendingDataCount { receiver_id, .. }
            | Self::PostponedReceipt { receiver_id, .. }
            | Self::PromiseYieldReceipt { receiver_id, .. }
            | Self::PromiseYieldStatus { receiver_id, .. }
            | Self::YieldIdToDataId { receiver_id, .. }
            | Self::DataIdToYieldId { receiver_id, .. } => Some(receiver_id),
            Self::DelayedReceiptIndices
            | Self::DelayedReceipt { .. }
            | Self::PromiseYieldIndices
            | Self::PromiseYieldTimeout { .. }
            | Self::BufferedReceiptIndices
            | Self::BufferedReceipt { .. }
            | Self::BandwidthSchedulerState
            | Self::BufferedReceiptGroupsQueueData { .. }
            | Self::BufferedReceiptGroupsQueueItem { .. }
            | Self::GlobalContractCode { .. }
            | Self::GlobalContractNonce { .. } => None,
        }
    }

    /// The column that the key is in.
    pub const fn column(&self) -> Column {
        match self {
            Self::Account { .. } => Column::Account,
            Self::ContractCode { .. } => Column::ContractCode,
            Self::AccessKey { .. } | Self::GasKeyNonce { .. } => Column::AccessKey,
            Self::ReceivedData { .. } => Column::ReceivedData,
            Self::PostponedReceiptId { .. } => Column::PostponedReceiptId,
            Self::PendingDataCount { .. } => Column::PendingDataCount,
            Self::PostponedReceipt { .. } => Column::PostponedReceipt,
            Self::DelayedReceiptIndices | Self::DelayedReceipt { .. } => Column::DelayedReceipts,
            Self::ContractData { .. } => Column::ContractData,
            Self::PromiseYieldIndices => Column::PromiseYieldIndices,
            Self::PromiseYieldTimeout { .. } => Column::PromiseYieldTimeout,
            Self::PromiseYieldReceipt { .. } => Column::PromiseYieldReceipt,
            Self::BufferedReceiptIndices => Column::BufferedReceiptIndices,
            Self::BufferedReceipt { .. } => Column::BufferedReceipt,
            Self::BandwidthSchedulerState => Column::BandwidthSchedulerState,
            Self::BufferedReceiptGroupsQueueData { .. } => Column::BufferedReceiptGroupsQueueData,
            Self::BufferedReceiptGroupsQueueItem { .. } => Column::BufferedReceiptGroupsQueueItem,
            Self::GlobalContractCode { .. } => Column::GlobalContractCode,
            Self::GlobalContractNonce { .. } => Column::GlobalContractNonce,
            Self::PromiseYieldStatus { .. } => Column::PromiseYieldStatus,
            Self::YieldIdToDataId { .. } => Column::YieldIdToDataId,
            Self::DataIdToYieldId { .. } => Column::DataIdToYieldId,
        }
    }
}

/// The bytes in a row, allocated once: keys are made by the million.
fn joined(column: Column, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(1 + len);
    bytes.push(column as u8);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

fn named(column: Column, account_id: &AccountId, name: &[u8]) -> Vec<u8> {
    joined(column, &[account_id.as_bytes(), &[NAME_SEPARATOR], name])
}

fn access_key(account_id: &AccountId, public_key: &PublicKeyHandle, index: &[u8]) -> Vec<u8> {
    let public_key = borsh::to_vec(public_key).expect("memory takes any public key");
    let separator = [ACCESS_KEY_SEPARATOR];
    joined(Column::AccessKey, &[account_id.as_bytes(), &separator, &public_key, index])
}

fn global_contract(column: Column, identifier: &GlobalContractIdentifier) -> Vec<u8> {
    joined(column, &[&borsh::to_vec(identifier).expect("memory takes any name")])
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
