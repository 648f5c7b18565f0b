//! Reading keys of the state.
//!
//! Keys may come from a file or a peer. Every byte has to be accounted for: what is too short, too
//! long, or names no valid account is refused.

use super::{ACCESS_KEY_SEPARATOR, Column, NAME_SEPARATOR, TrieKey};
use crate::account_id::AccountIdError;
use crate::{AccountId, GlobalContractIdentifier, YieldId};
use borsh::BorshDeserialize;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;

/// Why bytes are not a key of the state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTrieKey {
    /// There are no bytes.
    #[error("a key of the state has at least the byte of its column, not zero bytes")]
    Empty,
    /// The first byte is no column.
    #[error(
        "no column of the state has the number {column}; the key may be of a newer protocol version"
    )]
    UnknownColumn {
        /// The first byte.
        column: u8,
    },
    /// Whom the key belongs to is no account.
    #[error("a key in column {column:?} needs an account id after its first byte: {source}")]
    AccountId {
        /// The column.
        column: Column,
        /// Why it is none.
        source: AccountIdError,
    },
    /// Nothing ends the account id.
    #[error("a key in column {column:?} needs the byte {separator} after its account id")]
    NoSeparator {
        /// The column.
        column: Column,
        /// What has to be there.
        separator: u8,
    },
    /// What follows is longer or shorter than in any key of the column.
    #[error("a key in column {column:?} ends in {expected} bytes, not {received}")]
    Length {
        /// The column.
        column: Column,
        /// Bytes that a key of the column has after the first, or after account id and separator.
        expected: usize,
        /// Bytes that are there.
        received: usize,
    },
    /// What follows the account id is no public key as the state holds it, or more than one with
    /// the index of a nonce.
    #[error(
        "a key in column AccessKey ends in a public key, and at most the two bytes of an index"
    )]
    PublicKey,
    /// What follows the column is no name of a global contract.
    #[error("a key in column {column:?} is the borsh of a global contract's name after its column")]
    GlobalContract {
        /// The column.
        column: Column,
    },
}

/// The key of which `rest` follows the column.
pub(super) fn after_column(column: Column, rest: &[u8]) -> Result<TrieKey, InvalidTrieKey> {
    let rest = Rest { column, bytes: rest };
    Ok(match column {
        Column::Account => TrieKey::Account { account_id: rest.account_id()? },
        Column::ContractCode => TrieKey::ContractCode { account_id: rest.account_id()? },
        Column::AccessKey => return rest.access_key(),
        Column::ReceivedData => {
            let (receiver_id, data_id) = rest.account_and_hash()?;
            TrieKey::ReceivedData { receiver_id, data_id }
        }
        Column::PostponedReceiptId => {
            let (receiver_id, data_id) = rest.account_and_hash()?;
            TrieKey::PostponedReceiptId { receiver_id, data_id }
        }
        Column::PendingDataCount => {
            let (receiver_id, receipt_id) = rest.account_and_hash()?;
            TrieKey::PendingDataCount { receiver_id, receipt_id }
        }
        Column::PostponedReceipt => {
            let (receiver_id, receipt_id) = rest.account_and_hash()?;
            TrieKey::PostponedReceipt { receiver_id, receipt_id }
        }
        Column::DelayedReceipts if rest.bytes.is_empty() => TrieKey::DelayedReceiptIndices,
        Column::DelayedReceipts => TrieKey::DelayedReceipt { index: rest.number()? },
        Column::ContractData => {
            let (account_id, key) = rest.account_and(NAME_SEPARATOR)?;
            TrieKey::ContractData { account_id, key: key.to_vec() }
        }
        Column::PromiseYieldIndices => rest.nothing(TrieKey::PromiseYieldIndices)?,
        Column::PromiseYieldTimeout => TrieKey::PromiseYieldTimeout { index: rest.number()? },
        Column::PromiseYieldReceipt => {
            let (receiver_id, data_id) = rest.account_and_hash()?;
            TrieKey::PromiseYieldReceipt { receiver_id, data_id }
        }
        Column::BufferedReceiptIndices => rest.nothing(TrieKey::BufferedReceiptIndices)?,
        Column::BufferedReceipt => {
            let [shard_low, shard_high, index @ ..] = rest.exactly::<10>()?;
            let receiving_shard = u16::from_le_bytes([shard_low, shard_high]);
            TrieKey::BufferedReceipt { receiving_shard, index: u64::from_le_bytes(index) }
        }
        Column::BandwidthSchedulerState => rest.nothing(TrieKey::BandwidthSchedulerState)?,
        Column::BufferedReceiptGroupsQueueData => {
            TrieKey::BufferedReceiptGroupsQueueData { receiving_shard: rest.number()? }
        }
        Column::BufferedReceiptGroupsQueueItem => {
            // Shard and index are each eight bytes, the first the lower half of the whole.
            let both = u128::from_le_bytes(rest.exactly()?);
            let [receiving_shard, index] = [both as u64, (both >> u64::BITS) as u64];
            TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard, index }
        }
        Column::GlobalContractCode => {
            TrieKey::GlobalContractCode { identifier: rest.global_contract()? }
        }
        Column::GlobalContractNonce => {
            TrieKey::GlobalContractNonce { identifier: rest.global_contract()? }
        }
        Column::PromiseYieldStatus => {
            let (receiver_id, data_id) = rest.account_and_hash()?;
            TrieKey::PromiseYieldStatus { receiver_id, data_id }
        }
        Column::YieldIdToDataId => {
            let (receiver_id, yield_id) = rest.account_and_hash()?;
            TrieKey::YieldIdToDataId { receiver_id, yield_id: YieldId::from(yield_id) }
        }
        Column::DataIdToYieldId => {
            let (receiver_id, data_id) = rest.account_and_hash()?;
            TrieKey::DataIdToYieldId { receiver_id, data_id }
        }
    })
}

/// What of a key is not read yet.
struct Rest<'a> {
    column: Column,
    bytes: &'a [u8],
}

impl<'a> Rest<'a> {
    /// All of it is an account id.
    fn account_id(&self) -> Result<AccountId, InvalidTrieKey> {
        let column = self.column;
        AccountId::try_from(self.bytes)
            .map_err(|source| InvalidTrieKey::AccountId { column, source })
    }

    /// An account id, and what follows the separator.
    fn account_and(&self, separator: u8) -> Result<(AccountId, &'a [u8]), InvalidTrieKey> {
        let column = self.column;
        // No account id holds a separator, so the first one ends it.
        let mut parts = self.bytes.splitn(2, |byte| *byte == separator);
        let (Some(account_id), Some(rest)) = (parts.next(), parts.next()) else {
            return Err(InvalidTrieKey::NoSeparator { column, separator });
        };
        Ok((Rest { column, bytes: account_id }.account_id()?, rest))
    }

    /// An account id, a comma, and 32 bytes.
    fn account_and_hash(&self) -> Result<(AccountId, CryptoHash), InvalidTrieKey> {
        let (account_id, bytes) = self.account_and(NAME_SEPARATOR)?;
        let hash = Rest { column: self.column, bytes }.exactly()?;
        Ok((account_id, CryptoHash(hash)))
    }

    fn access_key(&self) -> Result<TrieKey, InvalidTrieKey> {
        let (account_id, mut rest) = self.account_and(ACCESS_KEY_SEPARATOR)?;
        let public_key =
            PublicKeyHandle::deserialize(&mut rest).map_err(|_| InvalidTrieKey::PublicKey)?;
        match *rest {
            [] => Ok(TrieKey::AccessKey { account_id, public_key }),
            [low, high] => {
                let index = u16::from_le_bytes([low, high]);
                Ok(TrieKey::GasKeyNonce { account_id, public_key, index })
            }
            _ => Err(InvalidTrieKey::PublicKey),
        }
    }

    fn global_contract(&self) -> Result<GlobalContractIdentifier, InvalidTrieKey> {
        let column = self.column;
        borsh::from_slice(self.bytes).map_err(|_| InvalidTrieKey::GlobalContract { column })
    }

    fn number(&self) -> Result<u64, InvalidTrieKey> {
        self.exactly().map(u64::from_le_bytes)
    }

    fn nothing(&self, key: TrieKey) -> Result<TrieKey, InvalidTrieKey> {
        self.exactly::<0>().map(|_| key)
    }

    fn exactly<const LEN: usize>(&self) -> Result<[u8; LEN], InvalidTrieKey> {
        let (column, received) = (self.column, self.bytes.len());
        let wrong = |_| InvalidTrieKey::Length { column, expected: LEN, received };
        self.bytes.try_into().map_err(wrong)
    }
}
