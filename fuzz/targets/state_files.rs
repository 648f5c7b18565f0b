//! State files of any bytes and of any frames: one that is taken is the file of its state, one that is
//! refused leaves nothing.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::state_files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Bytes that run out are no finding.
    let _ = state_files::check_any_file(&mut Unstructured::new(bytes));
});
