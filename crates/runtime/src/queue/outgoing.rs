//! Receipts that wait for room in other shards, a queue for each, and the groups that they count in.

use super::{Weight, push};
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::state::ChunkState;
use crate::stats::ReceiptsStats;
use std::collections::BTreeMap;
use torr_primitives::receipt::{
    BufferedReceiptIndices, QueueIndices, Receipt, ReceiptGroup, ReceiptGroupsConfig,
    ReceiptGroupsQueueData, StoredReceipt,
};
use torr_primitives::{ShardId, TrieKey};

/// The queues.
#[derive(Debug)]
pub(crate) struct OutgoingBuffers {
    indices: BufferedReceiptIndices,
    groups: BTreeMap<ShardId, ReceiptGroupsQueueData>,
    config: ReceiptGroupsConfig,
}

/// Sizes of the groups of a queue in bytes, read one by one.
pub(crate) type GroupSizes<'g> = Box<dyn Iterator<Item = Result<u64, Fault>> + 'g>;

impl OutgoingBuffers {
    /// The queues as they stand in the state.
    pub(crate) fn load(state: &ChunkState<'_>) -> Result<OutgoingBuffers, Fault> {
        let indices: BufferedReceiptIndices =
            state.read(&TrieKey::BufferedReceiptIndices)?.unwrap_or_default();
        let mut groups = BTreeMap::new();
        for &receiving_shard in indices.shard_buffers.keys() {
            let key = TrieKey::BufferedReceiptGroupsQueueData { receiving_shard };
            if let Some(data) = state.read(&key)? {
                groups.insert(receiving_shard, data);
            }
        }
        Ok(OutgoingBuffers { indices, groups, config: ReceiptGroupsConfig::default() })
    }

    /// How many receipts wait for a shard.
    pub(crate) fn len(&self, shard: ShardId) -> u64 {
        self.indices_of(shard).len()
    }

    /// Which receipts wait for a shard.
    pub(crate) fn indices_of(&self, shard: ShardId) -> QueueIndices {
        self.indices.shard_buffers.get(&shard).copied().unwrap_or_default()
    }

    /// A receipt that waits for a shard.
    pub(crate) fn read(
        shard: ShardId,
        index: u64,
        state: &ChunkState<'_>,
    ) -> Result<StoredReceipt, Fault> {
        state.read_present(&receipt_key(shard, index)?)
    }

    /// Puts a receipt at the end of the queue for a shard.
    pub(crate) fn push(
        &mut self,
        shard: ShardId,
        receipt: Receipt,
        weight: Weight,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let stored = weight.store(receipt, &chunk.config);
        if matches!(stored, StoredReceipt::V1(_)) {
            self.add_to_groups(shard, weight, state)?;
        }
        let index = push(self.indices.shard_buffers.entry(shard).or_default())?;
        state.write(&receipt_key(shard, index)?, &stored)?;
        state.write(&TrieKey::BufferedReceiptIndices, &self.indices)
    }

    /// Takes the first receipts of a queue out, of which those that count in groups had these weights.
    pub(crate) fn pop(
        &mut self,
        shard: ShardId,
        count: u64,
        in_groups: &[Weight],
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        if count == 0 {
            return Ok(());
        }
        let mut indices = self.indices_of(shard);
        let first = indices.first_index;
        indices.first_index = first.saturating_add(count).min(indices.next_available_index);
        for index in first..indices.first_index {
            state.remove(&receipt_key(shard, index)?);
        }
        self.indices.shard_buffers.insert(shard, indices);
        state.write(&TrieKey::BufferedReceiptIndices, &self.indices)?;
        in_groups.iter().try_for_each(|weight| self.remove_from_groups(shard, *weight, state))
    }

    fn add_to_groups(
        &mut self,
        shard: ShardId,
        weight: Weight,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let data = self.groups.entry(shard).or_default();
        data.add_receipt(weight.size, weight.gas)?;
        let indices = data.indices_mut();
        let alone = ReceiptGroup::of_receipt(weight.size, weight.gas);
        let last = indices.next_available_index.checked_sub(1).filter(|_| !indices.is_empty());
        let grown = match last {
            None => None,
            Some(index) => {
                let key = TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard: shard, index };
                let group: ReceiptGroup = state.read_present(&key)?;
                let grown = group.with_receipt(weight.size, weight.gas, &self.config);
                state.write(&key, &grown.unwrap_or(group))?;
                grown
            }
        };
        if grown.is_none() {
            let index = push(indices)?;
            let key = TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard: shard, index };
            state.write(&key, &alone)?;
        }
        let data = *data;
        state.write(&TrieKey::BufferedReceiptGroupsQueueData { receiving_shard: shard }, &data)
    }

    fn remove_from_groups(
        &mut self,
        shard: ShardId,
        weight: Weight,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let missing =
            || Fault::inconsistent("buffered receipts count in groups that are not there");
        let data = self.groups.get_mut(&shard).ok_or_else(missing)?;
        data.remove_receipt(weight.size, weight.gas)?;
        let indices = data.indices_mut();
        if indices.is_empty() {
            return Err(missing());
        }
        let index = indices.first_index;
        let key = TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard: shard, index };
        let group: ReceiptGroup = state.read_present(&key)?;
        match group.without_receipt(weight.size, weight.gas)? {
            Some(rest) => state.write(&key, &rest)?,
            None => {
                state.remove(&key);
                indices.first_index = index.saturating_add(1);
            }
        }
        let data = *data;
        state.write(&TrieKey::BufferedReceiptGroupsQueueData { receiving_shard: shard }, &data)
    }

    /// Whether all receipts for a shard count in groups.
    fn complete_groups(&self, shard: ShardId) -> Option<&ReceiptGroupsQueueData> {
        self.groups.get(&shard).filter(|data| data.total_receipts_num() == self.len(shard))
    }

    /// Sizes of the groups that the queue for a shard consists of; `unknown` alone, if receipts are in it
    /// that were stored before there were groups.
    pub(crate) fn group_sizes<'g>(
        &'g self,
        shard: ShardId,
        state: &'g ChunkState<'_>,
        unknown: u64,
    ) -> GroupSizes<'g> {
        if self.len(shard) == 0 {
            return Box::new(std::iter::empty());
        }
        let Some(data) = self.complete_groups(shard) else {
            return Box::new(std::iter::once(Ok(unknown)));
        };
        let indices = data.indices();
        Box::new((indices.first_index..indices.next_available_index).map(move |index| {
            let key = TrieKey::BufferedReceiptGroupsQueueItem { receiving_shard: shard, index };
            Ok(state.read_present::<ReceiptGroup>(&key)?.size())
        }))
    }

    /// What waits for each shard.
    pub(crate) fn stats(&self) -> BTreeMap<ShardId, ReceiptsStats> {
        let of = |&shard: &ShardId| {
            let groups = self.complete_groups(shard);
            let stats = ReceiptsStats {
                num: self.len(shard),
                total_size: groups.map_or(0, ReceiptGroupsQueueData::total_size),
                total_gas: groups.map_or(0, ReceiptGroupsQueueData::total_gas),
            };
            (shard, stats)
        };
        self.indices.shard_buffers.keys().map(of).collect()
    }
}

fn receipt_key(shard: ShardId, index: u64) -> Result<TrieKey, Fault> {
    let receiving_shard = u16::try_from(shard)
        .map_err(|_| Fault::Bug { what: "names of shards in a layout have 16 bits" })?;
    Ok(TrieKey::BufferedReceipt { receiving_shard, index })
}
