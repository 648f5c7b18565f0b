//! Random modules that validate: wasm-smith, with just the features of the protocol.

use arbitrary::{Arbitrary, Unstructured};
use torr_vm_logic::function::{HostFunction, Parameters, Visitor, WasmType};
use wasm_encoder::{EntityType, ImportSection, Module, TypeSection, ValType};
use wasm_smith::Config;

/// A module made from `bytes`, importing host functions with their right types and exporting all it
/// has. `None` when the bytes do not suffice.
pub fn arbitrary(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut input = Unstructured::new(bytes);
    let mut config = Config::arbitrary(&mut input).ok()?;
    config.available_imports = Some(host_imports());
    config.export_everything = true;
    config.max_memories = 1;
    config.max_tables = 1;
    config.max_memory32_bytes = 64 << 20;
    config.max_table_elements = 1_000;
    config.min_uleb_size = 1;
    config.canonicalize_nans = false;
    config.disallow_traps = false;
    for feature in [
        &mut config.exceptions_enabled,
        &mut config.gc_enabled,
        &mut config.custom_page_sizes_enabled,
        &mut config.memory64_enabled,
        &mut config.multi_value_enabled,
        &mut config.relaxed_simd_enabled,
        &mut config.shared_everything_threads_enabled,
        &mut config.simd_enabled,
        &mut config.tail_call_enabled,
        &mut config.threads_enabled,
        &mut config.wide_arithmetic_enabled,
        &mut config.extended_const_enabled,
        &mut config.allow_invalid_funcs,
    ] {
        *feature = false;
    }
    let module = wasm_smith::Module::new(config, &mut input).ok()?;
    Some(module.to_bytes())
}

/// A module that imports every host function, which is how wasm-smith is told of them.
fn host_imports() -> Vec<u8> {
    struct Collect(TypeSection, ImportSection);
    impl Visitor for Collect {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            let parameters = F::SPECIFICATION.parameters.iter().map(|&(_, ty)| value_type(ty));
            let index = self.0.len();
            self.0.ty().function(parameters, F::SPECIFICATION.result.map(value_type));
            self.1.import("env", F::SPECIFICATION.name, EntityType::Function(index));
        }
    }
    let mut collect = Collect(TypeSection::new(), ImportSection::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    let mut module = Module::new();
    module.section(&collect.0).section(&collect.1);
    module.finish()
}

/// The encoder's type for a host function's.
pub(crate) fn value_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 => ValType::I32,
        WasmType::I64 => ValType::I64,
    }
}
