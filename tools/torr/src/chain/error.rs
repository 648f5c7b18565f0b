//! Why blocks cannot be applied, and what their user can do about it.

use super::Content;
use super::genesis::GenesisError;
use std::io;
use std::path::PathBuf;
use torr_crypto::hash::CryptoHash;
use torr_parameters::ParametersError;
use torr_primitives::{BlockHeight, ShardId};
use torr_runtime::view::ViewError;
use torr_runtime::witness::WitnessError;
use torr_runtime::{ApplyError, Fault, ThreadsError};
use torr_store::database::DatabaseError;
use torr_store::memory_trie::{CommitError, LoadError};
use torr_store::shard_state::StateError as StoreError;
use torr_store::source::TrieError;
use torr_vm_runner::runner::RunnerError;

/// Why a file is not one of blocks or witnesses, or its next one cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("this is no file of {}; `{}` writes one", content.items(), content.made_by())]
    OtherContent {
        /// What it was to have in it.
        content: Content,
    },
    /// It is of a form that this program does not know.
    #[error("it is of version {found}, and this program knows {known}; write it anew")]
    OtherVersion {
        /// Its version.
        found: u32,
        /// The version that is known.
        known: u32,
    },
    /// It ends too early.
    #[error("it is cut short in number {number}; get the whole file")]
    CutShort {
        /// Which block or witness would be next, from 1.
        number: u64,
    },
    /// A block or witness is longer than any is.
    #[error("{item} {number} claims {length} bytes, {limit} are the most; get the file anew")]
    TooLong {
        /// What it is.
        item: &'static str,
        /// Which, from 1.
        number: u64,
        /// The length that it claims, in bytes.
        length: u32,
        /// The most, in bytes.
        limit: u32,
    },
    /// A block or witness is not the one that was written.
    #[error("{item} {number} does not have the hash that it was written with; get the file anew")]
    Checksum {
        /// What it is.
        item: &'static str,
        /// Which, from 1.
        number: u64,
    },
    /// A block has the right hash and is none.
    #[error("block {number} is no block: {source}; whoever wrote it did it wrong")]
    Malformed {
        /// Which, from 1.
        number: u64,
        /// What is wrong.
        source: io::Error,
    },
    /// A witness has the right hash and is none.
    #[error("witness {number}: {source}")]
    Witness {
        /// Which, from 1.
        number: u64,
        /// What is wrong.
        source: Box<WitnessError>,
    },
    /// There are not as many as it says.
    #[error("it has {found} of the {expected} that it says it has; get the file anew")]
    OtherCount {
        /// What it says.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// There is something behind its end.
    #[error("there are bytes behind its end; get the file anew")]
    MoreBehindEnd,
}

/// Why blocks cannot be applied. Nothing of the block in question is kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    /// The database has no chain.
    #[error(
        "the database keeps no blocks; make one by `torr apply --genesis GENESIS --blocks BLOCKS --db FOLDER`"
    )]
    NoChain,
    /// The genesis was begun and not finished.
    #[error(
        "the genesis of the database is not there whole; finish it by `torr apply` with the same genesis"
    )]
    NoGenesisBlock,
    /// The database has states of another origin.
    #[error(
        "the database has a state of shard {shard_id} that did not come from a genesis; name another folder, or remove this one"
    )]
    StateWithoutGenesis {
        /// The shard.
        shard_id: ShardId,
    },
    /// No block with this height is kept.
    #[error("no block at height {height} is kept; choose one of those from {first} to {last}")]
    NoBlock {
        /// The height.
        height: BlockHeight,
        /// Height of the first that is kept.
        first: BlockHeight,
        /// Height of the last.
        last: BlockHeight,
    },
    /// The database began with another genesis.
    #[error(
        "the database began with genesis {kept}, and {} is {found}; name the genesis of the database, or another database",
        path.display()
    )]
    OtherGenesis {
        /// The file.
        path: PathBuf,
        /// The hash of the file.
        found: CryptoHash,
        /// The hash of the genesis that the database began with.
        kept: CryptoHash,
    },
    /// Blocks follow another genesis.
    #[error(
        "the blocks of {} follow genesis {found}, not {expected}; name the genesis that they were made with",
        path.display()
    )]
    BlocksOfOtherGenesis {
        /// The file.
        path: PathBuf,
        /// The genesis that they follow.
        found: CryptoHash,
        /// The genesis of the chain.
        expected: CryptoHash,
    },
    /// The file has another block where the database has its last one.
    #[error(
        "the last block that the database keeps, {kept} at height {height}, is not in {}; name the file that it came from",
        path.display()
    )]
    OtherBlocks {
        /// The file.
        path: PathBuf,
        /// Height of the last block.
        height: BlockHeight,
        /// Its hash.
        kept: CryptoHash,
    },
    /// A file of blocks or witnesses cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// A file of witnesses cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    WriteWitnesses {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A witness cannot be written.
    #[error("the witness of shard {shard_id} at height {height} cannot be written: {source}")]
    EncodeWitness {
        /// Height of the block.
        height: BlockHeight,
        /// The shard.
        shard_id: ShardId,
        /// Why.
        source: Box<WitnessError>,
    },
    /// A block is not above the one before.
    #[error(
        "a block at height {height} cannot follow one at height {head}; the blocks are not in order"
    )]
    HeightNotAbove {
        /// Its height.
        height: BlockHeight,
        /// Height of the one before.
        head: BlockHeight,
    },
    /// A block follows another one.
    #[error(
        "the block at height {height} follows {found}, not the last one, {expected}; a block is missing between them"
    )]
    OtherParent {
        /// Its height.
        height: BlockHeight,
        /// The last block.
        expected: CryptoHash,
        /// The block that it follows.
        found: CryptoHash,
    },
    /// A block names a shard that there is not.
    #[error(
        "the block at height {height} says that shard {shard_id} has no chunk, and the genesis has no such shard"
    )]
    UnknownShard {
        /// Its height.
        height: BlockHeight,
        /// The shard.
        shard_id: ShardId,
    },
    /// A block has transactions of a chunk that is missing.
    #[error(
        "the block at height {height} has transactions of shard {shard_id}, of which it says that it has no chunk"
    )]
    TransactionsOfMissingChunk {
        /// Its height.
        height: BlockHeight,
        /// The shard.
        shard_id: ShardId,
    },
    /// A receipt is for a shard that there is not.
    #[error(
        "receipt {receipt_id} of the block at height {height} is for a shard that the genesis does not have"
    )]
    ReceiptToNowhere {
        /// Height of the block.
        height: BlockHeight,
        /// The receipt.
        receipt_id: CryptoHash,
    },
    /// A chunk is not applied.
    #[error(
        "the chunk of shard {shard_id} at height {height} is not applied, the state stays as it was: {source}"
    )]
    Apply {
        /// Height of the block.
        height: BlockHeight,
        /// The shard.
        shard_id: ShardId,
        /// Why.
        source: Box<ApplyError>,
    },
    /// A state is not in memory though it was put there.
    #[error("the state with root {old_root} is not in memory; this is a bug, please report it")]
    LostState {
        /// Its root.
        old_root: CryptoHash,
    },
    /// What is kept of blocks and what is kept of states do not fit together.
    #[error(
        "the database is inconsistent: {what}; restore it from a copy, or apply the blocks anew in another folder"
    )]
    Inconsistent {
        /// What does not fit.
        what: String,
    },
    /// What a shard has to do cannot be counted.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Something cannot be looked at.
    #[error(transparent)]
    View {
        /// Why.
        #[from]
        source: ViewError,
    },
    /// The genesis cannot be used.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// There are no parameters of the genesis's protocol version.
    #[error("the genesis's protocol version: {0}")]
    Parameters(#[from] ParametersError),
    /// Settings cannot be kept.
    #[error("the settings of the genesis cannot be written: {0}")]
    Settings(#[from] serde_json::Error),
    /// The engine cannot be set up.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// Threads cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// Ctrl-C cannot be caught.
    #[error("signals cannot be caught: {0}")]
    Signals(#[source] io::Error),
    /// The database cannot be opened, read or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A state cannot be read or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A trie cannot be read.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// A trie cannot be brought into memory.
    #[error("the state cannot be brought into memory: {0}; `--trie disk` does without")]
    Load(#[from] LoadError),
    /// A trie in memory cannot grow.
    #[error("the state in memory cannot grow: {0}; `--trie disk` does without")]
    Memory(#[from] CommitError),
}
