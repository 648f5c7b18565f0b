//! Receipts as the RPC shows them: yields among actions, resumptions among data, versions alike.

use super::ActionView;
use super::action::serialize_code;
use crate::action::Action;
use crate::receipt::{
    ActionReceipt, ActionReceiptV2, DataReceipt, DataReceiver, GlobalContractDistribution, Receipt,
    ReceiptBody,
};
use crate::{AccountId, Balance, GlobalContractIdentifier, ShardId, base64_json};
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptView<'a> {
    /// Who sent it.
    pub predecessor_id: &'a AccountId,
    /// Who gets it.
    pub receiver_id: &'a AccountId,
    /// Its name.
    pub receipt_id: CryptoHash,
    /// What it says.
    #[serde(rename = "receipt")]
    pub body: ReceiptBodyView<'a>,
    /// Always 0; there once were priorities.
    pub priority: u64,
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "fields are those of the receipts; `code` is the hash of the code")]
pub enum ReceiptBodyView<'a> {
    /// Do something, at once or when it is resumed.
    Action {
        signer_id: &'a AccountId,
        signer_public_key: &'a PublicKey,
        gas_price: Balance,
        output_data_receivers: &'a [DataReceiver],
        input_data_ids: &'a [CryptoHash],
        actions: Vec<ActionView<'a>>,
        is_promise_yield: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        refund_to: Option<&'a AccountId>,
    },
    /// Here is what you wait for.
    Data {
        data_id: CryptoHash,
        #[serde(serialize_with = "base64_json::option::serialize")]
        data: &'a Option<Vec<u8>>,
        is_promise_resume: bool,
    },
    /// Here is a contract for all to use.
    GlobalContractDistribution {
        id: &'a GlobalContractIdentifier,
        target_shard: ShardId,
        already_delivered_shards: &'a [ShardId],
        #[serde(serialize_with = "serialize_code")]
        code: CryptoHash,
        #[serde(skip_serializing_if = "Option::is_none")]
        nonce: Option<u64>,
    },
}

impl<'a> From<&'a Receipt> for ReceiptView<'a> {
    fn from(receipt: &'a Receipt) -> ReceiptView<'a> {
        ReceiptView {
            predecessor_id: &receipt.predecessor_id,
            receiver_id: &receipt.receiver_id,
            receipt_id: receipt.receipt_id,
            body: ReceiptBodyView::from(&receipt.body),
            priority: 0,
        }
    }
}

impl<'a> From<&'a ReceiptBody> for ReceiptBodyView<'a> {
    fn from(body: &'a ReceiptBody) -> ReceiptBodyView<'a> {
        match body {
            ReceiptBody::Action(receipt) => action(receipt, Kind::Plain),
            ReceiptBody::PromiseYield(receipt) => action(receipt, Kind::Promise),
            ReceiptBody::ActionV2(receipt) => action_v2(receipt, Kind::Plain),
            ReceiptBody::PromiseYieldV2(receipt) => action_v2(receipt, Kind::Promise),
            ReceiptBody::Data(receipt) => data(receipt, Kind::Plain),
            ReceiptBody::PromiseResume(receipt) => data(receipt, Kind::Promise),
            ReceiptBody::GlobalContractDistribution(receipt) => distribution(receipt),
        }
    }
}

/// Whether a receipt has to do with a yield (NEP-519).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Promise,
}

fn action(receipt: &ActionReceipt, kind: Kind) -> ReceiptBodyView<'_> {
    ReceiptBodyView::Action {
        signer_id: &receipt.signer_id,
        signer_public_key: &receipt.signer_public_key,
        gas_price: receipt.gas_price,
        output_data_receivers: &receipt.output_data_receivers,
        input_data_ids: &receipt.input_data_ids,
        actions: actions(&receipt.actions),
        is_promise_yield: kind == Kind::Promise,
        refund_to: None,
    }
}

fn action_v2(receipt: &ActionReceiptV2, kind: Kind) -> ReceiptBodyView<'_> {
    ReceiptBodyView::Action {
        signer_id: &receipt.signer_id,
        signer_public_key: &receipt.signer_public_key,
        gas_price: receipt.gas_price,
        output_data_receivers: &receipt.output_data_receivers,
        input_data_ids: &receipt.input_data_ids,
        actions: actions(&receipt.actions),
        is_promise_yield: kind == Kind::Promise,
        refund_to: receipt.refund_to.as_ref(),
    }
}

fn actions(actions: &[Action]) -> Vec<ActionView<'_>> {
    actions.iter().map(ActionView::from).collect()
}

fn data(receipt: &DataReceipt, kind: Kind) -> ReceiptBodyView<'_> {
    ReceiptBodyView::Data {
        data_id: receipt.data_id,
        data: &receipt.data,
        is_promise_resume: kind == Kind::Promise,
    }
}

fn distribution(receipt: &GlobalContractDistribution) -> ReceiptBodyView<'_> {
    let (id, target_shard, already_delivered_shards, code, nonce) = match receipt {
        GlobalContractDistribution::V1(v1) => {
            (&v1.id, v1.target_shard, &v1.already_delivered_shards, &v1.code, None)
        }
        GlobalContractDistribution::V2(v2) => {
            (&v2.id, v2.target_shard, &v2.already_delivered_shards, &v2.code, Some(v2.nonce))
        }
    };
    ReceiptBodyView::GlobalContractDistribution {
        id,
        target_shard,
        already_delivered_shards,
        code: CryptoHash::of(code),
        nonce,
    }
}
