//! Global contracts on their way from shard to shard (NEP-591).
//!
//! Each shard writes the contract to its state and sends the receipt on to the first shard that has not
//! had it. **Invariant:** of deployments under one name the one with the greatest nonce stays, in
//! whatever order they arrive.

use crate::context::ChunkContext;
use crate::error::Fault;
use crate::state::StateUpdate;
use std::collections::BTreeSet;
use std::sync::Arc;
use torr_primitives::receipt::{
    GlobalContractDistribution, Receipt, ReceiptBody, id::receipt_id_of_receipt,
};
use torr_primitives::{
    AccountId, Compute, GlobalContractIdentifier, ShardId, StateChangeCause, TrieKey,
};
use torr_vm_runner::code::Code;
use torr_vm_runner::runner::Runner;

/// What a distribution came to.
#[derive(Debug)]
pub(crate) struct Distributed {
    /// Compute used; no gas is.
    pub(crate) compute: Compute,
    /// Receipts to send on, one or none.
    pub(crate) forward: Vec<Receipt>,
}

/// Takes a contract in and sends it on. One that is older than what is there is only sent on.
pub(crate) fn distribute(
    receipt: &Receipt,
    distribution: &GlobalContractDistribution,
    chunk: &ChunkContext,
    runner: &Runner,
    state: &mut StateUpdate<'_>,
) -> Result<Distributed, Fault> {
    let parts = Parts::of(distribution);
    let compute = if take_nonce(&parts, state)? {
        take_in(receipt, &parts, chunk, runner, state)?
    } else {
        0
    };
    let forward = sent_on(receipt, distribution, chunk).into_iter().collect();
    Ok(Distributed { compute, forward })
}

/// What both versions of distributions have.
struct Parts<'a> {
    id: &'a GlobalContractIdentifier,
    already_delivered_shards: &'a [ShardId],
    code: &'a [u8],
    /// Zero in the version without: it is older than any other.
    nonce: u64,
}

impl<'a> Parts<'a> {
    fn of(distribution: &'a GlobalContractDistribution) -> Parts<'a> {
        match distribution {
            GlobalContractDistribution::V1(v1) => Parts {
                id: &v1.id,
                already_delivered_shards: &v1.already_delivered_shards,
                code: &v1.code,
                nonce: 0,
            },
            GlobalContractDistribution::V2(v2) => Parts {
                id: &v2.id,
                already_delivered_shards: &v2.already_delivered_shards,
                code: &v2.code,
                nonce: v2.nonce,
            },
        }
    }
}

/// Whether nothing newer is there; then its nonce is written. The shard that it started from wrote the
/// same nonce already, so an equal one is not newer.
fn take_nonce(parts: &Parts<'_>, state: &mut StateUpdate<'_>) -> Result<bool, Fault> {
    let key = TrieKey::GlobalContractNonce { identifier: parts.id.clone() };
    let last: u64 = state.read(&key)?.unwrap_or_default();
    if parts.nonce < last {
        return Ok(false);
    }
    state.write(&key, &parts.nonce)?;
    Ok(true)
}

fn take_in(
    receipt: &Receipt,
    parts: &Parts<'_>,
    chunk: &ChunkContext,
    runner: &Runner,
    state: &mut StateUpdate<'_>,
) -> Result<Compute, Fault> {
    let code: Arc<[u8]> = Arc::from(parts.code);
    state.set(&TrieKey::GlobalContractCode { identifier: parts.id.clone() }, Arc::clone(&code));
    state.commit(StateChangeCause::ReceiptProcessing(receipt.receipt_id));
    runner.precompile(&Code::new(code), &chunk.config.vm)?;
    let fees = &chunk.config.fees;
    let bytes = parts.code.len() as u64;
    let what = "the compute of distributing a global contract";
    fees.deploy_global_contract_execution_per_byte
        .checked_mul(bytes)
        .and_then(|bytes| bytes.checked_add(fees.deploy_global_contract_execution_base))
        .ok_or(Fault::Overflow { what })
}

/// The receipt for the next shard; `None` if all have had it.
fn sent_on(
    receipt: &Receipt,
    distribution: &GlobalContractDistribution,
    chunk: &ChunkContext,
) -> Option<Receipt> {
    let delivered = Parts::of(distribution).already_delivered_shards.iter().copied();
    let delivered: BTreeSet<ShardId> = delivered.chain([chunk.shard_id]).collect();
    let mut shard_ids = chunk.epoch.shard_layout.shard_ids().iter().copied();
    let next = shard_ids.find(|shard_id| !delivered.contains(shard_id))?;
    let mut distribution = distribution.clone();
    let (target_shard, already_delivered_shards) = match &mut distribution {
        GlobalContractDistribution::V1(v1) => {
            (&mut v1.target_shard, &mut v1.already_delivered_shards)
        }
        GlobalContractDistribution::V2(v2) => {
            (&mut v2.target_shard, &mut v2.already_delivered_shards)
        }
    };
    *target_shard = next;
    *already_delivered_shards = delivered.into_iter().collect();
    Some(Receipt {
        predecessor_id: receipt.predecessor_id.clone(),
        receiver_id: AccountId::system(),
        receipt_id: receipt_id_of_receipt(&receipt.receipt_id, chunk.block.height, 0),
        body: ReceiptBody::GlobalContractDistribution(distribution),
    })
}

#[cfg(test)]
mod tests;
