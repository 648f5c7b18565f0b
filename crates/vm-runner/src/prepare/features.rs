//! Which extensions of WebAssembly contracts may use: a closed list, everything else is off.
//!
//! The protocol has mutable global exports, sign extension and saturating conversions since its
//! first days, and reference types (`funcref` only) with bulk memory by a parameter.

use torr_parameters::VmConfig;
use wasmparser::WasmFeatures;

/// The extensions that are on under `config`.
///
/// `GC_TYPES` is off on purpose: in the parser's terms it is what makes `externref` a type at all.
pub(super) fn enabled(config: &VmConfig) -> WasmFeatures {
    let always = WasmFeatures::FLOATS
        | WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT;
    if config.reftypes_bulk_memory {
        always | WasmFeatures::REFERENCE_TYPES | WasmFeatures::BULK_MEMORY
    } else {
        always
    }
}
