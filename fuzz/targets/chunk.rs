//! Blocks of a generated chain: any bytes are what the choices follow from. What a chunk comes to does
//! not depend on threads, engines and tries; and the books are right.

#![no_main]

use std::sync::LazyLock;
use torr_testkit::chain::{Chain, Trial};

/// Blocks of a chain at most.
const BLOCKS: u64 = 8;

static TRIAL: LazyLock<Trial> = LazyLock::new(Trial::new);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut chain = Chain::from_bytes(bytes);
    for _ in 0..BLOCKS {
        if !chain.has_bytes_left() {
            break;
        }
        chain.step(&TRIAL);
    }
});
