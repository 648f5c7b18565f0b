//! The shipped vectors are the recorded ones, and every one that has a runner passes on each engine.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use conformance::checksums;
use conformance::parallel::one_per_processor;
use conformance::store::Store;
use conformance::suite::{Selection, Suite, runners};
use conformance::{shipped, vector_file};
use std::path::{Path, PathBuf};
use torr_vm_runner::{Charging, EngineKind};

fn shipped_folder() -> PathBuf {
    shipped::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the vectors ship with the code")
}

/// Runs what can be run of the files in `area` and returns how many cases passed.
fn passed(area: &str, engine: EngineKind) -> usize {
    let files = vector_file::find(&[shipped_folder().join(area)]).unwrap();
    assert!(!files.is_empty(), "no files in {area}");
    let selection = Selection { filter: None, passes_over: true, stores: Store::USUAL.to_vec() };
    let runners = runners(&[engine], &[Charging::Exact, Charging::Fast]).unwrap();
    let mut passed = 0;
    for file in files {
        let suite = Suite::read(&file, &selection).unwrap();
        let failures = suite.run(&runners, one_per_processor(), || ()).unwrap();
        for (case, failures) in suite.cases.iter().zip(failures) {
            assert_eq!(failures, [], "{} {}", file.display(), case.name);
            passed += 1;
        }
    }
    passed
}

#[test]
fn files_are_the_recorded_ones() {
    assert_eq!(checksums::verify(&shipped_folder()).unwrap(), []);
}

/// 5376 cases, and the configuration.
#[test]
fn vm_vectors_pass_on_wasmer() {
    assert_eq!(passed("vm", EngineKind::Wasmer), 5377);
}

#[test]
fn vm_vectors_pass_on_wasmi() {
    assert_eq!(passed("vm", EngineKind::Wasmi), 5377);
}

/// No case of these runs a contract.
#[test]
fn primitives_vectors_that_have_a_runner_pass() {
    assert!(passed("primitives", EngineKind::Wasmi) >= 754);
}

/// 250 scenarios in four ways, and 46 queries.
#[test]
fn state_transition_vectors_pass_on_wasmer() {
    assert_eq!(passed("apply", EngineKind::Wasmer), 4 * 250 + 46);
}

#[test]
fn state_transition_vectors_pass_on_wasmi() {
    assert_eq!(passed("apply", EngineKind::Wasmi), 4 * 250 + 46);
}
