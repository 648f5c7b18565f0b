//! Whose a database is: its chain and its schema, checked before anything else is read.
//!
//! The first to open an empty database writes both. Later ones must name the same chain; an older
//! schema is brought up to date by [`Migration`]s, each of which is one batch together with the new
//! schema, so that a stop in between leaves one schema or the next.

use super::{Batch, Column, Database, DatabaseError, Direction, KeyRange, Reader};
use borsh::{BorshDeserialize, BorshSerialize};

/// The key in [`Column::Meta`].
const KEY: &[u8] = b"identity";

/// Whose a database is.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Identity {
    /// The version of what columns hold. A program writes one schema, and reads no other.
    pub schema: u32,
    /// The id of the chain.
    pub chain_id: String,
}

/// A step from a schema to a later one.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The schema it finds.
    pub from: u32,
    /// The schema it leaves; larger.
    pub to: u32,
    /// Reads the database and says what must change. The new schema is written in the same batch.
    pub run: fn(&dyn Reader, &mut Batch) -> Result<(), DatabaseError>,
}

/// How databases are opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Whose the database has to be, or becomes.
    pub identity: Identity,
    /// Steps from older schemas.
    pub migrations: Vec<Migration>,
    /// Memory for what was read or is to be written, in bytes. Databases on disk take it.
    pub cache_len: usize,
    /// Whether a database on disk is read whole, and compared with its checksums, when it is opened.
    pub verification: Verification,
}

/// What is compared with checksums when a database on disk is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// All of it: about a second for each GiB. A database that opens is what was written.
    Whole,
    /// Only what is read, when it is read: values, and, in RocksDB, which keys there are. For large
    /// databases on disks that check what they keep.
    AsRead,
}

impl OpenOptions {
    /// Opens databases with this identity, without migrations, with 256 MiB of cache, verified whole.
    pub fn new(identity: Identity) -> OpenOptions {
        OpenOptions {
            identity,
            migrations: Vec::new(),
            cache_len: 256 << 20,
            verification: Verification::Whole,
        }
    }

    /// Sees to it that `database` has the identity: checks it, migrates it, or, when the database is
    /// empty, gives it. A database that is refused stays as it is.
    ///
    /// # Errors
    /// When it belongs to another chain, has a schema from which no migration leads to this one, or
    /// does not say what it is; when a migration fails, after which the database has the schema that
    /// the last successful one left.
    pub fn identify(&self, database: &dyn Database) -> Result<(), DatabaseError> {
        let Some(bytes) = database.get(Column::Meta, KEY)? else {
            return self.adopt(database);
        };
        let found = borsh::from_slice::<Identity>(&bytes)
            .map_err(|_| damaged("its identity cannot be read"))?;
        if found.chain_id != self.identity.chain_id {
            let expected = self.identity.chain_id.clone();
            return Err(DatabaseError::OtherChain { found: found.chain_id, expected });
        }
        for migration in self.path_from(found.schema)? {
            let mut batch = Batch::new();
            (migration.run)(&*database.snapshot()?, &mut batch)?;
            write_identity(&mut batch, migration.to, &self.identity.chain_id);
            database.write(batch)?;
        }
        Ok(())
    }

    /// Gives an empty database the identity.
    fn adopt(&self, database: &dyn Database) -> Result<(), DatabaseError> {
        for column in Column::ALL {
            let mut entries = database.entries(column, &KeyRange::ALL, Direction::Ascending)?;
            if entries.next().transpose()?.is_some() {
                return Err(damaged("it has entries but no identity"));
            }
        }
        let mut batch = Batch::new();
        write_identity(&mut batch, self.identity.schema, &self.identity.chain_id);
        database.write(batch)
    }

    /// The migrations that lead from `found` to the schema of these options.
    fn path_from(&self, found: u32) -> Result<Vec<Migration>, DatabaseError> {
        let known = self.identity.schema;
        if found > known {
            return Err(DatabaseError::NewerSchema { found, known });
        }
        let mut path = Vec::new();
        let mut schema = found;
        while schema < known {
            let step =
                |step: &&Migration| step.from == schema && (schema + 1..=known).contains(&step.to);
            let Some(&migration) = self.migrations.iter().find(step) else {
                return Err(DatabaseError::OlderSchema { found, missing: schema, known });
            };
            path.push(migration);
            schema = migration.to;
        }
        Ok(path)
    }
}

fn write_identity(batch: &mut Batch, schema: u32, chain_id: &str) {
    let identity = Identity { schema, chain_id: chain_id.to_owned() };
    let bytes = borsh::to_vec(&identity).expect("writing to memory does not fail");
    batch.put(Column::Meta, KEY, bytes);
}

fn damaged(found: &str) -> DatabaseError {
    DatabaseError::Damaged { place: "the database".to_owned(), found: found.to_owned() }
}

#[cfg(test)]
mod tests;
