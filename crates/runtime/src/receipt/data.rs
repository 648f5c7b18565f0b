//! Receipts that bring what others wait for: results of promises, and what resumes a yield.

use super::execute::execute_actions;
use super::{Execution, Produced};
use crate::error::Fault;
use crate::feature::Feature;
use crate::state::StateUpdate;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::{DataReceipt, PromiseYieldStatus, Receipt, ReceivedData};
use torr_primitives::{AccountId, StateChangeCause, TrieKey, YieldId};

/// Puts a result where the receipt that waits for it finds it, and executes that receipt if nothing else
/// is missing.
pub(super) fn deliver(
    receipt: &Receipt,
    data: &DataReceipt,
    execution: Execution<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Produced, Fault> {
    let receiver_id = &receipt.receiver_id;
    put_data(receiver_id, data, state)?;
    let waiting =
        TrieKey::PostponedReceiptId { receiver_id: receiver_id.clone(), data_id: data.data_id };
    if let Some(receipt_id) = state.read::<CryptoHash>(&waiting)? {
        state.remove(&waiting);
        let receiver_id = receiver_id.clone();
        let count = TrieKey::PendingDataCount { receiver_id: receiver_id.clone(), receipt_id };
        match state.read_present::<u32>(&count)? {
            0 => return Err(Fault::inconsistent("a postponed receipt waits for nothing")),
            1 => {
                state.remove(&count);
                let postponed = TrieKey::PostponedReceipt { receiver_id, receipt_id };
                let ready: Receipt = state.read_present(&postponed)?;
                state.remove(&postponed);
                return execute_actions(&ready, execution, state);
            }
            pending => state.write(&count, &(pending - 1))?,
        }
    }
    state.commit(StateChangeCause::PostponedReceipt(receipt.receipt_id));
    Ok(Produced::default())
}

/// Executes the yielded receipt that waits for this; ignored if it was resumed before.
pub(super) fn resume(
    receipt: &Receipt,
    data: &DataReceipt,
    execution: Execution<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Produced, Fault> {
    let receiver_id = &receipt.receiver_id;
    let data_id = data.data_id;
    let status = TrieKey::PromiseYieldStatus { receiver_id: receiver_id.clone(), data_id };
    let is_timeout = data.data.is_none();
    if is_timeout && state.read(&status)? == Some(PromiseYieldStatus::ResumeInitiated) {
        return Ok(Produced::default());
    }
    let waiting = TrieKey::PromiseYieldReceipt { receiver_id: receiver_id.clone(), data_id };
    let Some(yielded) = state.read::<Receipt>(&waiting)? else { return Ok(Produced::default()) };
    state.remove(&waiting);
    state.remove(&status);
    if Feature::YieldWithId.is_enabled(execution.chunk.protocol_version) {
        forget_yield_id(receiver_id, data_id, state)?;
    }
    put_data(receiver_id, data, state)?;
    execute_actions(&yielded, execution, state)
}

fn put_data(
    receiver_id: &AccountId,
    data: &DataReceipt,
    state: &mut StateUpdate<'_>,
) -> Result<(), Fault> {
    let key = TrieKey::ReceivedData { receiver_id: receiver_id.clone(), data_id: data.data_id };
    state.write(&key, &ReceivedData { data: data.data.clone() })
}

/// The contract's name for a yield is free again.
fn forget_yield_id(
    receiver_id: &AccountId,
    data_id: CryptoHash,
    state: &mut StateUpdate<'_>,
) -> Result<(), Fault> {
    let key = TrieKey::DataIdToYieldId { receiver_id: receiver_id.clone(), data_id };
    if let Some(yield_id) = state.read::<YieldId>(&key)? {
        state.remove(&TrieKey::YieldIdToDataId { receiver_id: receiver_id.clone(), yield_id });
        state.remove(&key);
    }
    Ok(())
}
