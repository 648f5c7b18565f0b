//! Rules about sources: where `unsafe` stands, what protocol code may not use, how a file opens.

use crate::code_text::words;
use crate::{no_one_breaks, rust_files};

/// The only files with `unsafe` code.
const WITH_UNSAFE: &[&str] = &[
    "crates/crypto/src/bls12381/native.rs",
    "crates/param-estimator/src/measure/metric/callgrind.rs",
    "crates/vm-runner/src/engine/wasmer.rs",
    "crates/vm-runner/src/engine/wasmer/host.rs",
    "crates/vm-runner/src/engine/wasmer/instance.rs",
    "crates/vm-runner/src/engine/wasmer/pages.rs",
    "crates/vm-runner/src/engine/wasmtime.rs",
];

/// The roots of the crates that these files are in. They deny what the files allow; all other
/// crates forbid it.
const ROOTS_WITH_UNSAFE: &[&str] = &[
    "crates/crypto/src/lib.rs",
    "crates/param-estimator/src/lib.rs",
    "crates/vm-runner/src/lib.rs",
];

/// Words that have no place in protocol code, because what they stand for differs between machines
/// or runs: hash maps by their order, clocks, the environment, randomness.
const NOT_IN_PROTOCOL: &[&str] = &[
    "HashMap",
    "HashSet",
    "std::time",
    "SystemTime",
    "RandomState",
    "std::env",
    "getrandom",
    "rand",
    "thread_rng",
    "available_parallelism",
];

/// Crates whose code is not part of the protocol: what tests are made with, and what measures.
const OUTSIDE_THE_PROTOCOL: &[&str] = &["crates/param-estimator/", "crates/testkit/"];

/// The only files that have such a word all the same, where no outcome can depend on it: when an
/// artifact was used, to evict the one that was not for longest.
const EXEMPT: &[(&str, &str)] = &[
    ("crates/vm-runner/src/cache/disk.rs", "std::time"),
    ("crates/vm-runner/src/cache/disk.rs", "SystemTime"),
];

#[test]
fn unsafe_code_stands_in_the_files_named_here() {
    let found: Vec<String> = ["crates", "tools", "xtask"]
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| words(&file.text).contains(&"unsafe"))
        .map(|file| file.name)
        .collect();
    assert_eq!(found, WITH_UNSAFE);
}

#[test]
fn every_crate_forbids_unsafe_code_or_denies_it_outside_of_those_files() {
    let files: Vec<_> = ["crates", "tools", "xtask"].into_iter().flat_map(rust_files).collect();
    let has = |name: &str| files.iter().any(|file| file.name == name);
    // A program beside a library is a few lines that call it.
    let is_root = |name: &str| match name.strip_suffix("/src/main.rs") {
        Some(package) => !has(&format!("{package}/src/lib.rs")),
        None => name.ends_with("/src/lib.rs"),
    };
    let culprits: Vec<String> = files
        .iter()
        .filter(|file| is_root(&file.name))
        .filter(|file| {
            let attribute = match ROOTS_WITH_UNSAFE.contains(&file.name.as_str()) {
                true => "\n#![deny(unsafe_code)]\n",
                false => "\n#![forbid(unsafe_code)]\n",
            };
            !file.text.contains(attribute)
        })
        .map(|file| file.name.clone())
        .collect();
    no_one_breaks("a crate's root says `#![forbid(unsafe_code)]`:", &culprits);
}

#[test]
fn protocol_code_reads_nothing_that_differs_between_machines() {
    let is_outside =
        |name: &str| OUTSIDE_THE_PROTOCOL.iter().any(|folder| name.starts_with(folder));
    let is_protocol = |name: &str| name.contains("/src/") && !is_outside(name);
    let culprits: Vec<String> = rust_files("crates")
        .into_iter()
        .filter(|file| is_protocol(&file.name) && !file.is_test())
        .flat_map(|file| {
            let words = words(&file.text);
            let banned = NOT_IN_PROTOCOL.iter().filter(|banned| uses(&words, banned));
            let banned = banned.filter(|banned| !EXEMPT.contains(&(&file.name, **banned)));
            banned.map(|banned| format!("{}: {banned}", file.name)).collect::<Vec<_>>()
        })
        .collect();
    no_one_breaks("these words have no place in protocol code:", &culprits);
}

/// Whether `words` has `path`, one word or several with `::` between.
fn uses(words: &[&str], path: &str) -> bool {
    let path: Vec<&str> = path.split("::").collect();
    words.windows(path.len()).any(|window| window == path)
}

#[test]
fn every_file_opens_with_what_it_is() {
    let culprits: Vec<String> = ["crates", "tools", "xtask"]
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| file.name)
        .collect();
    no_one_breaks("a file opens with a `//!` text:", &culprits);
}
