//! The receipts that a call asked for, each with its actions, from the list of its effects.
//!
//! The gas of function calls includes their share of what the call left over, as the protocol deals
//! it out by weight (NEP-264).

use super::actions::{ActionReport, EntryReport};
use crate::bytes::BytesReport;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{AccountId, Gas, ReceiptIndex, YieldId};
use torr_vm_logic::effects::{Action, Effect, Effects};
use torr_vm_logic::outcome::ReturnData;

/// A receipt that a call asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReceiptReport {
    /// Its number, from 0 in the order of creation.
    pub(crate) index: ReceiptIndex,
    /// Who receives it.
    pub(crate) receiver_id: AccountId,
    /// The receipts whose results it waits for.
    pub(crate) waits_for: Vec<ReceiptIndex>,
    /// For one that waits to be resumed: what resumes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) yields: Option<YieldReport>,
    /// Where its deposits go when it fails, if not to the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refund_to: Option<AccountId>,
    /// Whether its result becomes the result of the call.
    pub(crate) is_result: bool,
    /// Its actions.
    pub(crate) actions: Vec<ActionReport>,
}

/// What resumes a waiting receipt.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct YieldReport {
    /// Its data id.
    pub(crate) data_id: CryptoHash,
    /// The name the contract gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) yield_id: Option<YieldId>,
}

/// A waiting receipt that the call resumed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ResumeReport {
    /// The receipt's data id.
    pub(crate) data_id: CryptoHash,
    /// What it is resumed with.
    pub(crate) data: BytesReport,
    /// Whether there was such a receipt.
    pub(crate) resolved: bool,
}

/// The receipts that `effects` ask for, of a call that left `unused` gas and returned `returned`.
pub(crate) fn receipts(
    effects: &Effects,
    unused: Gas,
    returned: &ReturnData,
) -> Vec<ReceiptReport> {
    let mut shared = effects.clone();
    shared.distribute_unused_gas(unused);
    let mut receipts: Vec<ReceiptReport> = Vec::new();
    for (effect, after) in effects.iter().zip(shared.iter()) {
        add(&mut receipts, effect, share(effect, after));
    }
    if let ReturnData::Receipt(index) = returned
        && let Some(receipt) = at(&mut receipts, *index)
    {
        receipt.is_result = true;
    }
    receipts
}

/// The waiting receipts that `effects` resume.
pub(crate) fn resumed(effects: &Effects) -> Vec<ResumeReport> {
    let resumed = effects.iter().filter_map(|effect| match effect {
        Effect::YieldResume { data_id, data, resolved } => {
            let (data_id, data) = (*data_id, BytesReport::new(data));
            Some(ResumeReport { data_id, data, resolved: *resolved })
        }
        _ => None,
    });
    resumed.collect()
}

/// Gas that a function call got of what was left over.
fn share(before: &Effect, after: &Effect) -> Option<Gas> {
    let gas = |effect: &Effect| match effect {
        Effect::Action { action: Action::FunctionCall { prepaid_gas, .. }, .. } => {
            Some(*prepaid_gas)
        }
        _ => None,
    };
    let share = gas(after)?.saturating_sub(gas(before)?);
    (share != Gas::ZERO).then_some(share)
}

fn at(receipts: &mut [ReceiptReport], index: ReceiptIndex) -> Option<&mut ReceiptReport> {
    receipts.get_mut(usize::try_from(index).ok()?)
}

fn add(receipts: &mut Vec<ReceiptReport>, effect: &Effect, gas_share: Option<Gas>) {
    match effect {
        Effect::CreateReceipt { depends_on, receiver_id } => {
            let waits_for = depends_on.iter().map(|dependency| dependency.receipt_index).collect();
            create(receipts, receiver_id, waits_for, None);
        }
        Effect::YieldCreate { receiver_id, data_id, yield_id } => {
            let yields = YieldReport { data_id: *data_id, yield_id: *yield_id };
            create(receipts, receiver_id, Vec::new(), Some(yields));
        }
        Effect::Action { receipt_index, action } => {
            if let Some(receipt) = at(receipts, *receipt_index) {
                receipt.actions.push(ActionReport::new(action, gas_share));
            }
        }
        Effect::SetRefundTo { receipt_index, refund_to } => {
            if let Some(receipt) = at(receipts, *receipt_index) {
                receipt.refund_to = Some(refund_to.clone());
            }
        }
        Effect::StateInitEntry { receipt_index, action_index, key, value } => {
            let action = at(receipts, *receipt_index)
                .and_then(|receipt| receipt.actions.get_mut(usize::try_from(*action_index).ok()?));
            if let Some(action) = action {
                let (key, value) = (BytesReport::new(key), BytesReport::new(value));
                action.state_init.push(EntryReport { key, value });
            }
        }
        Effect::YieldResume { .. } => {}
    }
}

fn create(
    receipts: &mut Vec<ReceiptReport>,
    receiver_id: &AccountId,
    waits_for: Vec<ReceiptIndex>,
    yields: Option<YieldReport>,
) {
    receipts.push(ReceiptReport {
        index: receipts.len() as ReceiptIndex,
        receiver_id: receiver_id.clone(),
        waits_for,
        yields,
        refund_to: None,
        is_result: false,
        actions: Vec::new(),
    });
}
