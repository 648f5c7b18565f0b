//! Bandwidth: what can be asked for, what receipts ask for, and the scheduler's state.

use super::PROTOCOL_VERSION;
use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use std::convert::Infallible;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Parameters;
use torr_primitives::bandwidth::{BandwidthRequestsV1, BandwidthSchedulerStateV1, LinkAllowance};
use torr_primitives::{BandwidthRequests, BandwidthSchedulerState, ShardId};
use torr_runtime::bandwidth_scheduler::{BandwidthSchedulerParams, bandwidth_request};

pub(super) fn params(case: &Inputs<'_>) -> Result<Value, String> {
    let shards: usize = case.json("num_shards")?;
    let params = between(shards)?;
    Ok(json!({
        "kind": "bandwidth_params",
        "num_shards": shards,
        "base_bandwidth": params.base_bandwidth,
        "max_shard_bandwidth": params.max_shard_bandwidth,
        "max_single_grant": params.max_single_grant,
        "max_receipt_size": params.max_receipt_size,
        "max_allowance": params.max_allowance,
        "request_values": params.request_values().as_slice(),
    }))
}

/// The borsh of the list is made from its JSON and the JSON from the borsh; the request is made from
/// the receipts.
pub(super) fn request(case: &Inputs<'_>) -> Result<Value, String> {
    let shards: usize = case.json("num_shards")?;
    let to_shard: ShardId = case.json("to_shard")?;
    let receipt_sizes: Vec<u64> = case.json("receipt_sizes")?;
    let sizes = receipt_sizes.iter().map(|size| Ok::<_, Infallible>(*size));
    let Ok(request) = bandwidth_request(to_shard, sizes, &between(shards)?);
    let made = BandwidthRequestsV1 { requests: request.iter().cloned().collect() };
    let from_borsh: BandwidthRequests = case.borsh("requests_borsh")?;
    let from_json: BandwidthRequests = case.json("requests_json")?;
    if from_json != BandwidthRequests::V1(made) {
        return Err("`requests_json` does not have the request for `receipt_sizes`".to_owned());
    }
    Ok(json!({
        "kind": "bandwidth_request",
        "num_shards": shards,
        "to_shard": to_shard,
        "receipt_sizes": receipt_sizes,
        "request_borsh": request.as_ref().map(borsh_hex).transpose()?,
        "requests_borsh": borsh_hex(&from_json)?,
        "requests_json": from_borsh,
    }))
}

pub(super) fn scheduler_state(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: BandwidthSchedulerState = case.borsh("borsh")?;
    let allowances: Vec<(ShardId, ShardId, u64)> = case.json("link_allowances")?;
    let link = |(sender, receiver, allowance)| LinkAllowance { sender, receiver, allowance };
    let given = BandwidthSchedulerState::V1(BandwidthSchedulerStateV1 {
        link_allowances: allowances.into_iter().map(link).collect(),
        sanity_check_hash: case.parsed("sanity_check_hash")?,
    });
    let numbers = |it: &LinkAllowance| (it.sender, it.receiver, it.allowance);
    let bytes = borsh::to_vec(&given).map_err(|error| error.to_string())?;
    Ok(json!({
        "kind": "bandwidth_scheduler_state",
        "link_allowances": decoded.link_allowances().iter().map(numbers).collect::<Vec<_>>(),
        "sanity_check_hash": decoded.sanity_check_hash(),
        "borsh": hex::encode(&bytes),
        "hash": CryptoHash::of(&bytes),
    }))
}

fn between(shards: usize) -> Result<BandwidthSchedulerParams, String> {
    let config = Parameters::builtin(PROTOCOL_VERSION).map_err(|error| error.to_string())?;
    Ok(BandwidthSchedulerParams::new(shards, &config))
}
