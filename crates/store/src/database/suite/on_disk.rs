//! What every database on disk must do beside: be there when it is opened again, and keep its folder. A
//! database passes by `on_disk!(Kind)` in its tests.

use super::super::{
    Batch, Column, Database, DatabaseError, Direction, Entry, Identity, KeyRange, OpenOptions,
    Reader,
};
use super::{Subject, puts};
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A kind of database on disk.
pub(in super::super) trait OnDisk: Database + Debug + Sized {
    /// The name of the database in its folder.
    const NAME: &'static str;

    /// How many random histories to try; each opens a database.
    const HISTORIES: u32;

    /// Opens the database in `folder`.
    fn open(folder: &Path, options: &OpenOptions) -> Result<Self, DatabaseError>;
}

/// A test for each rule.
macro_rules! on_disk {
    ($kind:ty) => {
        $crate::database::suite::suite!($crate::database::suite::Temporary<$kind>);
        $crate::database::suite::on_disk!($kind:
            what_was_written_is_there_when_it_is_opened_again
            what_was_written_is_there_after_a_kill
            a_folder_is_used_once
            another_program_is_refused
            a_folder_of_something_else_is_left_alone
            a_database_that_was_half_made_is_made_again
            another_chain_is_refused_and_nothing_changes
        );

        #[cfg(unix)]
        #[test]
        fn a_new_folder_is_its_owners() {
            $crate::database::suite::a_new_folder_is_its_owners::<$kind>();
        }
    };
    ($kind:ty: $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                $crate::database::suite::$rule::<$kind>();
            }
        )*
    };
}
pub(in super::super) use on_disk;

/// A database in a folder that goes with it.
pub(in super::super) struct Temporary<D> {
    pub(in super::super) database: D,
    pub(in super::super) folder: TempDir,
}

impl<D: OnDisk> Subject for Temporary<D> {
    const HISTORIES: u32 = D::HISTORIES;

    fn new() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        Temporary { database: open(folder.path()).expect("it can be opened"), folder }
    }

    fn database(&self) -> &dyn Database {
        &self.database
    }
}

/// How tests open databases: with little memory, so that much of it is on disk.
pub(in super::super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new(Identity { schema: 1, chain_id: "test".to_owned() });
    options.cache_len = 1 << 20;
    options
}

pub(in super::super) fn open<D: OnDisk>(folder: &Path) -> Result<D, DatabaseError> {
    D::open(folder, &options())
}

/// Two batches, the second of which changes and deletes what the first put; and counted values, small
/// ones and one of many pages. All that there is then.
pub(in super::super) fn fill(database: &dyn Database) -> Vec<Vec<Entry>> {
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

/// All entries of all columns.
pub(in super::super) fn contents(reader: &dyn Reader) -> Result<Vec<Vec<Entry>>, DatabaseError> {
    let of = |column| {
        let entries = reader.entries(column, &KeyRange::ALL, Direction::Ascending)?;
        entries.collect::<Result<Vec<_>, _>>()
    };
    Column::ALL.into_iter().map(of).collect()
}

/// What is in a folder at this moment, as a program leaves it that is killed now.
pub(in super::super) fn copied(folder: &Path) -> TempDir {
    let copy = TempDir::new().expect("a folder can be made");
    for name in files_in(folder) {
        let to = copy.path().join(&name);
        fs::create_dir_all(to.parent().expect("it is in the copy")).expect("folders can be made");
        fs::copy(folder.join(&name), to).expect("files can be copied");
    }
    copy
}

/// The paths from `folder` of all files in it and in folders within, in their order.
pub(in super::super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(within) = folders.pop() {
        for name in names_in(&folder.join(&within)) {
            let name = within.join(name);
            let list = if folder.join(&name).is_dir() { &mut folders } else { &mut files };
            list.push(name);
        }
    }
    files.sort();
    files
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("folders can be listed");
    entries.map(|entry| entry.expect("it can be listed").file_name().into()).collect()
}

/// Changes a bit of a file.
pub(in super::super) fn flip(path: &Path, bit: usize) {
    let mut bytes = fs::read(path).expect("files can be read");
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
    fs::write(path, bytes).expect("files can be written");
}

/// Numbers that look random, the same each time.
pub(in super::super) fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 7_u64;
    move |most| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % most
    }
}

pub(in super::super) fn what_was_written_is_there_when_it_is_opened_again<D: OnDisk>() {
    let Temporary::<D> { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    let database: D = open(folder.path()).expect("it can be opened again");
    assert_eq!(contents(&database).expect("it can be read"), expected);
    // Counts too.
    let mut batch = Batch::new();
    batch.remove_references(Column::Nodes, [150; 32], 3);
    assert!(matches!(database.write(batch), Err(DatabaseError::CountOutOfRange { .. })));
}

pub(in super::super) fn what_was_written_is_there_after_a_kill<D: OnDisk>() {
    let folder = TempDir::new().expect("a folder can be made");
    let mut options = options();
    // All of it in memory, so that no file changes while files are copied.
    options.cache_len = 64 << 20;
    let database = D::open(folder.path(), &options).expect("it can be opened");
    let expected = fill(&database);
    let snapshot = database.snapshot().expect("it can be read");
    let copy = copied(folder.path());
    let reopened: D = open(copy.path()).expect("it can be opened");
    assert_eq!(contents(&reopened).expect("it can be read"), expected);
    drop(snapshot);
}

pub(in super::super) fn a_folder_is_used_once<D: OnDisk>() {
    let Temporary::<D> { database, folder } = Temporary::new();
    let refused = |path: &Path| match open::<D>(path) {
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
    open::<D>(folder.path()).expect("it is free again");
}

pub(in super::super) fn another_program_is_refused<D: OnDisk>() {
    let folder = TempDir::new().expect("a folder can be made");
    let lock = fs::File::create(folder.path().join("lock")).expect("files can be made");
    lock.lock().expect("it is free");
    assert!(matches!(open::<D>(folder.path()), Err(DatabaseError::InUse { .. })));
    assert_eq!(names_in(folder.path()), [PathBuf::from("lock")]);
}

#[cfg(unix)]
pub(in super::super) fn a_new_folder_is_its_owners<D: OnDisk>() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().expect("a folder can be made");
    let folder = parent.path().join("some").join("where");
    open::<D>(&folder).expect("folders are made");
    let mode = fs::metadata(&folder).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

pub(in super::super) fn a_folder_of_something_else_is_left_alone<D: OnDisk>() {
    let folder = TempDir::new().expect("a folder can be made");
    fs::write(folder.path().join("letter.txt"), "Dear").expect("files can be written");
    match open::<D>(folder.path()) {
        Err(error @ DatabaseError::NotADatabase { .. }) => {
            assert!(error.to_string().contains("letter.txt"), "{error}");
        }
        other => panic!("it is {other:?}"),
    }
    assert_eq!(names_in(folder.path()), [PathBuf::from("letter.txt")]);
    let file = folder.path().join("letter.txt");
    assert!(matches!(open::<D>(&file), Err(DatabaseError::Io { .. })));
}

pub(in super::super) fn a_database_that_was_half_made_is_made_again<D: OnDisk>() {
    let folder = TempDir::new().expect("a folder can be made");
    let half = folder.path().join(format!("{}.new", D::NAME));
    fs::create_dir(&half).expect("folders can be made");
    fs::write(half.join("CURRENT"), "half").expect("files can be written");
    fill(&open::<D>(folder.path()).expect("it is made again"));
    assert!(!half.exists());
    let folder = TempDir::new().expect("a folder can be made");
    let half = folder.path().join(format!("{}.new", D::NAME));
    fs::write(&half, "half").expect("files can be written");
    fill(&open::<D>(folder.path()).expect("it is made again"));
    assert!(!half.exists());
}

pub(in super::super) fn another_chain_is_refused_and_nothing_changes<D: OnDisk>() {
    let Temporary::<D> { database, folder } = Temporary::new();
    let expected = fill(&database);
    drop(database);
    let mut options = options();
    options.identity.chain_id = "other".to_owned();
    let refused = D::open(folder.path(), &options);
    assert!(matches!(refused, Err(DatabaseError::OtherChain { .. })));
    let database: D = open(folder.path()).expect("it can be opened");
    assert_eq!(contents(&database).expect("it can be read"), expected);
}
