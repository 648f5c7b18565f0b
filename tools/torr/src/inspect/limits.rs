//! How much a module has of what the protocol limits.
//!
//! The limits of the module with its metering, and of the operand stack, are left to preparation,
//! which rejects a module that passes them.

use super::module::Module;
use serde::Serialize;
use torr_parameters::Limits;

/// One limit and what the module has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LimitReport {
    /// The parameter that limits it.
    pub(crate) parameter: &'static str,
    /// What is counted.
    pub(crate) what: &'static str,
    /// How much the module has.
    pub(crate) used: u64,
    /// How much it may have; absent: any amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u64>,
}

/// What `module` of `code_len` bytes has, against `limits`.
pub(super) fn limits(module: &Module, code_len: u64, limits: &Limits) -> Vec<LimitReport> {
    let row = |parameter, what, used, limit| LimitReport { parameter, what, used, limit };
    let bodies = &module.bodies;
    let sum =
        |of: fn(&super::module::Body) -> u64| bodies.iter().map(of).fold(0, u64::saturating_add);
    let largest = |of: fn(&super::module::Body) -> u64| bodies.iter().map(of).max().unwrap_or(0);
    vec![
        row("max_contract_size", "bytes", code_len, Some(limits.max_contract_size)),
        row(
            "max_functions_number_per_contract",
            "functions, with imported ones",
            module.function_count() as u64,
            limits.max_functions_number_per_contract,
        ),
        row(
            "max_function_body_size",
            "bytes of one function",
            largest(|body| body.bytes),
            limits.max_function_body_size,
        ),
        locals(sum(|body| body.locals), code_len, limits),
        row(
            "max_blocks_per_function",
            "blocks of one function",
            largest(|body| body.blocks),
            limits.max_blocks_per_function,
        ),
        row(
            "max_blocks_per_contract",
            "blocks",
            sum(|body| body.blocks),
            limits.max_blocks_per_contract,
        ),
        row(
            "max_params_per_function",
            "parameters of one function",
            module.parameters().max().unwrap_or(0),
            limits.max_params_per_function,
        ),
        row(
            "max_params_per_contract",
            "parameters",
            module.parameters().fold(0, u64::saturating_add),
            limits.max_params_per_contract,
        ),
        row(
            "max_types_per_contract",
            "types",
            module.types.len() as u64,
            limits.max_types_per_contract,
        ),
        row("max_tables_per_contract", "tables", module.tables, limits.max_tables_per_contract),
        row(
            "max_elements_per_contract_table",
            "elements of one table",
            module.table_elements,
            limits.max_elements_per_contract_table,
        ),
    ]
}

/// Locals: a number for all contracts, and one that grows with the code; the smaller holds.
fn locals(used: u64, code_len: u64, limits: &Limits) -> LimitReport {
    let by_size = limits.min_contract_size_per_local.and_then(|bytes| code_len.checked_div(bytes));
    let fixed = limits.max_locals_per_contract;
    let by_size = by_size.filter(|by_size| fixed.is_none_or(|fixed| *by_size < fixed));
    let (parameter, limit) = match by_size {
        Some(by_size) => ("min_contract_size_per_local", Some(by_size)),
        None => ("max_locals_per_contract", fixed),
    };
    LimitReport { parameter, what: "locals", used, limit }
}
