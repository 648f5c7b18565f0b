//! That faults come where they are told to, and that without one nothing differs.

use super::super::suite::{Subject, all, puts, suite};
use super::super::{Column, Database, Direction, KeyRange, MemoryDatabase, Reader};
use super::{Fault, FaultyDatabase};
use std::sync::Arc;

impl Subject for FaultyDatabase {
    const HISTORIES: u32 = 20;

    fn new() -> Self {
        FaultyDatabase::new(Arc::new(MemoryDatabase::new()), Fault::None)
    }

    fn database(&self) -> &dyn Database {
        self
    }
}

suite!(FaultyDatabase);

/// One operation of each kind; whether each succeeded.
fn work(database: &FaultyDatabase) -> Vec<bool> {
    let mut done = vec![database.write(puts(&[(b"a", b"1"), (b"b", b"1")])).is_ok()];
    done.push(database.get(Column::Flat, b"a").is_ok());
    let snapshot = database.snapshot();
    done.push(snapshot.is_ok());
    if let Ok(snapshot) = &snapshot {
        done.push(snapshot.get(Column::Flat, b"a").is_ok());
        let entries = snapshot.entries(Column::Flat, &KeyRange::ALL, Direction::Ascending);
        done.push(entries.is_ok());
        done.extend(entries.into_iter().flatten().map(|entry| entry.is_ok()));
    }
    done.push(database.write(puts(&[(b"c", b"1")])).is_ok());
    done
}

fn faulty(fault: Fault) -> (Arc<MemoryDatabase>, FaultyDatabase) {
    let memory = Arc::new(MemoryDatabase::new());
    let faulty = FaultyDatabase::new(Arc::clone(&memory) as Arc<dyn Database>, fault);
    (memory, faulty)
}

#[test]
fn every_operation_is_counted() {
    let (memory, database) = faulty(Fault::None);
    assert_eq!(work(&database), [true; 8]);
    assert_eq!(database.operations(), 8);
    assert_eq!(all(&*memory, Column::Flat).len(), 3);
}

#[test]
fn an_error_comes_once() {
    for at in 0..8 {
        let (memory, database) = faulty(Fault::Error(at));
        let done = work(&database);
        assert_eq!(done.iter().filter(|done| !**done).count(), 1, "{at}: {done:?}");
        assert!(!done[usize::try_from(at).expect("it is small")]);
        let missing = match at {
            0 => 2,
            7 => 1,
            _ => 0,
        };
        // After an early error there are fewer operations, and the eighth is never reached.
        assert_eq!(all(&*memory, Column::Flat).len(), 3 - missing, "{at}");
    }
}

#[test]
fn after_a_kill_nothing_succeeds() {
    for at in 0..8_usize {
        for (fault, written) in [
            (Fault::KillBefore(at as u64), [0, 2, 2, 2, 2, 2, 2, 2]),
            (Fault::KillAfter(at as u64), [2, 2, 2, 2, 2, 2, 2, 3]),
        ] {
            let (memory, database) = faulty(fault);
            let done = work(&database);
            assert!(done.iter().enumerate().all(|(index, done)| *done == (index < at)), "{done:?}");
            assert_eq!(all(&*memory, Column::Flat).len(), written[at], "{fault:?}");
        }
    }
}
