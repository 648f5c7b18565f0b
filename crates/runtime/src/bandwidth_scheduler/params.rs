//! How much may be granted, and which amounts can be asked for.

use torr_parameters::RuntimeConfig;
use torr_primitives::bandwidth::{Bandwidth, BandwidthRequestBitmap};

/// How much may be granted between a number of shards, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandwidthSchedulerParams {
    /// What every pair of shards is granted unasked.
    pub base_bandwidth: Bandwidth,
    /// What a shard may send, and may receive, at one height.
    pub max_shard_bandwidth: Bandwidth,
    /// The largest amount that can be asked for.
    pub max_single_grant: Bandwidth,
    /// The largest receipt.
    pub max_receipt_size: Bandwidth,
    /// What a pair of shards can save up.
    pub max_allowance: Bandwidth,
}

impl BandwidthSchedulerParams {
    /// Between `shards` shards. The base is what lets a shard send the largest amount to one shard and
    /// the base to all others.
    pub fn new(shards: usize, config: &RuntimeConfig) -> BandwidthSchedulerParams {
        let scheduler = &config.bandwidth_scheduler;
        // More shards than can be counted share nothing.
        let others = u64::try_from(shards).unwrap_or(u64::MAX).saturating_sub(1).max(1);
        let for_others = scheduler.max_shard_bandwidth.saturating_sub(scheduler.max_single_grant);
        BandwidthSchedulerParams {
            base_bandwidth: (for_others / others).min(scheduler.max_base_bandwidth),
            max_shard_bandwidth: scheduler.max_shard_bandwidth,
            max_single_grant: scheduler.max_single_grant,
            max_receipt_size: config.vm.limits.max_receipt_size,
            max_allowance: scheduler.max_allowance,
        }
    }

    /// The amounts that can be asked for, in equal steps from above the base up to the largest.
    pub fn request_values(&self) -> [Bandwidth; BandwidthRequestBitmap::VALUES] {
        let steps = BandwidthRequestBitmap::VALUES as u128;
        let range = u128::from(self.max_single_grant.saturating_sub(self.base_bandwidth));
        std::array::from_fn(|place| {
            let above_base = range * (place as u128 + 1) / steps;
            let above_base = u64::try_from(above_base).expect("it is a part of a 64-bit range");
            self.base_bandwidth.saturating_add(above_base)
        })
    }
}
