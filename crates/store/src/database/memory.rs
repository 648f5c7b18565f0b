//! A database in memory: for tests, tools and browsers. Nothing outlives it.
//!
//! A column is cut into leaves of some hundred entries, which snapshots share. A batch changes leaves in
//! place; while a snapshot lives, the first change of a leaf copies its entries (not their bytes: keys
//! and values are shared), and the first change of a column its list of leaves. So a batch of n changes
//! costs n searches without a snapshot and, at worst, n copied leaves with one; a snapshot itself costs
//! nothing.

mod map;

use super::changes::{Changes, Counted, Stored, changes_of};
use super::per_column::PerColumn;
use super::{Batch, Bytes, Column, Database, DatabaseError, Direction, Entries, KeyRange, Reader};
use map::Map;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A database in memory.
#[derive(Debug, Default)]
pub struct MemoryDatabase {
    columns: RwLock<Columns>,
}

/// All columns. Clones share what is in them.
type Columns = PerColumn<Map>;

impl MemoryDatabase {
    /// A database with nothing in it.
    pub fn new() -> MemoryDatabase {
        MemoryDatabase::default()
    }

    fn columns(&self) -> RwLockReadGuard<'_, Columns> {
        // Whoever holds the lock while writing does nothing that could panic half-way.
        self.columns.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader for MemoryDatabase {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        self.columns().get(column, key)
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        Ok(self.columns().of(column).entries(range, direction))
    }
}

impl Database for MemoryDatabase {
    fn write(&self, batch: Batch) -> Result<(), DatabaseError> {
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        let changes = changes_of(batch, &*columns)?;
        columns.apply(changes);
        Ok(())
    }

    fn snapshot(&self) -> Result<Arc<dyn Reader>, DatabaseError> {
        Ok(Arc::new(self.columns().clone()))
    }
}

impl Reader for Columns {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        Ok(self.of(column).get(key).map(|found| Arc::clone(&found.value)))
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        Ok(self.of(column).entries(range, direction))
    }
}

impl Stored for Columns {
    fn stored(&self, column: Column, key: &[u8]) -> Result<Option<Counted>, DatabaseError> {
        Ok(self.of(column).get(key).cloned())
    }

    fn keys(&self, column: Column, range: &KeyRange) -> Result<Vec<Bytes>, DatabaseError> {
        let entries = self.of(column).entries(range, Direction::Ascending);
        entries.map(|entry| entry.map(|(key, _)| key)).collect()
    }
}

impl Columns {
    fn apply(&mut self, changes: Changes) {
        for (column, changes) in changes {
            let map = self.of_mut(column);
            for (key, change) in changes {
                match change {
                    Some(counted) => map.insert(key, counted),
                    None => map.remove(&key),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
