//! How many bytes of receipts each shard may send to each other one at a height (NEP-584).
//!
//! No shard may send or receive more than a certain size, or chunks could not spread in time. Every
//! shard works out the grants of all from what is in the last block, so all come to the same. Steps:
//! every pair of shards saves up a fair share of allowance; every pair is granted a base; then requests
//! are granted amount by amount, those of pairs with the most allowance first, who spend it by that;
//! then what is left is spread over all pairs. No one is sent anything after a missed chunk, and a fully
//! congested shard by one shard only.
//!
//! **Invariant:** a schedule is a function of its input. Grants of a sender, and grants to a receiver,
//! come to no more than the parameters allow.

mod budgets;
mod leftovers;
mod links;
mod params;
mod request;
mod shuffle;

pub use params::BandwidthSchedulerParams;
pub use request::{bandwidth_request, buffers_for_request};

use crate::congestion::CongestionControl;
use budgets::Budgets;
use links::{Link, Links};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use request::Increases;
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_parameters::CongestionControlConfig;
use torr_primitives::bandwidth::{
    Bandwidth, BandwidthSchedulerState, BandwidthSchedulerStateV1, BlockBandwidthRequests,
    LinkAllowance,
};
use torr_primitives::congestion::BlockCongestionInfo;
use torr_primitives::{ShardId, ShardLayout};

/// What grants follow from.
#[derive(Clone, Copy, Debug)]
pub struct SchedulerInput<'a> {
    /// The shards. What is said of others is passed over.
    pub layout: &'a ShardLayout,
    /// How much may be granted.
    pub params: &'a BandwidthSchedulerParams,
    /// The state after the height before; [`BandwidthSchedulerState::default`] before the first.
    pub state: &'a BandwidthSchedulerState,
    /// What all shards ask for in the last block.
    pub requests: &'a BlockBandwidthRequests,
    /// What the last block says of all shards. One that is missing is sent nothing.
    pub shards: &'a BTreeMap<ShardId, ShardStatus>,
    /// What decides between requests of equal right: the hash of the last block.
    pub seed: [u8; 32],
}

/// Whether a shard can take receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardStatus {
    /// Whether only one shard may send to it.
    pub is_fully_congested: bool,
    /// That one shard.
    pub allowed_sender: ShardId,
    /// Whether it had no chunk in the last block, so that what it was sent last still waits.
    pub last_chunk_missing: bool,
}

/// The grants of a height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What each shard may send to each.
    pub granted: GrantedBandwidth,
    /// The state for the next height.
    pub state: BandwidthSchedulerState,
    /// Hash of that state.
    pub state_hash: CryptoHash,
}

/// What each shard may send to each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantedBandwidth {
    /// In bytes, by sender and receiver; nothing where it is not there.
    pub granted: BTreeMap<(ShardId, ShardId), Bandwidth>,
}

impl GrantedBandwidth {
    /// Bytes that one shard may send to another.
    pub fn between(&self, sender: ShardId, receiver: ShardId) -> Bandwidth {
        self.granted.get(&(sender, receiver)).copied().unwrap_or_default()
    }
}

/// Whether shards can take receipts, by what the last block says of them.
pub fn shard_statuses(
    config: &CongestionControlConfig,
    block: &BlockCongestionInfo,
) -> BTreeMap<ShardId, ShardStatus> {
    let status = |shard| ShardStatus {
        is_fully_congested: CongestionControl::new(config, shard).level().is_full(),
        allowed_sender: shard.congestion_info.allowed_shard().into(),
        last_chunk_missing: shard.missed_chunks_count > 0,
    };
    block.shards.iter().map(|(shard_id, shard)| (*shard_id, status(*shard))).collect()
}

/// Works out the grants of a height and the state for the next.
pub fn schedule(input: &SchedulerInput<'_>) -> Schedule {
    let layout = input.layout;
    let allowed = Links::new(layout.shard_ids().len(), |link| is_allowed(input, link));
    let mut budgets = Budgets::new(*input.params, allowed, saved_allowances(input));
    let mut generator = ChaCha20Rng::from_seed(input.seed);
    budgets.save_fair_shares();
    budgets.grant_base();
    budgets.grant_requests(requests(input), &mut generator);
    budgets.grant_leftovers();

    let granted = budgets.allowed_links().map(|link| {
        let sender_and_receiver = (shard_at(layout, link.sender), shard_at(layout, link.receiver));
        (sender_and_receiver, budgets.granted(link))
    });
    let link_allowances = budgets.links().map(|link| LinkAllowance {
        sender: shard_at(layout, link.sender),
        receiver: shard_at(layout, link.receiver),
        allowance: budgets.allowance(link),
    });
    let state = BandwidthSchedulerState::V1(BandwidthSchedulerStateV1 {
        link_allowances: link_allowances.collect(),
        sanity_check_hash: next_sanity_check_hash(input),
    });
    Schedule {
        granted: GrantedBandwidth { granted: granted.collect() },
        state_hash: borsh_hash(&state),
        state,
    }
}

/// Whether anything may be sent at all.
fn is_allowed(input: &SchedulerInput<'_>, link: Link) -> bool {
    let sender_id = shard_at(input.layout, link.sender);
    let Some(receiver) = input.shards.get(&shard_at(input.layout, link.receiver)) else {
        return false;
    };
    // A sender without a chunk sends nothing at this height.
    let sends = input.shards.get(&sender_id).is_none_or(|sender| !sender.last_chunk_missing);
    let has_its_turn = !receiver.is_fully_congested || receiver.allowed_sender == sender_id;
    sends && !receiver.last_chunk_missing && has_its_turn
}

/// What pairs of shards have saved up so far; new pairs nothing.
fn saved_allowances(input: &SchedulerInput<'_>) -> Links<Bandwidth> {
    let mut allowances = Links::new(input.layout.shard_ids().len(), |_| 0);
    for saved in input.state.link_allowances() {
        if let Some(link) = link_between(input.layout, saved.sender, saved.receiver) {
            allowances[link] = saved.allowance;
        }
    }
    allowances
}

/// What is asked for beyond the base; requests of one sender in their order.
fn requests(input: &SchedulerInput<'_>) -> Vec<Increases> {
    let all = input.requests.shards.iter();
    let all =
        all.flat_map(|(sender, requests)| requests.requests().iter().map(move |it| (*sender, it)));
    let of_link = all.filter_map(|(sender, request)| {
        let link = link_between(input.layout, sender, request.to_shard.into())?;
        Increases::of_request(link, &request.requested_values_bitmap, input.params)
    });
    of_link.collect()
}

/// The name of one of the shards that links are between.
fn shard_at(layout: &ShardLayout, index: usize) -> ShardId {
    *layout.shard_ids().get(index).expect("links are between shards of the layout")
}

fn link_between(layout: &ShardLayout, sender: ShardId, receiver: ShardId) -> Option<Link> {
    Some(Link { sender: layout.shard_index(sender)?, receiver: layout.shard_index(receiver)? })
}

/// Chains the shards of this height to the hash so far.
fn next_sanity_check_hash(input: &SchedulerInput<'_>) -> CryptoHash {
    let so_far = input.state.sanity_check_hash();
    let shards = borsh_hash(input.layout.shard_ids());
    CryptoHash::of(&[so_far.0, shards.0].concat())
}

fn borsh_hash<T: borsh::BorshSerialize + ?Sized>(value: &T) -> CryptoHash {
    CryptoHash::of(&borsh::to_vec(value).expect("writing to memory does not fail"))
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
