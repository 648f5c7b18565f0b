//! Transactions from any bytes: each is written as it was read; checking a signature never fails otherwise.

#![no_main]

use torr_primitives::transaction::{SignedTransaction, Transaction};
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh_with_maps::<Transaction>(bytes);
    if let Some(signed) = round_trip::borsh_with_maps::<SignedTransaction>(bytes) {
        let _ = (signed.verify(), signed.wire_size());
    }
});
