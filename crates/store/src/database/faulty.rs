//! A database that fails when it is told to: for tests of what a failure leaves behind.
//!
//! Reads, each entry of an iteration, snapshots and writes are counted. A test runs its work once
//! without a fault, asks for the count, and runs it again with a fault at each of the operations.

use super::{Batch, Bytes, Column, Database, DatabaseError, Direction, Entries, KeyRange, Reader};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What goes wrong. Operations are counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This operation fails, and does nothing; later ones succeed.
    Error(u64),
    /// The program is killed before this operation does anything: it and all later ones fail.
    KillBefore(u64),
    /// The program is killed when this operation is done: a write is there, though it and all later
    /// operations fail.
    KillAfter(u64),
}

/// A database with a [`Fault`]. For tests.
pub type FaultyDatabase = Faulty<dyn Database>;

/// A database or a snapshot of one, with the [`Fault`] of the database. For tests.
pub struct Faulty<R: ?Sized> {
    reader: Arc<R>,
    trigger: Arc<Trigger>,
}

/// Counts operations and says what happens to each.
struct Trigger {
    fault: Fault,
    operations: AtomicU64,
}

/// What happens to an operation.
#[derive(PartialEq, Eq)]
enum Fate {
    Done,
    Undone,
    DoneInVain,
}

impl FaultyDatabase {
    /// `database`, which has `fault`.
    pub fn new(database: Arc<dyn Database>, fault: Fault) -> FaultyDatabase {
        let trigger = Arc::new(Trigger { fault, operations: AtomicU64::new(0) });
        Faulty { reader: database, trigger }
    }

    /// How many operations there were, on snapshots too.
    pub fn operations(&self) -> u64 {
        self.trigger.operations.load(Ordering::SeqCst)
    }
}

impl Trigger {
    fn next(&self) -> Fate {
        let operation = self.operations.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::Error(at) if operation == at => Fate::Undone,
            Fault::KillBefore(at) if operation >= at => Fate::Undone,
            Fault::KillAfter(at) if operation == at => Fate::DoneInVain,
            Fault::KillAfter(at) if operation > at => Fate::Undone,
            Fault::None | Fault::Error(_) | Fault::KillBefore(_) | Fault::KillAfter(_) => {
                Fate::Done
            }
        }
    }

    /// For what changes nothing, so that done in vain is undone.
    fn pass(&self) -> Result<(), DatabaseError> {
        if self.next() == Fate::Done { Ok(()) } else { Err(failure()) }
    }
}

fn failure() -> DatabaseError {
    DatabaseError::io("use", "the faulty database", io::Error::other("a test made it fail"))
}

impl<R: Reader + ?Sized> Reader for Faulty<R> {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Bytes>, DatabaseError> {
        self.trigger.pass()?;
        self.reader.get(column, key)
    }

    fn entries(
        &self,
        column: Column,
        range: &KeyRange,
        direction: Direction,
    ) -> Result<Entries<'_>, DatabaseError> {
        self.trigger.pass()?;
        let entries = self.reader.entries(column, range, direction)?;
        Ok(Box::new(Interrupted { entries, trigger: Arc::clone(&self.trigger), ended: false }))
    }
}

impl Database for FaultyDatabase {
    fn write(&self, batch: Batch) -> Result<(), DatabaseError> {
        let fate = self.trigger.next();
        if fate != Fate::Undone {
            self.reader.write(batch)?;
        }
        if fate == Fate::Done { Ok(()) } else { Err(failure()) }
    }

    fn snapshot(&self) -> Result<Arc<dyn Reader>, DatabaseError> {
        self.trigger.pass()?;
        let reader = self.reader.snapshot()?;
        Ok(Arc::new(Faulty { reader, trigger: Arc::clone(&self.trigger) }))
    }
}

/// Entries, each of which can fail.
struct Interrupted<'a> {
    entries: Entries<'a>,
    trigger: Arc<Trigger>,
    ended: bool,
}

impl Iterator for Interrupted<'_> {
    type Item = Result<super::Entry, DatabaseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.entries.next()?;
        let next = self.trigger.pass().and(next);
        self.ended = next.is_err();
        Some(next)
    }
}

#[cfg(test)]
mod tests;
