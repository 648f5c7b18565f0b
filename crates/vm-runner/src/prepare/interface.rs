//! What a prepared module offers and asks for: the names it exports, the methods a contract has,
//! the host functions it imports.
//!
//! **Invariant:** a contract cannot reach or shadow what preparation adds. Its own functions are
//! exported with [`METHOD_PREFIX`] before their name, and no name of ours begins with it.

use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use torr_vm_logic::function::WasmType;
use wasmparser::{ExternalKind, FuncType, ValType};

use super::module::Module;

/// The memory of every prepared module.
pub const MEMORY_EXPORT: &str = "memory";
/// The mutable `i64` with the gas that may still be burnt; negative after a charge that it could
/// not pay.
pub const GAS_EXPORT: &str = "gas";
/// The mutable `i64` with the bytes of stack that are still free; negative after a function was
/// entered that they did not suffice for.
pub const STACK_EXPORT: &str = "stack";
/// The function that the contract wants to be run before any method, if it has one. To be called
/// once gas and stack are set.
pub const START_EXPORT: &str = "start";
/// The module that contracts import from.
pub(super) const ENV: &str = "env";
/// The module of imports that gas is handed over to.
const METERED: &str = "metered";
/// What the names of a contract's own functions begin with.
pub const METHOD_PREFIX: char = '.';

/// The name under which a prepared module exports the contract's method `method`.
pub fn export_name(method: &str) -> String {
    let mut name = String::with_capacity(METHOD_PREFIX.len_utf8() + method.len());
    name.push(METHOD_PREFIX);
    name.push_str(method);
    name
}

/// How host functions get the gas that is left, and give it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GasPassing {
    /// It is in the gas global. Functions are imported from `env`, with the contract's types.
    InGlobal,
    /// It is one more parameter and one more result, the last of each, so that the host need not reach
    /// into the instance. Functions are imported from `metered`. Those that are more than called, which
    /// are exported, in a table, or started with, are as with [`GasPassing::InGlobal`].
    AsParameter,
}

impl GasPassing {
    /// Where such functions are imported from.
    pub(crate) fn module(self) -> &'static str {
        match self {
            GasPassing::InGlobal => ENV,
            GasPassing::AsParameter => METERED,
        }
    }
}

/// What an exported function is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MethodKind {
    /// It takes and returns nothing, so it can be called. It may be an imported function.
    Method,
    /// It takes parameters or returns a result. Prepared modules do not export it.
    Other,
}

/// A function that the module imports from `env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFunction {
    /// Its name.
    pub name: String,
    /// Its type as the module declares it; `None` if it has a type that no host function has.
    pub signature: Option<Signature>,
    /// The same in the text format of WebAssembly.
    pub declared: String,
}

/// Type of an imported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Types of the parameters.
    pub parameters: Vec<WasmType>,
    /// Type of the result, if it returns one.
    pub result: Option<WasmType>,
}

impl Signature {
    fn from_type(ty: &FuncType) -> Option<Signature> {
        let parameters = ty.params().iter().map(|&ty| integer(ty)).collect::<Option<_>>()?;
        let result = match ty.results() {
            [] => None,
            &[ty] => Some(integer(ty)?),
            _ => return None,
        };
        Some(Signature { parameters, result })
    }
}

fn integer(ty: ValType) -> Option<WasmType> {
    match ty {
        ValType::I32 => Some(WasmType::I32),
        ValType::I64 => Some(WasmType::I64),
        ValType::F32 | ValType::F64 | ValType::V128 | ValType::Ref(_) => None,
    }
}

/// A type of functions in the text format of WebAssembly.
pub(crate) fn function_type<T: Display>(
    parameters: impl IntoIterator<Item = T>,
    results: impl IntoIterator<Item = T>,
) -> String {
    let list = |what: &str, types: &mut dyn Iterator<Item = T>| {
        let types: Vec<String> = types.map(|ty| ty.to_string()).collect();
        if types.is_empty() { String::new() } else { format!(" ({what} {})", types.join(" ")) }
    };
    let parameters = list("param", &mut parameters.into_iter());
    format!("(func{parameters}{})", list("result", &mut results.into_iter()))
}

/// The functions that `module` imports, in order.
pub(super) fn imports(module: &Module<'_>) -> Vec<ImportedFunction> {
    let imports = module.imports.iter();
    imports
        .map(|import| ImportedFunction {
            name: import.name.to_owned(),
            signature: module.type_at(import.type_index).and_then(Signature::from_type),
            declared: module.type_at(import.type_index).map_or_else(String::new, |ty| {
                function_type(ty.params().iter().copied(), ty.results().iter().copied())
            }),
        })
        .collect()
}

/// The functions that `module` exports, by the names the contract gave them.
pub(super) fn methods(module: &Module<'_>) -> BTreeMap<String, MethodKind> {
    let functions = module.exports.iter().filter(|export| export.kind == ExternalKind::Func);
    functions
        .map(|export| {
            let ty = module.function_type(export.index);
            let callable = ty.is_some_and(|ty| ty.params().is_empty() && ty.results().is_empty());
            let kind = if callable { MethodKind::Method } else { MethodKind::Other };
            (export.name.to_owned(), kind)
        })
        .collect()
}
