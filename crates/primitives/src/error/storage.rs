//! How reading the state can fail, as the encoding of transaction errors knows it.
//!
//! No outcome of this implementation holds one: it stops on such failures, because they are this
//! node's own. The types exist so that every transaction error of the protocol can be read.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// Why the state could not be read.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
#[error("{self:?}")]
pub enum StorageError {
    /// The database failed.
    StorageInternalError,
    /// A trie node or a value is not there.
    MissingTrieValue(MissingTrieValue),
    /// A trie node is there that should not be.
    UnexpectedTrieValue,
    /// The state contradicts itself; the text is for people only.
    StorageInconsistentState(String),
    /// The flat state does not know a block.
    FlatStorageBlockNotSupported(String),
    /// The trie in memory could not be loaded.
    MemTrieLoadingError(String),
}

/// What is not there, and where it was looked for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MissingTrieValue {
    /// Where it was looked for.
    pub context: MissingTrieValueContext,
    /// Hash of the node or value.
    pub hash: CryptoHash,
}

/// Where a missing node or value was looked for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum MissingTrieValueContext {
    /// By an iterator.
    TrieIterator,
    /// While reading ahead.
    TriePrefetchingStorage,
    /// In a partial state.
    TrieMemoryPartialStorage,
    /// In the database.
    TrieStorage,
}
