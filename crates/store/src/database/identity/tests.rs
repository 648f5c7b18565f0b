//! Who may open what.

use super::super::faulty::{Fault, FaultyDatabase};
use super::super::suite::all;
use super::super::{Batch, Column, Database, DatabaseError, KeyRange, MemoryDatabase, Reader};
use super::{Identity, Migration, OpenOptions};
use std::sync::Arc;

fn options(schema: u32, migrations: &[Migration]) -> OpenOptions {
    let mut options = OpenOptions::new(Identity { schema, chain_id: "test".to_owned() });
    options.migrations = migrations.to_vec();
    options
}

fn new(schema: u32) -> MemoryDatabase {
    let database = MemoryDatabase::new();
    options(schema, &[]).identify(&database).expect("it is empty");
    database
}

/// A step that leaves its name behind, and needs that of the step before.
const ONE_TO_TWO: Migration = Migration {
    from: 1,
    to: 2,
    run: |_, batch| {
        batch.put(Column::Flat, *b"steps", *b"1-2");
        Ok(())
    },
};

const TWO_TO_FOUR: Migration = Migration {
    from: 2,
    to: 4,
    run: |reader, batch| {
        let before = reader.get(Column::Flat, b"steps")?.expect("the first step was made");
        batch.put(Column::Flat, *b"steps", [&before, &b" 2-4"[..]].concat());
        Ok(())
    },
};

#[test]
fn an_empty_database_becomes_what_it_is_opened_as() {
    let database = new(3);
    options(3, &[]).identify(&database).expect("it is of this identity");
}

#[test]
fn another_chain_is_refused() {
    let database = new(3);
    let before = all(&database, Column::Meta);
    let other = OpenOptions::new(Identity { schema: 4, chain_id: "other".to_owned() });
    match other.identify(&database) {
        Err(DatabaseError::OtherChain { found, expected }) => {
            assert_eq!((found.as_str(), expected.as_str()), ("test", "other"));
        }
        result => panic!("it is {result:?}"),
    }
    assert_eq!(all(&database, Column::Meta), before);
}

#[test]
fn a_newer_schema_is_refused() {
    let database = new(3);
    let refused = options(2, &[ONE_TO_TWO]).identify(&database);
    assert!(matches!(refused, Err(DatabaseError::NewerSchema { found: 3, known: 2 })));
    options(3, &[]).identify(&database).expect("it is as it was");
}

#[test]
fn an_older_schema_without_a_way_on_is_refused() {
    let database = new(1);
    let before = all(&database, Column::Meta);
    for (migrations, missing) in [(&[][..], 1), (&[TWO_TO_FOUR], 1), (&[ONE_TO_TWO], 2)] {
        match options(4, migrations).identify(&database) {
            Err(DatabaseError::OlderSchema { found: 1, missing: found, known: 4 }) => {
                assert_eq!(found, missing);
            }
            result => panic!("it is {result:?}"),
        }
        assert_eq!(all(&database, Column::Meta), before);
        assert!(all(&database, Column::Flat).is_empty());
    }
    // A step that leads too far is none.
    assert!(options(3, &[ONE_TO_TWO, TWO_TO_FOUR]).identify(&database).is_err());
}

#[test]
fn migrations_follow_one_another() {
    let database = new(1);
    options(4, &[TWO_TO_FOUR, ONE_TO_TWO]).identify(&database).expect("there is a way");
    let steps = database.get(Column::Flat, b"steps").expect("it can be read");
    assert_eq!(steps.as_deref(), Some(&b"1-2 2-4"[..]));
    options(4, &[]).identify(&database).expect("it is of this schema now");
}

#[test]
fn a_migration_that_stops_can_be_taken_up_again() {
    let migrations = [ONE_TO_TWO, TWO_TO_FOUR];
    let whole = FaultyDatabase::new(Arc::new(new(1)), Fault::None);
    options(4, &migrations).identify(&whole).expect("there is a way");
    for at in 0..whole.operations() {
        for fault in [Fault::Error(at), Fault::KillBefore(at), Fault::KillAfter(at)] {
            let database = Arc::new(new(1));
            let faulty = FaultyDatabase::new(Arc::clone(&database) as Arc<dyn Database>, fault);
            assert!(options(4, &migrations).identify(&faulty).is_err());
            options(4, &migrations).identify(&*database).expect("the way goes on");
            let steps = database.get(Column::Flat, b"steps").expect("it can be read");
            assert_eq!(steps.as_deref(), Some(&b"1-2 2-4"[..]));
        }
    }
}

#[test]
fn a_database_without_an_identity_must_be_empty() {
    let database = MemoryDatabase::new();
    let mut batch = Batch::new();
    batch.put(Column::Deltas, *b"key", *b"value");
    database.write(batch).expect("memory can be written");
    assert!(matches!(options(1, &[]).identify(&database), Err(DatabaseError::Damaged { .. })));
    assert!(all(&database, Column::Meta).is_empty());
}

#[test]
fn an_identity_that_cannot_be_read_is_damage() {
    let database = new(1);
    let identity = all(&database, Column::Meta).remove(0).1;
    let mut longer = identity.to_vec();
    longer.push(0);
    for bytes in [&identity[..identity.len() - 1], &[], &[255; 8], &longer] {
        let mut batch = Batch::new();
        batch.put(Column::Meta, super::KEY, bytes);
        database.write(batch).expect("memory can be written");
        let refused = options(1, &[]).identify(&database);
        assert!(matches!(refused, Err(DatabaseError::Damaged { .. })));
        let entries = all(&database, Column::Meta);
        assert_eq!(entries.iter().map(|(_, value)| &**value).collect::<Vec<_>>(), [bytes]);
    }
    assert!(database.entries(Column::Meta, &KeyRange::ALL, super::Direction::Ascending).is_ok());
}
