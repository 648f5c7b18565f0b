//! What the disk cache holds: any bytes are an artifact, written as it was read, or none.

#![no_main]

use torr_testkit::round_trip;
use torr_vm_runner::artifact::Artifact;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    round_trip::borsh_with_maps::<Artifact>(bytes);
});
