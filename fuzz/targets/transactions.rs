//! Transactions from any bytes: one encoding each; checking a signature never fails otherwise.

#![no_main]

use torr_primitives::transaction::{SignedTransaction, Transaction};
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh::<Transaction>(bytes);
    if let Some(signed) = round_trip::borsh::<SignedTransaction>(bytes) {
        let _ = (signed.verify(), signed.wire_size());
    }
});
