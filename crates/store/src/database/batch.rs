//! Changes that are made together.

use super::{Bytes, Column, KeyRange};

/// Operations in order; later ones see what earlier ones did. A [`Database`](super::Database) makes all
/// of them or none.
///
/// A value in a column with counts lives as long as its count is above zero. What decides is the sum of
/// all that a batch adds and removes, so the order of additions and removals is nothing to it, and a
/// database may add up counts whenever it likes. Which value belongs to a key is the caller's promise
/// (keys are hashes of values): values are not compared, and the one that is stored stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    operations: Vec<Operation>,
}

/// A change of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Which column.
    pub column: Column,
    /// What changes.
    pub kind: OperationKind,
}

/// What an operation changes in its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// The key has the value from now on.
    Put {
        /// The key.
        key: Bytes,
        /// Its value.
        value: Bytes,
    },
    /// The key is no more, whatever its count.
    Delete {
        /// The key.
        key: Bytes,
    },
    /// No key in the range is any more, whatever its count.
    DeleteRange {
        /// The range.
        range: KeyRange,
    },
    /// There are more references to the value of the key.
    AddReferences {
        /// The key.
        key: Bytes,
        /// Its value.
        value: Bytes,
        /// How many more.
        count: u32,
    },
    /// There are fewer references to the value of the key.
    RemoveReferences {
        /// The key.
        key: Bytes,
        /// How many fewer.
        count: u32,
    },
}

impl Batch {
    /// A batch without operations.
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Gives `key` this value in place of the one it has. Not for columns with counts.
    pub fn put(&mut self, column: Column, key: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.push(column, OperationKind::Put { key: key.into(), value: value.into() });
    }

    /// Deletes `key`, if there is one; in a column with counts, whatever its count.
    pub fn delete(&mut self, column: Column, key: impl Into<Bytes>) {
        self.push(column, OperationKind::Delete { key: key.into() });
    }

    /// Deletes all keys in `range`; in a column with counts, whatever their counts. The databases here
    /// visit each of them.
    pub fn delete_range(&mut self, column: Column, range: KeyRange) {
        self.push(column, OperationKind::DeleteRange { range });
    }

    /// Adds `count` references to the value of `key`, which is stored if it was not. Only for columns
    /// with counts.
    pub fn add_references(
        &mut self,
        column: Column,
        key: impl Into<Bytes>,
        value: impl Into<Bytes>,
        count: u32,
    ) {
        let (key, value) = (key.into(), value.into());
        self.push(column, OperationKind::AddReferences { key, value, count });
    }

    /// Removes `count` references to the value of `key`, which is deleted when none is left. The batch
    /// is refused if there are fewer. Only for columns with counts.
    pub fn remove_references(&mut self, column: Column, key: impl Into<Bytes>, count: u32) {
        self.push(column, OperationKind::RemoveReferences { key: key.into(), count });
    }

    /// Adds the operations of `other` behind those that are here.
    pub fn append(&mut self, mut other: Batch) {
        self.operations.append(&mut other.operations);
    }

    /// Whether it has no operations.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The operations, for databases.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations, for databases.
    pub fn into_operations(self) -> Vec<Operation> {
        self.operations
    }

    fn push(&mut self, column: Column, kind: OperationKind) {
        self.operations.push(Operation { column, kind });
    }
}
