//! Receipts and their queues from any bytes: each is written as it was read.

#![no_main]

use torr_primitives::receipt::{
    BufferedReceiptIndices, PromiseYieldTimeout, QueueIndices, Receipt, StoredReceipt,
};
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh_with_maps::<Receipt>(bytes);
    round_trip::borsh_with_maps::<StoredReceipt>(bytes);
    round_trip::borsh::<QueueIndices>(bytes);
    round_trip::borsh_with_maps::<BufferedReceiptIndices>(bytes);
    round_trip::borsh::<PromiseYieldTimeout>(bytes);
});
