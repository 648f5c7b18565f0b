//! What can go wrong with a shard's state, and what its user can do about it.

use super::VersionNumber;
use crate::database::DatabaseError;
use crate::source::TrieError;
use crate::stored_trie::ShardUid;
use torr_crypto::hash::CryptoHash;

/// A shard's state cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The version is not there, or was removed.
    #[error("version {number} is not kept; choose one of those that `versions` lists")]
    NotKept {
        /// Its number.
        number: VersionNumber,
    },
    /// The changes are not of the parent.
    #[error(
        "the changes are of a trie with root {found}, but the parent's root is {expected}; make them \
         from the parent's trie"
    )]
    OtherRoot {
        /// The parent's root.
        expected: CryptoHash,
        /// The old root of the changes.
        found: CryptoHash,
    },
    /// Versions cannot be committed together.
    #[error(
        "shard {shard} is in another database than the shards that are committed with it, or is one of them \
         twice; commit it by itself"
    )]
    NotTogether {
        /// The shard.
        shard: ShardUid,
    },
    /// The head cannot be removed.
    #[error("version {number} is the head; set another head, then remove it")]
    IsHead {
        /// Its number.
        number: VersionNumber,
    },
    /// All versions were removed, and the flat column still has something of them.
    #[error(
        "the flat state of the versions that were removed is still there; collect until nothing is \
         left, then commit"
    )]
    NotCollected,
    /// A state cannot be imported beside others.
    #[error(
        "the shard has versions already; import into one that has none, or remove all versions of this \
         one before"
    )]
    HasVersions,
    /// An import is in the way of a first version.
    #[error("an import into the shard was begun; finish it, or give it up, then commit")]
    ImportUnfinished,
    /// The import that was begun is another, or has come to another place.
    #[error(
        "an import of something else was begun in the shard; finish it with the file that it was begun \
         with, or give it up, then import this"
    )]
    OtherImport,
    /// What was imported is not what was promised. It was given up.
    #[error(
        "what was imported has root {found}, not {expected}; nothing of it is kept, get it anew from \
         who has the right state"
    )]
    OtherContent {
        /// The root that was promised.
        expected: CryptoHash,
        /// The root of what was imported.
        found: CryptoHash,
    },
    /// There is no further number for a version.
    #[error("there are no more numbers for versions; export the state and import it anew")]
    NoMoreNumbers,
    /// The flat column does not have what the trie of the head has.
    #[error(
        "the flat state differs from the trie of the head at key {}; restore the database from a \
         copy, or sync it anew",
        hex::encode(key)
    )]
    FlatDiffers {
        /// The key.
        key: Vec<u8>,
    },
    /// A trie cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The database failed, or a record in it is damaged.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
