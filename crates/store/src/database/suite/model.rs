//! Random histories of a database against a plain map.

use super::super::{Batch, Column, DatabaseError, Direction, KeyRange, Reader};
use super::{Subject, get, within};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;

/// A change, from which both a batch and a map are made.
#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, u8),
    Delete(bool, Vec<u8>),
    DeleteRange(bool, Vec<u8>, Vec<u8>),
    Add(Vec<u8>, u8, u32),
    Remove(Vec<u8>, u32),
}

/// Values by column and key, with counts.
type Model = BTreeMap<(Column, Vec<u8>), (i128, Option<u8>)>;

/// Few different keys, of different lengths, so that changes meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(0), Just(1), Just(255)], 0..4)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        2 => (any::<bool>(), key()).prop_map(|(counted, key)| Step::Delete(counted, key)),
        1 => (any::<bool>(), key(), key())
            .prop_map(|(counted, start, end)| Step::DeleteRange(counted, start, end)),
        5 => (key(), any::<u8>(), 0..4_u32)
            .prop_map(|(key, value, count)| Step::Add(key, value, count)),
        2 => (key(), 0..2_u32).prop_map(|(key, count)| Step::Remove(key, count)),
    ]
}

/// Writes random batches to the database and to a map; both must refuse the same and hold the same, also
/// in a snapshot from in between.
pub(in super::super) fn agrees_with_a_map<S: Subject>() {
    let config = Config { cases: S::HISTORIES, failure_persistence: None, ..Config::default() };
    let history = (vec(vec(step(), 0..30), 1..6), any::<prop::sample::Index>());
    let result = TestRunner::new(config).run(&history, |(batches, index)| {
        let subject = S::new();
        let mut model = Model::new();
        let mut between = None;
        let middle = index.index(batches.len());
        for (number, steps) in batches.iter().enumerate() {
            if number == middle {
                let snapshot = subject.database().snapshot().expect("it can be read");
                between = Some((snapshot, model.clone()));
            }
            let refused = match subject.database().write(batch_of(steps)) {
                Ok(()) => false,
                Err(DatabaseError::CountOutOfRange { .. }) => true,
                Err(error) => panic!("{error}"),
            };
            match after(&model, steps) {
                None => prop_assert!(refused),
                Some(next) => {
                    prop_assert!(!refused);
                    model = next;
                }
            }
            assert_same(subject.database(), &model);
        }
        if let Some((snapshot, model)) = between {
            assert_same(&*snapshot, &model);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

fn column_of(counted: bool) -> Column {
    if counted { Column::Nodes } else { Column::Flat }
}

fn batch_of(steps: &[Step]) -> Batch {
    let mut batch = Batch::new();
    for step in steps {
        match step.clone() {
            Step::Put(key, value) => batch.put(Column::Flat, key, [value]),
            Step::Delete(counted, key) => batch.delete(column_of(counted), key),
            Step::DeleteRange(counted, start, end) => {
                batch.delete_range(column_of(counted), KeyRange::new(start..end));
            }
            Step::Add(key, value, count) => {
                batch.add_references(Column::Nodes, key, [value], count);
            }
            Step::Remove(key, count) => batch.remove_references(Column::Nodes, key, count),
        }
    }
    batch
}

/// The map after the steps; `None` if a count is then below zero.
fn after(model: &Model, steps: &[Step]) -> Option<Model> {
    let mut model = model.clone();
    for step in steps {
        match step.clone() {
            Step::Put(key, value) => {
                model.insert((Column::Flat, key), (1, Some(value)));
            }
            Step::Delete(counted, key) => {
                model.remove(&(column_of(counted), key));
            }
            Step::DeleteRange(counted, start, end) => model.retain(|(column, key), _| {
                *column != column_of(counted) || *key < start || *key >= end
            }),
            Step::Add(key, value, added) => {
                let (count, stored) = model.entry((Column::Nodes, key)).or_default();
                *count += i128::from(added);
                stored.get_or_insert(value);
            }
            Step::Remove(key, removed) => {
                let (count, _) = model.entry((Column::Nodes, key)).or_default();
                *count -= i128::from(removed);
            }
        }
    }
    model.retain(|_, (count, _)| *count != 0);
    model.values().all(|(count, _)| *count > 0).then_some(model)
}

fn assert_same(reader: &dyn Reader, model: &Model) {
    for column in [Column::Nodes, Column::Flat] {
        let expected: Vec<(Vec<u8>, Vec<u8>)> = model
            .iter()
            .filter(|((of, _), _)| *of == column)
            .map(|((_, key), (_, value))| (key.clone(), value.iter().copied().collect()))
            .collect();
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            within(reader, column, &KeyRange::ALL, Direction::Ascending)
                .into_iter()
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .collect();
        assert_eq!(found, expected);
        for (key, value) in expected {
            assert_eq!(get(reader, column, &key), Some(value));
        }
    }
}
