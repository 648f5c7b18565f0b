//! Which database and which shard of it, and opening it. Only an import makes a database.

use super::error::StateError;
use clap::Args;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
#[cfg(feature = "rocksdb")]
use torr_store::database::RocksDatabase;
use torr_store::database::{
    Database, DatabaseError, EmbeddedDatabase, Identity, OpenOptions, Verification,
};
use torr_store::shard_state::{SCHEMA, ShardState};
use torr_store::stored_trie::ShardUid;

/// What the name of a database begins with that RocksDB keeps.
const ROCKS_DB: &str = "rocksdb:";

/// The arguments that choose the state of a shard.
#[derive(Args)]
#[command(next_help_heading = "The database")]
pub(super) struct DatabaseArguments {
    /// Folder of the database; rocksdb:FOLDER, if RocksDB keeps it
    #[arg(long, value_name = "FOLDER")]
    db: DatabaseName,
    /// Chain that the database has to be of [default: whichever it is of]
    #[arg(long, value_name = "ID")]
    chain: Option<String>,
    /// Shard: its number in layout 0, or sNUMBER.vLAYOUT
    #[arg(long, value_name = "SHARD", value_parser = parse_shard, default_value = "0")]
    shard: ShardUid,
}

/// Where a database is, and what keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseName {
    /// The embedded database keeps it, in this folder.
    Embedded(PathBuf),
    /// RocksDB keeps it, in this folder.
    Rocks(PathBuf),
}

impl FromStr for DatabaseName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<DatabaseName, Infallible> {
        Ok(match text.strip_prefix(ROCKS_DB) {
            Some(folder) => DatabaseName::Rocks(folder.into()),
            None => DatabaseName::Embedded(text.into()),
        })
    }
}

fn parse_shard(text: &str) -> Result<ShardUid, String> {
    let parts = match text.strip_prefix('s') {
        Some(rest) => rest.split_once(".v"),
        None => Some((text, "0")),
    };
    let shard = parts.and_then(|(shard_id, version)| {
        Some(ShardUid { version: version.parse().ok()?, shard_id: shard_id.parse().ok()? })
    });
    shard.ok_or_else(|| "write the number of a shard, for example 0, or s0.v3".to_owned())
}

impl DatabaseArguments {
    /// The state of the shard, in a database that is there.
    pub(super) fn open(&self) -> Result<ShardState, StateError> {
        self.open_checked(Verification::AsRead)
    }

    /// The same, with all of the database compared with its checksums.
    pub(super) fn open_verified(&self) -> Result<ShardState, StateError> {
        self.open_checked(Verification::Whole)
    }

    fn open_checked(&self, verification: Verification) -> Result<ShardState, StateError> {
        self.state_in(self.db.open_existing(self.chain.as_deref(), verification)?)
    }

    /// The state of the shard, in a database that is made if there is none.
    pub(super) fn open_or_make(&self) -> Result<ShardState, StateError> {
        if self.db.exists()? {
            return self.open_checked(Verification::AsRead);
        }
        let no_chain = || StateError::NoChain { folder: self.db.folder().to_owned() };
        let chain = self.chain.as_ref().ok_or_else(no_chain)?;
        self.state_in(self.db.open(&options(chain, Verification::AsRead))?)
    }

    fn state_in(&self, database: Arc<dyn Database>) -> Result<ShardState, StateError> {
        Ok(ShardState::open(database, self.shard)?)
    }
}

impl DatabaseName {
    /// The database of a chain, which is made if there is none.
    pub(crate) fn open_or_make(&self, chain: &str) -> Result<Arc<dyn Database>, StateError> {
        self.open(&options(chain, Verification::AsRead))
    }

    /// The database, which has to be there, of a chain or of whichever it is of.
    pub(crate) fn open_existing(
        &self,
        chain: Option<&str>,
        verification: Verification,
    ) -> Result<Arc<dyn Database>, StateError> {
        if !self.exists()? {
            return Err(StateError::NoDatabase { folder: self.folder().to_owned() });
        }
        // No chain has this name; which one the database is of, it says when it refuses it.
        match self.open(&options(chain.unwrap_or(""), verification)) {
            Err(StateError::Database(DatabaseError::OtherChain { found, .. }))
                if chain.is_none() =>
            {
                self.open(&options(&found, verification))
            }
            opened => opened,
        }
    }

    fn folder(&self) -> &Path {
        match self {
            DatabaseName::Embedded(folder) | DatabaseName::Rocks(folder) => folder,
        }
    }

    fn exists(&self) -> Result<bool, StateError> {
        match self {
            DatabaseName::Embedded(folder) => Ok(EmbeddedDatabase::exists(folder)?),
            #[cfg(feature = "rocksdb")]
            DatabaseName::Rocks(folder) => Ok(RocksDatabase::exists(folder)?),
            #[cfg(not(feature = "rocksdb"))]
            DatabaseName::Rocks(folder) => Err(StateError::NoRocksDb { folder: folder.clone() }),
        }
    }

    fn open(&self, options: &OpenOptions) -> Result<Arc<dyn Database>, StateError> {
        match self {
            DatabaseName::Embedded(folder) => {
                Ok(Arc::new(EmbeddedDatabase::open(folder, options)?))
            }
            #[cfg(feature = "rocksdb")]
            DatabaseName::Rocks(folder) => Ok(Arc::new(RocksDatabase::open(folder, options)?)),
            #[cfg(not(feature = "rocksdb"))]
            DatabaseName::Rocks(folder) => Err(StateError::NoRocksDb { folder: folder.clone() }),
        }
    }
}

fn options(chain_id: &str, verification: Verification) -> OpenOptions {
    let identity = Identity { schema: SCHEMA, chain_id: chain_id.to_owned() };
    OpenOptions { verification, ..OpenOptions::new(identity) }
}

#[cfg(test)]
mod tests {
    use super::parse_shard;
    use torr_store::stored_trie::ShardUid;

    #[test]
    fn shards_are_read_as_they_are_written() {
        for (text, shard) in [
            ("3", Some((0, 3))),
            ("s3.v2", Some((2, 3))),
            ("s3", None),
            ("3.v2", None),
            ("s.v", None),
            ("-1", None),
            ("", None),
            ("4294967296", None),
        ] {
            let shard = shard.map(|(version, shard_id)| ShardUid { version, shard_id });
            assert_eq!(parse_shard(text).ok(), shard, "{text}");
        }
        let shard = ShardUid { version: 7, shard_id: 9 };
        assert_eq!(parse_shard(&shard.to_string()), Ok(shard));
    }
}
