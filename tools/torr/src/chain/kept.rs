//! What a database keeps of a chain: its genesis, its blocks, and what came of each.
//!
//! All of it is in [`Column::Blocks`]: under a byte 0 the genesis, under 1 and a height what came of the
//! block, under 2 and a height the block. Heights stand with their high byte first. A record and its block
//! are written in the batch of the states that they lead to.

use super::{Block, ChainError, GenesisSettings};
use borsh::{BorshDeserialize, BorshSerialize};
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::Receipt;
use torr_primitives::{
    BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, BlockHeight, CongestionInfo,
    ExtendedCongestionInfo, ShardId,
};
use torr_store::database::{Batch, Column, Direction, KeyRange, Reader};
use torr_store::shard_state::{ShardState, Version};

const GENESIS: u8 = 0;
const RECORD: u8 = 1;
const BLOCK: u8 = 2;

/// The genesis that a chain began with.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct KeptGenesis {
    /// Hash of its file.
    pub(crate) hash: CryptoHash,
    /// The settings, in JSON.
    settings: Vec<u8>,
}

/// What came of a block: all that is needed to go on from it, and to verify it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct BlockRecord {
    /// Height of the block.
    pub(crate) height: BlockHeight,
    /// Its hash.
    pub(crate) hash: CryptoHash,
    /// What came of it in each shard, in the order of the layout.
    pub(crate) shards: Vec<ShardRecord>,
}

/// What came of a block in a shard.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct ShardRecord {
    /// The shard.
    pub(crate) shard_id: ShardId,
    /// Root of its state.
    pub(crate) state_root: CryptoHash,
    /// Root of the tree over its outcomes.
    pub(crate) outcome_root: CryptoHash,
    /// What it has to do, if that is known.
    pub(crate) congestion_info: Option<CongestionInfo>,
    /// How many blocks up to this one had no chunk of it.
    pub(crate) missed_chunks: u64,
    /// What it asks to send.
    pub(crate) bandwidth_requests: BandwidthRequests,
    /// Receipts that its next chunk takes in.
    pub(crate) pending: Vec<Receipt>,
}

/// What a database keeps of a chain.
pub(crate) struct KeptBlocks<'r> {
    reader: &'r dyn Reader,
}

impl KeptGenesis {
    pub(crate) fn new(hash: CryptoHash, settings: &GenesisSettings) -> Result<Self, ChainError> {
        Ok(KeptGenesis { hash, settings: settings.to_json()? })
    }

    /// What the genesis says beside its records.
    pub(crate) fn settings(&self) -> Result<GenesisSettings, ChainError> {
        serde_json::from_slice(&self.settings).map_err(|error| ChainError::Inconsistent {
            what: format!("the settings of its genesis cannot be read: {error}"),
        })
    }
}

impl BlockRecord {
    /// What came of the block in a shard.
    pub(crate) fn shard(&self, shard_id: ShardId) -> Result<&ShardRecord, ChainError> {
        let found = self.shards.iter().find(|shard| shard.shard_id == shard_id);
        found.ok_or_else(|| ChainError::Inconsistent {
            what: format!("what came of block {} says nothing of shard {shard_id}", self.height),
        })
    }

    /// What all shards have to do.
    pub(crate) fn congestion(&self) -> BlockCongestionInfo {
        let info = |shard: &ShardRecord| {
            let (congestion_info, missed_chunks_count) =
                (shard.congestion_info?, shard.missed_chunks);
            let info = ExtendedCongestionInfo { congestion_info, missed_chunks_count };
            Some((shard.shard_id, info))
        };
        BlockCongestionInfo { shards: self.shards.iter().filter_map(info).collect() }
    }

    /// What all shards ask to send.
    pub(crate) fn bandwidth_requests(&self) -> BlockBandwidthRequests {
        let requests = |shard: &ShardRecord| (shard.shard_id, shard.bandwidth_requests.clone());
        BlockBandwidthRequests { shards: self.shards.iter().map(requests).collect() }
    }
}

impl<'r> KeptBlocks<'r> {
    /// What `reader` has of a chain.
    pub(crate) fn new(reader: &'r dyn Reader) -> KeptBlocks<'r> {
        KeptBlocks { reader }
    }

    /// The genesis; `None` if there is no chain.
    pub(crate) fn genesis(&self) -> Result<Option<KeptGenesis>, ChainError> {
        let bytes = self.reader.get(Column::Blocks, &[GENESIS])?;
        bytes.map(|bytes| decode(&bytes, "its genesis")).transpose()
    }

    /// What came of the last block; `None` if there is none, not even what the genesis came to.
    pub(crate) fn last(&self) -> Result<Option<BlockRecord>, ChainError> {
        let range = KeyRange::prefix(&[RECORD]);
        let mut records = self.reader.entries(Column::Blocks, &range, Direction::Descending)?;
        let record = records.next().transpose()?;
        record.map(|(_, bytes)| decode(&bytes, "what came of its last block")).transpose()
    }

    /// What came of a block.
    pub(crate) fn record(&self, height: BlockHeight) -> Result<Option<BlockRecord>, ChainError> {
        let bytes = self.reader.get(Column::Blocks, &key(RECORD, height))?;
        bytes.map(|bytes| decode(&bytes, &format!("what came of block {height}"))).transpose()
    }

    /// What came of a block that is wanted.
    pub(crate) fn record_at(&self, height: BlockHeight) -> Result<BlockRecord, ChainError> {
        if let Some(record) = self.record(height)? {
            return Ok(record);
        }
        let heights = self.heights()?;
        let first = heights.first().copied().unwrap_or_default();
        let last = heights.last().copied().unwrap_or_default();
        Err(ChainError::NoBlock { height, first, last })
    }

    /// A block.
    pub(crate) fn block(&self, height: BlockHeight) -> Result<Option<Block>, ChainError> {
        let bytes = self.reader.get(Column::Blocks, &key(BLOCK, height))?;
        bytes.map(|bytes| decode(&bytes, &format!("block {height}"))).transpose()
    }

    /// The heights of all blocks that are kept, and of the genesis, ascending.
    pub(crate) fn heights(&self) -> Result<Vec<BlockHeight>, ChainError> {
        let range = KeyRange::prefix(&[RECORD]);
        let entries = self.reader.entries(Column::Blocks, &range, Direction::Ascending)?;
        let mut heights = Vec::new();
        for entry in entries {
            let (key, _) = entry?;
            let height = key.get(1..).and_then(|height| height.try_into().ok());
            let height = height.map(u64::from_be_bytes).ok_or_else(|| {
                ChainError::Inconsistent { what: "a key of its blocks has no height".to_owned() }
            })?;
            heights.push(height);
        }
        Ok(heights)
    }
}

/// Adds the genesis to a batch.
pub(super) fn put_genesis(genesis: &KeptGenesis, batch: &mut Batch) {
    batch.put(Column::Blocks, [GENESIS], encoded(genesis));
}

/// Adds what came of a block to a batch.
pub(super) fn put_record(record: &BlockRecord, batch: &mut Batch) {
    batch.put(Column::Blocks, key(RECORD, record.height), encoded(record));
}

/// Adds a block to a batch.
pub(super) fn put_block(block: &Block, batch: &mut Batch) {
    batch.put(Column::Blocks, key(BLOCK, block.height), block.to_bytes());
}

/// The version of a state that a record tells of.
pub(crate) fn version_of(
    state: &ShardState,
    root: CryptoHash,
    height: BlockHeight,
) -> Result<Version, ChainError> {
    let versions = state.find(root)?;
    let version = versions.into_iter().rfind(|version| version.height == height);
    version.ok_or_else(|| ChainError::Inconsistent {
        what: format!("the state of shard {} at height {height} is not kept", state.shard()),
    })
}

fn key(kind: u8, height: BlockHeight) -> [u8; 9] {
    let mut key = [kind; 9];
    if let Some(rest) = key.last_chunk_mut() {
        *rest = height.to_be_bytes();
    }
    key
}

fn encoded(value: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory does not fail")
}

fn decode<T: BorshDeserialize>(bytes: &[u8], what: &str) -> Result<T, ChainError> {
    borsh::from_slice(bytes)
        .map_err(|_| ChainError::Inconsistent { what: format!("{what} cannot be read") })
}
