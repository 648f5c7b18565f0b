//! Receipts and their queues from any bytes: one encoding each.

#![no_main]

use torr_primitives::receipt::{
    BufferedReceiptIndices, PromiseYieldTimeout, QueueIndices, Receipt, StoredReceipt,
};
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh::<Receipt>(bytes);
    round_trip::borsh::<StoredReceipt>(bytes);
    round_trip::borsh::<QueueIndices>(bytes);
    round_trip::borsh::<BufferedReceiptIndices>(bytes);
    round_trip::borsh::<PromiseYieldTimeout>(bytes);
});
