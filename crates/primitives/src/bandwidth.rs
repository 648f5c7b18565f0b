//! How much shards want to send each other, and what they have been allowed (NEP-584).
//!
//! A shard with more receipts for another than it may send unasked asks for one of forty amounts. The
//! requests stand in the header of its chunk; at the next height every shard works out the same grants
//! from all of them, and keeps the same state for it.

mod bitmap;

pub use bitmap::BandwidthRequestBitmap;

use crate::ShardId;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;

/// Receipts that a shard sends another at one height, in bytes.
pub type Bandwidth = u64;

/// What a shard asks for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub enum BandwidthRequests {
    /// The first form.
    V1(BandwidthRequestsV1),
}

/// The first form of [`BandwidthRequests`].
#[derive(
    Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct BandwidthRequestsV1 {
    /// At most one for each receiving shard, if it was made by the protocol.
    pub requests: Vec<BandwidthRequest>,
}

/// What a shard asks to send to another one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BandwidthRequest {
    /// The other shard.
    pub to_shard: u16,
    /// Which amounts it asks for: any of them would let it send some receipt more.
    pub requested_values_bitmap: BandwidthRequestBitmap,
}

/// What all shards ask for, as a block tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BlockBandwidthRequests {
    /// By the shard that asks.
    pub shards: BTreeMap<ShardId, BandwidthRequests>,
}

/// What is kept in the state from one height to the next, the same in all shards.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum BandwidthSchedulerState {
    /// The first form.
    V1(BandwidthSchedulerStateV1),
}

/// The first form of [`BandwidthSchedulerState`].
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthSchedulerStateV1 {
    /// What every pair of shards has saved up; senders in the order of the layout, and for each the
    /// receivers.
    pub link_allowances: Vec<LinkAllowance>,
    /// Hash over all heights so far, by which shards can tell that their states are the same.
    pub sanity_check_hash: CryptoHash,
}

/// What one shard has saved up for sending to another. Who has saved up more is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LinkAllowance {
    /// The shard that sends.
    pub sender: ShardId,
    /// The shard that receives.
    pub receiver: ShardId,
    /// How much, in bytes.
    pub allowance: Bandwidth,
}

impl BandwidthRequests {
    /// None.
    pub const fn empty() -> BandwidthRequests {
        BandwidthRequests::V1(BandwidthRequestsV1 { requests: Vec::new() })
    }

    /// The requests.
    pub fn requests(&self) -> &[BandwidthRequest] {
        let BandwidthRequests::V1(BandwidthRequestsV1 { requests }) = self;
        requests
    }
}

impl BandwidthSchedulerState {
    /// What every pair of shards has saved up.
    pub fn link_allowances(&self) -> &[LinkAllowance] {
        let BandwidthSchedulerState::V1(state) = self;
        &state.link_allowances
    }

    /// Hash over all heights so far.
    pub const fn sanity_check_hash(&self) -> CryptoHash {
        let BandwidthSchedulerState::V1(state) = self;
        state.sanity_check_hash
    }
}

impl Default for BandwidthSchedulerState {
    /// The state before the first height.
    fn default() -> BandwidthSchedulerState {
        BandwidthSchedulerState::V1(BandwidthSchedulerStateV1::default())
    }
}
