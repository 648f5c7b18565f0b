//! What a batch changes, key by key: operations in order, folded over what is stored.
//!
//! All that can be wrong with a batch shows here, before anything is written.

use super::batch::{Batch, Operation, OperationKind};
use super::{Bytes, Column, DatabaseError, KeyRange};
use std::collections::BTreeMap;

/// A value with its count; the count of a value in a column without counts is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// How many references there are; at least one.
    pub(crate) count: u64,
    pub(crate) value: Bytes,
}

/// What becomes of a key: its new value, or `None` when it is deleted.
pub(crate) type Change = Option<Counted>;

/// Changes in the order of columns and keys.
pub(crate) type Changes = BTreeMap<Column, BTreeMap<Bytes, Change>>;

/// What is stored while a batch is folded.
pub(crate) trait Stored {
    /// The value of a key with its count.
    fn stored(&self, column: Column, key: &[u8]) -> Result<Option<Counted>, DatabaseError>;

    /// The keys in a range which is not empty.
    fn keys(&self, column: Column, range: &KeyRange) -> Result<Vec<Bytes>, DatabaseError>;
}

/// Folds `batch` over what is stored.
///
/// # Errors
/// When an operation is not one of its column, a count would be below zero, or what is stored cannot be
/// read.
pub(crate) fn changes_of(batch: Batch, stored: &dyn Stored) -> Result<Changes, DatabaseError> {
    let mut pending = Pending::new();
    for operation in batch.into_operations() {
        fold(&mut pending, operation, stored)?;
    }
    let mut changes = Changes::new();
    for (column, keys) in pending {
        let mut of_column = BTreeMap::new();
        for (key, fate) in keys {
            if let Some(change) = fate.settle(column, &key, stored)? {
                of_column.insert(key, change);
            }
        }
        changes.insert(column, of_column);
    }
    Ok(changes)
}

/// What is known of each key before its stored count is read.
type Pending = BTreeMap<Column, BTreeMap<Bytes, Fate>>;

/// What operations so far make of a key.
enum Fate {
    Put(Bytes),
    Delete,
    Count {
        /// Whether what is stored was deleted before.
        afresh: bool,
        /// References added, less those removed.
        sum: i128,
        /// The first value that came with an addition.
        value: Option<Bytes>,
    },
}

fn fold(
    pending: &mut Pending,
    operation: Operation,
    stored: &dyn Stored,
) -> Result<(), DatabaseError> {
    let Operation { column, kind } = operation;
    let keys = pending.entry(column).or_default();
    match kind {
        OperationKind::Put { key, value } if !column.is_counted() => {
            keys.insert(key, Fate::Put(value));
        }
        OperationKind::AddReferences { key, value, count } if column.is_counted() => {
            keys.entry(key).or_insert(Fate::STORED).count(i128::from(count), Some(value));
        }
        OperationKind::RemoveReferences { key, count } if column.is_counted() => {
            keys.entry(key).or_insert(Fate::STORED).count(-i128::from(count), None);
        }
        OperationKind::Delete { key } => {
            keys.insert(key, Fate::Delete);
        }
        OperationKind::DeleteRange { range } => {
            if range.is_empty() {
                return Ok(());
            }
            for (_, fate) in keys.range_mut::<[u8], _>(range.as_bounds()) {
                *fate = Fate::Delete;
            }
            for key in stored.keys(column, &range)? {
                keys.insert(key, Fate::Delete);
            }
        }
        OperationKind::Put { .. }
        | OperationKind::AddReferences { .. }
        | OperationKind::RemoveReferences { .. } => {
            return Err(DatabaseError::WrongOperation { column });
        }
    }
    Ok(())
}

impl Fate {
    /// Nothing has happened.
    const STORED: Fate = Fate::Count { afresh: false, sum: 0, value: None };

    fn count(&mut self, more: i128, with: Option<Bytes>) {
        if !matches!(self, Fate::Count { .. }) {
            *self = Fate::Count { afresh: true, sum: 0, value: None };
        }
        if let Fate::Count { sum, value, .. } = self {
            // A batch would need more operations than memory has bytes to leave this type.
            *sum = sum.saturating_add(more);
            if value.is_none() {
                *value = with;
            }
        }
    }

    /// What it comes to; `None` if what is stored stays.
    fn settle(
        self,
        column: Column,
        key: &Bytes,
        stored: &dyn Stored,
    ) -> Result<Option<Change>, DatabaseError> {
        let (afresh, sum, value) = match self {
            Fate::Put(value) => return Ok(Some(Some(Counted { count: 1, value }))),
            Fate::Delete => return Ok(Some(None)),
            Fate::Count { afresh, sum, value } => (afresh, sum, value),
        };
        if sum == 0 && !afresh {
            return Ok(None);
        }
        let before = if afresh { None } else { stored.stored(column, key)? };
        let total = sum.saturating_add(before.as_ref().map_or(0, |before| before.count.into()));
        if total == 0 {
            return Ok(Some(None));
        }
        let value = before.map(|before| before.value).or(value);
        let (Ok(count), Some(value)) = (u64::try_from(total), value) else {
            return Err(DatabaseError::CountOutOfRange { column, key: key.clone(), total });
        };
        Ok(Some(Some(Counted { count, value })))
    }
}
