//! Actions from any bytes: each is written as it was read, and JSON that says it all.

#![no_main]

use torr_primitives::action::Action;
use torr_testkit::round_trip;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(action) = round_trip::borsh_with_maps::<Action>(bytes) {
        round_trip::json(&action);
    }
});
