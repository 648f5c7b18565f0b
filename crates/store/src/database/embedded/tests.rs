//! The embedded database: the suite, opening again, and what damage leads to.

use super::super::suite::{self, Subject, all, puts};
use super::super::{
    Batch, Column, Database, DatabaseError, Entry, Identity, KeyRange, OpenOptions, Reader,
    Verification,
};
use super::EmbeddedDatabase;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn options() -> OpenOptions {
    let mut options = OpenOptions::new(Identity { schema: 1, chain_id: "test".to_owned() });
    options.cache_len = 1 << 20;
    options
}

fn open(folder: &Path) -> Result<EmbeddedDatabase, DatabaseError> {
    EmbeddedDatabase::open(folder, &options())
}

/// A database in a folder that goes with it.
struct Temporary {
    database: EmbeddedDatabase,
    folder: TempDir,
}

impl Subject for Temporary {
    const HISTORIES: u32 = 8;

    fn new() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        Temporary { database: open(folder.path()).expect("it can be opened"), folder }
    }

    fn database(&self) -> &dyn Database {
        &self.database
    }
}
suite::suite!(Temporary);

/// Two batches, the second of which changes and deletes what the first put; and counted values, small
/// ones and one of many pages.
fn fill(database: &dyn Database) -> Vec<Vec<Entry>> {
    let mut first = Batch::new();
    for index in 0..200_u32 {
        first.put(Column::Flat, index.to_be_bytes(), vec![index as u8; 100]);
        first.add_references(Column::Nodes, [index as u8; 32], vec![index as u8; 400], 2);
    }
    first.add_references(Column::Nodes, *b"large", vec![1; 100_000], 1);
    let mut second = puts(&[(b"key", b"value")]);
    second.delete_range(Column::Flat, KeyRange::new(50_u32.to_be_bytes()..100_u32.to_be_bytes()));
    for index in 0..100_u8 {
        second.remove_references(Column::Nodes, [index; 32], u32::from(index % 3));
    }
    for batch in [first, second] {
        database.write(batch).expect("the batch can be written");
    }
    contents(database).expect("it can be read")
}

fn contents(reader: &dyn Reader) -> Result<Vec<Vec<Entry>>, DatabaseError> {
    let of = |column| {
        let entries = reader.entries(column, &KeyRange::ALL, super::Direction::Ascending)?;
        entries.collect::<Result<Vec<_>, _>>()
    };
    Column::ALL.into_iter().map(of).collect()
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let Temporary { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    let database = open(folder.path()).expect("it can be opened again");
    assert_eq!(contents(&database).expect("it can be read"), expected);
    // Counts too.
    let mut batch = Batch::new();
    batch.remove_references(Column::Nodes, [150; 32], 3);
    assert!(matches!(database.write(batch), Err(DatabaseError::CountOutOfRange { .. })));
}

/// What is on the disk at this moment, as a program leaves it that is killed now.
fn copied(folder: &Path) -> TempDir {
    let copy = TempDir::new().expect("a folder can be made");
    for name in ["database.redb", "lock"] {
        fs::copy(folder.join(name), copy.path().join(name)).expect("files can be copied");
    }
    copy
}

#[test]
fn what_was_written_is_there_after_a_kill() {
    let Temporary { database, folder } = Temporary::new();
    let expected = fill(&database);
    let snapshot = database.snapshot().expect("it can be read");
    let copy = copied(folder.path());
    let reopened = open(copy.path()).expect("it can be opened");
    assert_eq!(contents(&reopened).expect("it can be read"), expected);
    drop(snapshot);
}

#[test]
fn a_folder_is_used_once() {
    let Temporary { database, folder } = Temporary::new();
    let refused = |path: &Path| match open(path) {
        Err(error @ DatabaseError::InUse { .. }) => {
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
        other => panic!("it is {other:?}"),
    };
    refused(folder.path());
    let snapshot = database.snapshot().expect("it can be read");
    drop(database);
    refused(folder.path());
    drop(snapshot);
    open(folder.path()).expect("it is free again");
}

#[test]
fn another_program_is_refused() {
    let folder = TempDir::new().expect("a folder can be made");
    let lock = fs::File::create(folder.path().join("lock")).expect("files can be made");
    lock.lock().expect("it is free");
    assert!(matches!(open(folder.path()), Err(DatabaseError::InUse { .. })));
    assert_eq!(names_in(folder.path()), [PathBuf::from("lock")]);
}

#[cfg(unix)]
#[test]
fn a_new_folder_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().expect("a folder can be made");
    let folder = parent.path().join("some").join("where");
    open(&folder).expect("folders are made");
    let mode = fs::metadata(&folder).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("folders can be listed");
    entries.map(|entry| entry.expect("it can be listed").file_name().into()).collect()
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = TempDir::new().expect("a folder can be made");
    fs::write(folder.path().join("letter.txt"), "Dear").expect("files can be written");
    match open(folder.path()) {
        Err(error @ DatabaseError::NotADatabase { .. }) => {
            assert!(error.to_string().contains("letter.txt"), "{error}");
        }
        other => panic!("it is {other:?}"),
    }
    assert_eq!(names_in(folder.path()), [PathBuf::from("letter.txt")]);
    let file = folder.path().join("letter.txt");
    assert!(matches!(open(&file), Err(DatabaseError::Io { .. })));
}

#[test]
fn a_database_that_was_half_made_is_made_again() {
    let folder = TempDir::new().expect("a folder can be made");
    fs::write(folder.path().join("database.redb.new"), "half").expect("files can be written");
    let database = open(folder.path()).expect("it is made again");
    fill(&database);
    assert!(!folder.path().join("database.redb.new").exists());
}

#[test]
fn another_chain_is_refused_and_nothing_changes() {
    let Temporary { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    let mut options = options();
    options.identity.chain_id = "other".to_owned();
    let refused = EmbeddedDatabase::open(folder.path(), &options);
    assert!(matches!(refused, Err(DatabaseError::OtherChain { .. })));
    let database = open(folder.path()).expect("it can be opened");
    assert_eq!(contents(&database).expect("it can be read"), expected);
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
    let Temporary { database, folder } = Temporary::new();
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
    let mut state = 7_u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % most
    };
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

fn flip(path: &Path, bit: usize) {
    let mut bytes = fs::read(path).expect("files can be read");
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
    fs::write(path, bytes).expect("files can be written");
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
    let Temporary { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    change_bits(folder.path(), &expected);
}

#[test]
fn changed_bits_are_noticed_after_a_kill() {
    let Temporary { database, folder } = Temporary::new();
    let expected = fill(&database);
    change_bits(folder.path(), &expected);
}

#[test]
fn refusing_a_damaged_database_does_not_damage_it_further() {
    let Temporary { database, folder } = Temporary::new();
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
    let Temporary { database, folder } = Temporary::new();
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
    let Temporary { database, folder } = Temporary::new();
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
