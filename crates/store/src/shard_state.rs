//! Versions of a shard's state, kept in a database: committed, read, removed and collected.
//!
//! A version is what a block left: a trie by its root, at a height. Versions form a tree, each with the
//! one it was made from as its parent. One version is the head, and the flat column has its state as
//! plain keys and values.
//!
//! What is stored, all of it under the shard's name ([`ShardUid`]):
//!
//! - [`Column::Nodes`]: nodes and values of all versions. A first version, which has no parent, counts
//!   each of them as often as it is in the trie; any other counts those that it has more often than its
//!   parent.
//! - [`Column::Deltas`]: by how much the places of nodes and values differ between a version and its
//!   parent. The parent can then be taken away later without reading a trie.
//! - [`Column::Flat`]: the state of the head.
//! - [`Column::Roots`]: a record of each version, of the shard, of what is still to be collected, and of an
//!   import that is not finished.
//!
//! **Invariant:** each change is one batch. Whenever the program is stopped, the state is that before or
//! after a change, and doing the change again is safe.
//! **Invariant:** a version that is kept can be read whole, whatever is collected in the meantime.

mod collect;
mod commit;
mod counts;
mod entries;
mod error;
mod import;
mod inspect;
mod records;
mod snapshot;

pub use collect::Collection;
pub use commit::{Commit, commit_together};
pub use error::StateError;
pub use import::{Import, ImportPosition};
pub use inspect::{ColumnStats, StateStats, TrieStats};
pub use records::{Version, VersionNumber};
pub use snapshot::StateSnapshot;

use crate::database::{Batch, Database};
use crate::stored_trie::ShardUid;
use records::{Records, ShardRecord, Standing, VersionRecord};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use torr_crypto::hash::CryptoHash;

#[cfg(doc)]
use crate::database::Column;

/// The version of what all this is in the columns, for [`Identity`](crate::database::Identity).
pub const SCHEMA: u32 = 2;

/// The state of a shard in a database, with its history.
///
/// Several threads may use one; changes then follow one another. A shard has one of these at a time that
/// changes it: two would not see each other's changes while they make their own.
pub struct ShardState {
    database: Arc<dyn Database>,
    shard: ShardUid,
    /// Most counts of a chunk.
    chunk_len: usize,
    /// Held while a change is made, from the first read on.
    changing: Mutex<()>,
}

impl fmt::Debug for ShardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "state of {}", self.shard)
    }
}

impl ShardState {
    /// The state of a shard, which may have no version yet. Reads two records.
    ///
    /// # Errors
    /// When the database cannot be read, or its records of the shard are damaged.
    pub fn open(database: Arc<dyn Database>, shard: ShardUid) -> Result<ShardState, StateError> {
        let chunk_len = counts::CHUNK_LEN;
        let state = ShardState { database, shard, chunk_len, changing: Mutex::new(()) };
        state.head()?;
        Ok(state)
    }

    /// The same, where chunks of counts are cut shorter than they usually are: for tests, whose versions
    /// are small. What is read is the same whatever was used for writing it.
    #[doc(hidden)]
    pub fn with_chunk_len(self, chunk_len: usize) -> ShardState {
        ShardState { chunk_len: chunk_len.clamp(1, counts::CHUNK_LEN), ..self }
    }

    /// The shard.
    pub fn shard(&self) -> ShardUid {
        self.shard
    }

    /// All versions as they are now. Later changes do not concern it, but it keeps what it needs from
    /// being given back, so it should not be kept for long.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn snapshot(&self) -> Result<StateSnapshot, StateError> {
        Ok(StateSnapshot::new(self.database.snapshot()?, self.shard))
    }

    /// The version whose state is in the flat column; `None` if there is no version at all.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head(&self) -> Result<Option<Version>, StateError> {
        self.snapshot()?.head()
    }

    /// A version by its number; `None` if it is not kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn version(&self, number: VersionNumber) -> Result<Option<Version>, StateError> {
        self.snapshot()?.version(number)
    }

    /// All versions that are kept, in the order in which they were committed. Takes a record of each.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>, StateError> {
        self.snapshot()?.versions()
    }

    /// The versions with this root that are kept, in the order in which they were committed. There can be
    /// several: a block may change nothing, or take back what one before it did.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn find(&self, root: CryptoHash) -> Result<Vec<Version>, StateError> {
        self.snapshot()?.find(root)
    }

    /// The value of a key at the head, from the flat column: one access, and another if the value is
    /// longer than [`LONGEST_INLINED`](crate::flat::LONGEST_INLINED).
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn flat_get(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, StateError> {
        self.snapshot()?.flat_get(key)
    }

    /// Makes a version the head: brings the flat column to its state. Takes time for each node in which
    /// its trie differs from that of the head before, and memory for each key; all of it is one batch.
    ///
    /// # Errors
    /// When the version is not kept, or something cannot be read or written.
    pub fn set_head(&self, number: VersionNumber) -> Result<(), StateError> {
        let _changing = self.changing();
        let snapshot = self.snapshot()?;
        let new = snapshot.trie_at(number)?;
        let mut shard = snapshot.records().shard_record()?;
        let old = match shard.head {
            Some(head) if head == number => return Ok(()),
            Some(head) => snapshot.trie_at(head)?,
            None => snapshot.empty_trie(),
        };
        let mut batch = Batch::new();
        for difference in old.diff(&new) {
            let difference = difference?;
            let value = difference.new.map(|value| new.source().value_of(&value)).transpose()?;
            commit::put_flat(self.shard, &difference.key, value.as_deref(), &mut batch)?;
        }
        shard.head = Some(number);
        records::put_shard_record(self.shard, &shard, &mut batch);
        Ok(self.database.write(batch)?)
    }

    /// Keeps a version no more; says whether it was kept. It cannot be read from now on, and
    /// [`ShardState::collect`] takes away what no other version needs.
    ///
    /// # Errors
    /// When it is the head, or something cannot be read or written.
    pub fn remove(&self, number: VersionNumber) -> Result<bool, StateError> {
        let _changing = self.changing();
        let records = self.records();
        if records.shard_record()?.head == Some(number) {
            return Err(StateError::IsHead { number });
        }
        let Some(record) = records.version_record(number)? else { return Ok(false) };
        if record.standing == Standing::Removed {
            return Ok(false);
        }
        let mut batch = Batch::new();
        self.remove_into(number, record, &mut batch);
        self.database.write(batch)?;
        Ok(true)
    }

    /// Keeps the last `count` versions (at least one) on the way from a first version to the head, and
    /// what was made from them; removes all others of that tree. Gives the number of those removed.
    /// Takes a record of each version.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn retain_latest(&self, count: usize) -> Result<usize, StateError> {
        let _changing = self.changing();
        let records = self.records();
        let Some(head) = records.shard_record()?.head else { return Ok(0) };
        let (oldest_kept, first) = line_of(&records, head, count)?;
        let mut batch = Batch::new();
        let mut removed = 0;
        let mut todo = vec![first];
        let mut seen = BTreeSet::new();
        while let Some(number) = todo.pop() {
            if number == oldest_kept || !seen.insert(number) {
                continue;
            }
            let record = records.present(number)?;
            todo.extend(&record.children);
            if record.standing == Standing::Kept {
                removed += 1;
                self.remove_into(number, record, &mut batch);
            }
        }
        self.database.write(batch)?;
        Ok(removed)
    }

    /// Keeps no version any more, and no head: for a shard that is given up, or whose state comes anew
    /// from elsewhere. An import that is not finished is given up. [`ShardState::collect`] then empties all
    /// columns. Takes a record of each version.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn remove_all(&self) -> Result<(), StateError> {
        let _changing = self.changing();
        let records = self.records();
        let mut batch = Batch::new();
        for entry in records.version_records()? {
            let (number, record) = entry?;
            if record.standing == Standing::Kept {
                self.remove_into(number, record, &mut batch);
            }
        }
        let mut shard = ShardRecord { head: None, ..records.shard_record()? };
        if let Some(import) = records.import()? {
            self.give_up_into(&import, &mut shard, &mut batch)?;
        }
        records::put_shard_record(self.shard, &shard, &mut batch);
        Ok(self.database.write(batch)?)
    }

    fn remove_into(&self, number: VersionNumber, record: VersionRecord, batch: &mut Batch) {
        let record = VersionRecord { standing: Standing::Removed, ..record };
        records::put_version_record(self.shard, number, &record, batch);
        records::put_pending(self.shard, number, batch);
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        // A change that panicked wrote its batch or did not; there is nothing between.
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The records as they are now, for changes: nobody else makes any meanwhile.
    fn records(&self) -> Records<'_> {
        Records::new(&*self.database, self.shard)
    }
}

/// On the way from `head` to its first version: the version that is `count` from the end, or the first
/// if there are fewer, and the first.
fn line_of(
    records: &Records<'_>,
    head: VersionNumber,
    count: usize,
) -> Result<(VersionNumber, VersionNumber), StateError> {
    let (mut at, mut oldest_kept, mut kept) = (head, head, 1);
    while let Some(parent) = records.present(at)?.parent {
        // Numbers ascend, so that no damage makes the way endless.
        if parent >= at {
            return Err(records.damaged(at, "its parent came later"));
        }
        at = parent;
        if kept < count && records.present(at)?.standing == Standing::Kept {
            oldest_kept = at;
            kept += 1;
        }
    }
    Ok((oldest_kept, at))
}
