//! Real contracts with a few bytes changed: refused, or run alike by every engine.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::{mutation, referee, world};

/// Gas of a call, as a power of two: about 4 Tgas, some million instructions.
const MAX_GAS_BITS: u32 = 42;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(context) = world::arbitrary_context(&mut input, MAX_GAS_BITS) else { return };
    let Ok(code) = mutation::arbitrary(&mut input) else { return };
    referee::run_all_methods(&code, &context);
});
