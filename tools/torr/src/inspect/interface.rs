//! What a contract offers and what it asks of the host.

use super::module::{Export, Import, Module};
use crate::configuration::first_version;
use serde::Serialize;
use std::collections::BTreeMap;
use torr_parameters::VmConfig;
use torr_primitives::ProtocolVersion;
use torr_vm_logic::function::{HostFunction, Parameters, Specification, Visitor, WasmType};
use wasmparser::{ExternalKind, FuncType, ValType};

/// What a contract exports, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Exports {
    /// Functions that can be called.
    pub(crate) methods: Vec<String>,
    /// Functions that take parameters or return results, which no call can reach.
    pub(crate) other_functions: Vec<String>,
    /// Memories, globals and tables.
    pub(crate) others: Vec<String>,
}

impl Exports {
    pub(super) fn of(module: &Module) -> Exports {
        let mut exports = Exports::default();
        for Export { name, kind, index } in &module.exports {
            let list = match kind {
                ExternalKind::Func if is_method(module.function_type(*index)) => {
                    &mut exports.methods
                }
                ExternalKind::Func => &mut exports.other_functions,
                _ => &mut exports.others,
            };
            list.push(name.clone());
        }
        for list in [&mut exports.methods, &mut exports.other_functions, &mut exports.others] {
            list.sort_unstable();
        }
        exports
    }
}

fn is_method(ty: Option<&FuncType>) -> bool {
    ty.is_some_and(|ty| ty.params().is_empty() && ty.results().is_empty())
}

/// Something that a contract imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ImportReport {
    /// The module that it is imported from.
    pub(crate) module: String,
    /// Its name.
    pub(crate) name: String,
    /// Its type as the contract declares it, for a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<String>,
    /// Whether there is such a thing.
    #[serde(flatten)]
    pub(crate) status: ImportStatus,
}

/// Whether there is a host function for an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum ImportStatus {
    /// There is.
    Available,
    /// Not under these parameters.
    NotAvailable {
        /// The parameter that switches it on.
        parameter: &'static str,
        /// The first protocol version that has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<ProtocolVersion>,
    },
    /// It has another type.
    WrongType {
        /// The type that it has.
        expected: String,
    },
    /// No protocol version has it.
    Unknown,
    /// It is no function of the module `env`.
    NotOfHost,
}

impl ImportReport {
    fn new(import: &Import, module: &Module, config: &VmConfig) -> ImportReport {
        let ty = import.function_type.and_then(|index| module.type_at(index));
        ImportReport {
            module: import.module.clone(),
            name: import.name.clone(),
            signature: ty.map(signature_of_type),
            status: status(import, ty, config),
        }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let ImportReport { module, name, signature, status } = self;
        Some(match status {
            ImportStatus::Available => return None,
            ImportStatus::NotAvailable { since: Some(since), .. } => {
                format!("{name} is available from protocol version {since} on")
            }
            ImportStatus::NotAvailable { parameter, since: None } => {
                format!("{name} is switched off by the parameter {parameter}")
            }
            ImportStatus::WrongType { expected } => {
                let declared = signature.as_deref().unwrap_or("something else");
                format!("{name} is imported as {declared}, but it is {expected}")
            }
            ImportStatus::Unknown => format!("there is no host function {name}"),
            ImportStatus::NotOfHost => format!("{module}.{name} is not a function of the host"),
        })
    }
}

/// The imports of `module`, in order.
pub(super) fn imports(module: &Module, config: &VmConfig) -> Vec<ImportReport> {
    let imports = module.imports.iter();
    imports.map(|import| ImportReport::new(import, module, config)).collect()
}

fn status(import: &Import, ty: Option<&FuncType>, config: &VmConfig) -> ImportStatus {
    let Some(ty) = ty.filter(|_| import.module == "env") else { return ImportStatus::NotOfHost };
    let Some(specification) = host_function(&import.name) else { return ImportStatus::Unknown };
    if !specification.is_available(config) {
        return ImportStatus::NotAvailable {
            parameter: specification.since.map_or("", |switch| switch.parameter),
            since: first_version(|version| specification.is_available(&version.vm)),
        };
    }
    let expected = signature(&specification);
    if signature_of_type(ty) == expected {
        ImportStatus::Available
    } else {
        ImportStatus::WrongType { expected }
    }
}

fn host_function(name: &str) -> Option<Specification> {
    struct All(BTreeMap<&'static str, Specification>);
    impl Visitor for All {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: Parameters,
        {
            self.0.insert(F::SPECIFICATION.name, F::SPECIFICATION);
        }
    }
    static ALL: std::sync::LazyLock<BTreeMap<&'static str, Specification>> =
        std::sync::LazyLock::new(|| {
            let mut all = All(BTreeMap::new());
            torr_vm_logic::visit_host_functions(&mut all);
            all.0
        });
    ALL.get(name).copied()
}

/// The type of a host function: `(i64, i64) -> i64`.
fn signature(specification: &Specification) -> String {
    let name = |ty: &WasmType| match ty {
        WasmType::I32 => "i32",
        WasmType::I64 => "i64",
    };
    let parameters = specification.parameters.iter().map(|(_, ty)| name(ty));
    written(
        parameters.map(str::to_owned).collect(),
        specification.result.iter().map(name).map(str::to_owned).collect(),
    )
}

/// Most parameters or results that are written out; no host function comes near.
const MOST_TYPES: usize = 32;

fn signature_of_type(ty: &FuncType) -> String {
    let names = |types: &[ValType]| {
        let more = types.len() > MOST_TYPES;
        let names = types.iter().take(MOST_TYPES).map(ToString::to_string);
        names.chain(more.then(|| "…".to_owned())).collect()
    };
    written(names(ty.params()), names(ty.results()))
}

fn written(parameters: Vec<String>, results: Vec<String>) -> String {
    let parameters = parameters.join(", ");
    match results.is_empty() {
        true => format!("({parameters})"),
        false => format!("({parameters}) -> {}", results.join(", ")),
    }
}
