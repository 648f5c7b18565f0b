//! What every database must do. A database passes by `suite!(Subject)` in its tests.

mod model;
#[cfg(all(any(feature = "embedded", feature = "rocksdb"), not(target_family = "wasm")))]
mod on_disk;

use super::{Batch, Bytes, Column, Database, DatabaseError, Direction, Entry, KeyRange, Reader};
pub(super) use model::agrees_with_a_map;
#[cfg(all(any(feature = "embedded", feature = "rocksdb"), not(target_family = "wasm")))]
pub(super) use on_disk::*;
use std::thread;

/// A database to test.
pub(super) trait Subject: Sized {
    /// How many random histories to try; each takes several writes.
    const HISTORIES: u32;

    /// A database with nothing in it.
    fn new() -> Self;

    /// The database.
    fn database(&self) -> &dyn Database;
}

/// A test for each rule.
macro_rules! suite {
    ($subject:ty) => {
        $crate::database::suite::suite!($subject:
            a_value_is_what_was_put_last
            columns_are_apart
            keys_and_values_can_be_empty
            a_value_can_be_large
            entries_are_in_the_order_of_bytes
            entries_keep_within_bounds
            no_key_is_in_a_range_that_ends_before_it_starts
            prefixes_select_keys
            entries_stay_while_others_are_written
            later_operations_see_earlier_ones
            a_range_can_be_deleted
            an_empty_batch_changes_nothing
            a_value_lives_while_it_is_counted
            only_the_sum_of_references_decides
            a_counted_value_can_be_deleted
            a_batch_below_zero_changes_nothing
            operations_have_their_columns
            a_snapshot_stays
            a_snapshot_outlives_its_database
            snapshots_can_be_read_by_other_threads
            batches_of_threads_follow_one_another
        );

        #[test]
        fn it_agrees_with_a_map() {
            $crate::database::suite::agrees_with_a_map::<$subject>();
        }
    };
    ($subject:ty: $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                let subject = <$subject as $crate::database::suite::Subject>::new();
                $crate::database::suite::$rule(subject);
            }
        )*
    };
}
pub(super) use suite;

/// A batch that puts pairs into [`Column::Flat`].
pub(super) fn puts(pairs: &[(&[u8], &[u8])]) -> Batch {
    let mut batch = Batch::new();
    for &(key, value) in pairs {
        batch.put(Column::Flat, key, value);
    }
    batch
}

/// All entries of a column.
pub(super) fn all(reader: &dyn Reader, column: Column) -> Vec<Entry> {
    within(reader, column, &KeyRange::ALL, Direction::Ascending)
}

fn within(
    reader: &dyn Reader,
    column: Column,
    range: &KeyRange,
    direction: Direction,
) -> Vec<Entry> {
    let entries = reader.entries(column, range, direction).expect("the column can be read");
    entries.map(|entry| entry.expect("the entry can be read")).collect()
}

/// The keys within a range in both orders, which must be each other's reverse.
fn keys_within(reader: &dyn Reader, range: &KeyRange) -> Vec<Vec<u8>> {
    let keys = |direction| -> Vec<Vec<u8>> {
        let entries = within(reader, Column::Flat, range, direction);
        entries.iter().map(|(key, _)| key.to_vec()).collect()
    };
    let mut backwards = keys(Direction::Descending);
    backwards.reverse();
    let keys = keys(Direction::Ascending);
    assert_eq!(keys, backwards);
    assert!(keys.iter().all(|key| range.contains(key)));
    keys
}

fn get(reader: &dyn Reader, column: Column, key: &[u8]) -> Option<Vec<u8>> {
    reader.get(column, key).expect("the key can be read").map(|value| value.to_vec())
}

fn write(subject: &impl Subject, batch: Batch) {
    subject.database().write(batch).expect("the batch can be written");
}

pub(super) fn a_value_is_what_was_put_last(subject: impl Subject) {
    assert_eq!(get(subject.database(), Column::Flat, b"key"), None);
    write(&subject, puts(&[(b"key", b"one")]));
    assert_eq!(get(subject.database(), Column::Flat, b"key"), Some(b"one".to_vec()));
    write(&subject, puts(&[(b"key", b"two"), (b"key", b"three"), (b"other", b"four")]));
    assert_eq!(get(subject.database(), Column::Flat, b"key"), Some(b"three".to_vec()));
    let mut batch = Batch::new();
    batch.delete(Column::Flat, *b"key");
    batch.delete(Column::Flat, *b"missing");
    write(&subject, batch);
    assert_eq!(get(subject.database(), Column::Flat, b"key"), None);
    assert_eq!(get(subject.database(), Column::Flat, b"other"), Some(b"four".to_vec()));
}

pub(super) fn columns_are_apart(subject: impl Subject) {
    let mut batch = Batch::new();
    for column in Column::ALL {
        let name = column.name().as_bytes();
        if column.is_counted() {
            batch.add_references(column, *b"key", name, 1);
        } else {
            batch.put(column, *b"key", name);
        }
    }
    write(&subject, batch);
    for column in Column::ALL {
        let name = column.name().as_bytes();
        assert_eq!(get(subject.database(), column, b"key"), Some(name.to_vec()));
        // The identity is in a column too.
        let entries =
            within(subject.database(), column, &KeyRange::prefix(b"k"), Direction::Ascending);
        assert_eq!(entries, [(b"key".as_slice().into(), name.into())]);
    }
}

pub(super) fn keys_and_values_can_be_empty(subject: impl Subject) {
    let mut batch = puts(&[(b"", b"value of none"), (b"\0", b""), (b"a", b"")]);
    batch.add_references(Column::Nodes, *b"", *b"", 1);
    write(&subject, batch);
    assert_eq!(get(subject.database(), Column::Flat, b""), Some(b"value of none".to_vec()));
    assert_eq!(get(subject.database(), Column::Flat, b"a"), Some(Vec::new()));
    assert_eq!(get(subject.database(), Column::Nodes, b""), Some(Vec::new()));
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), [&b""[..], b"\0", b"a"]);
    let mut batch = Batch::new();
    batch.delete(Column::Flat, *b"");
    write(&subject, batch);
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), [&b"\0"[..], b"a"]);
    write(&subject, puts(&[(b"", b"again")]));
    assert_eq!(get(subject.database(), Column::Flat, b""), Some(b"again".to_vec()));
}

pub(super) fn a_value_can_be_large(subject: impl Subject) {
    let value: Bytes = (0..4 << 20).map(|index: u32| (index % 251) as u8).collect();
    let key: Bytes = vec![7; 4 << 10].into();
    let mut batch = Batch::new();
    batch.put(Column::Flat, key.clone(), value.clone());
    batch.add_references(Column::Nodes, key.clone(), value.clone(), 2);
    write(&subject, batch);
    let snapshot = subject.database().snapshot().expect("it can be read");
    assert!(snapshot.get(Column::Flat, &key).expect("it can be read") == Some(value.clone()));
    assert!(all(subject.database(), Column::Nodes) == [(key, value)]);
}

/// Keys in their order, with neighbours that differ by length, and bytes of all kinds.
fn some_keys() -> Vec<Vec<u8>> {
    let keys: [&[u8]; 10] =
        [b"", b"\0", b"\0\0", b"\0\x01", b"a", b"a\0", b"ab", b"b", b"\xff", b"\xff\xff"];
    keys.map(<[u8]>::to_vec).to_vec()
}

/// Enough keys that any tree has several pages or leaves of them, in their order.
fn many_keys() -> Vec<Vec<u8>> {
    (0..1000_u32).map(|index| (index * 3).to_be_bytes().to_vec()).collect()
}

fn put_keys(subject: &impl Subject, keys: &[Vec<u8>]) {
    let mut batch = Batch::new();
    // In another order than theirs: 7 has no factor in common with the numbers of keys.
    for index in 0..keys.len() {
        let key = &keys[index * 7 % keys.len()];
        batch.put(Column::Flat, key.clone(), key.clone());
    }
    write(subject, batch);
}

pub(super) fn entries_are_in_the_order_of_bytes(subject: impl Subject) {
    put_keys(&subject, &some_keys());
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), some_keys());
    for (key, value) in all(subject.database(), Column::Flat) {
        assert_eq!(key, value);
    }
}

pub(super) fn entries_keep_within_bounds(subject: impl Subject) {
    put_keys(&subject, &many_keys());
    let of = |index: u32| index.to_be_bytes();
    for start in [0, 1, 3, 383, 384, 385, 1500, 2997, 2998] {
        for end in [0, 3, 384, 767, 768, 1500, 1501, 2997, 3000] {
            let keys: Vec<_> = many_keys();
            let (start, end) = (of(start), of(end));
            let expected = |range: &KeyRange| -> Vec<Vec<u8>> {
                keys.iter().filter(|key| range.contains(key)).cloned().collect()
            };
            for range in [
                KeyRange::new(start..end),
                KeyRange::new(start..=end),
                KeyRange::new(start..),
                KeyRange::new(..end),
                KeyRange::new(..=end),
                KeyRange::new((std::ops::Bound::Excluded(start), std::ops::Bound::Included(end))),
                KeyRange::new((std::ops::Bound::Excluded(start), std::ops::Bound::Excluded(end))),
            ] {
                assert_eq!(keys_within(subject.database(), &range), expected(&range), "{range:?}");
            }
        }
    }
}

pub(super) fn no_key_is_in_a_range_that_ends_before_it_starts(subject: impl Subject) {
    put_keys(&subject, &some_keys());
    let none: Vec<Vec<u8>> = Vec::new();
    for range in [KeyRange::new("b".."a"), KeyRange::new("b"..="a"), KeyRange::new("b".."b")] {
        assert_eq!(keys_within(subject.database(), &range), none);
        let mut batch = Batch::new();
        batch.delete_range(Column::Flat, range);
        write(&subject, batch);
    }
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), some_keys());
    assert_eq!(keys_within(subject.database(), &KeyRange::new("b"..="b")), [b"b"]);
}

pub(super) fn prefixes_select_keys(subject: impl Subject) {
    put_keys(&subject, &some_keys());
    for prefix in some_keys() {
        let found = subject.database().entries_with_prefix(Column::Flat, &prefix);
        let found = found.expect("the column can be read");
        let found: Vec<_> = found.map(|entry| entry.expect("it can be read").0.to_vec()).collect();
        let expected: Vec<_> =
            some_keys().into_iter().filter(|key| key.starts_with(&prefix)).collect();
        assert_eq!(found, expected, "{prefix:?}");
    }
}

pub(super) fn entries_stay_while_others_are_written(subject: impl Subject) {
    put_keys(&subject, &many_keys());
    for direction in [Direction::Ascending, Direction::Descending] {
        let entries = subject.database().entries(Column::Flat, &KeyRange::ALL, direction);
        let mut entries = entries.expect("the column can be read");
        assert!(entries.next().is_some());
        let mut batch = Batch::new();
        batch.delete_range(Column::Flat, KeyRange::ALL);
        write(&subject, batch);
        assert_eq!(entries.count(), many_keys().len() - 1);
        put_keys(&subject, &many_keys());
    }
}

pub(super) fn later_operations_see_earlier_ones(subject: impl Subject) {
    let mut batch = puts(&[(b"a", b"1"), (b"b", b"1"), (b"c", b"1")]);
    batch.delete(Column::Flat, *b"a");
    batch.delete_range(Column::Flat, KeyRange::new("b"..));
    batch.append(puts(&[(b"c", b"2")]));
    write(&subject, batch);
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), [b"c"]);
    assert_eq!(get(subject.database(), Column::Flat, b"c"), Some(b"2".to_vec()));
}

pub(super) fn a_range_can_be_deleted(subject: impl Subject) {
    put_keys(&subject, &many_keys());
    let range = KeyRange::new(300_u32.to_be_bytes()..2700_u32.to_be_bytes());
    let mut batch = Batch::new();
    batch.delete_range(Column::Flat, range.clone());
    write(&subject, batch);
    let expected: Vec<_> = many_keys().into_iter().filter(|key| !range.contains(key)).collect();
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), expected);
    let mut batch = Batch::new();
    batch.delete_range(Column::Flat, KeyRange::ALL);
    write(&subject, batch);
    assert!(all(subject.database(), Column::Flat).is_empty());
}

pub(super) fn an_empty_batch_changes_nothing(subject: impl Subject) {
    write(&subject, puts(&[(b"a", b"1")]));
    write(&subject, Batch::new());
    assert_eq!(keys_within(subject.database(), &KeyRange::ALL), [b"a"]);
}

fn references(added: &[(&[u8], u32)], removed: &[(&[u8], u32)]) -> Batch {
    let mut batch = Batch::new();
    for &(key, count) in added {
        batch.add_references(Column::Nodes, key, [b"value of ", key].concat(), count);
    }
    for &(key, count) in removed {
        batch.remove_references(Column::Nodes, key, count);
    }
    batch
}

pub(super) fn a_value_lives_while_it_is_counted(subject: impl Subject) {
    write(&subject, references(&[(b"a", 2), (b"b", 1), (b"none", 0)], &[(b"missing", 0)]));
    assert_eq!(get(subject.database(), Column::Nodes, b"none"), None);
    write(&subject, references(&[(b"a", u32::MAX)], &[(b"b", 1)]));
    assert_eq!(get(subject.database(), Column::Nodes, b"b"), None);
    write(&subject, references(&[], &[(b"a", u32::MAX)]));
    write(&subject, references(&[], &[(b"a", 1)]));
    assert_eq!(get(subject.database(), Column::Nodes, b"a"), Some(b"value of a".to_vec()));
    assert_eq!(all(subject.database(), Column::Nodes).len(), 1);
    write(&subject, references(&[], &[(b"a", 1)]));
    assert!(all(subject.database(), Column::Nodes).is_empty());
}

pub(super) fn only_the_sum_of_references_decides(subject: impl Subject) {
    let mut batch = references(&[], &[(b"a", 2), (b"b", 1)]);
    batch.append(references(&[(b"a", 3), (b"b", 1)], &[]));
    write(&subject, batch);
    assert_eq!(get(subject.database(), Column::Nodes, b"b"), None);
    write(&subject, references(&[], &[(b"a", 1)]));
    assert!(all(subject.database(), Column::Nodes).is_empty());
}

pub(super) fn a_counted_value_can_be_deleted(subject: impl Subject) {
    write(&subject, references(&[(b"a", 5), (b"b", 5), (b"c", 5)], &[]));
    let mut batch = Batch::new();
    batch.delete(Column::Nodes, *b"a");
    batch.delete_range(Column::Nodes, KeyRange::new("c"..));
    batch.append(references(&[(b"c", 1)], &[]));
    write(&subject, batch);
    assert_eq!(get(subject.database(), Column::Nodes, b"a"), None);
    write(&subject, references(&[], &[(b"b", 5), (b"c", 1)]));
    assert!(all(subject.database(), Column::Nodes).is_empty());
}

pub(super) fn a_batch_below_zero_changes_nothing(subject: impl Subject) {
    let mut before = references(&[(b"a", 2), (b"z", 1)], &[]);
    before.append(puts(&[(b"kept", b"1"), (b"kept too", b"1")]));
    write(&subject, before);
    let contents = || Column::ALL.map(|column| all(subject.database(), column));
    let expected = contents();
    for (key, removed, total) in [(b"a", 3, -1), (b"m", 1, -1), (b"z", u32::MAX, 2 - (1 << 32))] {
        let mut batch = puts(&[(b"kept", b"2"), (b"new", b"2")]);
        batch.delete_range(Column::Flat, KeyRange::prefix(b"kept "));
        batch.append(references(&[(b"0", 1), (b"~", 1)], &[(b"z", 1), (b"a", 1)]));
        batch.append(references(&[(b"z", 1), (b"a", 1)], &[(key, removed)]));
        match subject.database().write(batch) {
            Err(DatabaseError::CountOutOfRange { column, key: found, total: count }) => {
                assert_eq!((column, &*found, count), (Column::Nodes, &key[..], total));
            }
            other => panic!("it is {other:?}"),
        }
        assert_eq!(contents(), expected);
    }
    write(&subject, references(&[], &[(b"a", 2), (b"z", 1)]));
}

pub(super) fn operations_have_their_columns(subject: impl Subject) {
    let mut batches = Vec::new();
    for column in Column::ALL {
        let mut batch = puts(&[(b"key", b"value")]);
        if column.is_counted() {
            batch.put(column, *b"key", *b"value");
        } else {
            batch.add_references(column, *b"key", *b"value", 1);
            let mut removal = puts(&[(b"key", b"value")]);
            removal.remove_references(column, *b"key", 0);
            batches.push((column, removal));
        }
        batches.push((column, batch));
    }
    for (column, batch) in batches {
        match subject.database().write(batch) {
            Err(DatabaseError::WrongOperation { column: found }) => assert_eq!(found, column),
            other => panic!("it is {other:?}"),
        }
    }
    assert!(all(subject.database(), Column::Flat).is_empty());
}

pub(super) fn a_snapshot_stays(subject: impl Subject) {
    put_keys(&subject, &many_keys());
    write(&subject, references(&[(b"a", 1)], &[]));
    let snapshot = subject.database().snapshot().expect("it can be read");
    let flat = all(&*snapshot, Column::Flat);
    let mut batch = references(&[(b"b", 1)], &[(b"a", 1)]);
    batch.delete_range(Column::Flat, KeyRange::new(1000_u32.to_be_bytes()..));
    batch.append(puts(&[(b"", b"new"), (&[0; 4], b"changed"), (b"zzzzz", b"new")]));
    write(&subject, batch);
    assert_eq!(all(&*snapshot, Column::Flat), flat);
    assert_eq!(get(&*snapshot, Column::Flat, &[0; 4]), Some(vec![0; 4]));
    assert_eq!(get(&*snapshot, Column::Flat, b"zzzzz"), None);
    assert_eq!(get(&*snapshot, Column::Nodes, b"a"), Some(b"value of a".to_vec()));
    assert_eq!(get(&*snapshot, Column::Nodes, b"b"), None);
    let later = subject.database().snapshot().expect("it can be read");
    assert_eq!(get(&*later, Column::Flat, &[0; 4]), Some(b"changed".to_vec()));
    assert_eq!(get(&*later, Column::Nodes, b"a"), None);
}

pub(super) fn a_snapshot_outlives_its_database(subject: impl Subject) {
    write(&subject, puts(&[(b"a", b"1")]));
    let snapshot = subject.database().snapshot().expect("it can be read");
    drop(subject);
    assert_eq!(get(&*snapshot, Column::Flat, b"a"), Some(b"1".to_vec()));
}

pub(super) fn snapshots_can_be_read_by_other_threads(subject: impl Subject) {
    let value_at = |round: u32| round.to_be_bytes();
    let keys: Vec<[u8; 4]> = (0..50_u32).map(u32::to_be_bytes).collect();
    thread::scope(|scope| {
        for round in 0..10 {
            let mut batch = Batch::new();
            for key in &keys {
                batch.put(Column::Flat, *key, value_at(round));
            }
            write(&subject, batch);
            let snapshot = subject.database().snapshot().expect("it can be read");
            scope.spawn(move || {
                for (_, value) in all(&*snapshot, Column::Flat) {
                    assert_eq!(&*value, value_at(round));
                }
            });
        }
    });
}

pub(super) fn batches_of_threads_follow_one_another(subject: impl Subject) {
    let database = subject.database();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let batch = references(&[(b"a", 1)], &[]);
                    database.write(batch).expect("the batch can be written");
                }
            });
        }
    });
    write(&subject, references(&[], &[(b"a", 20)]));
    assert!(all(database, Column::Nodes).is_empty());
}
