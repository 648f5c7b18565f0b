//! RocksDB: the suites, and what damage to any of its files leads to.

use super::super::suite::{
    self, OnDisk, Subject, Temporary, all, contents, copied, files_in, fill, flip, numbers,
    on_disk, options, puts,
};
use super::super::{
    Batch, Column, Database, DatabaseError, Entry, OpenOptions, Reader, Verification,
};
use super::columns::Columns;
use super::mark::Mark;
use super::options::{Access, Settings};
use super::{DATABASE, RocksDatabase};
use rocksdb::WaitForCompactOptions;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

impl OnDisk for RocksDatabase {
    const NAME: &'static str = DATABASE;
    const HISTORIES: u32 = 8;

    fn open(folder: &Path, options: &OpenOptions) -> Result<Self, DatabaseError> {
        RocksDatabase::open(folder, options)
    }
}

on_disk!(RocksDatabase);

fn open(folder: &Path) -> Result<RocksDatabase, DatabaseError> {
    suite::open(folder)
}

/// The folder of a database, with what is in it, in one of the states that a program leaves.
struct Left {
    folder: TempDir,
    expected: Vec<Vec<Entry>>,
}

/// A program that has closed its database, parts of which are in files of each kind.
fn closed() -> Left {
    let Temporary::<RocksDatabase> { database, folder } = Temporary::new();
    fill(&database);
    drop(database);
    let database = open(folder.path()).expect("it can be opened again");
    database.write(puts(&[(b"late", b"in a log")])).expect("it can be written");
    let expected = contents(&database).expect("it can be read");
    drop(database);
    Left { folder, expected }
}

/// A program that was killed while all was in a log.
fn killed() -> Left {
    let folder = TempDir::new().expect("a folder can be made");
    let mut options = options();
    options.cache_len = 64 << 20;
    let database = RocksDatabase::open(folder.path(), &options).expect("it can be opened");
    let expected = fill(&database);
    Left { folder: copied(folder.path()), expected }
}

/// A program that was killed with several logs, since one column was written to a file and another was
/// not; and with files.
fn killed_with_logs() -> Left {
    let Temporary::<RocksDatabase> { database, folder } = Temporary::new();
    database.write(puts(&[(b"early", b"1")])).expect("it can be written");
    for round in 0..3_u8 {
        let mut batch = Batch::new();
        for index in 0..200_u8 {
            batch.add_references(Column::Nodes, [round, index], vec![index; 200], 1);
        }
        database.write(batch).expect("it can be written");
        let rocks = database.opened.columns.rocks();
        rocks.flush_cf(rocks.cf_handle("nodes").expect("it is there")).expect("it can be written");
    }
    database.write(puts(&[(b"late", b"2")])).expect("it can be written");
    let rocks = database.opened.columns.rocks();
    rocks.wait_for_compact(&WaitForCompactOptions::default()).expect("nothing fails");
    let expected = contents(&database).expect("it can be read");
    let folder = copied(folder.path());
    assert!(logs_in(folder.path()).len() > 2);
    Left { folder, expected }
}

fn logs_in(folder: &Path) -> Vec<PathBuf> {
    let is_log = |name: &PathBuf| name.extension().is_some_and(|extension| extension == "log");
    files_in(folder).into_iter().filter(is_log).collect()
}

/// Opens a database that may be damaged: it has what was written, or it is refused. Whether it was.
fn is_refused(folder: &Path, expected: &[Vec<Entry>], how: &str) -> bool {
    match open(folder) {
        Ok(database) => {
            let found = contents(&database).expect("it can be read");
            assert!(found == expected, "something else is there {how}");
            false
        }
        Err(DatabaseError::Damaged { .. } | DatabaseError::DamagedEntry { .. }) => true,
        Err(other) => panic!("{other} {how}"),
    }
}

/// Whether the contents depend on a file: not on the diary, locks, or what is told of the options.
fn is_needed(name: &Path) -> bool {
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    !["LOG", "LOCK", "lock", "IDENTITY", "OPTIONS"].iter().any(|other| name.starts_with(other))
}

/// Changes bits of all files, one at a time. Not all bits matter: filters are not read to find what is
/// there.
fn change_bits(left: &Left, count: usize) {
    let mut next = numbers();
    let (mut tried, mut refused) = (0, 0);
    for name in files_in(left.folder.path()) {
        let len = fs::metadata(left.folder.path().join(&name)).expect("it is there").len() as usize;
        for _ in 0..count.min(len) {
            let bit = next(len * 8);
            let copy = copied(left.folder.path());
            flip(&copy.path().join(&name), bit);
            let how = format!("after a change of bit {bit} of {}", name.display());
            let is_refused = is_refused(copy.path(), &left.expected, &how);
            if is_needed(&name) {
                tried += 1;
                refused += u32::from(is_refused);
            }
        }
    }
    assert!(refused * 4 > tried * 3, "{refused} of {tried} changes were noticed");
}

#[test]
fn changed_bits_are_noticed_when_it_is_opened() {
    change_bits(&closed(), 3);
}

#[test]
fn changed_bits_are_noticed_after_a_kill() {
    change_bits(&killed(), 6);
}

#[test]
fn changed_bits_are_noticed_after_a_kill_with_many_files() {
    change_bits(&killed_with_logs(), 1);
}

/// Cuts each file short in some places, and takes each away.
fn cut_files(left: &Left) {
    for name in files_in(left.folder.path()) {
        let whole = fs::read(left.folder.path().join(&name)).expect("files can be read");
        let mut lens = vec![0, whole.len() / 2, whole.len().saturating_sub(1)];
        lens.dedup();
        for len in lens {
            let copy = copied(left.folder.path());
            let part = whole.get(..len).expect("it is shorter");
            fs::write(copy.path().join(&name), part).expect("files can be written");
            // The last entry in the list of files may say what is known without it.
            let how = format!("with {len} bytes of {}", name.display());
            is_refused(copy.path(), &left.expected, &how);
        }
        let copy = copied(left.folder.path());
        fs::remove_file(copy.path().join(&name)).expect("files can be removed");
        let how = format!("without {}", name.display());
        let refused = is_refused(copy.path(), &left.expected, &how);
        assert!(refused || !is_needed(&name) || whole.is_empty(), "it is not noticed {how}");
    }
}

#[test]
fn missing_parts_are_noticed_when_it_is_opened() {
    cut_files(&closed());
}

#[test]
fn missing_parts_are_noticed_after_a_kill() {
    cut_files(&killed());
}

#[test]
fn missing_parts_are_noticed_after_a_kill_with_many_files() {
    cut_files(&killed_with_logs());
}

#[test]
fn refusing_a_damaged_database_does_not_damage_it_further() {
    let Left { folder, expected } = killed_with_logs();
    let mut refused = 0;
    for name in files_in(folder.path()).into_iter().filter(|name| is_needed(name)) {
        let whole = fs::read(folder.path().join(&name)).expect("files can be read");
        let mut flipped = whole.clone();
        if let Some(byte) = flipped.get_mut(whole.len() / 2) {
            *byte ^= 1;
        }
        let half = whole.get(..whole.len() / 2).expect("it is shorter");
        for changed in [&flipped, half] {
            let copy = copied(folder.path());
            let path = copy.path().join(&name);
            fs::write(&path, changed).expect("files can be written");
            if open(copy.path()).is_err() {
                refused += 1;
                fs::write(&path, &whole).expect("files can be written");
                let database = open(copy.path()).expect("it is whole again");
                let found = contents(&database).expect("it can be read");
                assert!(found == expected, "something else after {} was restored", name.display());
            }
        }
    }
    assert!(refused > 3, "{refused} changes were noticed");
}

#[test]
fn without_verification_a_value_is_right_or_an_error() {
    let Left { folder, expected } = closed();
    let mut options = options();
    options.verification = Verification::AsRead;
    let mut next = numbers();
    for name in files_in(folder.path()).into_iter().filter(|name| is_needed(name)) {
        let len = fs::metadata(folder.path().join(&name)).expect("it is there").len() as usize;
        for _ in 0..2 {
            let copy = copied(folder.path());
            let bit = next(len.max(1) * 8);
            flip(&copy.path().join(&name), bit);
            let Ok(database) = RocksDatabase::open(copy.path(), &options) else { continue };
            for (column, entries) in Column::ALL.into_iter().zip(&expected) {
                for (key, value) in entries {
                    if let Ok(found) = database.get(column, key) {
                        let how = format!("after a change of bit {bit} of {}", name.display());
                        assert!(found.as_ref() == Some(value), "another value {how}");
                    }
                }
            }
        }
    }
}

fn mark_in(folder: &Path) -> PathBuf {
    folder.join(DATABASE).join("WRITTEN")
}

#[test]
fn a_batch_that_a_stop_cut_short_is_left_out_whole() {
    let folder = TempDir::new().expect("a folder can be made");
    let mut options = options();
    options.cache_len = 64 << 20;
    let database = RocksDatabase::open(folder.path(), &options).expect("it can be opened");
    // When the power fails, the mark may be an old one.
    let mark = fs::read(mark_in(folder.path())).expect("files can be read");
    let log_len = || {
        let logs = logs_in(folder.path());
        let len = |name| fs::metadata(folder.path().join(name)).expect("it is there").len();
        logs.iter().map(len).sum::<u64>() as usize
    };
    let start = log_len();
    let mut states = vec![contents(&database).expect("it can be read")];
    for round in 0..6_u8 {
        let mut batch = Batch::new();
        for index in 0..60_u8 {
            batch.put(Column::Flat, [index], vec![round; 100]);
            batch.add_references(Column::Nodes, [round, index], vec![index; 100], 1);
        }
        database.write(batch).expect("it can be written");
        states.push(contents(&database).expect("it can be read"));
    }
    let left = copied(folder.path());
    fs::write(mark_in(left.path()), mark).expect("files can be written");
    let [name] = <[PathBuf; 1]>::try_from(logs_in(left.path())).expect("there is one log");
    let log = fs::read(left.path().join(&name)).expect("files can be read");
    let mut before = states.len() - 1;
    for step in (0..=12).rev() {
        let copy = copied(left.path());
        let part = log.get(..start + (log.len() - start) * step / 12).expect("it is shorter");
        fs::write(copy.path().join(&name), part).expect("files can be written");
        let found = contents(&open(copy.path()).expect("a stop is no damage"));
        let found = found.expect("it can be read");
        let at = states.iter().position(|state| *state == found).expect("it is a whole state");
        assert!(at <= before && (step < 12 || at == before), "{at} after {before}");
        before = at;
    }
    assert_eq!(before, 0);
}

/// Opens RocksDB in the folder of a database, as another program might.
fn behind(folder: &Path) -> Columns {
    let path = folder.join(DATABASE);
    Columns::open(&path, &Settings::new(1 << 20), Access::Write).expect("it can be opened")
}

#[test]
fn an_entry_that_was_not_written_here_is_damage() {
    let Temporary::<RocksDatabase> { database, folder } = Temporary::new();
    drop(database);
    let columns = behind(folder.path());
    let nodes = columns.family(Column::Nodes).expect("it is there");
    columns.rocks().put_cf(nodes, b"key", b"some other bytes").expect("it can be written");
    drop(columns);
    let is_damaged = |result: &DatabaseError| match result {
        DatabaseError::DamagedEntry { column: Column::Nodes, key, .. } => **key == *b"key",
        _ => false,
    };
    assert!(open(folder.path()).is_err_and(|error| is_damaged(&error)));
    let mut options = options();
    options.verification = Verification::AsRead;
    let database = RocksDatabase::open(folder.path(), &options).expect("it is not read");
    assert!(database.get(Column::Nodes, b"key").is_err_and(|error| is_damaged(&error)));
    let mut batch = puts(&[(b"kept", b"out")]);
    batch.remove_references(Column::Nodes, *b"key", 1);
    assert!(database.write(batch).is_err_and(|error| is_damaged(&error)));
    assert!(all(&database, Column::Flat).is_empty());
    assert!(contents(&database).is_err_and(|error| is_damaged(&error)));
}

#[test]
fn a_program_that_uses_its_folder_directly_is_noticed() {
    let Temporary::<RocksDatabase> { database, folder } = Temporary::new();
    drop(database);
    let columns = behind(folder.path());
    match open(folder.path()) {
        Err(DatabaseError::InUse { folder: found }) => assert_eq!(found, folder.path()),
        other => panic!("it is {other:?}"),
    }
    drop(columns);
    open(folder.path()).expect("it is free again");
}

#[cfg(feature = "embedded")]
#[test]
fn a_database_of_another_kind_is_left_alone() {
    use super::super::EmbeddedDatabase;
    let Temporary::<EmbeddedDatabase> { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    match open(folder.path()) {
        Err(error @ DatabaseError::NotADatabase { .. }) => {
            assert!(error.to_string().contains("database.redb"), "{error}");
        }
        other => panic!("it is {other:?}"),
    }
    let database: EmbeddedDatabase = suite::open(folder.path()).expect("it is as it was");
    assert_eq!(contents(&database).expect("it can be read"), expected);
}

#[test]
fn after_a_failed_write_it_has_to_be_opened_again() {
    let Temporary::<RocksDatabase> { database, folder } = Temporary::new();
    {
        let mut writer = database.opened.writer().expect("nothing has failed");
        writer.mark = Mark::unwritable(&folder.path().join(DATABASE));
    }
    for _ in 0..2 {
        let refused = database.write(puts(&[(b"key", b"value")]));
        assert!(matches!(refused, Err(DatabaseError::Io { .. })), "it is {refused:?}");
    }
    drop(database);
    let database = open(folder.path()).expect("it can be opened again");
    database.write(puts(&[(b"key", b"value")])).expect("it can be written again");
}
