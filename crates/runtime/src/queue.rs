//! Queues of the shard that stand in the state: delayed receipts, receipts that wait for room in other
//! shards, and the groups of the latter.
//!
//! An entry stands under its number; which numbers there are stands apart (NEP-539, NEP-584).

mod delayed;
mod outgoing;

pub(crate) use delayed::DelayedReceipts;
pub(crate) use outgoing::OutgoingBuffers;

use crate::action_fees::{prepaid_execution_fees, prepaid_gas, prepaid_send_fees};
use crate::error::Fault;
use crate::receipt::ActionReceiptRef;
use crate::state::ChunkState;
use torr_parameters::{ActionCost, RuntimeConfig};
use torr_primitives::receipt::{
    BufferedReceiptIndices, QueueIndices, Receipt, ReceiptBody, ReceiptWithMetadata, StoredReceipt,
};
use torr_primitives::{CongestionInfo, Gas, ShardId, TrieKey};

/// What a receipt counts as while it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    /// In gas.
    pub(crate) gas: Gas,
    /// In bytes.
    pub(crate) size: u64,
}

impl Weight {
    /// Of a receipt that is to be stored. Only receipts with actions have gas: what those wait for that
    /// others wait for is not looked up.
    pub(crate) fn of(receipt: &Receipt, config: &RuntimeConfig) -> Result<Weight, Fault> {
        const OVERFLOW: Fault = Fault::Overflow { what: "the gas of a receipt" };
        let gas = match &receipt.body {
            ReceiptBody::Action(_) | ReceiptBody::ActionV2(_) => {
                ActionReceiptRef::of(&receipt.body).map(|action_receipt| {
                    let actions = action_receipt.actions;
                    let fee = config.fees.actions[ActionCost::NewActionReceipt].execution.gas;
                    prepaid_execution_fees(config, actions, &receipt.receiver_id)?
                        .gas
                        .checked_add(fee)?
                        .checked_add(prepaid_send_fees(config, actions)?.gas)?
                        .checked_add(prepaid_gas(actions)?)
                })
            }
            ReceiptBody::Data(_)
            | ReceiptBody::PromiseYield(_)
            | ReceiptBody::PromiseYieldV2(_)
            | ReceiptBody::PromiseResume(_)
            | ReceiptBody::GlobalContractDistribution(_) => Some(Some(Gas::ZERO)),
        };
        let gas = gas.flatten().ok_or(OVERFLOW)?;
        let size = borsh::object_length(receipt).ok().and_then(|size| u64::try_from(size).ok());
        Ok(Weight { gas, size: size.ok_or(OVERFLOW)? })
    }

    /// Of a receipt that is stored.
    pub(crate) fn of_stored(
        stored: &StoredReceipt,
        config: &RuntimeConfig,
    ) -> Result<Weight, Fault> {
        match stored {
            StoredReceipt::Plain(receipt) => Weight::of(receipt, config),
            StoredReceipt::V0(stored) | StoredReceipt::V1(stored) => {
                Ok(Weight { gas: stored.congestion_gas, size: stored.congestion_size })
            }
        }
    }

    /// The receipt as it is stored.
    fn store(self, receipt: Receipt, config: &RuntimeConfig) -> StoredReceipt {
        if config.use_state_stored_receipt {
            StoredReceipt::V1(ReceiptWithMetadata {
                receipt,
                congestion_gas: self.gas,
                congestion_size: self.size,
            })
        } else {
            StoredReceipt::Plain(receipt)
        }
    }
}

/// One entry more; its number.
fn push(indices: &mut QueueIndices) -> Result<u64, Fault> {
    let index = indices.next_available_index;
    indices.next_available_index =
        index.checked_add(1).ok_or(Fault::Overflow { what: "numbers of stored receipts" })?;
    Ok(index)
}

/// What the shard has to do, counted from its queues, for who does not know it from the last chunk.
/// Takes time for every receipt that is stored.
pub(crate) fn count_congestion(
    config: &RuntimeConfig,
    shard_id: ShardId,
    state: &ChunkState<'_>,
) -> Result<CongestionInfo, Fault> {
    let mut congestion = CongestionInfo::default();
    let delayed: QueueIndices = state.read(&TrieKey::DelayedReceiptIndices)?.unwrap_or_default();
    for index in delayed.first_index..delayed.next_available_index {
        let stored: StoredReceipt = state.read_present(&TrieKey::DelayedReceipt { index })?;
        let weight = Weight::of_stored(&stored, config)?;
        congestion.add_delayed_receipts_gas(weight.gas)?;
        congestion.add_receipt_bytes(weight.size)?;
    }
    let buffered: BufferedReceiptIndices =
        state.read(&TrieKey::BufferedReceiptIndices)?.unwrap_or_default();
    for (&shard, indices) in &buffered.shard_buffers {
        for index in indices.first_index..indices.next_available_index {
            let stored = OutgoingBuffers::read(shard, index, state)?;
            let weight = Weight::of_stored(&stored, config)?;
            congestion.add_buffered_receipts_gas(weight.gas)?;
            congestion.add_receipt_bytes(weight.size)?;
        }
    }
    let own = u16::try_from(shard_id).unwrap_or_default();
    congestion.set_allowed_shard(own);
    Ok(congestion)
}
