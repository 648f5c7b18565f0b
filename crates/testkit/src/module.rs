//! Random modules that validate: wasm-smith, with just the features of the protocol.

use crate::probe;
use arbitrary::{Arbitrary, Result, Unstructured};
use torr_vm_logic::function::{HostFunction, Parameters, Visitor, WasmType};
use wasm_encoder::{EntityType, ImportSection, Module, TypeSection, ValType};
use wasm_smith::Config;

/// Most of anything that a module has: small modules reach as much, in less time.
const MOST: usize = 24;

/// A module made from `input`, importing host functions with their right types, and with methods
/// that show what its functions do (see [`probe`]).
///
/// # Errors
/// When the input does not suffice for a module.
pub fn arbitrary(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let arguments = input.arbitrary::<[u64; 4]>()?;
    let mut config = Config::arbitrary(input)?;
    config.available_imports = Some(host_imports());
    config.export_everything = true;
    config.max_memory32_bytes = 64 << 20;
    config.max_table_elements = 1_000;
    config.min_uleb_size = 1;
    config.min_funcs = 1;
    config.max_memories = 1;
    config.max_tables = config.max_tables.min(2);
    for most in [
        &mut config.max_funcs,
        &mut config.max_types,
        &mut config.max_globals,
        &mut config.max_imports,
        &mut config.max_element_segments,
        &mut config.max_data_segments,
    ] {
        *most = MOST;
    }
    config.max_instructions = config.max_instructions.min(200);
    switch_features_off(&mut config);
    let module = wasm_smith::Module::new(config, input)?.to_bytes();
    Ok(probe::added(&module, &arguments).unwrap_or(module))
}

/// The protocol knows none of these.
fn switch_features_off(config: &mut Config) {
    for feature in [
        &mut config.allow_invalid_funcs,
        &mut config.custom_page_sizes_enabled,
        &mut config.exceptions_enabled,
        &mut config.extended_const_enabled,
        &mut config.gc_enabled,
        &mut config.memory64_enabled,
        &mut config.multi_value_enabled,
        &mut config.relaxed_simd_enabled,
        &mut config.shared_everything_threads_enabled,
        &mut config.simd_enabled,
        &mut config.tail_call_enabled,
        &mut config.threads_enabled,
        &mut config.wide_arithmetic_enabled,
    ] {
        *feature = false;
    }
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
            self.0.ty().function(
                parameters.collect::<Vec<ValType>>(),
                F::SPECIFICATION.result.map(value_type),
            );
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
