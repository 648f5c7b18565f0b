//! Random modules that validate: every method does the same on every engine.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::{module, referee, world};

/// Gas of a call, as a power of two: about a tera gas, a million instructions.
const MAX_GAS_BITS: u32 = 40;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(context) = world::arbitrary_context(&mut input, MAX_GAS_BITS) else { return };
    let Ok(code) = module::arbitrary(&mut input) else { return };
    referee::run_all_methods(&code, &context);
});
