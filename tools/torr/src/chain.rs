//! A chain of blocks on the command line: its genesis, its blocks, and what is kept of them.
//!
//! A genesis file says what the chain is and begins with; a file of blocks says what happens. A
//! [`Chain`] applies blocks to the states of its shards, in a database, where each block is there whole
//! or not at all: the states, what the block leaves to the next one, and the block itself are one batch.
//!
//! **Invariant:** whenever the program is stopped, going on gives the same states as never having been
//! stopped.

mod arguments;
mod block;
mod chunk;
mod error;
mod frames;
mod genesis;
mod kept;
mod setup;

pub(crate) use arguments::{EnvironmentArguments, TrieKind};
pub(crate) use block::{Block, BlockHash};
pub(crate) use chunk::{AppliedChunk, ShardNodes};
pub(crate) use error::{ChainError, FileError};
pub(crate) use frames::{Content, FrameReader, FrameWriter, open_file};
pub(crate) use genesis::{Genesis, GenesisSettings};
pub(crate) use kept::{BlockRecord, KeptBlocks, KeptGenesis, ShardRecord, version_of};
pub(crate) use setup::Protocol;

use chunk::ChunkWork;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{BlockHeight, ShardId};
use torr_runtime::{ChunkPresence, Threads};
use torr_store::database::{Batch, Database};
use torr_store::shard_state::{Commit, ShardState, Version, VersionNumber, commit_together};
use torr_store::trie::TrieChanges;
use torr_vm_runner::Runner;

/// What blocks are applied with. None of it changes what comes of them.
pub(crate) struct Machine {
    /// What runs contracts.
    pub(crate) runner: Arc<Runner>,
    /// What works on a chunk.
    pub(crate) threads: Threads,
    /// How tries are kept while they are worked on.
    pub(crate) trie: TrieKind,
    /// Memory for nodes that were read of the database, in bytes.
    pub(crate) cache_bytes: u64,
    /// Whether chunks are applied with a witness.
    pub(crate) witnesses: Witnesses,
}

/// Whether there are to be witnesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witnesses {
    /// Of every chunk.
    Wanted,
    /// None.
    Unwanted,
}

/// A chain, as far as its blocks are applied.
pub(crate) struct Chain {
    protocol: Protocol,
    machine: Machine,
    shards: Vec<Shard>,
    head: BlockRecord,
}

/// A shard, with its state after the last block.
struct Shard {
    shard_id: ShardId,
    state: ShardState,
    nodes: ShardNodes,
    /// The version of the state after the last block.
    version: VersionNumber,
}

/// A block that was applied and not committed.
pub(crate) struct AppliedBlock {
    record: BlockRecord,
    /// In the order of the layout's shards.
    chunks: Vec<AppliedChunk>,
}

impl AppliedBlock {
    /// What is kept of it.
    pub(crate) fn record(&self) -> &BlockRecord {
        &self.record
    }

    /// The witnesses of its chunks, as bytes; none, if they were not wanted.
    pub(crate) fn witnesses(&self) -> impl Iterator<Item = Result<Vec<u8>, ChainError>> {
        self.chunks.iter().filter_map(|chunk| {
            let encoded = chunk.witness.as_ref()?.encode();
            Some(encoded.map_err(|source| ChainError::EncodeWitness {
                height: self.record.height,
                shard_id: chunk.shard_id,
                source: Box::new(source),
            }))
        })
    }

    /// What came of its chunks.
    pub(crate) fn chunks(&self) -> &[AppliedChunk] {
        &self.chunks
    }
}

impl Chain {
    /// The chain that a database keeps, with its last block as the head. Reads the states of all shards,
    /// if they are to be in memory.
    ///
    /// # Errors
    /// When the database keeps no chain, or something in it does not fit together.
    pub(crate) fn open(
        database: &Arc<dyn Database>,
        machine: Machine,
    ) -> Result<Chain, ChainError> {
        let kept = KeptBlocks::new(&**database);
        let genesis = kept.genesis()?.ok_or(ChainError::NoChain)?;
        let head = kept.last()?.ok_or(ChainError::NoGenesisBlock)?;
        Chain::at(database, machine, &genesis, head)
    }

    /// The same, with the block at a height as the head: what came later is applied again, or verified.
    /// Nothing of it may be committed.
    pub(crate) fn open_at(
        database: &Arc<dyn Database>,
        machine: Machine,
        height: BlockHeight,
    ) -> Result<Chain, ChainError> {
        let kept = KeptBlocks::new(&**database);
        let genesis = kept.genesis()?.ok_or(ChainError::NoChain)?;
        let head = kept.record_at(height)?;
        Chain::at(database, machine, &genesis, head)
    }

    /// Height of the oldest block whose states are all kept.
    ///
    /// # Errors
    /// When there is none, or something cannot be read.
    pub(crate) fn oldest_height(database: &Arc<dyn Database>) -> Result<BlockHeight, ChainError> {
        let kept = KeptBlocks::new(&**database);
        let genesis = kept.genesis()?.ok_or(ChainError::NoChain)?;
        let protocol = Protocol::new(&genesis.settings()?, genesis.hash)?;
        let mut states = Vec::new();
        for (shard_id, uid) in protocol.shards() {
            let state = ShardState::open(Arc::clone(database), uid)?;
            let versions = state.versions()?;
            let kept: BTreeSet<_> = versions.iter().map(|it| (it.height, it.root)).collect();
            states.push((shard_id, kept));
        }
        for height in kept.heights()? {
            let Some(record) = kept.record(height)? else { continue };
            let mut is_whole = true;
            for (shard_id, kept) in &states {
                is_whole &= kept.contains(&(height, record.shard(*shard_id)?.state_root));
            }
            if is_whole {
                return Ok(height);
            }
        }
        Err(ChainError::NoGenesisBlock)
    }

    fn at(
        database: &Arc<dyn Database>,
        machine: Machine,
        genesis: &KeptGenesis,
        head: BlockRecord,
    ) -> Result<Chain, ChainError> {
        let protocol = Protocol::new(&genesis.settings()?, genesis.hash)?;
        let mut shards = Vec::new();
        for (shard_id, uid) in protocol.shards() {
            let state = ShardState::open(Arc::clone(database), uid)?;
            let record = head.shard(shard_id)?;
            let root = record.state_root;
            let version = version_of(&state, root, head.height)?;
            let nodes = ShardNodes::open(&state, version, &machine)?;
            shards.push(Shard { shard_id, state, nodes, version: version.number });
        }
        Ok(Chain { protocol, machine, shards, head })
    }

    /// The last block that was applied.
    pub(crate) fn head(&self) -> &BlockRecord {
        &self.head
    }

    /// Applies a block and commits it.
    ///
    /// # Errors
    /// When the block does not follow the head, or this machine cannot go on; nothing of the block is
    /// kept then.
    pub(crate) fn advance(&mut self, block: &Block) -> Result<AppliedBlock, ChainError> {
        let (applied, changes) = self.apply(block)?;
        match self.commit(block, &applied, &changes) {
            Ok(versions) => {
                for (shard, version) in self.shards.iter_mut().zip(versions) {
                    shard.version = version.number;
                }
                self.move_on(&applied);
                Ok(applied)
            }
            Err(error) => {
                self.stay(&applied.chunks);
                Err(error)
            }
        }
    }

    /// Applies a block without committing it: the head moves in memory only.
    ///
    /// # Errors
    /// As [`Chain::advance`].
    pub(crate) fn rehearse(&mut self, block: &Block) -> Result<AppliedBlock, ChainError> {
        let (applied, _) = self.apply(block)?;
        self.move_on(&applied);
        Ok(applied)
    }

    /// Applies a block to what the head left. Tries in memory have the new states beside the old ones then.
    fn apply(&mut self, block: &Block) -> Result<(AppliedBlock, Vec<TrieChanges>), ChainError> {
        self.check_place(block)?;
        let (mut chunks, mut changes) = (Vec::new(), Vec::new());
        match self.apply_chunks(block, &mut chunks, &mut changes) {
            Ok(record) => Ok((AppliedBlock { record, chunks }, changes)),
            Err(error) => {
                self.stay(&chunks);
                Err(error)
            }
        }
    }

    fn apply_chunks(
        &mut self,
        block: &Block,
        chunks: &mut Vec<AppliedChunk>,
        changes: &mut Vec<TrieChanges>,
    ) -> Result<BlockRecord, ChainError> {
        let mut transactions = self.transactions_by_shard(block)?;
        let missing: BTreeSet<_> = block.missing_chunks.iter().copied().collect();
        let congestion = self.head.congestion();
        let bandwidth_requests = self.head.bandwidth_requests();
        for shard in &mut self.shards {
            let presence = match missing.contains(&shard.shard_id) {
                true => ChunkPresence::Missing,
                false => ChunkPresence::New,
            };
            let incoming = &self.head.shard(shard.shard_id)?.pending;
            let work = ChunkWork {
                context: self.protocol.context(block, shard.shard_id),
                presence,
                transactions: transactions.remove(&shard.shard_id).unwrap_or_default(),
                incoming: if presence == ChunkPresence::New {
                    incoming.clone()
                } else {
                    Vec::new()
                },
                congestion: &congestion,
                bandwidth_requests: &bandwidth_requests,
            };
            let (applied, changed) = shard.nodes.apply(&shard.state, work, &self.machine)?;
            chunks.push(applied);
            changes.push(changed);
        }
        self.record(block, &missing, chunks)
    }

    /// A block follows the head, and says nothing of shards that there are not.
    fn check_place(&self, block: &Block) -> Result<(), ChainError> {
        let height = block.height;
        if height <= self.head.height {
            return Err(ChainError::HeightNotAbove { height, head: self.head.height });
        }
        if block.prev_hash != self.head.hash {
            let (expected, found) = (self.head.hash, block.prev_hash);
            return Err(ChainError::OtherParent { height, expected, found });
        }
        let layout = &self.protocol.epoch.shard_layout;
        for &shard_id in &block.missing_chunks {
            if layout.shard_index(shard_id).is_none() {
                return Err(ChainError::UnknownShard { height, shard_id });
            }
        }
        Ok(())
    }

    /// The transactions of a block, each in the shard of its signer.
    fn transactions_by_shard(
        &self,
        block: &Block,
    ) -> Result<BTreeMap<ShardId, Vec<SignedTransaction>>, ChainError> {
        let mut by_shard: BTreeMap<ShardId, Vec<SignedTransaction>> = BTreeMap::new();
        for transaction in &block.transactions {
            let signer_id = transaction.transaction().signer_id();
            let shard_id = self.protocol.epoch.shard_layout.shard_of_account(signer_id);
            by_shard.entry(shard_id).or_default().push(transaction.clone());
        }
        let lost = block.missing_chunks.iter().find(|shard_id| by_shard.contains_key(shard_id));
        match lost {
            Some(&shard_id) => {
                Err(ChainError::TransactionsOfMissingChunk { height: block.height, shard_id })
            }
            None => Ok(by_shard),
        }
    }

    /// What has to be kept of a block, to go on from it and to verify it.
    fn record(
        &self,
        block: &Block,
        missing: &BTreeSet<ShardId>,
        chunks: &[AppliedChunk],
    ) -> Result<BlockRecord, ChainError> {
        let height = block.height;
        let mut pending: BTreeMap<ShardId, Vec<Receipt>> = BTreeMap::new();
        // A chunk that is missing takes nothing in: its receipts wait for the next one.
        for &shard_id in missing {
            pending.insert(shard_id, self.head.shard(shard_id)?.pending.clone());
        }
        for receipt in chunks.iter().flat_map(|chunk| &chunk.outgoing_receipts) {
            let to = self.protocol.epoch.shard_layout.shard_of_receipt(receipt);
            let receipt_id = receipt.receipt_id;
            let to = to.ok_or(ChainError::ReceiptToNowhere { height, receipt_id })?;
            pending.entry(to).or_default().push(receipt.clone());
        }
        let mut shards = Vec::new();
        for chunk in chunks {
            let before = self.head.shard(chunk.shard_id)?;
            shards.push(ShardRecord {
                shard_id: chunk.shard_id,
                state_root: chunk.state_root,
                outcome_root: chunk.outcome_root,
                congestion_info: chunk.congestion_info,
                missed_chunks: match missing.contains(&chunk.shard_id) {
                    true => before.missed_chunks.saturating_add(1),
                    false => 0,
                },
                bandwidth_requests: chunk.bandwidth_requests.clone(),
                pending: pending.remove(&chunk.shard_id).unwrap_or_default(),
            });
        }
        Ok(BlockRecord { height, hash: block.hash(), shards })
    }

    /// One batch: the states of all shards, the record, the block.
    fn commit(
        &self,
        block: &Block,
        applied: &AppliedBlock,
        changes: &[TrieChanges],
    ) -> Result<Vec<Version>, ChainError> {
        let mut more = Batch::new();
        kept::put_record(&applied.record, &mut more);
        kept::put_block(block, &mut more);
        let mut commits = Vec::new();
        for ((shard, chunk), changes) in self.shards.iter().zip(&applied.chunks).zip(changes) {
            commits.push(Commit {
                state: &shard.state,
                parent: Some(shard.version),
                height: block.height,
                changes,
                flat: chunk.flat().collect(),
            });
        }
        Ok(commit_together(&commits, more)?)
    }

    /// The block is the head now; tries in memory have its states alone.
    fn move_on(&mut self, applied: &AppliedBlock) {
        for (shard, chunk) in self.shards.iter_mut().zip(&applied.chunks) {
            shard.nodes.forget(chunk.old_root, chunk.state_root);
        }
        self.head = applied.record.clone();
    }

    /// The head stays; tries in memory have its states alone.
    fn stay(&mut self, chunks: &[AppliedChunk]) {
        for (shard, chunk) in self.shards.iter_mut().zip(chunks) {
            shard.nodes.forget(chunk.state_root, chunk.old_root);
        }
    }
}

#[cfg(test)]
mod tests;
