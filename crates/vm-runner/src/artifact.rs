//! What compiling code yields: either why it is rejected or a compiled module with what running it
//! needs to know.

use crate::code::Code;
use crate::engine::Engine;
use crate::prepare::{self, Charging, MethodKind, Prepared, Rejection, function_type};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use torr_parameters::VmConfig;
use torr_vm_logic::error::{CompilationError, Fault};
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor};

/// The result of preparing and compiling code, as it is cached, without what the engine made of it.
/// Rejections are cached too: they are as final as artifacts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Artifact {
    /// Length of the code in bytes, which loading it is charged by.
    pub code_len: u64,
    /// What is known of the compiled module, or why there is none.
    pub result: Result<Compiled, CompilationError>,
}

/// What is known of a compiled module.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Compiled {
    /// The exported functions by name.
    pub methods: BTreeMap<String, MethodKind>,
    /// Whether the module has a start function.
    pub has_start: bool,
    /// Why the module cannot be linked: an import that does not exist or has another type.
    pub link_error: Option<String>,
    /// Why an instance of the module is more than the protocol allows.
    pub loading_error: Option<String>,
}

impl Artifact {
    /// Prepares and compiles `code`; what the engine made comes second, empty when the module never
    /// runs. Linear in the length of the code in time and memory, as far as the engine is.
    ///
    /// # Errors
    /// When the engine refuses a module that preparation accepted; rejected code is no error.
    pub fn compile(
        code: &Code,
        config: &VmConfig,
        charging: Charging,
        engine: &dyn Engine,
    ) -> Result<(Artifact, Vec<u8>), Fault> {
        Artifact::of(code, prepare_for(engine, code, config, charging), config, engine)
    }

    /// Compiles what became of `code`.
    pub(crate) fn of(
        code: &Code,
        prepared: Result<Prepared, Rejection>,
        config: &VmConfig,
        engine: &dyn Engine,
    ) -> Result<(Artifact, Vec<u8>), Fault> {
        let code_len = code.bytes().len() as u64;
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(rejection) => {
                return Ok((Artifact { code_len, result: Err(rejection.error) }, Vec::new()));
            }
        };
        let link_error = link_error(&prepared, config);
        // A module that cannot be loaded or linked never runs, so no engine needs to see it.
        let runs = prepared.loading_error.is_none() && link_error.is_none();
        let module = if runs { engine.compile(&prepared)? } else { Vec::new() };
        let compiled = Compiled {
            methods: prepared.methods,
            has_start: prepared.has_start,
            link_error,
            loading_error: prepared.loading_error,
        };
        Ok((Artifact { code_len, result: Ok(compiled) }, module))
    }
}

/// Prepares `code` as `engine` likes it.
pub(crate) fn prepare_for(
    engine: &dyn Engine,
    code: &Code,
    config: &VmConfig,
    charging: Charging,
) -> Result<Prepared, Rejection> {
    let passing = |best_compilation| engine.gas_passing(best_compilation);
    prepare::prepare_passing(code.bytes(), config, charging, &passing)
}

/// What is wrong with the first import that does not match a host function of `config`. In the words of
/// the protocol, because outcomes show them.
fn link_error(prepared: &Prepared, config: &VmConfig) -> Option<String> {
    let available = available_functions(config);
    prepared.imports.iter().find_map(|import| match available.get(import.name.as_str()) {
        None => Some("unknown or invalid import".to_owned()),
        Some(specification) => {
            let parameters = || specification.parameters.iter().map(|&(_, ty)| ty);
            let matches = import.signature.as_ref().is_some_and(|signature| {
                parameters().eq(signature.parameters.iter().copied())
                    && specification.result == signature.result
            });
            // What the module says is what was expected.
            let expected = &import.declared;
            let found = function_type(parameters(), specification.result);
            (!matches).then(|| {
                format!("types incompatible: expected type `{expected}`, found type `{found}`")
            })
        }
    })
}

/// The host functions that a contract can import under `config`, by name.
fn available_functions(config: &VmConfig) -> BTreeMap<&'static str, Specification> {
    struct Collect<'c>(&'c VmConfig, BTreeMap<&'static str, Specification>);
    impl Visitor for Collect<'_> {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            if F::SPECIFICATION.is_available(self.0) {
                self.1.insert(F::SPECIFICATION.name, F::SPECIFICATION);
            }
        }
    }
    let mut collect = Collect(config, BTreeMap::new());
    torr_vm_logic::visit_host_functions(&mut collect);
    collect.1
}
