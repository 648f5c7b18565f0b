//! The result of a chunk as the files write it. (`conformance/apply/README.md`, "expect".)

use crate::encoding::{base64, or_digest};
use borsh::BorshSerialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use torr_crypto::hash::{CryptoHash, sha256};
use torr_primitives::outcome::{ExecutionOutcomeWithId, outcome_tree};
use torr_primitives::receipt::{PromiseYieldTimeout, Receipt};
use torr_primitives::view::ReceiptView;
use torr_primitives::{Balance, CongestionInfo, Gas, ShardId};
use torr_runtime::{
    ApplyResult, ChunkStats, ProcessedReceipt, ReceiptSource, ReceiptsStats, StateChange,
};
use torr_store::partial_state::PartialState;
use torr_store::trie::TrieChanges;

/// Longer values of the state are given by their digest, in bytes.
const MAX_VALUE_BYTES: usize = 300;
/// Longer receipts are given as borsh only, in bytes.
const MAX_JSON_RECEIPT_BYTES: usize = 4096;

/// How much of a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it.
    Full,
    /// Digests instead of the longest parts.
    Lean,
}

/// What a chunk came to.
pub(super) fn observed<P>(
    result: ApplyResult<P>,
    detail: Detail,
) -> Result<(Value, TrieChanges), String> {
    let mut given = json!({
        "state_root": result.state_root,
        "outcomes": all(&result.outcomes, |outcome| outcome_json(outcome, detail)),
        "outcome_root": outcome_root(&result.outcomes),
        "outgoing_receipts": receipts_json(&result.outgoing_receipts, detail)?,
        "delayed_receipts_count": result.delayed_receipts_count,
        "processed_receipts": all(&result.processed_receipts, processed_json),
        "processed_yield_timeouts": all(&result.processed_yield_timeouts, timeout_json),
        "validator_proposals": result.validator_proposals,
        "total_gas_burnt": gas_burnt(&result.outcomes)?,
        "total_balance_burnt": balance_burnt(&result.outcomes)?,
        "stats": stats_json(&result.stats),
        "congestion_info": result.congestion_info.as_ref().map(congestion_json),
        "bandwidth_requests": base64(&encoded(&result.bandwidth_requests)?),
        "bandwidth_scheduler_state_hash": result.bandwidth_scheduler_state_hash,
        "contract_accesses": result.contract_accesses,
        "contract_deploys": result.contract_deployments,
        "proof": proof_json(&result.proof, detail),
    });
    match detail {
        Detail::Full => given["state_changes"] = changes_json(&result.state_changes),
        Detail::Lean => {
            let text = changes_json(&result.state_changes).to_string();
            given["state_changes_digest"] = hex::encode(sha256(text.as_bytes())).into();
            given["final_state_changes"] = final_changes_json(&result.state_changes);
        }
    }
    let changes = result.trie_update.into_changes();
    given["trie_changes_borsh_sha256"] = hex::encode(sha256(&encoded(&changes)?)).into();
    Ok((given, changes))
}

/// A list, each element written by `write`.
fn all<T>(list: &[T], write: impl Fn(&T) -> Value) -> Value {
    list.iter().map(write).collect()
}

fn encoded(value: &impl BorshSerialize) -> Result<Vec<u8>, String> {
    borsh::to_vec(value).map_err(|error| error.to_string())
}

fn outcome_json(outcome: &ExecutionOutcomeWithId, detail: Detail) -> Value {
    let mut given = json!(outcome.outcome);
    given["id"] = json!(outcome.id);
    given["compute_usage"] = json!(outcome.outcome.compute_usage);
    given["hashes"] = json!(outcome.to_hashes());
    if detail == Detail::Lean
        && let Some(metadata) = given["metadata"].as_object_mut()
    {
        metadata.remove("gas_profile");
    }
    given
}

fn outcome_root(outcomes: &[ExecutionOutcomeWithId]) -> CryptoHash {
    let hashes: Vec<_> = outcomes.iter().map(ExecutionOutcomeWithId::to_hashes).collect();
    outcome_tree(&hashes).root()
}

fn receipts_json(receipts: &[Receipt], detail: Detail) -> Result<Value, String> {
    let receipt = |receipt: &Receipt| {
        let borsh = encoded(receipt)?;
        let mut given = json!({ "borsh": base64(&borsh) });
        if detail == Detail::Full && borsh.len() <= MAX_JSON_RECEIPT_BYTES {
            given["json"] = json!(ReceiptView::from(receipt));
        }
        Ok(given)
    };
    receipts.iter().map(receipt).collect()
}

fn processed_json(processed: &ProcessedReceipt) -> Value {
    let source = match processed.source {
        ReceiptSource::Local => "local",
        ReceiptSource::Delayed => "delayed",
        ReceiptSource::Instant => "instant",
    };
    json!([processed.receipt.receipt_id, source])
}

fn timeout_json(timeout: &PromiseYieldTimeout) -> Value {
    json!({
        "account_id": timeout.account_id,
        "data_id": timeout.data_id,
        "expires_at": timeout.expires_at,
    })
}

fn gas_burnt(outcomes: &[ExecutionOutcomeWithId]) -> Result<Gas, String> {
    let add = |sum: Gas, outcome: &ExecutionOutcomeWithId| {
        sum.checked_add(outcome.outcome.gas_burnt).ok_or("the sum of gas overflows")
    };
    Ok(outcomes.iter().try_fold(Gas::ZERO, add)?)
}

fn balance_burnt(outcomes: &[ExecutionOutcomeWithId]) -> Result<Balance, String> {
    let add = |sum: Balance, outcome: &ExecutionOutcomeWithId| {
        sum.checked_add(outcome.outcome.tokens_burnt).ok_or("the sum of tokens overflows")
    };
    Ok(outcomes.iter().try_fold(Balance::ZERO, add)?)
}

fn stats_json(stats: &ChunkStats) -> Value {
    let limits = stats.outgoing_limits.iter();
    let granted = stats.granted_bandwidth.iter();
    json!({
        "transactions_num": stats.transactions_num,
        "incoming_receipts_num": stats.incoming_receipts_num,
        "balance": stats.balance,
        "outgoing_limits":
            limits.map(|(shard, limit)| json!([shard, limit.size, limit.gas])).collect::<Value>(),
        "forwarded_receipts": receipts_stats_json(&stats.forwarded_receipts),
        "buffered_receipts": receipts_stats_json(&stats.buffered_receipts),
        "final_outgoing_buffers": receipts_stats_json(&stats.final_outgoing_buffers),
        "granted_bandwidth":
            granted.map(|((from, to), bytes)| json!([from, to, bytes])).collect::<Value>(),
    })
}

fn receipts_stats_json(stats: &BTreeMap<ShardId, ReceiptsStats>) -> Value {
    let stats = stats.iter();
    stats
        .map(|(shard, stats)| {
            json!([shard, stats.num, stats.total_size, stats.total_gas.to_string()])
        })
        .collect()
}

fn congestion_json(CongestionInfo::V1(info): &CongestionInfo) -> Value {
    json!({
        "delayed_receipts_gas": info.delayed_receipts_gas.to_string(),
        "buffered_receipts_gas": info.buffered_receipts_gas.to_string(),
        "receipt_bytes": info.receipt_bytes,
        "allowed_shard": info.allowed_shard,
    })
}

/// Changes by their keys.
type StateChanges = BTreeMap<Vec<u8>, Vec<StateChange>>;

fn changes_json(changes: &StateChanges) -> Value {
    let change =
        |change: &StateChange| json!({ "cause": change.cause, "value": value_json(change) });
    changes.iter().map(|(key, changes)| json!([hex::encode(key), all(changes, change)])).collect()
}

fn final_changes_json(changes: &StateChanges) -> Value {
    let last = |(key, changes): (&Vec<u8>, &Vec<StateChange>)| {
        json!([hex::encode(key), changes.last().map_or(Value::Null, value_json)])
    };
    changes.iter().map(last).collect()
}

fn value_json(change: &StateChange) -> Value {
    match &change.value {
        Some(value) => or_digest(value, MAX_VALUE_BYTES, |value| hex::encode(value).into()),
        None => Value::Null,
    }
}

fn proof_json(proof: &PartialState, detail: Detail) -> Value {
    let values = proof.values();
    let mut hashes: Vec<_> = values.iter().map(|value| CryptoHash::of(value)).collect();
    hashes.sort_unstable();
    let joined: Vec<u8> = hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect();
    let mut given = json!({
        "nodes_count": values.len(),
        "total_size": proof.size(),
        "nodes_digest": hex::encode(sha256(&joined)),
    });
    if detail == Detail::Full {
        given["node_hashes"] = json!(hashes);
    }
    given
}
