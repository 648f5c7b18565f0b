//! The result of `torr inspect` as data. Its JSON is documented in the tool's README; names and
//! shapes stay, new fields may come.

use super::interface::{Exports, ImportReport, imports};
use super::limits::{LimitReport, limits};
use super::module::{Module, source_name};
use crate::cli::Verdict;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ExtCost, RuntimeConfig};
use torr_primitives::{Balance, Gas, ProtocolVersion};
use torr_vm_runner::Code;
use torr_vm_runner::prepare::{Charging, Rejection, prepare};

/// Everything about a contract that shows without running it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct InspectReport {
    /// Hash of its code.
    pub(crate) hash: CryptoHash,
    /// Bytes of its code.
    pub(crate) bytes: u64,
    /// The protocol version it was held against; absent: parameters of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protocol_version: Option<ProtocolVersion>,
    /// What the parameters are called.
    #[serde(skip)]
    pub(crate) parameters: String,
    /// Whether it can be deployed and called.
    pub(crate) accepted: bool,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) problems: Vec<Problem>,
    /// Gas that every call burns to load it.
    pub(crate) loading_gas: Gas,
    /// Balance that its account has to hold for its bytes.
    pub(crate) storage_stake: Balance,
    /// What it offers.
    pub(crate) exports: Exports,
    /// What it asks of the host.
    pub(crate) imports: Vec<ImportReport>,
    /// Its sections in order.
    pub(crate) sections: Vec<SectionReport>,
    /// Its largest functions.
    pub(crate) largest_functions: Vec<FunctionReport>,
    /// What it has of what is limited.
    pub(crate) limits: Vec<LimitReport>,
}

/// Why a contract cannot be deployed or called.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    /// What happens.
    pub(crate) consequence: Consequence,
    /// The protocol's reason.
    pub(crate) reason: String,
    /// The rule that is broken, in detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<String>,
    /// Index of the function it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function_index: Option<u32>,
    /// Name of that function as in its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function_name: Option<String>,
    /// Where in the code, in bytes from its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<usize>,
    /// What to change in the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
}

/// What happens to a contract with a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Consequence {
    /// It cannot be deployed.
    NotDeployable,
    /// It can be deployed, and every call fails.
    NotCallable,
}

/// A section of a module.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SectionReport {
    /// What is in it.
    pub(crate) name: String,
    /// Its bytes, header included.
    pub(crate) bytes: u64,
}

/// A function of a module.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FunctionReport {
    /// Its index, imported functions included.
    pub(crate) index: u32,
    /// Its name as in its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Bytes of its body.
    pub(crate) bytes: u64,
}

impl InspectReport {
    /// The report of `code` under `config`, with the `top` largest functions.
    pub(super) fn new(
        code: &Code,
        config: &RuntimeConfig,
        protocol_version: Option<ProtocolVersion>,
        parameters: String,
        top: usize,
    ) -> InspectReport {
        let bytes = code.bytes().len() as u64;
        let module = Module::read(code.bytes());
        let imports = imports(&module, &config.vm);
        let problems = problems(code, config, &imports);
        InspectReport {
            hash: code.hash(),
            bytes,
            protocol_version,
            parameters,
            accepted: problems.is_empty(),
            problems,
            loading_gas: loading_gas(bytes, config),
            storage_stake: storage_stake(bytes, config),
            exports: Exports::of(&module),
            imports,
            sections: sections(&module),
            largest_functions: largest_functions(&module, top),
            limits: limits(&module, bytes, &config.vm.limits),
        }
    }

    /// Whether the protocol accepts the contract.
    pub(super) fn verdict(&self) -> Verdict {
        if self.accepted { Verdict::Good } else { Verdict::Bad }
    }
}

fn problems(code: &Code, config: &RuntimeConfig, imports: &[ImportReport]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (bytes, limit) = (code.bytes().len() as u64, config.vm.limits.max_contract_size);
    if bytes > limit {
        let advice =
            "build with `opt-level = \"z\"`, `lto = true`, `strip = true`; run wasm-opt -Oz";
        let reason = format!("a contract has at most {limit} bytes");
        let consequence = Consequence::NotDeployable;
        problems
            .push(Problem { advice: Some(advice.to_owned()), ..Problem::new(consequence, reason) });
    }
    match prepare(code.bytes(), &config.vm, Charging::Exact) {
        Err(rejection) => problems.push(Problem::of(&rejection)),
        Ok(prepared) => {
            let broken = imports.iter().filter_map(ImportReport::problem);
            problems.extend(broken.map(|reason| Problem::new(Consequence::NotCallable, reason)));
            let too_much = prepared.loading_error;
            problems.extend(too_much.map(|reason| Problem::new(Consequence::NotCallable, reason)));
        }
    }
    problems
}

impl Problem {
    fn new(consequence: Consequence, reason: String) -> Problem {
        Problem {
            consequence,
            reason,
            rule: None,
            function_index: None,
            function_name: None,
            offset: None,
            advice: None,
        }
    }

    /// The problem of a module that preparation rejects.
    pub(crate) fn of(rejection: &Rejection) -> Problem {
        let diagnosis = &rejection.diagnosis;
        let function = diagnosis.function.as_ref();
        Problem {
            // The parser's messages may go over several lines.
            rule: Some(diagnosis.rule.split_whitespace().collect::<Vec<_>>().join(" ")),
            function_index: function.map(|function| function.index),
            function_name: function.and_then(|function| function.name.as_deref()).map(source_name),
            offset: diagnosis.offset,
            advice: diagnosis.advice.map(str::to_owned),
            ..Problem::new(Consequence::NotCallable, rejection.error.to_string())
        }
    }

    /// Rule and place in one line.
    pub(crate) fn place(&self) -> String {
        let mut text = self.rule.clone().unwrap_or_default();
        if let Some(index) = self.function_index {
            text += &format!(", in function #{index}");
        }
        if let Some(name) = &self.function_name {
            text += &format!(" {name}");
        }
        if let Some(offset) = self.offset {
            text += &format!(", at byte {offset:#x}");
        }
        text
    }
}

fn loading_gas(bytes: u64, config: &RuntimeConfig) -> Gas {
    let costs = &config.vm.ext_costs;
    let by_bytes = costs[ExtCost::ContractLoadingBytes].gas.checked_mul(bytes);
    by_bytes.unwrap_or(Gas::MAX).saturating_add(costs[ExtCost::ContractLoadingBase].gas)
}

fn storage_stake(bytes: u64, config: &RuntimeConfig) -> Balance {
    let price = config.fees.storage_usage.storage_amount_per_byte;
    price.checked_mul(bytes.into()).unwrap_or(Balance::MAX)
}

fn sections(module: &Module) -> Vec<SectionReport> {
    let sections = module.sections.iter();
    sections.map(|(name, bytes)| SectionReport { name: name.clone(), bytes: *bytes }).collect()
}

fn largest_functions(module: &Module, top: usize) -> Vec<FunctionReport> {
    let largest = module.largest(top).into_iter();
    largest.map(|(index, name, bytes)| FunctionReport { index, name, bytes }).collect()
}
