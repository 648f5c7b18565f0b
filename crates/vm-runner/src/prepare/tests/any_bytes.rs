//! Whatever the bytes: no panic, the same result twice, and a valid module if there is one.

use super::config;
use crate::prepare::{Charging, prepare};
use proptest::prelude::*;
use std::sync::LazyLock;
use torr_parameters::VmConfig;
use wasmparser::{Validator, WasmFeatures};

static CONFIG: LazyLock<VmConfig> = LazyLock::new(config);

/// What an engine needs to know of WebAssembly to run a prepared module.
fn engine_features() -> WasmFeatures {
    WasmFeatures::WASM1
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::BULK_MEMORY
}

/// Whether the code was accepted.
fn holds(code: &[u8]) -> bool {
    let result = prepare(code, &CONFIG, Charging::Exact);
    assert_eq!(prepare(code, &CONFIG, Charging::Exact), result);
    let fast = prepare(code, &CONFIG, Charging::Fast);
    assert_eq!(fast.as_ref().map(drop), result.as_ref().map(drop), "charging decides nothing");
    let Ok(prepared) = result else { return false };
    Validator::new_with_features(engine_features()).validate_all(&prepared.wasm).unwrap();
    true
}

/// Modules made from random bytes, within what contracts may use.
fn module(bytes: &[u8]) -> Vec<u8> {
    let config = wasm_smith::Config {
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        multi_value_enabled: false,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        tail_call_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: false,
        max_imports: 0,
        max_tables: 1,
        max_memories: 1,
        ..wasm_smith::Config::default()
    };
    let mut bytes = arbitrary::Unstructured::new(bytes);
    wasm_smith::Module::new(config, &mut bytes)
        .map_or_else(|_| Vec::new(), |module| module.to_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut code = b"\0asm\x01\0\0\0".to_vec();
        code.extend(bytes);
        holds(&code);
    }

    #[test]
    fn modules(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        holds(&module(&bytes));
    }

    #[test]
    fn damaged_modules(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut code = module(&bytes);
        for (place, byte) in damage {
            if !code.is_empty() {
                let place = place.index(code.len());
                code[place] = byte;
            }
        }
        holds(&code);
    }
}

/// The generators are worth their name.
#[test]
fn most_modules_are_accepted() {
    let accepted = (0..20_u8).filter(|&seed| {
        let bytes: Vec<u8> = (0..1000_u32).map(|at| (at as u8).wrapping_mul(seed ^ 0x5a)).collect();
        holds(&module(&bytes))
    });
    assert!(accepted.count() >= 10);
}
