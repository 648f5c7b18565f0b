//! Genesis files: what a chain is, and the state that it begins with.
//!
//! A file is a JSON object: the settings, and `records`, an array of the protocol's state records. It is
//! read without holding the records in memory, once for the settings and once for each shard. Its name is
//! the hash of its bytes, and blocks say which genesis they follow.

use super::ChainError;
use crate::state::records;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use torr_crypto::hash::CryptoHash;
use torr_primitives::{
    AccountId, Balance, BlockHeight, Gas, ProtocolVersion, ShardId, ShardLayout, StateRecord,
};
use torr_store::shard_state::{ShardState, Version};

/// What a chain is, apart from the state that it begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenesisSettings {
    /// Its name.
    pub(crate) chain_id: String,
    /// The version of the protocol, which says what holds and what it costs.
    #[serde(default = "default_protocol_version")]
    pub(crate) protocol_version: ProtocolVersion,
    /// Height of the state that it begins with.
    #[serde(default)]
    pub(crate) height: BlockHeight,
    /// Gas that receipts of a chunk may use before further ones are delayed; any amount, if there is none.
    #[serde(default)]
    pub(crate) gas_limit: Option<Gas>,
    /// Which accounts are in which shard.
    #[serde(default = "ShardLayout::single_shard")]
    pub(crate) shard_layout: ShardLayout,
    /// Stakes of the validators, in yoctoNEAR.
    #[serde(default)]
    pub(crate) validators: BTreeMap<AccountId, Balance>,
    /// The least stake that may be proposed, in yoctoNEAR.
    #[serde(default)]
    pub(crate) minimum_stake: Balance,
    /// Number of the epoch that all blocks are in.
    #[serde(default)]
    pub(crate) epoch_height: u64,
    /// In a file, the state that it begins with, which is passed over.
    #[serde(default, skip_serializing)]
    pub(crate) records: Option<IgnoredAny>,
}

/// The version that most vectors are of.
fn default_protocol_version() -> ProtocolVersion {
    86
}

/// Why a genesis cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GenesisError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it has to be.
    #[error(
        "{} is no genesis: {source}; `torr workload` writes one to begin with", path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// There is no state to begin with.
    #[error("{} has no field `records`; put the state that the chain begins with there, or []", path.display())]
    NoRecords {
        /// The file.
        path: PathBuf,
    },
    /// The file changed between two times that it was read.
    #[error("{} changed while it was read; begin again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The records do not make a state.
    #[error("the records of {}: {source}", path.display())]
    Records {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<records::RecordsError>,
    },
}

/// A genesis file.
#[derive(Clone, Debug)]
pub(crate) struct Genesis {
    path: PathBuf,
    /// The hash of its bytes.
    pub(crate) hash: CryptoHash,
    /// What it says beside the records.
    pub(crate) settings: GenesisSettings,
}

impl Genesis {
    /// Reads the settings of a file.
    ///
    /// # Errors
    /// When it cannot be read, or is not what it has to be.
    pub(crate) fn read(path: &Path) -> Result<Genesis, GenesisError> {
        let hash = hash_of(path)?;
        let file = BufReader::new(open(path)?);
        let read: Result<GenesisSettings, _> = serde_json::from_reader(file);
        let path = path.to_owned();
        match read {
            Ok(settings) if settings.records.is_some() => Ok(Genesis { path, hash, settings }),
            Ok(_) => Err(GenesisError::NoRecords { path }),
            Err(source) if source.is_io() => {
                Err(GenesisError::Read { path, source: source.into() })
            }
            Err(source) => Err(GenesisError::Malformed { path, source }),
        }
    }

    /// Makes the first version of a shard's state of the records that belong to it. One that was begun
    /// is gone on with.
    ///
    /// # Errors
    /// When the file cannot be read, the records do not make a state, or that cannot be written.
    pub(crate) fn import(
        &self,
        state: &ShardState,
        shard_id: ShardId,
    ) -> Result<Version, GenesisError> {
        let layout = &self.settings.shard_layout;
        let is_wanted =
            |record: &StateRecord| layout.shard_of_account(record.account_id()) == shard_id;
        let file = open(&self.path)?;
        let imported = records::import_wanted(file, state, &is_wanted, None, self.settings.height);
        let version = imported.map_err(|source| GenesisError::Records {
            path: self.path.clone(),
            source: Box::new(source),
        })?;
        if hash_of(&self.path)? != self.hash {
            return Err(GenesisError::Changed { path: self.path.clone() });
        }
        Ok(version)
    }
}

impl GenesisSettings {
    /// As they are kept in a database.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, ChainError> {
        Ok(serde_json::to_vec(self)?)
    }
}

fn open(path: &Path) -> Result<File, GenesisError> {
    File::open(path).map_err(|source| GenesisError::Read { path: path.to_owned(), source })
}

/// The hash of a file's bytes.
fn hash_of(path: &Path) -> Result<CryptoHash, GenesisError> {
    let failed = |source| GenesisError::Read { path: path.to_owned(), source };
    let mut file = open(path)?;
    let mut hasher = Sha256::new();
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut bytes).map_err(failed)?;
        match bytes.get(..read) {
            None | Some([]) => return Ok(CryptoHash(hasher.finalize().into())),
            Some(bytes) => hasher.update(bytes),
        }
    }
}
