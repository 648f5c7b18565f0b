//! Beginning a chain, and what is the same for all of its blocks.

use super::kept::{self, KeptBlocks, KeptGenesis};
use super::{Block, BlockRecord, Chain, ChainError, Genesis, GenesisSettings, ShardRecord};
use std::path::Path;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::{Balance, BandwidthRequests, Gas, ProtocolVersion, ShardId};
use torr_runtime::{BlockContext, ChunkContext, EpochContext, congestion_of_state};
use torr_store::database::{Batch, Database};
use torr_store::shard_state::{Collection, ShardState};
use torr_store::stored_trie::ShardUid;

/// What is the same for all blocks.
pub(crate) struct Protocol {
    pub(crate) epoch: Arc<EpochContext>,
    config: Arc<RuntimeConfig>,
    version: ProtocolVersion,
    gas_limit: Option<Gas>,
}

impl Protocol {
    /// What a genesis says, which has this hash.
    pub(crate) fn new(
        settings: &GenesisSettings,
        genesis: CryptoHash,
    ) -> Result<Protocol, ChainError> {
        let total_stake = settings.validators.values().try_fold(Balance::ZERO, |sum, stake| {
            sum.checked_add(*stake).ok_or_else(|| ChainError::Inconsistent {
                what: "the stakes of its genesis come to more than there can be".to_owned(),
            })
        })?;
        let epoch = EpochContext {
            chain_id: settings.chain_id.clone(),
            epoch_id: genesis,
            epoch_height: settings.epoch_height,
            shard_layout: Arc::new(settings.shard_layout.clone()),
            validators: settings.validators.clone(),
            total_stake,
            minimum_stake: settings.minimum_stake,
        };
        Ok(Protocol {
            epoch: Arc::new(epoch),
            config: Parameters::builtin(settings.protocol_version)?,
            version: settings.protocol_version,
            gas_limit: settings.gas_limit,
        })
    }

    /// What the chunk of a shard in a block is applied in.
    pub(crate) fn context(&self, block: &Block, shard_id: ShardId) -> ChunkContext {
        ChunkContext {
            block: BlockContext {
                height: block.height,
                prev_block_hash: block.prev_hash,
                timestamp: block.timestamp,
                gas_price: block.gas_price,
                random_seed: block.random_seed,
            },
            epoch: Arc::clone(&self.epoch),
            shard_id,
            gas_limit: self.gas_limit,
            config: Arc::clone(&self.config),
            protocol_version: self.version,
        }
    }

    /// The name that databases know a shard by.
    pub(crate) fn shard_uid(&self, shard_id: ShardId) -> Result<ShardUid, ChainError> {
        let found = self.shards().find(|(shard, _)| *shard == shard_id);
        found.map(|(_, uid)| uid).ok_or_else(|| ChainError::Inconsistent {
            what: format!("its genesis has no shard {shard_id}"),
        })
    }

    /// The shards, by the names that databases know them by.
    pub(crate) fn shards(&self) -> impl Iterator<Item = (ShardId, ShardUid)> {
        self.epoch.shard_layout.shard_uids().map(|uid| {
            let (version, shard_id) = (uid.version, uid.shard_id);
            (ShardId::from(shard_id), ShardUid { version, shard_id })
        })
    }
}

impl Chain {
    /// Sees to it that a database keeps the chain of a genesis: makes the states that it begins with, or
    /// finishes that. States of another genesis that were begun and not finished are given up.
    ///
    /// # Errors
    /// When the database keeps another chain, or other states; when the genesis cannot be used; when
    /// something cannot be read or written.
    pub(crate) fn begin(
        database: &Arc<dyn Database>,
        genesis: &Genesis,
        protocol: &Protocol,
        path: &Path,
    ) -> Result<(), ChainError> {
        let kept = KeptBlocks::new(&**database);
        let is_finished = kept.last()?.is_some();
        match kept.genesis()? {
            Some(other) if other.hash != genesis.hash => {
                if is_finished {
                    let (path, found) = (path.to_owned(), genesis.hash);
                    return Err(ChainError::OtherGenesis { path, found, kept: other.hash });
                }
                give_up(database, &Protocol::new(&other.settings()?, other.hash)?)?;
                note(database, genesis)?;
            }
            Some(_) if is_finished => return Ok(()),
            Some(_) => {}
            None => {
                for (shard_id, uid) in protocol.shards() {
                    let state = ShardState::open(Arc::clone(database), uid)?;
                    if state.head()?.is_some() || state.unfinished_import()?.is_some() {
                        return Err(ChainError::StateWithoutGenesis { shard_id });
                    }
                }
                note(database, genesis)?;
            }
        }
        import(database, genesis, protocol)
    }
}

/// From now on the database is that of a genesis, whose states are not all there.
fn note(database: &Arc<dyn Database>, genesis: &Genesis) -> Result<(), ChainError> {
    let mut batch = Batch::new();
    kept::put_genesis(&KeptGenesis::new(genesis.hash, &genesis.settings)?, &mut batch);
    Ok(database.write(batch)?)
}

/// Takes the states away that a genesis was to begin with.
fn give_up(database: &Arc<dyn Database>, protocol: &Protocol) -> Result<(), ChainError> {
    for (_, uid) in protocol.shards() {
        let state = ShardState::open(Arc::clone(database), uid)?;
        state.remove_all()?;
        while state.collect(usize::MAX)? == Collection::Unfinished {}
    }
    Ok(())
}

/// Makes the states that are not there, and then what stands for the block of the genesis.
fn import(
    database: &Arc<dyn Database>,
    genesis: &Genesis,
    protocol: &Protocol,
) -> Result<(), ChainError> {
    let mut shards = Vec::new();
    for (shard_id, uid) in protocol.shards() {
        let state = ShardState::open(Arc::clone(database), uid)?;
        let version = match state.head()? {
            Some(version) => version,
            None => genesis.import(&state, shard_id)?,
        };
        let snapshot = state.snapshot()?;
        let trie = snapshot.trie_at(version.number)?;
        let congestion_info = congestion_of_state(&trie, &protocol.config, shard_id)?;
        shards.push(ShardRecord {
            shard_id,
            state_root: version.root,
            outcome_root: CryptoHash::default(),
            congestion_info: Some(congestion_info),
            missed_chunks: 0,
            bandwidth_requests: BandwidthRequests::empty(),
            pending: Vec::new(),
        });
    }
    let record = BlockRecord { height: genesis.settings.height, hash: genesis.hash, shards };
    let mut batch = Batch::new();
    kept::put_record(&record, &mut batch);
    Ok(database.write(batch)?)
}
