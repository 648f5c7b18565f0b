//! Where bytes are kept: columns of ordered keys and values, written in batches.
//!
//! A [`Database`] is read by key or in the order of its keys, and written one [`Batch`] at a time: all of
//! it or nothing. A snapshot stays as it was, whatever is written later.
//!
//! **Invariant:** what a read gives was written, whole, by a batch that succeeded; anything else is a
//! [`DatabaseError`]. What keys and values mean is nothing to this module.

pub mod batch;
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
pub mod embedded;
pub mod error;
pub mod faulty;
pub mod identity;
pub mod memory;

#[cfg(all(feature = "rocksdb", not(target_family = "wasm")))]
pub mod rocks;

mod changes;
#[cfg(all(any(feature = "embedded", feature = "rocksdb"), not(target_family = "wasm")))]
mod folder;
mod per_column;
#[cfg(all(any(feature = "embedded", feature = "rocksdb"), not(target_family = "wasm")))]
mod record;
#[cfg(test)]
mod suite;

pub use batch::Batch;
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
pub use embedded::EmbeddedDatabase;
pub use error::DatabaseError;
pub use identity::{Identity, Migration, OpenOptions, Verification};
pub use memory::MemoryDatabase;
#[cfg(all(feature = "rocksdb", not(target_family = "wasm")))]
pub use rocks::RocksDatabase;

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// A key or a value. Clones share the bytes.
pub type Bytes = Arc<[u8]>;

/// A key with its value.
pub type Entry = (Bytes, Bytes);

/// Entries in the order that was asked for. After an error there are no more.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, DatabaseError>> + Send + 'a>;

/// The parts of a database. Each has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// What the database itself is: its schema and its chain ([`Identity`]).
    Meta,
    /// Nodes and values of tries by their hashes, each with the number of references to it.
    Nodes,
    /// The current state by its keys, without a trie.
    Flat,
    /// What is kept of each state root and each height.
    Roots,
    /// What each block changed in the state.
    Deltas,
    /// Blocks, and what came of them, for who applies them. What keys and values there mean is theirs.
    Blocks,
}

impl Column {
    /// All columns.
    pub const ALL: [Column; 6] =
        [Column::Meta, Column::Nodes, Column::Flat, Column::Roots, Column::Deltas, Column::Blocks];

    /// The name under which databases keep it; it never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Column::Meta => "meta",
            Column::Nodes => "nodes",
            Column::Flat => "flat",
            Column::Roots => "roots",
            Column::Deltas => "deltas",
            Column::Blocks => "blocks",
        }
    }

    /// Whether values are stored with a count of references: they come and go by
    /// [`Batch::add_references`] and [`Batch::remove_references`], not by [`Batch::put`].
    pub const fn is_counted(self) -> bool {
        matches!(self, Column::Nodes)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The order of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key on.
    Ascending,
    /// From the largest key on.
    Descending,
}

/// Keys between two bounds, by the order of their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// Where it starts.
    pub start: Bound<Bytes>,
    /// Where it ends. If that is before the start, no key is in the range.
    pub end: Bound<Bytes>,
}

impl KeyRange {
    /// Every key.
    pub const ALL: KeyRange = KeyRange { start: Bound::Unbounded, end: Bound::Unbounded };

    /// The keys within `bounds`, for example `KeyRange::new(from..to)`.
    pub fn new<K: AsRef<[u8]>>(bounds: impl RangeBounds<K>) -> KeyRange {
        let owned = |bound: Bound<&K>| bound.map(|key| Bytes::from(key.as_ref()));
        KeyRange { start: owned(bounds.start_bound()), end: owned(bounds.end_bound()) }
    }

    /// The keys that begin with `prefix`.
    pub fn prefix(prefix: &[u8]) -> KeyRange {
        // The first key behind them: the last byte that can be larger by one is, and is the last.
        let end = match prefix.iter().rposition(|&byte| byte != u8::MAX) {
            None => Bound::Unbounded,
            Some(position) => Bound::Excluded(
                prefix
                    .iter()
                    .take(position + 1)
                    .enumerate()
                    .map(|(index, &byte)| if index == position { byte + 1 } else { byte })
                    .collect(),
            ),
        };
        KeyRange { start: Bound::Included(prefix.into()), end }
    }

    /// Whether `key` is within the bounds.
    pub fn contains(&self, key: &[u8]) -> bool {
        RangeBounds::<[u8]>::contains(&self.as_bounds(), key)
    }

    /// Whether no key can be within the bounds.
    pub fn is_empty(&self) -> bool {
        match (&self.start, &self.end) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(start), Bound::Included(end)) => start > end,
            (
                Bound::Included(start) | Bound::Excluded(start),
                Bound::Included(end) | Bound::Excluded(end),
            ) => start >= end,
        }
    }

    /// In the form that maps take.
    pub(crate) fn as_bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (self.start.as_ref().map(AsRef::as_ref), self.end.as_ref().map(AsRef::as_ref))
    }
}

/// What can be read: a database as it is now, or a snapshot of one.
pub trait Reader: Send + Sync {
    /// The value of `key`, without its count if `column` has counts.
    ///
    /// # Errors
    /// When the entry cannot be read, or is damaged.
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError>;

    /// The entries with keys in `range`, as they are now: what is written later is not among them.
    ///
    /// # Errors
    /// When the column cannot be read. Each entry can be an error of its own.
    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError>;

    /// The entries with keys that begin with `prefix`, ascending.
    ///
    /// # Errors
    /// Those of [`Reader::entries`].
    fn entries_with_prefix(
        &self,
        column: Column,
        prefix: &[u8],
    ) -> Result<Entries<'_>, DatabaseError> {
        self.entries(column, &KeyRange::prefix(prefix), Direction::Ascending)
    }
}

/// What can also be written. Several threads may; batches then follow one another.
pub trait Database: Reader {
    /// Makes the changes of `batch`, all of them or, if there is an error, none. When it returns, they
    /// are durable, as far as this database keeps anything.
    ///
    /// # Errors
    /// When an operation is not possible ([`Batch`]) or the database cannot be read or written. After
    /// [`DatabaseError::Io`] or [`DatabaseError::NoSpace`], it shows only when the database is next
    /// opened whether the batch was written.
    fn write(&self, batch: Batch) -> Result<(), DatabaseError>;

    /// The database as it is now. Later batches do not change it; it can be sent to other threads. It
    /// keeps what it needs from being given back, so it should not be kept for long.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn snapshot(&self) -> Result<Arc<dyn Reader>, DatabaseError>;
}

#[cfg(test)]
mod tests;
