//! Preparation: makes any contract a module whose metering and limits are its own.
//!
//! One pass, the same for all engines: validation and the limits of what a module declares, the
//! analysis that says where gas is charged, the limits that need it, and the instrumented module.
//! What comes out needs nothing of an engine but WebAssembly itself with reference types and bulk
//! memory: gas and stack are counted in globals, arithmetic makes canonical NaNs only, memory has
//! the protocol's size, the start function is an export. How gas is counted is a choice ([`Charging`]), and
//! so is how host functions get at it ([`GasPassing`]).
//!
//! The protocol has no document for this; its rules are those of the vectors `module_*.json` and
//! `wasm_*.json`, and the crate `finite-wasm` defines the charge points.
//!
//! **Invariant:** all of it takes time and memory linear in the length of the code, without
//! recursion, and no code makes it panic. Instrumentation adds at most 40 bytes for a byte of code.

mod advice;
mod analysis;
mod body;
mod charging;
mod complexity;
mod features;
mod instance_size;
mod interface;
mod limits;
mod metering;
mod module;
mod nan;
mod protocol_size;
mod rejection;
mod scan;
mod size;
#[cfg(test)]
mod tests;
mod writer;

pub use charging::Charging;
pub use complexity::Compilation;
pub(crate) use interface::function_type;
pub use interface::{
    GAS_EXPORT, GasPassing, ImportedFunction, MEMORY_EXPORT, METHOD_PREFIX, MethodKind,
    STACK_EXPORT, START_EXPORT, Signature, export_name,
};
pub use rejection::{Diagnosis, FunctionPlace, Rejection};

use analysis::{Analysed, ModuleAnalysis, Tariff};
use complexity::Complexity;
use limits::{FunctionFigures, FunctionLimits};
use module::{Body, Module};
use std::collections::BTreeMap;
use torr_parameters::VmConfig;
use torr_vm_logic::error::PrepareError;

/// A module ready for any engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The instrumented module. Its indices of functions and types are those of the contract.
    pub wasm: Vec<u8>,
    /// The functions that the contract exports, by the names it gave them. Those that can be called
    /// have the name [`export_name`] in the prepared module.
    pub methods: BTreeMap<String, MethodKind>,
    /// The functions that the contract imports from `env`, in order. Nobody has looked yet whether
    /// there are such.
    pub imports: Vec<ImportedFunction>,
    /// Whether the module exports [`START_EXPORT`], to be called before the method.
    pub has_start: bool,
    /// Why an instance of the module is more than the protocol allows, if it is. Such a module need
    /// not be compiled.
    pub loading_error: Option<String>,
    /// How the module charges for its instructions.
    pub charging: Charging,
    /// Bytes of the code of the longest function, as the contract has it.
    pub longest_function: usize,
    /// The most that may be done with the module, in time and memory that its length bounds.
    pub best_compilation: Compilation,
}

/// Changes with what is written for a module, so that no artifact of another form is found in a cache.
pub(crate) const FORM: u32 = 2;

/// What is a choice in writing a module.
#[derive(Clone, Copy)]
struct Style {
    charging: Charging,
    passing: GasPassing,
}

/// Most locals of a function, parameters included: what the protocol's engine takes, less the two
/// that the protocol's instrumentation adds.
const MOST_LOCALS: u32 = 50_000 - 2;

/// Most bytes of a function's body with the protocol's instrumentation, as that engine takes it.
const MOST_INSTRUMENTED_BODY: u64 = 7_654_321;

/// Prepares `code` under the rules of `config`, to be charged as `charging` says.
///
/// # Errors
/// When the code is no module that the protocol accepts; the first rule that it breaks, in the
/// protocol's order. The same for both ways of charging.
pub fn prepare(code: &[u8], config: &VmConfig, charging: Charging) -> Result<Prepared, Rejection> {
    prepare_passing(code, config, charging, &|_| GasPassing::InGlobal)
}

/// [`prepare`], with gas passed to host functions as `passing` says, which is told the most that may be
/// done with the module.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_passing(
    code: &[u8],
    config: &VmConfig,
    charging: Charging,
    passing: &dyn Fn(Compilation) -> GasPassing,
) -> Result<Prepared, Rejection> {
    prepare_module(code, config, charging, passing).map_err(|rejection| rejection.named(code))
}

fn prepare_module(
    code: &[u8],
    config: &VmConfig,
    charging: Charging,
    passing: &dyn Fn(Compilation) -> GasPassing,
) -> Result<Prepared, Rejection> {
    let tariff = Tariff::new(config)?;
    let module = module::read(code, config)?;
    let analysis = ModuleAnalysis::of(code, tariff)?;
    let complexity = test_functions(&module, &analysis, config)?;
    let bodies = body_sizes(&module, &analysis, tariff)?;
    test_size(&module, &bodies, config)?;
    test_compilable(&module, &bodies)?;
    let methods = interface::methods(&module);
    let best_compilation = complexity.best_compilation(code.len());
    let style = Style { charging, passing: passing(best_compilation) };
    let wasm = writer::write(code, &module, &methods, &analysis, tariff, config, style);
    Ok(Prepared {
        wasm: wasm.ok_or_else(misfit)?,
        imports: interface::imports(&module),
        has_start: module.start.is_some(),
        loading_error: instance_size::loading_error(&module)?,
        methods,
        charging,
        longest_function: module.bodies.iter().map(|body| body.operators.len()).max().unwrap_or(0),
        best_compilation,
    })
}

/// What the analysis says of each body, in order.
fn analysed<'m>(
    module: &'m Module<'_>,
    analysis: &'m ModuleAnalysis,
) -> impl Iterator<Item = Result<(u32, &'m Body, Analysed<'m>), Rejection>> {
    module.bodies.iter().enumerate().map(|(index, body)| {
        let function = u32::try_from(module.imports.len() + index).unwrap_or(u32::MAX);
        Ok((function, body, analysis.function(index).ok_or_else(misfit)?))
    })
}

fn misfit() -> Rejection {
    Rejection::new(PrepareError::Serialization, "the analysis does not fit the module")
}

/// Tests the limits of functions; how hard they are to compile.
fn test_functions(
    module: &Module<'_>,
    analysis: &ModuleAnalysis,
    config: &VmConfig,
) -> Result<Complexity, Rejection> {
    let mut complexity = Complexity::default();
    let mut limits = FunctionLimits::new(config);
    for function in analysed(module, analysis) {
        let (index, body, analysed) = function?;
        complexity.add(body, &analysed);
        let params = module.type_at(body.type_index).map_or(0, |ty| ty.params().len());
        let figures = FunctionFigures {
            params: u64::try_from(params).unwrap_or(u64::MAX),
            operand_bytes: analysed.operand_bytes,
            blocks: body.notes.blocks,
        };
        limits
            .take(&figures)
            .map_err(|rejection| rejection.in_function(index).at(body.operators.start))?;
    }
    Ok(complexity)
}

/// Bytes of each body with the protocol's instrumentation.
fn body_sizes(
    module: &Module<'_>,
    analysis: &ModuleAnalysis,
    tariff: Tariff,
) -> Result<Vec<u64>, Rejection> {
    let metering = protocol_size::Metering::new(module.globals, tariff);
    analysed(module, analysis)
        .map(|function| function.map(|(_, body, analysed)| metering.body(body, &analysed)))
        .collect()
}

fn test_size(module: &Module<'_>, bodies: &[u64], config: &VmConfig) -> Result<(), Rejection> {
    let Some(limit) = config.limits.max_instrumented_code_size else { return Ok(()) };
    let code = protocol_size::code_section(bodies);
    if code.saturating_add(protocol_size::rest_at_most(module)) <= limit {
        return Ok(());
    }
    let size = code.saturating_add(protocol_size::rest(module, config)?);
    if size <= limit {
        return Ok(());
    }
    let rule = format!("{size} bytes with the protocol's metering, more than {limit}");
    Err(Rejection::new(PrepareError::InstrumentedCodeTooLarge, rule))
}

/// What the protocol's engine refuses to compile, although the module passes preparation.
fn test_compilable(module: &Module<'_>, bodies: &[u64]) -> Result<(), Rejection> {
    for (index, (body, &size)) in module.bodies.iter().zip(bodies).enumerate() {
        let rule = if body.locals > MOST_LOCALS {
            "too many locals in a function"
        } else if size > MOST_INSTRUMENTED_BODY {
            "a function's body is too large with the protocol's metering"
        } else {
            continue;
        };
        let function = u32::try_from(module.imports.len() + index).unwrap_or(u32::MAX);
        let rejection = Rejection::not_compilable(rule);
        return Err(rejection.in_function(function).at(body.operators.start));
    }
    Ok(())
}
