//! Random programs of host calls, in view mode too and with any amount of gas: the same on every
//! engine.

#![no_main]

use libfuzzer_sys::arbitrary::Unstructured;
use torr_testkit::{program, referee, world};
use torr_vm_runner::Code;

/// Gas of a call, as a power of two: about 300 Tgas.
const MAX_GAS_BITS: u32 = 48;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(context) = world::arbitrary_context(&mut input, MAX_GAS_BITS) else { return };
    let Ok(code) = program::arbitrary(&mut input) else { return };
    referee::run_everywhere(&Code::new(code), program::METHOD, &context, &world::chain());
});
