//! Beginning a chain, and what is the same for all of its blocks.

use super::kept::{self, KeptBlocks, KeptGenesis};
use super::{Block, BlockRecord, Chain, ChainError, Genesis, GenesisSettings, ShardRecord};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::{Balance, BandwidthRequests, Gas, ProtocolVersion, ShardId};
use torr_runtime::{ApplyError, BlockContext, ChunkContext, EpochContext, congestion_of_state};
use torr_store::database::{Batch, Database};
use torr_store::shard_state::ShardState;
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
    /// finishes that.
    ///
    /// # Errors
    /// When the database keeps another chain, or other states; when the genesis cannot be used; when
    /// something cannot be read or written.
    pub(crate) fn begin(
        database: &Arc<dyn Database>,
        genesis: &Genesis,
        path: &Path,
    ) -> Result<(), ChainError> {
        let protocol = Protocol::new(&genesis.settings, genesis.hash)?;
        let kept = KeptBlocks::new(&**database);
        match kept.genesis()? {
            Some(KeptGenesis { hash, .. }) if hash != genesis.hash => {
                let (path, found) = (path.to_owned(), genesis.hash);
                return Err(ChainError::OtherGenesis { path, found, kept: hash });
            }
            Some(_) if kept.last()?.is_some() => return Ok(()),
            Some(_) => {}
            None => {
                for (shard_id, uid) in protocol.shards() {
                    if ShardState::open(Arc::clone(database), uid)?.head()?.is_some() {
                        return Err(ChainError::StateWithoutGenesis { shard_id });
                    }
                }
                let mut batch = Batch::new();
                kept::put_genesis(&KeptGenesis::new(genesis.hash, &genesis.settings)?, &mut batch);
                database.write(batch)?;
            }
        }
        import(database, genesis, &protocol)
    }
}

/// Makes the states that are not there, and then what stands for the block of the genesis.
fn import(
    database: &Arc<dyn Database>,
    genesis: &Genesis,
    protocol: &Protocol,
) -> Result<(), ChainError> {
    let mut begun = BTreeMap::new();
    for (shard_id, uid) in protocol.shards() {
        let state = ShardState::open(Arc::clone(database), uid)?;
        let version = match state.head()? {
            Some(version) => version,
            None => genesis.import(&state, shard_id)?,
        };
        // Receipts may wait in a state from the beginning.
        let snapshot = state.snapshot()?;
        let trie = snapshot.trie_at(version.number)?;
        let congestion =
            congestion_of_state(&trie, &protocol.config, shard_id).map_err(|fault| {
                let (height, source) = (genesis.settings.height, Box::new(ApplyError::from(fault)));
                ChainError::Apply { height, shard_id, source }
            })?;
        begun.insert(shard_id, (version.root, congestion));
    }
    let shards = begun.into_iter().map(|(shard_id, (state_root, congestion))| ShardRecord {
        shard_id,
        state_root,
        outcome_root: CryptoHash::default(),
        congestion_info: Some(congestion),
        missed_chunks: 0,
        bandwidth_requests: BandwidthRequests::empty(),
        pending: Vec::new(),
    });
    let record = BlockRecord {
        height: genesis.settings.height,
        hash: genesis.hash,
        shards: shards.collect(),
    };
    let mut batch = Batch::new();
    kept::put_record(&record, &mut batch);
    Ok(database.write(batch)?)
}
