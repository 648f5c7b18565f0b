//! What holds for every schedule, and what requests are made of.

use super::{
    BandwidthSchedulerParams, Schedule, SchedulerInput, ShardStatus, bandwidth_request,
    buffers_for_request, schedule, shard_statuses,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::bandwidth::{
    BandwidthRequest, BandwidthRequestBitmap, BandwidthRequestsV1, BandwidthSchedulerState,
    BandwidthSchedulerStateV1, LinkAllowance,
};
use torr_primitives::congestion::{CongestionInfoV1, ExtendedCongestionInfo};
use torr_primitives::{
    BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo, ShardId,
    ShardLayout,
};

/// Everything that a schedule is made of.
#[derive(Clone, Debug)]
struct World {
    shards: u16,
    state: BandwidthSchedulerState,
    requests: BlockBandwidthRequests,
    statuses: BTreeMap<ShardId, ShardStatus>,
    seed: [u8; 32],
}

impl World {
    fn layout(&self) -> ShardLayout {
        let boundaries = (1..self.shards).map(|index| format!("b{index}").parse().unwrap());
        ShardLayout::with_boundaries(boundaries.collect(), (0..self.shards.into()).collect())
            .unwrap()
    }

    fn params(&self) -> BandwidthSchedulerParams {
        BandwidthSchedulerParams::new(self.shards.into(), &config())
    }

    fn schedule(&self) -> Schedule {
        schedule(&SchedulerInput {
            layout: &self.layout(),
            params: &self.params(),
            state: &self.state,
            requests: &self.requests,
            shards: &self.statuses,
            seed: self.seed,
        })
    }

    /// Whether anything may be sent.
    fn is_allowed(&self, sender: ShardId, receiver: ShardId) -> bool {
        let status = |shard| self.statuses.get(&shard);
        status(receiver).is_some_and(|receiver| {
            let turn = !receiver.is_fully_congested || receiver.allowed_sender == sender;
            turn && !receiver.last_chunk_missing
        }) && status(sender).is_none_or(|sender| !sender.last_chunk_missing)
    }
}

fn config() -> std::sync::Arc<RuntimeConfig> {
    Parameters::builtin(86).unwrap()
}

/// Any state, requests and statuses of up to six shards, and of some that are not in the layout.
fn worlds() -> impl Strategy<Value = World> {
    (1..=6_u16).prop_flat_map(|shards| {
        let shard = 0..=ShardId::from(shards);
        let allowance = (shard.clone(), shard.clone(), 0..6_000_000_u64);
        let request = (shard.clone(), 0..=shards, any::<[u8; 5]>(), any::<[u8; 5]>());
        let status = (any::<bool>(), prop::bool::weighted(0.2), shard.clone());
        let status = prop::option::weighted(0.9, status);
        (
            vec(allowance, 0..20),
            vec(request, 0..20),
            vec(status, usize::from(shards)),
            any::<[u8; 32]>(),
        )
            .prop_map(move |(allowances, requests, statuses, seed)| World {
                shards,
                state: state(allowances),
                requests: block_requests(requests),
                statuses: (0..).zip(statuses).filter_map(status_of).collect(),
                seed,
            })
    })
}

fn state(allowances: Vec<(ShardId, ShardId, u64)>) -> BandwidthSchedulerState {
    let link = |(sender, receiver, allowance)| LinkAllowance { sender, receiver, allowance };
    BandwidthSchedulerState::V1(BandwidthSchedulerStateV1 {
        link_allowances: allowances.into_iter().map(link).collect(),
        ..BandwidthSchedulerStateV1::default()
    })
}

fn block_requests(requests: Vec<(ShardId, u16, [u8; 5], [u8; 5])>) -> BlockBandwidthRequests {
    let mut shards: BTreeMap<ShardId, BandwidthRequestsV1> = BTreeMap::new();
    for (sender, to_shard, one, other) in requests {
        // Few bits, so that requests get far.
        let data = std::array::from_fn(|index| one[index] & other[index]);
        let requested_values_bitmap = BandwidthRequestBitmap { data };
        let request = BandwidthRequest { to_shard, requested_values_bitmap };
        shards.entry(sender).or_default().requests.push(request);
    }
    let shards = shards.into_iter().map(|(shard, it)| (shard, BandwidthRequests::V1(it)));
    BlockBandwidthRequests { shards: shards.collect() }
}

fn status_of(
    (shard, status): (ShardId, Option<(bool, bool, ShardId)>),
) -> Option<(ShardId, ShardStatus)> {
    let (is_fully_congested, last_chunk_missing, allowed_sender) = status?;
    Some((shard, ShardStatus { is_fully_congested, allowed_sender, last_chunk_missing }))
}

proptest! {
    #[test]
    fn no_shard_sends_or_receives_too_much(world in worlds()) {
        let (granted, limit) = (world.schedule().granted.granted, world.params().max_shard_bandwidth);
        for shard in 0..world.shards.into() {
            let sum = |side: fn(&(ShardId, ShardId)) -> ShardId| -> u64 {
                granted.iter().filter(|(link, _)| side(link) == shard).map(|(_, size)| *size).sum()
            };
            prop_assert!(sum(|link| link.0) <= limit && sum(|link| link.1) <= limit);
        }
    }

    #[test]
    fn every_link_that_may_be_used_has_the_base_and_no_other_has_anything(world in worlds()) {
        let granted = world.schedule().granted;
        for sender in 0..world.shards.into() {
            for receiver in 0..world.shards.into() {
                match world.is_allowed(sender, receiver) {
                    true => prop_assert!(
                        granted.between(sender, receiver) >= world.params().base_bandwidth
                    ),
                    false => prop_assert!(!granted.granted.contains_key(&(sender, receiver))),
                }
            }
        }
    }

    #[test]
    fn a_schedule_is_a_function_of_its_input(world in worlds()) {
        prop_assert_eq!(world.schedule(), world.clone().schedule());
    }

    #[test]
    fn allowances_stand_for_all_links_in_order_and_within_bounds(world in worlds()) {
        let state = world.schedule().state;
        let links: Vec<(ShardId, ShardId)> =
            state.link_allowances().iter().map(|link| (link.sender, link.receiver)).collect();
        let shards = ShardId::from(world.shards);
        let all = (0..shards).flat_map(|sender| (0..shards).map(move |to| (sender, to)));
        prop_assert_eq!(links, all.collect::<Vec<_>>());
        let most = world.params().max_allowance;
        prop_assert!(state.link_allowances().iter().all(|link| link.allowance <= most));
    }

    /// The order in which leftovers are spread costs nobody anything.
    #[test]
    fn without_requests_every_shard_may_send_and_receive_all_it_can(shards in 1..=6_u16) {
        let status =
            ShardStatus { is_fully_congested: false, allowed_sender: 0, last_chunk_missing: false };
        let world = World {
            shards,
            state: BandwidthSchedulerState::default(),
            requests: BlockBandwidthRequests::default(),
            statuses: (0..shards.into()).map(|shard| (shard, status)).collect(),
            seed: [0; 32],
        };
        let granted = world.schedule().granted;
        let sum = |side: fn(&(ShardId, ShardId)) -> ShardId, shard| -> u64 {
            granted.granted.iter().filter(|(link, _)| side(link) == shard).map(|(_, it)| it).sum()
        };
        for shard in 0..shards.into() {
            prop_assert_eq!(sum(|link| link.0, shard), world.params().max_shard_bandwidth);
            prop_assert_eq!(sum(|link| link.1, shard), world.params().max_shard_bandwidth);
        }
    }

    /// A request lets everything be sent up to any of its amounts, if that is granted.
    #[test]
    fn each_amount_asked_for_sends_a_group_more(
        sizes in vec(1..1_000_000_u64, 0..12),
        shards in 1..9_usize,
    ) {
        let params = BandwidthSchedulerParams::new(shards, &config());
        let given = sizes.iter().map(|size| Ok::<_, ()>(*size));
        let request = bandwidth_request(3, given, &params).unwrap();
        let sums: Vec<u64> = sizes.iter().scan(0, |sum, size| { *sum += size; Some(*sum) }).collect();
        let values = params.request_values();
        let reached = |from: u64, to: u64| sums.iter().any(|sum| (from + 1..=to).contains(sum));
        let lower = |place: usize| match place {
            0 => params.base_bandwidth,
            _ => values[place - 1],
        };
        let asked = request.map(|it| it.requested_values_bitmap).unwrap_or_default();
        for (place, value) in values.iter().enumerate() {
            prop_assert_eq!(asked.contains(place), reached(lower(place), *value));
        }
    }
}

#[test]
fn sizes_are_read_as_far_as_they_count() {
    let params = BandwidthSchedulerParams::new(6, &config());
    let largest = params.max_receipt_size;
    let sizes = |sizes: &'static [Result<u64, &'static str>]| sizes.iter().copied();
    // A receipt above the largest size counts as one of the largest size.
    let request = bandwidth_request(2, sizes(&[Ok(u64::MAX)]), &params).unwrap().unwrap();
    let asked: Vec<usize> = request.requested_values_bitmap.iter().collect();
    assert_eq!((request.to_shard, asked), (2, vec![39]));
    assert_eq!(largest, params.request_values()[39]);
    // After all that can be asked for nothing is read.
    let read = sizes(&[Ok(u64::MAX), Ok(1), Err("was read")]);
    assert_eq!(bandwidth_request(2, read, &params), Ok(Some(request)));
    assert_eq!(bandwidth_request(2, sizes(&[Err("lost")]), &params), Err("lost"));
    assert_eq!(bandwidth_request(2, sizes(&[]), &params), Ok(None));
}

#[test]
fn a_request_speaks_for_the_buffer_of_the_parent_too() {
    let layout = serde_json::json!({"V3": {
        "boundary_accounts": ["bb", "cc"],
        "shard_ids": [0, 2, 3],
        "id_to_index_map": {"0": 0, "2": 1, "3": 2},
        "shards_split_map": {"1": [2, 3]},
        "last_split": 1,
    }});
    let layout: ShardLayout = serde_json::from_value(layout).unwrap();
    let buffers = |shard| buffers_for_request(&layout, shard).collect::<Vec<_>>();
    assert_eq!((buffers(3), buffers(0)), (vec![1, 3], vec![0, 0]));
    let single = ShardLayout::single_shard();
    assert_eq!(buffers_for_request(&single, 0).collect::<Vec<_>>(), [0]);
}

#[test]
fn statuses_follow_from_the_last_block() {
    let shard = |receipt_bytes, allowed_shard, missed_chunks_count| ExtendedCongestionInfo {
        congestion_info: CongestionInfo::V1(CongestionInfoV1 {
            receipt_bytes,
            allowed_shard,
            ..CongestionInfoV1::default()
        }),
        missed_chunks_count,
    };
    let config = config();
    let full = config.congestion_control.max_congestion_memory_consumption;
    let long = config.congestion_control.max_congestion_missed_chunks;
    let block = BlockCongestionInfo {
        shards: [(1, shard(full - 1, 2, 0)), (4, shard(full, 3, 1)), (5, shard(0, 0, long))].into(),
    };
    let status = |is_fully_congested, allowed_sender, last_chunk_missing| ShardStatus {
        is_fully_congested,
        allowed_sender,
        last_chunk_missing,
    };
    let expected =
        [(1, status(false, 2, false)), (4, status(true, 3, true)), (5, status(true, 0, true))];
    assert_eq!(shard_statuses(&config.congestion_control, &block), expected.into());
}
