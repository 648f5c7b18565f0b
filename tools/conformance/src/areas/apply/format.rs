//! Scenarios as they are written: fields, types, defaults. Unknown fields are refused.

use super::{Contracts, Genesis};
use crate::encoding::{Base64, base64};
use borsh::BorshDeserialize;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{
    AccountId, Balance, BlockHeight, EpochHeight, Gas, ProtocolVersion, ShardId, ShardLayout,
};

/// Most bytes that parts may come to; a bound for what a damaged file can make the tool allocate.
const MAX_BYTES: usize = 64 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileFields {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "reference")]
    _reference: String,
    pub(super) protocol_version: ProtocolVersion,
    #[serde(rename = "group")]
    _group: String,
    pub(super) cases: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioFields {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "description")]
    _description: String,
    pub(super) shard_layout: ShardLayout,
    pub(super) epoch_info: EpochFields,
    pub(super) genesis: Genesis,
    pub(super) blocks: Vec<EntryFields>,
    #[serde(default)]
    pub(super) lean: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EpochFields {
    pub(super) chain_id: String,
    pub(super) validators: BTreeMap<AccountId, Balance>,
    pub(super) minimum_stake: Balance,
}

/// A chunk that is applied.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryFields {
    pub(super) height: BlockHeight,
    pub(super) shard_id: ShardId,
    pub(super) prev_state_root: CryptoHash,
    pub(super) prev_block_hash: CryptoHash,
    pub(super) epoch_id: CryptoHash,
    pub(super) epoch_height: EpochHeight,
    timestamp: String,
    pub(super) gas_price: Balance,
    pub(super) gas_limit: Option<Gas>,
    pub(super) random_seed: CryptoHash,
    pub(super) is_new_chunk: bool,
    pub(super) congestion_info: Vec<CongestionFields>,
    pub(super) bandwidth_requests: Vec<RequestsFields>,
    pub(super) transactions: Vec<Encoded>,
    #[serde(default)]
    pub(super) transaction_in_validity_period: Vec<bool>,
    pub(super) validator_accounts_update: Option<UpdateFields>,
    pub(super) incoming_receipts: Vec<IncomingReceipt>,
    pub(super) expect: Value,
}

impl EntryFields {
    /// Nanoseconds since 1970.
    pub(super) fn timestamp(&self) -> Result<u64, String> {
        self.timestamp.parse().map_err(|error| format!("`timestamp`: {error}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CongestionFields {
    pub(super) shard_id: ShardId,
    delayed_receipts_gas: String,
    buffered_receipts_gas: String,
    pub(super) receipt_bytes: u64,
    pub(super) allowed_shard: u16,
    pub(super) missed_chunks_count: u64,
}

impl CongestionFields {
    /// Gas of delayed receipts, and of buffered ones.
    pub(super) fn gas(&self) -> Result<(u128, u128), String> {
        let number = |text: &String| text.parse().map_err(|error| format!("{text}: {error}"));
        Ok((number(&self.delayed_receipts_gas)?, number(&self.buffered_receipts_gas)?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestsFields {
    pub(super) shard_id: ShardId,
    pub(super) requests: Encoded,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateFields {
    pub(super) stake_info: BTreeMap<AccountId, Balance>,
    pub(super) validator_rewards: BTreeMap<AccountId, Balance>,
    pub(super) last_proposals: BTreeMap<AccountId, Balance>,
    pub(super) protocol_treasury_account_id: Option<AccountId>,
}

/// A receipt that comes in.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum IncomingReceipt {
    Encoded(Encoded),
    Outgoing(OutgoingReceipt),
}

/// The receipt that an earlier entry sent: the number of the entry, and that of the receipt.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutgoingReceipt {
    pub(super) outgoing: (usize, usize),
}

/// Bytes, in one piece or in parts.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Encoded {
    Whole(Base64),
    Parts(PartsFields),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartsFields {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Text(Base64),
    /// A byte, and how often it stands there.
    Run(u8, usize),
}

impl Encoded {
    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        let PartsFields { parts } = match self {
            Encoded::Whole(Base64(bytes)) => return Ok(bytes.clone()),
            Encoded::Parts(parts) => parts,
        };
        let mut bytes = Vec::new();
        for part in parts {
            let length = match part {
                Part::Text(Base64(text)) => text.len(),
                Part::Run(_, count) => *count,
            };
            if length > MAX_BYTES - bytes.len() {
                return Err(format!("`parts` are longer than {MAX_BYTES} bytes"));
            }
            match part {
                Part::Text(Base64(text)) => bytes.extend_from_slice(text),
                Part::Run(byte, count) => bytes.extend(std::iter::repeat_n(*byte, *count)),
            }
        }
        Ok(bytes)
    }

    /// What the bytes encode.
    pub(super) fn decode<T: BorshDeserialize>(&self) -> Result<T, String> {
        borsh::from_slice(&self.bytes()?).map_err(|error| error.to_string())
    }
}

/// The expectation of an entry with its receipts in one piece, as ours are written.
pub(super) fn joined(mut expect: Value) -> Result<Value, String> {
    let receipts = expect.get_mut("outgoing_receipts").and_then(Value::as_array_mut);
    for receipt in receipts.into_iter().flatten() {
        if let Some(bytes) = receipt.get_mut("borsh").filter(|bytes| bytes.is_object()) {
            let parts = Encoded::deserialize(&*bytes).map_err(|error| error.to_string())?;
            *bytes = base64(&parts.bytes()?);
        }
    }
    Ok(expect)
}

/// What the scenarios of a file share.
pub(super) struct Shared {
    pub(super) protocol_version: ProtocolVersion,
    pub(super) contracts: Contracts,
}
