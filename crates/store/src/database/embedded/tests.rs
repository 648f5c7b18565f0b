//! The embedded database: the suite, opening again, and what damage leads to.

use super::super::suite::{
    self, OnDisk, Subject, Temporary, all, contents, copied, fill, flip, numbers, on_disk, options,
    puts,
};
use super::super::{Column, Database, DatabaseError, Entry, OpenOptions, Reader, Verification};
use super::EmbeddedDatabase;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

impl OnDisk for EmbeddedDatabase {
    const NAME: &'static str = super::DATABASE;
    const HISTORIES: u32 = 8;

    fn open(folder: &Path, options: &OpenOptions) -> Result<Self, DatabaseError> {
        EmbeddedDatabase::open(folder, options)
    }
}

on_disk!(EmbeddedDatabase);

fn new() -> Temporary<EmbeddedDatabase> {
    Temporary::new()
}

fn open(folder: &Path) -> Result<EmbeddedDatabase, DatabaseError> {
    suite::open(folder)
}

fn assert_damaged(result: Result<EmbeddedDatabase, DatabaseError>) {
    assert!(matches!(result, Err(DatabaseError::Damaged { .. })), "it is {result:?}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    for content in [&b""[..], b"Dear", &[0; 10_000]] {
        let folder = TempDir::new().expect("a folder can be made");
        let path = folder.path().join("database.redb");
        fs::write(&path, content).expect("files can be written");
        assert_damaged(open(folder.path()));
        assert_eq!(fs::read(&path).expect("files can be read"), content);
    }
}

#[test]
fn a_truncated_file_is_refused() {
    let Temporary { database, folder } = new();
    fill(&database);
    drop(database);
    let path = folder.path().join("database.redb");
    let whole = fs::read(&path).expect("files can be read");
    for len in [1, 100, 4096, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        let part = whole.get(..len).expect("it is shorter");
        fs::write(&path, part).expect("files can be written");
        assert_damaged(open(folder.path()));
    }
    fs::write(&path, &whole).expect("files can be written");
    open(folder.path()).expect("it is whole again");
}

/// Places of some bits to change: all over the file, and more of its beginning, which says what is
/// current.
fn places(file: &[u8], count: usize) -> Vec<usize> {
    let mut next = numbers();
    let mut places = Vec::new();
    while places.len() < count {
        let within = if places.len() % 3 == 0 { 320 } else { file.len() };
        let bit = next(within * 8);
        // Where there are zeros, pages are not in use.
        if file.get(bit / 8).is_some_and(|byte| *byte != 0) {
            places.push(bit);
        }
    }
    places
}

/// Changes bits of a database, one at a time. What opens must be what was written.
fn change_bits(original: &Path, expected: &[Vec<Entry>]) {
    let file = fs::read(original.join("database.redb")).expect("files can be read");
    let mut refused = 0;
    for bit in places(&file, 24) {
        let copy = copied(original);
        let path = copy.path().join("database.redb");
        flip(&path, bit);
        match open(copy.path()) {
            Ok(database) => {
                let found = contents(&database).expect("it can be read");
                assert!(found == expected, "another value after a change of bit {bit}");
            }
            Err(DatabaseError::Damaged { .. }) => refused += 1,
            Err(other) => panic!("{other} after a change of bit {bit}"),
        }
    }
    assert!(refused > 8, "{refused} changes were noticed");
}

#[test]
fn changed_bits_are_noticed_when_it_is_opened() {
    let Temporary { database, folder } = new();
    let expected = fill(&database);
    drop(database);
    change_bits(folder.path(), &expected);
}

#[test]
fn changed_bits_are_noticed_after_a_kill() {
    let Temporary { database, folder } = new();
    let expected = fill(&database);
    change_bits(folder.path(), &expected);
}

#[test]
fn refusing_a_damaged_database_does_not_damage_it_further() {
    let Temporary { database, folder } = new();
    let expected = fill(&database);
    let file = fs::read(folder.path().join("database.redb")).expect("files can be read");
    for bit in places(&file, 12) {
        let copy = copied(folder.path());
        let path = copy.path().join("database.redb");
        flip(&path, bit);
        if open(copy.path()).is_err() {
            flip(&path, bit);
            let database = open(copy.path()).expect("it is whole again");
            let found = contents(&database).expect("it can be read");
            assert!(found == expected, "another value after bit {bit} was restored");
        }
    }
}

#[test]
fn without_verification_a_value_is_right_or_an_error() {
    let Temporary { database, folder } = new();
    let expected = fill(&database);
    drop(database);
    let file = fs::read(folder.path().join("database.redb")).expect("files can be read");
    let mut options = options();
    options.verification = Verification::AsRead;
    for bit in places(&file, 24) {
        let copy = copied(folder.path());
        flip(&copy.path().join("database.redb"), bit);
        let Ok(database) = EmbeddedDatabase::open(copy.path(), &options) else { continue };
        for (column, entries) in Column::ALL.into_iter().zip(&expected) {
            for (key, value) in entries {
                if let Ok(Some(found)) = database.get(column, key) {
                    assert!(found == *value, "another value after a change of bit {bit}");
                }
            }
        }
    }
}

#[test]
fn an_entry_that_was_not_written_here_is_damage() {
    let Temporary { database, folder } = new();
    drop(database);
    let path = folder.path().join("database.redb");
    let redb = redb::Database::open(&path).expect("it can be opened");
    let transaction = redb.begin_write().expect("it can be written");
    let mut table = transaction.open_table(super::table_of(Column::Nodes)).expect("it is there");
    table.insert(&b"key"[..], &b"some other bytes"[..]).expect("it can be written");
    drop(table);
    transaction.commit().expect("it can be written");
    drop(redb);
    let database = open(folder.path()).expect("its pages are whole");
    let is_damaged = |result: &DatabaseError| match result {
        DatabaseError::DamagedEntry { column: Column::Nodes, key, .. } => **key == *b"key",
        _ => false,
    };
    assert!(database.get(Column::Nodes, b"key").is_err_and(|error| is_damaged(&error)));
    let mut batch = puts(&[(b"kept", b"out")]);
    batch.remove_references(Column::Nodes, *b"key", 1);
    assert!(database.write(batch).is_err_and(|error| is_damaged(&error)));
    assert!(all(&database, Column::Flat).is_empty());
    assert!(contents(&database).is_err_and(|error| is_damaged(&error)));
}
