//! Receipts of the shard that wait until there is time for them.

use super::{Weight, push};
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::state::ChunkState;
use torr_primitives::receipt::{QueueIndices, Receipt, StoredReceipt};
use torr_primitives::{CongestionInfo, Gas, TrieKey};

/// The queue of delayed receipts, and how a chunk changed it.
#[derive(Debug)]
pub(crate) struct DelayedReceipts {
    indices: QueueIndices,
    added: Weight,
    removed: Weight,
}

const NOTHING: Weight = Weight { gas: Gas::ZERO, size: 0 };

impl DelayedReceipts {
    /// The queue as it stands in the state.
    pub(crate) fn load(state: &ChunkState<'_>) -> Result<DelayedReceipts, Fault> {
        let indices = state.read(&TrieKey::DelayedReceiptIndices)?.unwrap_or_default();
        Ok(DelayedReceipts { indices, added: NOTHING, removed: NOTHING })
    }

    /// How many there are. After shards were split, receipts of the other part are among them.
    pub(crate) fn len(&self) -> u64 {
        self.indices.len()
    }

    /// Puts a receipt at the end.
    pub(crate) fn push(
        &mut self,
        receipt: Receipt,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let weight = Weight::of(&receipt, &chunk.config)?;
        self.added = sum(self.added, weight)?;
        let index = push(&mut self.indices)?;
        let stored = weight.store(receipt, &chunk.config);
        state.write(&TrieKey::DelayedReceipt { index }, &stored)?;
        state.write(&TrieKey::DelayedReceiptIndices, &self.indices)
    }

    /// Takes the first receipt of this shard; passes over those of others. `None` if there is none, or
    /// if the proof would become too long.
    pub(crate) fn pop(
        &mut self,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
        proof_limit: u64,
    ) -> Result<Option<Receipt>, Fault> {
        while !self.indices.is_empty() && state.recorded_size() <= proof_limit {
            let key = TrieKey::DelayedReceipt { index: self.indices.first_index };
            let stored: StoredReceipt = state.read_present(&key)?;
            state.remove(&key);
            self.indices.first_index = self.indices.first_index.saturating_add(1);
            state.write(&TrieKey::DelayedReceiptIndices, &self.indices)?;
            self.removed = sum(self.removed, Weight::of_stored(&stored, &chunk.config)?)?;
            let receipt = stored.into_receipt();
            let layout = &chunk.epoch.shard_layout;
            if layout.shard_of_receipt(&receipt) == Some(chunk.shard_id) {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// The next receipts of this shard, for who prepares for them: up to `count` entries are looked at,
    /// and nothing is recorded. What cannot be read is for [`DelayedReceipts::pop`] to say.
    pub(crate) fn peek(
        &self,
        chunk: &ChunkContext,
        state: &ChunkState<'_>,
        count: usize,
    ) -> Vec<Receipt> {
        let fork = state.reader().fork();
        let indices = self.indices.first_index..self.indices.next_available_index;
        let stored = indices.take(count).map_while(|index| {
            let key = TrieKey::DelayedReceipt { index };
            state.read_through::<StoredReceipt>(&key, &*fork).ok().flatten()
        });
        let layout = &chunk.epoch.shard_layout;
        let is_here = |receipt: &Receipt| layout.shard_of_receipt(receipt) == Some(chunk.shard_id);
        stored.map(StoredReceipt::into_receipt).filter(is_here).collect()
    }

    /// Counts what changed.
    pub(crate) fn count(&self, congestion: &mut CongestionInfo) -> Result<(), Fault> {
        congestion.add_delayed_receipts_gas(self.added.gas)?;
        congestion.remove_delayed_receipts_gas(self.removed.gas)?;
        congestion.add_receipt_bytes(self.added.size)?;
        congestion.remove_receipt_bytes(self.removed.size)?;
        Ok(())
    }
}

fn sum(left: Weight, right: Weight) -> Result<Weight, Fault> {
    let both = || {
        let gas = left.gas.checked_add(right.gas)?;
        Some(Weight { gas, size: left.size.checked_add(right.size)? })
    };
    both().ok_or(Fault::Overflow { what: "the gas of delayed receipts" })
}
