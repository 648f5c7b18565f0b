//! Requests and schedules, from case files.

use super::{BandwidthSchedulerParams, SchedulerInput, ShardStatus, bandwidth_request, schedule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use torr_crypto::hash::sha256;
use torr_parameters::Parameters;
use torr_primitives::bandwidth::{
    BandwidthRequest, BandwidthRequestBitmap, BandwidthRequestsV1, BandwidthSchedulerState,
};
use torr_primitives::{BandwidthRequests, BlockBandwidthRequests, ShardId, ShardLayout};

#[derive(Deserialize)]
struct File<Case> {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum RequestCase {
    BandwidthParams {
        num_shards: usize,
        base_bandwidth: u64,
        max_shard_bandwidth: u64,
        max_single_grant: u64,
        max_receipt_size: u64,
        max_allowance: u64,
        request_values: Vec<u64>,
    },
    BandwidthRequest {
        num_shards: usize,
        to_shard: ShardId,
        receipt_sizes: Vec<u64>,
        request_borsh: Option<String>,
    },
}

#[test]
fn requests() {
    check_requests(include_str!("../../tests/data/bandwidth-requests.json"));
}

fn check_requests(file: &str) {
    let file: File<RequestCase> = serde_json::from_str(file).unwrap();
    for case in file.cases {
        match case {
            RequestCase::BandwidthParams {
                num_shards,
                base_bandwidth,
                max_shard_bandwidth,
                max_single_grant,
                max_receipt_size,
                max_allowance,
                request_values,
            } => {
                let params = params(num_shards);
                let expected = BandwidthSchedulerParams {
                    base_bandwidth,
                    max_shard_bandwidth,
                    max_single_grant,
                    max_receipt_size,
                    max_allowance,
                };
                assert_eq!(params, expected, "{num_shards} shards");
                assert_eq!(params.request_values().as_slice(), request_values);
            }
            RequestCase::BandwidthRequest {
                num_shards,
                to_shard,
                receipt_sizes,
                request_borsh,
            } => {
                let sizes = receipt_sizes.iter().map(|size| Ok::<_, Infallible>(*size));
                let Ok(request) = bandwidth_request(to_shard, sizes, &params(num_shards));
                let borsh = request.map(|request| hex::encode(borsh::to_vec(&request).unwrap()));
                assert_eq!(borsh, request_borsh, "{receipt_sizes:?}");
            }
        }
    }
}

/// Heights that follow each other.
#[derive(Deserialize)]
struct ScheduleCase {
    shard_ids: Vec<ShardId>,
    /// Borsh of the state before the first.
    state: String,
    heights: Vec<Height>,
}

#[derive(Deserialize)]
struct Height {
    seed: String,
    /// Shard, whether it is fully congested, whether a chunk was missing, the allowed sender.
    shards: Vec<(ShardId, bool, bool, ShardId)>,
    /// By sender: receiver and bitmap.
    requests: Vec<(ShardId, Vec<(u16, String)>)>,
    /// Sender, receiver, bytes.
    granted: Vec<(ShardId, ShardId, u64)>,
    /// Hash of the state after the height.
    state_sha256: String,
}

#[test]
fn schedules() {
    check_schedules(include_str!("../../tests/data/bandwidth-schedules.json"));
}

fn check_schedules(file: &str) {
    let file: File<ScheduleCase> = serde_json::from_str(file).unwrap();
    for case in file.cases {
        let boundaries = (1..case.shard_ids.len()).map(|index| format!("b{index}"));
        let boundaries = boundaries.map(|name| name.parse().unwrap()).collect();
        let layout = ShardLayout::with_boundaries(boundaries, case.shard_ids).unwrap();
        let params = params(layout.shard_ids().len());
        let mut state: BandwidthSchedulerState = borsh::from_slice(&bytes(&case.state)).unwrap();
        for height in case.heights {
            let made = schedule(&SchedulerInput {
                layout: &layout,
                params: &params,
                state: &state,
                requests: &requests_of(&height),
                shards: &statuses_of(&height),
                seed: bytes(&height.seed).try_into().unwrap(),
            });
            let granted: Vec<(ShardId, ShardId, u64)> =
                made.granted.granted.iter().map(|(&(from, to), &size)| (from, to, size)).collect();
            assert_eq!(granted, height.granted, "seed {}", height.seed);
            let encoded = borsh::to_vec(&made.state).unwrap();
            assert_eq!(hex::encode(sha256(&encoded)), height.state_sha256);
            assert_eq!(hex::encode(made.state_hash), height.state_sha256);
            state = made.state;
        }
    }
}

fn params(shards: usize) -> BandwidthSchedulerParams {
    BandwidthSchedulerParams::new(shards, &Parameters::builtin(86).unwrap())
}

fn requests_of(height: &Height) -> BlockBandwidthRequests {
    let request = |(to_shard, bitmap): &(u16, String)| BandwidthRequest {
        to_shard: *to_shard,
        requested_values_bitmap: BandwidthRequestBitmap { data: bytes(bitmap).try_into().unwrap() },
    };
    let of_sender = |(sender, requests): &(ShardId, Vec<(u16, String)>)| {
        let requests = requests.iter().map(request).collect();
        (*sender, BandwidthRequests::V1(BandwidthRequestsV1 { requests }))
    };
    BlockBandwidthRequests { shards: height.requests.iter().map(of_sender).collect() }
}

fn statuses_of(height: &Height) -> BTreeMap<ShardId, ShardStatus> {
    let status = |&(shard_id, is_fully_congested, last_chunk_missing, allowed_sender)| {
        (shard_id, ShardStatus { is_fully_congested, allowed_sender, last_chunk_missing })
    };
    height.shards.iter().map(status).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}
