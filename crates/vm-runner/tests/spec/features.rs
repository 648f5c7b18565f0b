//! What contracts lack to have a module: the reason why the protocol refuses a valid one.
//!
//! The protocol's features are told here once more, apart from those of preparation, so that scripts
//! test those.

use crate::parts::Parts;
use wasmparser::{Validator, WasmFeatures};

/// What the protocol has.
pub(crate) const PROTOCOL: WasmFeatures = WasmFeatures::FLOATS
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::BULK_MEMORY);

/// What it lacks, the most special first: what a module can do without is struck off in this order.
const LACKING: [(&str, WasmFeatures); 18] = [
    ("wide arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    ("custom page sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("stack switching", WasmFeatures::STACK_SWITCHING),
    ("shared-everything threads", WasmFeatures::SHARED_EVERYTHING_THREADS),
    ("memory control", WasmFeatures::MEMORY_CONTROL),
    ("legacy exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("threads", WasmFeatures::THREADS),
    ("relaxed simd", WasmFeatures::RELAXED_SIMD),
    ("gc", WasmFeatures::GC),
    ("function references", WasmFeatures::FUNCTION_REFERENCES),
    ("tail calls", WasmFeatures::TAIL_CALL),
    ("memory64", WasmFeatures::MEMORY64),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("extended constants", WasmFeatures::EXTENDED_CONST),
    ("simd", WasmFeatures::SIMD),
    ("externref", WasmFeatures::GC_TYPES),
    ("multi-value", WasmFeatures::MULTI_VALUE),
];

/// Features that modules are adapted to do without, where they can.
pub(crate) const ADAPTED: [&str; 3] = ["externref", "multi-value", "simd"];

/// What the protocol lacks for `code`. `None`: `code` is not valid with any of it.
pub(crate) fn lacking(code: &[u8]) -> Option<Vec<&'static str>> {
    let mut features = LACKING.iter().fold(PROTOCOL, |all, (_, feature)| all.union(*feature));
    if !is_valid(code, features) {
        return None;
    }
    let mut lacking = Vec::new();
    for (name, feature) in LACKING {
        let without = features.difference(feature);
        if is_valid(code, without) {
            features = without;
        } else {
            lacking.push(name);
        }
    }
    Some(lacking)
}

/// What is wrong with `code` under the protocol's features, and what is with all those of version 2.0.
pub(crate) fn errors(code: &[u8]) -> [Option<String>; 2] {
    [PROTOCOL, WasmFeatures::WASM2].map(|features| error(code, features))
}

/// Something that `code` imports, but not from the host: the name of the module.
pub(crate) fn foreign_import(code: &[u8]) -> Option<String> {
    let parts = Parts::read(code).ok()?;
    let foreign = parts.imports.iter().find(|import| import.module != "env");
    foreign.map(|import| import.module.to_owned())
}

fn is_valid(code: &[u8], features: WasmFeatures) -> bool {
    error(code, features).is_none()
}

fn error(code: &[u8], features: WasmFeatures) -> Option<String> {
    let result = Validator::new_with_features(features).validate_all(code);
    result.err().map(|error| error.message().to_owned())
}
