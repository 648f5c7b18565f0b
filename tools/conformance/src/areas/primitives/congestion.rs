//! How congested a shard is, and what follows for others and for itself.

use super::PROTOCOL_VERSION;
use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use torr_parameters::Parameters;
use torr_primitives::congestion::{CongestionInfoV1, ExtendedCongestionInfo};
use torr_primitives::{CongestionInfo, ShardId};
use torr_runtime::congestion::{CongestionCause, CongestionControl, TransactionAdmission};

/// The shards of which a case has the limits.
const SENDERS: [ShardId; 3] = [0, 1, 2];

pub(super) fn congestion_info(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: CongestionInfo = case.borsh("borsh")?;
    let given = given(&Inputs(case.value("info")))?;
    let missed_chunks_count: u64 = case.json("missed_chunks_count")?;
    let config = Parameters::builtin(PROTOCOL_VERSION).map_err(|error| error.to_string())?;
    let shard = ExtendedCongestionInfo { congestion_info: given, missed_chunks_count };
    let control = CongestionControl::new(&config.congestion_control, shard);
    let level = control.level().as_f64();
    Ok(json!({
        "kind": "congestion_info",
        "info": {
            "delayed_receipts_gas": decoded.delayed_receipts_gas().to_string(),
            "buffered_receipts_gas": decoded.buffered_receipts_gas().to_string(),
            "receipt_bytes": decoded.receipt_bytes(),
            "allowed_shard": decoded.allowed_shard(),
        },
        "json": without_long_numbers(&decoded)?,
        "borsh": borsh_hex(&given)?,
        "missed_chunks_count": missed_chunks_count,
        "congestion_level_bits": format!("{:016x}", level.to_bits()),
        "congestion_level": level,
        "outgoing_gas_limit": SENDERS.map(|sender| control.outgoing_gas_limit(sender)),
        "outgoing_size_limit": SENDERS.map(|sender| control.outgoing_size_limit(sender)),
        "process_tx_limit": control.transaction_gas_limit(),
        "accepts_transactions": admission(control.transaction_admission()),
    }))
}

/// The info with all numbers, which its JSON in the vectors does not have.
fn given(info: &Inputs<'_>) -> Result<CongestionInfo, String> {
    Ok(CongestionInfo::V1(CongestionInfoV1 {
        delayed_receipts_gas: info.parsed("delayed_receipts_gas")?,
        buffered_receipts_gas: info.parsed("buffered_receipts_gas")?,
        receipt_bytes: info.json("receipt_bytes")?,
        allowed_shard: info.json("allowed_shard")?,
    }))
}

/// The JSON as the vectors have it: numbers of 128 bits are left out, as not every reader of JSON knows
/// them.
fn without_long_numbers(info: &CongestionInfo) -> Result<Value, String> {
    let mut json = serde_json::to_value(info).map_err(|error| error.to_string())?;
    let fields = json.get_mut("V1").and_then(Value::as_object_mut).ok_or("no object of `V1`")?;
    for long in ["delayed_receipts_gas", "buffered_receipts_gas"] {
        fields.remove(long).ok_or_else(|| format!("the JSON has no `{long}`"))?;
    }
    Ok(json)
}

fn admission(admission: TransactionAdmission) -> Value {
    let TransactionAdmission::Refused { cause, level } = admission else { return json!("yes") };
    let by = |cause: &str| json!({ "no": cause, "level": level.as_f64() });
    match cause {
        CongestionCause::MissedChunks { missed_chunks } => {
            json!({ "no": "missed_chunks", "missed_chunks": missed_chunks })
        }
        CongestionCause::Incoming => by("incoming"),
        CongestionCause::Outgoing => by("outgoing"),
        CongestionCause::Memory => by("memory"),
    }
}
