//! States that chunks are applied to: one in a real database on disk, and one in memory, as a node keeps
//! it that has room for it.
//!
//! Both have the same users, and the storage of one contract, which is as large as it is asked to be.
//! Experiments put what they need beside that; versions of a state share all nodes that are the same.

use crate::error::EstimatorError;
use crate::work::contract::SPREAD;
use borsh::BorshSerialize;
use serde::{Deserialize, Serialize};
use std::cell::{OnceCell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle, SecretKey};
use torr_primitives::state_record::RecordEntry;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountId, Balance, StateRecord,
    TrieKey,
};
use torr_runtime::{ApplyResult, ChunkInput, Environment, apply};
use torr_store::database::{
    Batch, Database, EmbeddedDatabase, Identity, OpenOptions, Reader, Verification,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::source::NodeSource;
use torr_store::stored_trie::ShardUid;
use torr_store::trie::{EMPTY_ROOT, Finished, Trie};

/// The contract whose storage is as large as the state is to be.
pub const STORE: &str = "store.near";
/// Length of the values in that storage, in bytes.
pub const VALUE_LEN: usize = 100;
/// What an entry of that storage counts for, in bytes: its key in the state, and its value.
const ENTRY_LEN: u64 = 8 + 12 + VALUE_LEN as u64;
/// Users, each with a key to sign with.
pub const USERS: usize = 2_000;
/// What a user has, in yoctoNEAR: enough for anything.
const USER_AMOUNT: Balance = Balance::from_yoctonear(10_u128.pow(33));

/// Storage that a contract's account uses, in bytes.
const CONTRACT_USAGE: u64 = 1 << 40;

/// The only shard.
const SHARD: ShardUid = ShardUid { version: 0, shard_id: 0 };
/// Entries that are put at a time.
const BATCH: u64 = 100_000;
/// The most that is kept in memory too, in bytes of entries.
const MOST_IN_MEMORY: u64 = 1 << 28;
/// A database has one byte of its own cache for so many of the state, so that most reads miss it.
const UNCACHED: u64 = 16;
/// The file that says which state a folder has.
const DESCRIPTION: &str = "state.json";

/// Keys of a trie with their values, in the order of keys.
pub type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// Where nodes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nodes {
    /// In memory.
    Memory,
    /// In a database on disk, by their hashes.
    Database,
}

/// Which database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DatabaseKind {
    /// The embedded one.
    #[default]
    Embedded,
    /// RocksDB.
    #[cfg(feature = "rocksdb")]
    Rocksdb,
}

impl DatabaseKind {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            DatabaseKind::Embedded => "embedded",
            #[cfg(feature = "rocksdb")]
            DatabaseKind::Rocksdb => "rocksdb",
        }
    }

    fn open(
        self,
        folder: &Path,
        options: &OpenOptions,
    ) -> Result<Arc<dyn Database>, EstimatorError> {
        Ok(match self {
            DatabaseKind::Embedded => Arc::new(EmbeddedDatabase::open(folder, options)?),
            #[cfg(feature = "rocksdb")]
            DatabaseKind::Rocksdb => {
                Arc::new(torr_store::database::RocksDatabase::open(folder, options)?)
            }
        })
    }
}

/// The states, each made when it is first asked for.
#[derive(Debug)]
pub struct States {
    settings: StateSettings,
    memory: OnceCell<InMemory>,
    disk: OnceCell<OnDisk>,
}

/// What states are to be like.
#[derive(Clone, Debug)]
pub struct StateSettings {
    /// How large the state is, in bytes of entries.
    pub size: u64,
    /// The database that it is in.
    pub database: DatabaseKind,
    /// The folder that it is in, and stays in; `None`: one that is removed at the end.
    pub folder: Option<PathBuf>,
}

#[derive(Debug)]
struct InMemory {
    trie: RefCell<MemoryTrie>,
    root: CryptoHash,
}

struct OnDisk {
    database: Arc<dyn Database>,
    root: CryptoHash,
    _folder: Option<TempDir>,
}

impl std::fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "state {}", self.root)
    }
}

/// Which state a folder has.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Description {
    size: u64,
    root: String,
}

/// A version of a state: what all have, and what an experiment has put beside it.
#[derive(Debug)]
pub struct State<'s> {
    states: &'s States,
    nodes: Nodes,
    root: CryptoHash,
}

impl States {
    /// States that are made when they are needed.
    pub fn new(settings: StateSettings) -> States {
        States { settings, memory: OnceCell::new(), disk: OnceCell::new() }
    }

    /// A version with `records` beside what all have.
    ///
    /// # Errors
    /// When a database cannot be made, read or written.
    pub fn with(
        &self,
        nodes: Nodes,
        records: impl IntoIterator<Item = StateRecord>,
    ) -> Result<State<'_>, EstimatorError> {
        self.with_entries(nodes, records, Entries::new())
    }

    /// The same with entries too, for what there are no records of.
    ///
    /// # Errors
    /// When a database cannot be made, read or written.
    pub fn with_entries(
        &self,
        nodes: Nodes,
        records: impl IntoIterator<Item = StateRecord>,
        more: Entries,
    ) -> Result<State<'_>, EstimatorError> {
        let mut entries = entries(records)?;
        entries.extend(more);
        entries.sort_unstable();
        let root = match nodes {
            Nodes::Memory => {
                let memory = self.memory()?;
                let mut trie = memory.trie.borrow_mut();
                add_in_memory(&mut trie, memory.root, &entries)?
            }
            Nodes::Database => {
                let disk = self.disk()?;
                add_on_disk(&*disk.database, disk.root, &entries)?
            }
        };
        Ok(State { states: self, nodes, root })
    }

    /// How many entries the storage of [`STORE`] has.
    pub fn stored_entries(&self, nodes: Nodes) -> u64 {
        let size = match nodes {
            Nodes::Memory => self.settings.size.min(MOST_IN_MEMORY),
            Nodes::Database => self.settings.size,
        };
        (size / ENTRY_LEN).max(1)
    }

    fn memory(&self) -> Result<&InMemory, EstimatorError> {
        if let Some(memory) = self.memory.get() {
            return Ok(memory);
        }
        let mut trie = MemoryTrie::default();
        let mut root = EMPTY_ROOT;
        for entries in population(self.stored_entries(Nodes::Memory)) {
            let next = add_in_memory(&mut trie, root, &entries?)?;
            trie.remove(root);
            root = next;
        }
        Ok(self.memory.get_or_init(|| InMemory { trie: RefCell::new(trie), root }))
    }

    fn disk(&self) -> Result<&OnDisk, EstimatorError> {
        if let Some(disk) = self.disk.get() {
            return Ok(disk);
        }
        let disk = match &self.settings.folder {
            Some(folder) => self.kept(folder)?,
            None => {
                let folder = TempDir::with_prefix("param-estimator-").map_err(|source| {
                    EstimatorError::File { path: std::env::temp_dir(), source }
                })?;
                let database = self.open(&folder.path().join("database"))?;
                let root = self.populate(&*database)?;
                OnDisk { database, root, _folder: Some(folder) }
            }
        };
        Ok(self.disk.get_or_init(|| disk))
    }

    /// The state of a folder; made if the folder has none.
    fn kept(&self, folder: &Path) -> Result<OnDisk, EstimatorError> {
        let file = |path: &Path| {
            let path = path.to_owned();
            move |source| EstimatorError::File { path, source }
        };
        let path = folder.join(DESCRIPTION);
        let size = self.settings.size;
        let malformed = |reason: String| EstimatorError::Malformed { path: path.clone(), reason };
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(file(&path))?;
            let found: Description =
                serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
            if found.size != size {
                let reason = format!(
                    "the state there is of {} bytes, not {size}; say --state-size {}, or another folder",
                    found.size, found.size
                );
                return Err(malformed(reason));
            }
            let root =
                found.root.parse().map_err(|_| malformed("no root of a state".to_owned()))?;
            return Ok(OnDisk {
                database: self.open(&folder.join("database"))?,
                root,
                _folder: None,
            });
        }
        fs::create_dir_all(folder).map_err(file(folder))?;
        let database = self.open(&folder.join("database"))?;
        let root = self.populate(&*database)?;
        let text = serde_json::to_string(&Description { size, root: root.to_string() });
        let text = text.map_err(|error| malformed(error.to_string()))?;
        // Last of all: a state that is not finished has no description.
        fs::write(&path, text).map_err(file(&path))?;
        Ok(OnDisk { database, root, _folder: None })
    }

    fn open(&self, folder: &Path) -> Result<Arc<dyn Database>, EstimatorError> {
        let identity = Identity { schema: 1, chain_id: "param-estimator".to_owned() };
        let cache_len = usize::try_from(self.settings.size / UNCACHED).unwrap_or(usize::MAX);
        let cache_len = cache_len.max(1 << 20);
        let options = OpenOptions {
            cache_len,
            verification: Verification::AsRead,
            ..OpenOptions::new(identity)
        };
        self.settings.database.open(folder, &options)
    }

    fn populate(&self, database: &dyn Database) -> Result<CryptoHash, EstimatorError> {
        let mut root = EMPTY_ROOT;
        for entries in population(self.stored_entries(Nodes::Database)) {
            let finished = updated(&Trie::stored(reader(database), SHARD, root), &entries?)?;
            let changes = finished.into_changes();
            let mut batch = Batch::new();
            changes.insert_into(SHARD, &mut batch);
            changes.delete_from(SHARD, &mut batch);
            database.write(batch)?;
            root = changes.new_root;
        }
        Ok(root)
    }
}

impl State<'_> {
    /// Where its nodes are read.
    pub fn nodes(&self) -> Nodes {
        self.nodes
    }

    /// Applies a chunk, and leaves the state as it is. What came of it has no trie with it, but the new
    /// trie has been made and hashed.
    ///
    /// # Errors
    /// When the chunk cannot be applied.
    pub fn apply(
        &self,
        input: &ChunkInput<'_>,
        environment: &Environment<'_>,
    ) -> Result<Applied, EstimatorError> {
        match self.nodes {
            Nodes::Memory => {
                let trie = self.states.memory()?.trie.borrow();
                let Some(version) = trie.version(self.root) else {
                    return Err(EstimatorError::of_work("its state is not kept"));
                };
                Ok(Applied::of(apply(&version, input, environment)?))
            }
            Nodes::Database => {
                let disk = self.states.disk()?;
                let trie = Trie::stored(reader(&*disk.database), SHARD, self.root);
                Ok(Applied::of(apply(&trie, input, environment)?))
            }
        }
    }
}

impl Drop for State<'_> {
    fn drop(&mut self) {
        // Versions on disk share nearly all; what is left goes with the database.
        if let (Nodes::Memory, Some(memory)) = (self.nodes, self.states.memory.get())
            && self.root != memory.root
        {
            memory.trie.borrow_mut().remove(self.root);
        }
    }
}

/// What came of a chunk.
#[derive(Debug)]
pub struct Applied {
    /// What came of transactions and receipts.
    pub outcomes: Vec<torr_primitives::outcome::ExecutionOutcomeWithId>,
    /// Receipts that are sent.
    pub outgoing_receipts: Vec<torr_primitives::receipt::Receipt>,
    /// Receipts that have to wait.
    pub delayed_receipts_count: u64,
}

impl Applied {
    fn of<P>(result: ApplyResult<P>) -> Applied {
        Applied {
            outcomes: result.outcomes,
            outgoing_receipts: result.outgoing_receipts,
            delayed_receipts_count: result.delayed_receipts_count,
        }
    }
}

fn reader(database: &dyn Database) -> &dyn Reader {
    database
}

fn add_in_memory(
    trie: &mut MemoryTrie,
    root: CryptoHash,
    entries: &Entries,
) -> Result<CryptoHash, EstimatorError> {
    let finished = match trie.version(root) {
        Some(version) => updated(&version, entries)?,
        None => return Err(EstimatorError::of_work("its state is not kept")),
    };
    trie.commit(&finished).map_err(|error| EstimatorError::of_work(error.to_string()))
}

fn add_on_disk(
    database: &dyn Database,
    root: CryptoHash,
    entries: &Entries,
) -> Result<CryptoHash, EstimatorError> {
    let changes = updated(&Trie::stored(reader(database), SHARD, root), entries)?.into_changes();
    let mut batch = Batch::new();
    changes.insert_into(SHARD, &mut batch);
    database.write(batch)?;
    Ok(changes.new_root)
}

/// A trie with more entries, in the order of keys.
fn updated<S: NodeSource>(
    trie: &Trie<S>,
    entries: &Entries,
) -> Result<Finished<S::Place>, EstimatorError> {
    let mut update = trie.update();
    for (key, value) in entries {
        update.insert(key, value)?;
    }
    Ok(update.finish()?)
}

/// The entries that all states have, in batches.
fn population(stored: u64) -> impl Iterator<Item = Result<Entries, EstimatorError>> {
    let users = std::iter::once_with(|| entries((0..USERS).flat_map(user_records)));
    let starts = (0..stored.div_ceil(BATCH)).map(|batch| batch * BATCH);
    let storage = starts.map(move |start| {
        let mut entries: Entries = Vec::new();
        for number in start..(start + BATCH).min(stored) {
            let key = data_key(&account_id(STORE)?, &stored_key(number));
            entries.push((key, vec![number as u8; VALUE_LEN]));
        }
        entries.sort_unstable();
        Ok(entries)
    });
    users.chain(storage)
}

/// The key of an entry of [`STORE`], by its number; contracts make the same with
/// [`crate::work::contract::Step::NextKey`].
pub fn stored_key(number: u64) -> [u8; 8] {
    number.wrapping_mul(SPREAD).to_le_bytes()
}

/// The key in the state of a key of a contract's storage.
pub fn data_key(account_id: &AccountId, key: &[u8]) -> Vec<u8> {
    TrieKey::ContractData { account_id: account_id.clone(), key: key.to_vec() }.to_bytes()
}

/// An entry for what there are no records of.
///
/// # Errors
/// When the value cannot be encoded.
pub fn entry(
    key: &TrieKey,
    value: &impl BorshSerialize,
) -> Result<(Vec<u8>, Vec<u8>), EstimatorError> {
    let value = borsh::to_vec(value).map_err(|error| EstimatorError::of_work(error.to_string()))?;
    Ok((key.to_bytes(), value))
}

/// An account by its name.
///
/// # Errors
/// When the name is none of an account.
pub fn account_id(name: &str) -> Result<AccountId, EstimatorError> {
    name.parse().map_err(|error| EstimatorError::of_work(format!("{name}: {error}")))
}

/// A user by number. There are [`USERS`] in the state; more can be made.
///
/// # Errors
/// None that happens: digits make a name.
pub fn user(number: usize) -> Result<AccountId, EstimatorError> {
    account_id(&format!("user{number:05}.near"))
}

/// The key of a user.
pub fn secret_key(number: usize) -> Result<SecretKey, EstimatorError> {
    let mut seed = [7; 32];
    for (place, byte) in seed.iter_mut().zip((number as u64).to_le_bytes()) {
        *place = byte;
    }
    SecretKey::from_seed(KeyType::Ed25519, &seed)
        .map_err(|error| EstimatorError::of_work(error.to_string()))
}

/// An account with much money, a contract of its own or none, and a key with all rights.
///
/// # Errors
/// When a name is none of an account.
pub fn account_records(
    account_id: &AccountId,
    public_key: PublicKey,
    code: Option<Vec<u8>>,
) -> Vec<StateRecord> {
    let contract = match &code {
        Some(code) => AccountContract::Local(CryptoHash::of(code)),
        None => AccountContract::None,
    };
    // A contract may remove more than it has written here.
    let usage = if code.is_some() { CONTRACT_USAGE } else { 182 };
    let account = Account::new(USER_AMOUNT, Balance::ZERO, contract, usage);
    let access_key = AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess };
    let account_id = account_id.clone();
    let mut records = vec![
        StateRecord::Account { account_id: account_id.clone(), account },
        StateRecord::AccessKey {
            account_id: account_id.clone(),
            public_key: PublicKeyHandle::from(&public_key),
            access_key,
        },
    ];
    records.extend(code.map(|code| StateRecord::Contract { account_id, code }));
    records
}

fn user_records(number: usize) -> Vec<StateRecord> {
    match (user(number), secret_key(number)) {
        (Ok(account_id), Ok(secret)) => account_records(&account_id, secret.public_key(), None),
        // Neither fails for any number.
        _ => Vec::new(),
    }
}

fn entries(records: impl IntoIterator<Item = StateRecord>) -> Result<Entries, EstimatorError> {
    let mut entries = Entries::new();
    for record in records {
        match record.into_entry() {
            Ok(RecordEntry::Keyed { key, value }) => entries.push((key.to_bytes(), value)),
            Ok(RecordEntry::Delayed(_)) => {
                return Err(EstimatorError::of_work("delayed receipts are put by chunks"));
            }
            Err(error) => return Err(EstimatorError::of_work(error.message)),
        }
    }
    entries.sort_unstable();
    Ok(entries)
}
