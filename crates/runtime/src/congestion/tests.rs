//! Levels and limits from a case file, and whose turn it is.

use super::{CongestionCause, CongestionControl, TransactionAdmission, allowed_shard};
use serde::Deserialize;
use serde_json::{Value, json};
use torr_parameters::Parameters;
use torr_primitives::congestion::{CongestionInfoV1, ExtendedCongestionInfo};
use torr_primitives::{CongestionInfo, ShardLayout};

#[derive(Deserialize)]
struct Case {
    info: Info,
    missed_chunks_count: u64,
    congestion_level_bits: String,
    outgoing_gas_limit: Vec<u64>,
    outgoing_size_limit: Vec<u64>,
    process_tx_limit: u64,
    accepts_transactions: Value,
}

#[derive(Deserialize)]
struct Info {
    delayed_receipts_gas: String,
    buffered_receipts_gas: String,
    receipt_bytes: u64,
    allowed_shard: u16,
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[test]
fn congestion() {
    check(include_str!("../../tests/data/congestion.json"));
}

fn check(file: &str) {
    let config = Parameters::builtin(86).unwrap();
    let file: File = serde_json::from_str(file).unwrap();
    for case in file.cases {
        let congestion_info = CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas: case.info.delayed_receipts_gas.parse().unwrap(),
            buffered_receipts_gas: case.info.buffered_receipts_gas.parse().unwrap(),
            receipt_bytes: case.info.receipt_bytes,
            allowed_shard: case.info.allowed_shard,
        });
        let missed_chunks_count = case.missed_chunks_count;
        let shard = ExtendedCongestionInfo { congestion_info, missed_chunks_count };
        let control = CongestionControl::new(&config.congestion_control, shard);
        let bits = control.level().as_f64().to_bits();
        assert_eq!(format!("{bits:016x}"), case.congestion_level_bits);
        for (sender, (gas, size)) in
            (0..).zip(case.outgoing_gas_limit.iter().zip(&case.outgoing_size_limit))
        {
            assert_eq!(control.outgoing_gas_limit(sender).as_gas(), *gas);
            assert_eq!(control.outgoing_size_limit(sender), *size);
        }
        assert_eq!(control.transaction_gas_limit().as_gas(), case.process_tx_limit);
        assert_eq!(shown(control.transaction_admission()), case.accepts_transactions);
    }
}

fn shown(admission: TransactionAdmission) -> Value {
    let TransactionAdmission::Refused { cause, level } = admission else { return json!("yes") };
    let level = level.as_f64();
    match cause {
        CongestionCause::MissedChunks { missed_chunks } => {
            json!({ "no": "missed_chunks", "missed_chunks": missed_chunks })
        }
        CongestionCause::Incoming => json!({ "no": "incoming", "level": level }),
        CongestionCause::Outgoing => json!({ "no": "outgoing", "level": level }),
        CongestionCause::Memory => json!({ "no": "memory", "level": level }),
    }
}

#[test]
fn every_shard_has_its_turn() {
    let boundaries = ["bb", "cc"].map(|name| name.parse().unwrap()).to_vec();
    let layout = ShardLayout::with_boundaries(boundaries, vec![7, 3, 9]).unwrap();
    let turns = |own| [0, 1, 2, 3].map(|height| allowed_shard(&layout, own, height));
    assert_eq!(turns(7), [Some(7), Some(3), Some(9), Some(7)]);
    assert_eq!(turns(3), [Some(3), Some(9), Some(7), Some(3)]);
    assert_eq!(turns(8), [None; 4]);
    // The sum wraps: 2^64 is 1 modulo 3.
    assert_eq!(allowed_shard(&layout, 9, u64::MAX), Some(3));
}
