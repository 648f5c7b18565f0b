//! Any bytes as a contract: refused, or prepared, compiled and loaded by every engine.

#![no_main]

use torr_testkit::{referee, world};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for version in [84, 88] {
        referee::prepare_everywhere(bytes, &world::config_of(version).vm);
    }
});
