//! Who may import whom: the layers of the workspace, and the third-party crates that are kept in one
//! of them.

use crate::{no_one_breaks, repository};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::env;
use std::process::Command;

/// The crates of the workspace, bottom to top, each with those that it imports.
const LAYERS: &[(&str, &[&str])] = &[
    ("torr-crypto", &[]),
    ("torr-primitives", &["torr-crypto"]),
    ("torr-parameters", &["torr-primitives"]),
    ("torr-store", &["torr-crypto", "torr-primitives"]),
    ("torr-vm-logic-macros", &[]),
    (
        "torr-vm-logic",
        &["torr-crypto", "torr-parameters", "torr-primitives", "torr-vm-logic-macros"],
    ),
    ("torr-vm-runner", &["torr-crypto", "torr-parameters", "torr-primitives", "torr-vm-logic"]),
    (
        "torr-runtime",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-store",
            "torr-vm-logic",
            "torr-vm-runner",
        ],
    ),
    (
        "torr-testkit",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-runtime",
            "torr-store",
            "torr-vm-logic",
            "torr-vm-runner",
        ],
    ),
    // The modules that are slowest to compile are the test kit's.
    (
        "param-estimator",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-runtime",
            "torr-store",
            "torr-testkit",
            "torr-vm-logic",
            "torr-vm-runner",
        ],
    ),
    ("bench-store", &["torr-crypto", "torr-store"]),
    (
        "bench-runtime",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-runtime",
            "torr-store",
            "torr-vm-runner",
        ],
    ),
    (
        "conformance",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-runtime",
            "torr-store",
            "torr-vm-logic",
            "torr-vm-runner",
        ],
    ),
    (
        "torr",
        &[
            "torr-crypto",
            "torr-parameters",
            "torr-primitives",
            "torr-runtime",
            "torr-store",
            "torr-vm-logic",
            "torr-vm-runner",
        ],
    ),
    ("xtask", &[]),
];

/// What tests of any crate may import beside that.
const FOR_TESTS: &[&str] = &["param-estimator", "torr-testkit"];

/// Third-party crates, by the beginning of their names, with the only crate that may import them.
const CONFINED: &[(&str, &str)] = &[
    ("wasmer", "torr-vm-runner"),
    ("wasmi", "torr-vm-runner"),
    ("wasmtime", "torr-vm-runner"),
    ("cranelift", "torr-vm-runner"),
    ("finite-wasm", "torr-vm-runner"),
    ("redb", "torr-store"),
    ("rocksdb", "torr-store"),
];

/// Beginning of the names of the reference implementation's crates. They may be compared with, from
/// workspaces of their own; nothing in this one depends on them.
const REFERENCE: &str = "near-";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency.
    kind: Option<Kind>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Dev,
    Build,
}

/// The packages of the workspace, as cargo reads their manifests.
fn packages() -> Vec<Package> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(repository()).output();
    let output = output.expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("it is JSON");
    metadata.packages
}

#[test]
fn crates_import_only_what_their_layer_allows() {
    let members: BTreeSet<&str> = LAYERS.iter().map(|&(name, _)| name).collect();
    let mut culprits = Vec::new();
    for package in packages() {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
            culprits.push(format!("{} has no place in the layers", package.name));
            continue;
        };
        for Dependency { name, kind } in &package.dependencies {
            let name = name.as_str();
            let is_allowed = allowed.contains(&name)
                || (*kind == Some(Kind::Dev) && FOR_TESTS.contains(&name))
                || !(members.contains(name) || name.starts_with("torr-"));
            if !is_allowed {
                culprits.push(format!("{} -> {name}", package.name));
            }
        }
    }
    no_one_breaks("crates import only what the list of layers says:", &culprits);
}

#[test]
fn every_import_goes_down() {
    for (index, (name, imports)) in LAYERS.iter().enumerate() {
        let below = &LAYERS[..index];
        for import in *imports {
            assert!(below.iter().any(|(name, _)| name == import), "{name} -> {import} goes up");
        }
    }
}

#[test]
fn confined_crates_stay_where_they_belong() {
    let belongs = |name: &str, owner: &str| {
        let is_of = |family: &str| {
            let rest = name.strip_prefix(family);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        };
        CONFINED.iter().all(|&(family, home)| !is_of(family) || owner == home)
    };
    let culprits: Vec<String> = packages()
        .iter()
        .flat_map(|package| package.dependencies.iter().map(|it| (&package.name, &it.name)))
        .filter(|(owner, name)| !belongs(name, owner))
        .map(|(owner, name)| format!("{owner} -> {name}"))
        .collect();
    no_one_breaks("engines and databases are imported by one crate each:", &culprits);
}

#[test]
fn nothing_depends_on_the_reference_implementation() {
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).expect("it is there");
    let culprits: Vec<String> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .filter(|name| name.starts_with(REFERENCE))
        .map(str::to_owned)
        .collect();
    no_one_breaks("Cargo.lock names crates of the reference implementation:", &culprits);
}
