//! Limits of what a module may declare, counted down while it is read.
//!
//! Each limit is a parameter of the protocol and has an error of its own. The order in which they
//! are tested can be observed: where a module breaks several, the first one counts. Limits of the
//! first reading come in the order of the module's sections; those that need the analysis come
//! after the whole module is known to be valid.

use super::rejection::Rejection;
use torr_parameters::VmConfig;
use torr_vm_logic::error::PrepareError;

/// How much is left of one limit.
pub(super) struct Allowance {
    what: &'static str,
    error: PrepareError,
    limit: u64,
    left: u64,
}

impl Allowance {
    fn new(what: &'static str, limit: Option<u64>, error: PrepareError) -> Allowance {
        let limit = limit.unwrap_or(u64::MAX);
        Allowance { what, error, limit, left: limit }
    }

    /// Takes `count`.
    ///
    /// # Errors
    /// When less than that is left.
    pub(super) fn take(&mut self, count: u64) -> Result<(), Rejection> {
        match self.left.checked_sub(count) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.exceeded()),
        }
    }

    /// Tests a single thing of the size `size`; nothing is taken.
    ///
    /// # Errors
    /// When that is more than the limit.
    pub(super) fn test(&self, size: u64) -> Result<(), Rejection> {
        if size > self.limit { Err(self.exceeded()) } else { Ok(()) }
    }

    fn exceeded(&self) -> Rejection {
        Rejection::new(self.error, format!("more than {} {}", self.limit, self.what))
    }
}

/// The limits tested while a module is read.
pub(super) struct DeclarationLimits {
    pub(super) types: Allowance,
    pub(super) functions: Allowance,
    pub(super) locals: Allowance,
    pub(super) tables: Allowance,
    pub(super) table_elements: Allowance,
    pub(super) globals: Allowance,
    pub(super) body_bytes: Allowance,
}

impl DeclarationLimits {
    /// The limits of `config` for a module of `code_len` bytes.
    pub(super) fn new(config: &VmConfig, code_len: usize) -> DeclarationLimits {
        let limits = &config.limits;
        DeclarationLimits {
            types: Allowance::new(
                "types in a module",
                limits.max_types_per_contract,
                PrepareError::TooManyTypes,
            ),
            functions: Allowance::new(
                "functions in a module",
                limits.max_functions_number_per_contract,
                PrepareError::TooManyFunctions,
            ),
            locals: Allowance::new(
                "locals in a module of its size",
                max_locals(config, code_len),
                PrepareError::TooManyLocals,
            ),
            tables: Allowance::new(
                "tables in a module",
                limits.max_tables_per_contract,
                PrepareError::TooManyTables,
            ),
            table_elements: Allowance::new(
                "elements in a table",
                limits.max_elements_per_contract_table,
                PrepareError::TooManyTableElements,
            ),
            // The protocol has no parameter for globals yet; what an instance can hold bounds them.
            globals: Allowance::new("globals in a module", None, PrepareError::TooManyGlobals),
            body_bytes: Allowance::new(
                "bytes in a function's body",
                limits.max_function_body_size,
                PrepareError::FunctionBodyTooLarge,
            ),
        }
    }
}

/// How many locals a module of `code_len` bytes may have: a fixed number, and one that grows with
/// the code, since two bytes can declare a million.
fn max_locals(config: &VmConfig, code_len: usize) -> Option<u64> {
    let by_size = config.limits.min_contract_size_per_local.map(|bytes_per_local| {
        let code_len = u64::try_from(code_len).unwrap_or(u64::MAX);
        code_len.checked_div(bytes_per_local).unwrap_or(u64::MAX)
    });
    [config.limits.max_locals_per_contract, by_size].into_iter().flatten().min()
}

/// The limits tested once a module is known to be valid and analysed.
pub(super) struct FunctionLimits {
    params_per_function: Allowance,
    params: Allowance,
    operand_bytes: Allowance,
    blocks_per_function: Allowance,
    blocks: Allowance,
}

/// The figures of one function that are limited.
pub(super) struct FunctionFigures {
    /// Parameters.
    pub(super) params: u64,
    /// Most bytes of operands.
    pub(super) operand_bytes: u64,
    /// `block`, `loop` and `if` instructions.
    pub(super) blocks: u64,
}

impl FunctionLimits {
    /// The limits of `config`.
    pub(super) fn new(config: &VmConfig) -> FunctionLimits {
        let limits = &config.limits;
        FunctionLimits {
            params_per_function: Allowance::new(
                "parameters in a function",
                limits.max_params_per_function,
                PrepareError::TooManyParamsPerFunction,
            ),
            params: Allowance::new(
                "parameters in all functions of a module",
                limits.max_params_per_contract,
                PrepareError::TooManyParamsPerContract,
            ),
            operand_bytes: Allowance::new(
                "bytes of operands in a function",
                limits.max_operand_stack_bytes_per_function,
                PrepareError::OperandStackTooLarge,
            ),
            blocks_per_function: Allowance::new(
                "blocks in a function",
                limits.max_blocks_per_function,
                PrepareError::TooManyBlocksPerFunction,
            ),
            blocks: Allowance::new(
                "blocks in all functions of a module",
                limits.max_blocks_per_contract,
                PrepareError::TooManyBlocksPerContract,
            ),
        }
    }

    /// Tests the next function, in the order of the code section.
    ///
    /// # Errors
    /// When the function, or all of them so far, have too much of something.
    pub(super) fn take(&mut self, function: &FunctionFigures) -> Result<(), Rejection> {
        self.params_per_function.test(function.params)?;
        self.params.take(function.params)?;
        self.operand_bytes.test(function.operand_bytes)?;
        self.blocks_per_function.test(function.blocks)?;
        self.blocks.take(function.blocks)
    }
}
