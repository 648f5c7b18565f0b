//! Why a command on the state of a database cannot be carried out.

use super::records::RecordsError;
use std::io;
use std::path::PathBuf;
use torr_crypto::hash::CryptoHash;
use torr_store::database::DatabaseError;
use torr_store::proof::InvalidProofFile;
use torr_store::shard_state::StateError as StoreError;
use torr_store::source::TrieError;
use torr_store::state_file::StateFileError;
use torr_store::stored_trie::ShardUid;

/// A command on the state of a database cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StateError {
    /// There is no database.
    #[error("there is no database in {}; name its folder, or make one by `torr state import`", folder.display())]
    NoDatabase {
        /// The folder.
        folder: PathBuf,
    },
    /// The database is of a kind that this program does not have.
    #[error(
        "this program has no RocksDB, so it cannot open {}; build it with `--features rocksdb`, or name \
         the folder of an embedded database",
        folder.display()
    )]
    #[cfg_attr(feature = "rocksdb", expect(dead_code, reason = "this program has RocksDB"))]
    NoRocksDb {
        /// The folder.
        folder: PathBuf,
    },
    /// A new database belongs to no chain yet.
    #[error("{} has no database yet; say which chain the new one is of by --chain ID", folder.display())]
    NoChain {
        /// The folder.
        folder: PathBuf,
    },
    /// The shard has no state.
    #[error(
        "shard {shard} of the database has no state; name another by --shard, or import one by `torr \
         state import`"
    )]
    NoVersion {
        /// The shard.
        shard: ShardUid,
    },
    /// No version has the root.
    #[error(
        "no version of the state with root {root} is kept; `torr state root` lists those that are"
    )]
    UnknownRoot {
        /// The root.
        root: CryptoHash,
    },
    /// No version has the height.
    #[error(
        "no version of the state at height {height} is kept; `torr state root` lists those that are"
    )]
    UnknownHeight {
        /// The height.
        height: u64,
    },
    /// Several versions have the height.
    #[error(
        "several versions of the state at height {height} are kept; choose one by --root: {roots}"
    )]
    SeveralAtHeight {
        /// The height.
        height: u64,
        /// Their roots.
        roots: String,
    },
    /// A file cannot be opened, read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A state file cannot be written, read or imported.
    #[error("{}: {source}", path.display())]
    StateFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<StateFileError>,
    },
    /// Records cannot be written, read or imported.
    #[error("{}: {source}", path.display())]
    Records {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<RecordsError>,
    },
    /// The state file is not of the root that was asked for.
    #[error("{} is of root {found}, not of {expected}; name another file, or another --root", path.display())]
    OtherRoot {
        /// The file.
        path: PathBuf,
        /// The root in the file.
        found: CryptoHash,
        /// The root that was asked for.
        expected: CryptoHash,
    },
    /// A line of a list of keys is none.
    #[error("{}, line {line}: {source}", path.display())]
    KeyInFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: super::key::KeyError,
    },
    /// Nothing to prove.
    #[error("there is no key to prove; name some, or a file with one a line by --keys-from FILE")]
    NoKeys,
    /// The proof cannot be written.
    #[error(transparent)]
    Proof(#[from] InvalidProofFile),
    /// The database cannot be opened or read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The state cannot be read or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The trie cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
}
