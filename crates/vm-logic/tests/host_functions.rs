//! The table of host functions, written out in two files for readers: `data/host-functions.txt`,
//! one line each, for a review of a change to it; `docs/host-functions.md`, with what each does, for
//! contract developers. `UPDATE_EXPECT=1 cargo test` rewrites both from the declarations.

use expect_test::expect_file;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use torr_parameters::{ExtCost, Parameters, SUPPORTED_VERSIONS};
use torr_primitives::ProtocolVersion;
use torr_vm_logic::function::{
    HostFunction, Parameters as FunctionParameters, Specification, View, Visitor, WasmType,
};
use torr_vm_logic::visit_host_functions;

/// All host functions, in the order in which they are shown to engines.
fn table() -> Vec<Specification> {
    struct Table(Vec<Specification>);

    impl Visitor for Table {
        fn visit<F: HostFunction>(&mut self)
        where
            F::Parameters: FunctionParameters,
        {
            self.0.push(F::SPECIFICATION);
        }
    }

    let mut table = Table(Vec::new());
    visit_host_functions(&mut table);
    table.0
}

#[test]
fn the_table_is_as_reviewed() {
    let mut text = String::new();
    for function in table() {
        let _ = write!(text, "{} pays [{}]", signature(&function), names(function.pays));
        if !function.also_pays.is_empty() {
            let _ = write!(text, " also [{}]", names(function.also_pays));
        }
        match function.view {
            View::Allowed => {}
            View::Prohibited { named } if named == function.name => text.push_str(" not_in_view"),
            View::Prohibited { named } => {
                let _ = write!(text, " not_in_view_as {named}");
            }
        }
        if let Some(switch) = function.since {
            let _ = write!(text, " since {}", switch.parameter);
        }
        text.push('\n');
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/host-functions.txt")]
        .assert_eq(&text);
}

#[test]
fn the_documentation_is_up_to_date() {
    let mut text = String::from(INTRODUCTION);
    for function in table() {
        let _ = write!(text, "\n## {}\n\n```\n{}\n```\n\n", function.name, signature(&function));
        text.push_str(function.documentation);
        let _ = write!(text, "\n\nPays on entry: {}.", or_nothing(function.pays));
        if !function.also_pays.is_empty() {
            let _ = write!(text, " Pays later: {}.", names(function.also_pays));
        }
        if matches!(function.view, View::Prohibited { .. }) {
            text.push_str(" Not in view calls.");
        }
        if let Some(switch) = function.since {
            let parameter = switch.parameter;
            let _ = match first_version_with(&function) {
                None => write!(text, " Needs the parameter `{parameter}`."),
                Some(version) => write!(
                    text,
                    " Needs the parameter `{parameter}`, on since protocol version {version}."
                ),
            };
        }
        text.push('\n');
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/host-functions.md")]
        .assert_eq(&text);
}

#[test]
fn names_are_unique_and_documented() {
    let table = table();
    let names: BTreeSet<_> = table.iter().map(|function| function.name).collect();
    assert_eq!(names.len(), table.len());
    for function in table {
        assert!(function.documentation.ends_with('.'), "{}", function.name);
        let costs: BTreeSet<_> = function.pays.iter().chain(function.also_pays).collect();
        assert_eq!(
            costs.len(),
            function.pays.len() + function.also_pays.len(),
            "{} lists a cost twice",
            function.name
        );
    }
}

/// Whatever has a price is charged by a host function or by what all of them share.
#[test]
fn every_cost_is_charged_somewhere() {
    let table = table();
    let listed = |cost: &ExtCost| {
        table
            .iter()
            .any(|function| function.pays.iter().chain(function.also_pays).any(|c| c == cost))
    };
    // Loading, memory, registers and the trie; iterators are no longer part of the protocol.
    let shared = ["contract_loading_", "read_", "write_", "touching_", "storage_iter_"];
    for cost in ExtCost::ALL {
        let is_shared = shared.iter().any(|prefix| cost.name().starts_with(prefix));
        assert_ne!(listed(cost), is_shared, "{cost}");
    }
}

const INTRODUCTION: &str = "\
# Host functions

What a contract can import from the module `env`. This file is made from the declarations in
`crates/vm-logic/src/functions`; a test compares it, and `UPDATE_EXPECT=1 cargo test` rewrites it.

Integers are unsigned. A pair of a length and a pointer stands for bytes of the contract's memory;
where the text says so, a length of `u64::MAX` makes the pointer the number of a register.

Costs are parameters; `crates/parameters/data` says how much each is. Reading and writing memory and
registers, and the trie nodes that storage touches, is paid for on top.
";

/// As an import: name, parameters, result.
fn signature(function: &Specification) -> String {
    let parameters: Vec<_> =
        function.parameters.iter().map(|(name, kind)| format!("{name}: {}", text(*kind))).collect();
    let result = function.result.map_or_else(String::new, |kind| format!(" -> {}", text(kind)));
    format!("{}({}){result}", function.name, parameters.join(", "))
}

fn text(kind: WasmType) -> &'static str {
    match kind {
        WasmType::I32 => "u32",
        WasmType::I64 => "u64",
    }
}

fn names(costs: &[ExtCost]) -> String {
    costs.iter().map(|cost| cost.name()).collect::<Vec<_>>().join(", ")
}

fn or_nothing(costs: &[ExtCost]) -> String {
    if costs.is_empty() { "nothing".to_owned() } else { names(costs) }
}

/// The first version with which the function can be imported; none if it is not among those that
/// ship, or could be imported from the first of them on.
fn first_version_with(function: &Specification) -> Option<ProtocolVersion> {
    let is_available = |version: &&ProtocolVersion| {
        let parameters = Parameters::builtin(**version).expect("a version that ships");
        function.is_available(&parameters.vm)
    };
    let first = SUPPORTED_VERSIONS.iter().find(is_available)?;
    (SUPPORTED_VERSIONS.first() != Some(first)).then_some(*first)
}
