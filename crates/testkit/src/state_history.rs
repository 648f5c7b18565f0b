//! Versions of a shard's state in a database, beside a map for each of them.
//!
//! [`Workload`] is an endless history in which everything follows from a seed and a number, so that a
//! program that did not see it knows what each version has to be.

use crate::trie::{Places, reference_trie};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::database::{Batch, Column, Database, DatabaseError, MemoryDatabase};
use torr_store::shard_state::{ShardState, StateError, StateSnapshot, Version, VersionNumber};
use torr_store::stored_trie::ShardUid;
use torr_store::trie_update::TrieUpdate;

/// What a version has.
pub type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// What versions have, by their numbers.
pub type Contents = BTreeMap<VersionNumber, Map>;

/// Versions of the workload have something in common with those since the last multiple of it.
const EPOCH: u64 = 64;
/// The newest versions, which the workload keeps because others may follow them.
const KEPT_ALWAYS: u64 = 4;
/// Older versions than these are all removed.
const KEPT: u64 = 10;

/// Numbers that look random (SplitMix64), the same in every run.
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

/// Commits a version that has `content`, made from one that has `before`.
///
/// # Errors
/// Those of the state.
pub fn commit(
    state: &ShardState,
    parent: Option<VersionNumber>,
    height: u64,
    before: &Map,
    content: &Map,
) -> Result<Version, StateError> {
    let snapshot = state.snapshot()?;
    let trie = match parent {
        Some(parent) => snapshot.trie_at(parent)?,
        None => snapshot.empty_trie(),
    };
    let mut update = TrieUpdate::new(&trie);
    for key in before.keys().filter(|key| !content.contains_key(*key)) {
        update.remove(key.clone());
    }
    for (key, value) in content.iter().filter(|(key, value)| before.get(*key) != Some(*value)) {
        update.set(key.clone(), &value[..]);
    }
    let changes = update.finish()?.into_changes();
    state.commit(parent, height, &changes, update.changes())
}

/// Reads all versions that are kept, and the flat state of the head, and compares them with `contents`.
///
/// # Errors
/// Those of the state.
///
/// # Panics
/// When something is not as it has to be.
pub fn check_versions(state: &ShardState, contents: &Contents) -> Result<(), StateError> {
    let snapshot = state.snapshot()?;
    for version in snapshot.versions()? {
        let content = contents.get(&version.number);
        let content = content.unwrap_or_else(|| panic!("nobody committed {version:?}"));
        assert_eq!(snapshot.verify(version.number)?, content.len() as u64, "{version:?}");
        let trie = snapshot.trie_at(version.number)?;
        let entries = trie.iter().collect::<Result<Vec<_>, _>>()?;
        let expected = content.iter().map(|(key, value)| (key.clone(), Arc::from(&value[..])));
        assert!(entries.into_iter().eq(expected), "{version:?} has something else");
    }
    match snapshot.head()? {
        None => assert_eq!(snapshot.versions()?, [], "there are versions and no head"),
        Some(head) => check_flat(&snapshot, &contents[&head.number])?,
    }
    Ok(())
}

fn check_flat(snapshot: &StateSnapshot, content: &Map) -> Result<(), StateError> {
    for (key, value) in content {
        let found = snapshot.flat_get(key)?;
        assert_eq!(found.as_deref(), Some(&value[..]), "flat value of {}", hex::encode(key));
    }
    assert_eq!(snapshot.flat_get(b"a key that no version has")?, None);
    Ok(())
}

/// Compares the nodes and values of a shard, and their counts, with what its versions want, the removed
/// ones included that wait. Collecting has to be finished.
///
/// # Errors
/// Those of the state.
///
/// # Panics
/// When something is not as it has to be.
pub fn check_counts(
    state: &ShardState,
    database: &dyn Database,
    contents: &Contents,
) -> Result<(), StateError> {
    let snapshot = state.snapshot()?;
    let mut versions = snapshot.waiting()?;
    for waiting in &versions {
        let all = [snapshot.versions()?, snapshot.waiting()?].concat();
        let children = all.iter().filter(|it| it.parent == Some(waiting.number)).count();
        assert!(children > 1, "{waiting:?} waits for nothing");
    }
    versions.extend(snapshot.versions()?);
    let mut expected = Places::new();
    for version in versions {
        let places = reference_trie(&contents[&version.number]).1;
        let parent = version.parent.map(|parent| reference_trie(&contents[&parent]).1);
        for (hash, (bytes, count)) in places {
            let before = parent.as_ref().and_then(|parent| parent.get(&hash)).map_or(0, |it| it.1);
            if count > before {
                expected.entry(hash).or_insert((bytes, 0)).1 += count - before;
            }
        }
    }
    let shard = state.shard().to_bytes();
    let mut found = Places::new();
    for entry in snapshot.reader().entries_with_prefix(Column::Nodes, &shard)? {
        let (key, bytes) = entry?;
        let hash = key.last_chunk().copied().map(CryptoHash).expect("it ends in a hash");
        found.insert(hash, (bytes.to_vec(), count_of(database, &key)?));
    }
    let places = |places: &Places| -> BTreeMap<CryptoHash, u64> {
        places.iter().map(|(hash, (_, count))| (*hash, *count)).collect()
    };
    assert_eq!(places(&found), places(&expected));
    assert!(found == expected, "a node has other bytes");
    Ok(())
}

/// The count of a node or value by its key: what the database says is missing when too many references
/// are removed.
///
/// # Errors
/// When the database cannot be read.
///
/// # Panics
/// When it is not stored, or the count is larger than a test makes it.
pub fn count_of(database: &dyn Database, key: &[u8]) -> Result<u64, DatabaseError> {
    let mut batch = Batch::new();
    batch.remove_references(Column::Nodes, key, u32::MAX);
    match database.write(batch) {
        Err(DatabaseError::CountOutOfRange { total, .. }) => {
            Ok(u64::try_from(total + i128::from(u32::MAX)).expect("it was stored"))
        }
        Err(error) => Err(error),
        Ok(()) => panic!("there were more references than a test makes"),
    }
}

/// An entry, with its count, which is one where nothing is counted.
pub type Stored = (Column, Vec<u8>, Vec<u8>, u64);

/// All that a database has.
///
/// # Errors
/// When it cannot be read.
pub fn dump(database: &dyn Database) -> Result<Vec<Stored>, DatabaseError> {
    let mut all = Vec::new();
    for column in Column::ALL {
        for entry in database.entries_with_prefix(column, &[])? {
            let (key, value) = entry?;
            let count = if column.is_counted() { count_of(database, &key)? } else { 1 };
            all.push((column, key.to_vec(), value.to_vec(), count));
        }
    }
    Ok(all)
}

/// A database in memory that has all that.
///
/// # Panics
/// When a count is larger than a test makes it.
pub fn restored(all: &[Stored]) -> Arc<dyn Database> {
    let mut batch = Batch::new();
    for (column, key, value, count) in all {
        let (key, value) = (&key[..], &value[..]);
        match column.is_counted() {
            true => {
                let count = u32::try_from(*count).expect("it is small");
                batch.add_references(*column, key, value, count);
            }
            false => batch.put(*column, key, value),
        }
    }
    let database = MemoryDatabase::new();
    database.write(batch).expect("memory does not fail");
    Arc::new(database)
}

/// Whether a column has nothing of a shard.
///
/// # Errors
/// When it cannot be read.
pub fn is_empty(
    database: &dyn Database,
    column: Column,
    shard: ShardUid,
) -> Result<bool, DatabaseError> {
    let mut entries = database.entries_with_prefix(column, &shard.to_bytes())?;
    Ok(entries.next().transpose()?.is_none())
}

/// An endless history of commits, removals, changes of the head and collections.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What everything follows from.
    pub seed: u64,
    /// Most keys that a version changes; five times as many at the beginning of an epoch.
    pub changes: u64,
}

impl Workload {
    fn numbers(self, purpose: u64, number: u64) -> Numbers {
        let mut numbers = Numbers(self.seed);
        for part in [purpose, number] {
            numbers = Numbers(numbers.below(u64::MAX) ^ part);
        }
        numbers
    }

    /// The version from which version `number` is made: mostly the one before, sometimes an older one.
    pub fn parent(self, number: u64) -> Option<u64> {
        let back = match self.numbers(0, number).below(4) {
            0 => 2 + self.numbers(1, number).below(KEPT_ALWAYS - 2),
            _ => 1,
        };
        number.checked_sub(1)?;
        Some(number.saturating_sub(back))
    }

    /// What version `number` has.
    pub fn content(self, number: u64) -> Map {
        let mut line = vec![number];
        let mut at = number;
        while let Some(parent) = self.parent(at).filter(|parent| parent / EPOCH == at / EPOCH) {
            line.push(parent);
            at = parent;
        }
        let mut content = Map::new();
        for version in line.into_iter().rev() {
            let times = if version == at { 5 } else { 1 };
            self.change(version, times * self.changes, &mut content);
        }
        content
    }

    fn change(self, number: u64, most: u64, content: &mut Map) {
        let mut numbers = self.numbers(2, number);
        for _ in 0..numbers.below(most) {
            // Few keys, so that versions change what others have.
            let key = key(numbers.below(10 * self.changes));
            let value = match numbers.below(20) {
                0..4 => None,
                // Equal ones, so that something is in several places.
                4..8 => Some(vec![7; 40]),
                // So long that the flat state refers to it.
                8 => Some(vec![numbers.below(256) as u8; 4_100]),
                _ => Some(numbers.below(u64::MAX).to_le_bytes().repeat(4)),
            };
            match value {
                Some(value) => content.insert(key, value),
                None => content.remove(&key),
            };
        }
    }

    /// Commits version `number`, which comes after all that are there.
    ///
    /// # Errors
    /// Those of the state.
    pub fn commit(self, state: &ShardState, number: u64) -> Result<Version, StateError> {
        let parent = self.parent(number);
        let before = parent.map(|parent| self.content(parent)).unwrap_or_default();
        commit(state, parent.map(VersionNumber), number, &before, &self.content(number))
    }

    /// The versions to remove when `number` is the last, of those that are there.
    pub fn to_remove(self, number: u64, there: &[Version]) -> Vec<VersionNumber> {
        let is_due = |version: &&Version| {
            let age = number.saturating_sub(version.number.0);
            age >= KEPT || (age >= KEPT_ALWAYS && self.numbers(3, version.number.0).below(3) == 0)
        };
        there.iter().filter(is_due).map(|version| version.number).collect()
    }

    /// Whether version `number` is made the head when it is the last, though it did not become it.
    pub fn moves_head(self, number: u64) -> bool {
        self.numbers(4, number).below(3) == 0
    }

    /// The limits of the collections when `number` is the last.
    pub fn collections(self, number: u64) -> Vec<usize> {
        let mut numbers = self.numbers(5, number);
        (0..numbers.below(4)).map(|_| 1 + numbers.below(60) as usize).collect()
    }

    /// What the versions that are there have.
    ///
    /// # Errors
    /// Those of the state.
    pub fn contents(self, state: &ShardState) -> Result<Contents, StateError> {
        let snapshot = state.snapshot()?;
        let versions = [snapshot.versions()?, snapshot.waiting()?].concat();
        Ok(versions.iter().map(|it| (it.number, self.content(it.number.0))).collect())
    }
}

/// Keys that begin alike, and some of which are the beginning of others.
fn key(number: u64) -> Vec<u8> {
    let mut key = vec![0x10, (number % 7) as u8];
    if !number.is_multiple_of(11) {
        key.extend(CryptoHash::of(&(number / 2).to_le_bytes()).0.iter().take(3));
        key.extend((number % 2 == 1).then_some(0x01));
    }
    key
}
