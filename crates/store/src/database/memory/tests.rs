//! The database in memory.

use super::super::suite::{Subject, suite};
use super::super::{Batch, Column, Database, KeyRange, Reader};
use super::MemoryDatabase;
use std::sync::Arc;

impl Subject for MemoryDatabase {
    const HISTORIES: u32 = 200;

    fn new() -> Self {
        MemoryDatabase::new()
    }

    fn database(&self) -> &dyn Database {
        self
    }
}

suite!(MemoryDatabase);

#[test]
fn reading_copies_no_bytes() {
    let database = MemoryDatabase::new();
    let value: Arc<[u8]> = vec![1; 500].into();
    let mut batch = Batch::new();
    batch.put(Column::Flat, *b"key", Arc::clone(&value));
    database.write(batch).expect("memory can be written");
    let read = database.get(Column::Flat, b"key").expect("memory can be read");
    assert!(Arc::ptr_eq(&read.expect("it is there"), &value));
}

#[test]
fn keys_come_and_go_across_leaves() {
    let database = MemoryDatabase::new();
    for round in 0..3_u32 {
        let mut batch = Batch::new();
        for index in 0..2000_u32 {
            batch.put(Column::Flat, (index * 7919 % 2000).to_be_bytes(), round.to_be_bytes());
        }
        database.write(batch).expect("memory can be written");
        // Leaves at the beginning, at the end and in between become empty.
        for range in [0..300_u32, 900..1500, 1900..2000] {
            let mut batch = Batch::new();
            let (start, end) = (range.start.to_be_bytes(), range.end.to_be_bytes());
            batch.delete_range(Column::Flat, KeyRange::new(start..end));
            database.write(batch).expect("memory can be written");
        }
        let keys: Vec<u32> = super::super::suite::all(&database, Column::Flat)
            .iter()
            .map(|(key, _)| u32::from_be_bytes((**key).try_into().expect("keys have four bytes")))
            .collect();
        assert!(keys.iter().copied().eq((300..900).chain(1500..1900)));
    }
}
