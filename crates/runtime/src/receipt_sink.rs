//! Where receipts go that a chunk sends: out, as far as limits allow, or into buffers of the state.
//!
//! How much gas a shard takes follows from what it has to do (NEP-539), how many bytes from what the
//! bandwidth scheduler granted (NEP-584). What waits goes first.

use crate::bandwidth_scheduler::{
    BandwidthSchedulerParams, GrantedBandwidth, bandwidth_request, buffers_for_request,
};
use crate::congestion::CongestionControl;
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::feature::Feature;
use crate::queue::{OutgoingBuffers, Weight};
use crate::state::ChunkState;
use crate::stats::{ChunkStats, OutgoingLimit, ReceiptsStats};
use std::collections::BTreeMap;
use torr_primitives::bandwidth::{BandwidthRequests, BandwidthRequestsV1};
use torr_primitives::receipt::{Receipt, StoredReceipt};
use torr_primitives::{BlockCongestionInfo, CongestionInfo, Gas, ShardId};

/// Where receipts go.
#[derive(Debug)]
pub(crate) struct ReceiptSink {
    congestion: CongestionInfo,
    outgoing: Vec<Receipt>,
    limits: BTreeMap<ShardId, OutgoingLimit>,
    buffers: OutgoingBuffers,
    params: BandwidthSchedulerParams,
    forwarded: BTreeMap<ShardId, ReceiptsStats>,
    buffered: BTreeMap<ShardId, ReceiptsStats>,
}

impl ReceiptSink {
    /// Nothing sent yet. `congestion` is what the shard itself has to do.
    pub(crate) fn new(
        chunk: &ChunkContext,
        block_congestion: &BlockCongestionInfo,
        granted: &GrantedBandwidth,
        params: BandwidthSchedulerParams,
        congestion: CongestionInfo,
        state: &ChunkState<'_>,
    ) -> Result<ReceiptSink, Fault> {
        let limit = |(&shard, &info)| {
            // Holding back what stays in the shard would spare it nothing.
            let gas = if shard == chunk.shard_id {
                Gas::MAX
            } else {
                let control = CongestionControl::new(&chunk.config.congestion_control, info);
                control.outgoing_gas_limit(chunk.shard_id)
            };
            (shard, OutgoingLimit { size: granted.between(chunk.shard_id, shard), gas })
        };
        Ok(ReceiptSink {
            congestion,
            outgoing: Vec::new(),
            limits: block_congestion.shards.iter().map(limit).collect(),
            buffers: OutgoingBuffers::load(state)?,
            params,
            forwarded: BTreeMap::new(),
            buffered: BTreeMap::new(),
        })
    }

    /// What may be sent to each shard from now on.
    pub(crate) fn limits(&self) -> &BTreeMap<ShardId, OutgoingLimit> {
        &self.limits
    }

    /// Sends what waits, as far as limits allow: first what waits for shards that were split, then for
    /// those of the layout in their order.
    pub(crate) fn forward_from_buffers(
        &mut self,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let layout = &chunk.epoch.shard_layout;
        let split = layout.split_parents();
        for shard in split.into_iter().chain(layout.shard_ids().iter().copied()) {
            self.forward_from_buffer(shard, chunk, state)?;
        }
        Ok(())
    }

    fn forward_from_buffer(
        &mut self,
        buffer: ShardId,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let indices = self.buffers.indices_of(buffer);
        let mut sent = 0_u64;
        let mut in_groups = Vec::new();
        for index in indices.first_index..indices.next_available_index {
            let stored = OutgoingBuffers::read(buffer, index, state)?;
            let weight = Weight::of_stored(&stored, &chunk.config)?;
            let counts = matches!(stored, StoredReceipt::V1(_));
            let receipt = stored.into_receipt();
            let shard = receiving_shard(&receipt, chunk)?;
            if self.forward(receipt, weight, shard, chunk).is_some() {
                break;
            }
            self.congestion.remove_receipt_bytes(weight.size)?;
            self.congestion.remove_buffered_receipts_gas(weight.gas)?;
            if counts {
                in_groups.push(weight);
            }
            sent = sent.saturating_add(1);
        }
        self.buffers.pop(buffer, sent, &in_groups, state)
    }

    /// Sends a receipt, or puts it into a buffer.
    pub(crate) fn send(
        &mut self,
        receipt: Receipt,
        chunk: &ChunkContext,
        state: &mut ChunkState<'_>,
    ) -> Result<(), Fault> {
        let shard = receiving_shard(&receipt, chunk)?;
        let weight = Weight::of(&receipt, &chunk.config)?;
        let Some(receipt) = self.forward(receipt, weight, shard, chunk) else { return Ok(()) };
        self.congestion.add_receipt_bytes(weight.size)?;
        self.congestion.add_buffered_receipts_gas(weight.gas)?;
        self.buffers.push(shard, receipt, weight, chunk, state)?;
        self.buffered.entry(shard).or_default().add(weight.size, weight.gas);
        Ok(())
    }

    /// Sends a receipt if limits allow it, and gives it back otherwise.
    fn forward(
        &mut self,
        receipt: Receipt,
        weight: Weight,
        shard: ShardId,
        chunk: &ChunkContext,
    ) -> Option<Receipt> {
        // Some receipts are larger than they may be. They count as the largest, or would wait for ever.
        let size = weight.size.min(chunk.config.vm.limits.max_receipt_size);
        // Of a shard without limits nothing is known. It was granted no bandwidth either.
        let unknown = OutgoingLimit { size: 0, gas: Gas::MAX };
        let limit = self.limits.entry(shard).or_insert(unknown);
        let needed = if Feature::ClampOutgoingGasAdmission.is_enabled(chunk.protocol_version) {
            weight.gas.min(chunk.config.congestion_control.allowed_shard_outgoing_gas)
        } else {
            weight.gas
        };
        if limit.gas < needed || limit.size < size {
            return Some(receipt);
        }
        limit.gas = limit.gas.saturating_sub(weight.gas);
        limit.size = limit.size.saturating_sub(size);
        self.outgoing.push(receipt);
        self.forwarded.entry(shard).or_default().add(size, weight.gas);
        None
    }

    /// What the shard has to do.
    pub(crate) fn congestion(&self) -> CongestionInfo {
        self.congestion
    }

    /// Asks for what lets receipts be sent that wait.
    pub(crate) fn bandwidth_requests(
        &self,
        chunk: &ChunkContext,
        state: &ChunkState<'_>,
    ) -> Result<BandwidthRequests, Fault> {
        let layout = &chunk.epoch.shard_layout;
        let mut requests = Vec::new();
        for &shard in layout.shard_ids() {
            let sizes = buffers_for_request(layout, shard).flat_map(|buffer| {
                self.buffers.group_sizes(buffer, state, self.params.max_receipt_size)
            });
            requests.extend(bandwidth_request(shard, sizes, &self.params)?);
        }
        Ok(BandwidthRequests::V1(BandwidthRequestsV1 { requests }))
    }

    /// What is sent. What happened is noted.
    pub(crate) fn finish(self, stats: &mut ChunkStats) -> Vec<Receipt> {
        stats.final_outgoing_buffers = self.buffers.stats();
        stats.forwarded_receipts = self.forwarded;
        stats.buffered_receipts = self.buffered;
        self.outgoing
    }
}

fn receiving_shard(receipt: &Receipt, chunk: &ChunkContext) -> Result<ShardId, Fault> {
    let unknown = || Fault::inconsistent("a receipt goes to a shard that no layout has");
    chunk.epoch.shard_layout.shard_of_receipt(receipt).ok_or_else(unknown)
}
