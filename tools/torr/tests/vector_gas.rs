//! `torr run` burns what the reference does: the contracts of the conformance vectors, called as the
//! vectors call them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

#[test]
fn token() {
    check("contract_token");
}

#[test]
fn counter() {
    check("contract_counter");
}

/// Runs the first sequence of calls of the vector file `name` on both engines, one command a call,
/// and compares gas and end of each.
fn check(name: &str) {
    let file = vectors(name);
    let case = &file["cases"][0];
    let folder = tempfile::tempdir().unwrap();
    let module = &file["modules"][text(&case["module"])];
    let wasm = BASE64_STANDARD.decode(text(&module["wasm_base64"])).unwrap();
    fs::write(folder.path().join("contract.wasm"), wasm).unwrap();
    let steps = case["sequence"].as_array().unwrap();
    assert!(steps.len() > 3, "{name} has a sequence to compare");
    for engine in ["wasmer", "wasmi"] {
        for step in steps {
            let report = run(folder.path(), engine, step, &file);
            let expected = &step["expect"];
            let gas = (&report["gas"]["burnt"], &report["gas"]["used"]);
            assert_eq!(gas, (&expected["gas_burnt"], &expected["gas_used"]), "{engine}: {step}");
            let failed = report["status"] != "succeeded";
            assert_eq!(failed, !expected["error"].is_null(), "{engine}: {step}");
        }
    }
}

fn run(folder: &Path, engine: &str, step: &Value, file: &Value) -> Value {
    let field = |name: &str| match &step["context"][name] {
        Value::Null => &file["defaults"][name],
        value => value,
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_torr"));
    command.current_dir(folder).args(["run", "contract.wasm", text(&step["method"]), "--json"]);
    command.args(["--engine", engine, "--state", &format!("{engine}.json")]);
    command.args(["--protocol-version", &file["protocol_version"].to_string()]);
    for (option, name) in [
        ("--account", "current_account_id"),
        ("--signer", "signer_account_id"),
        ("--predecessor", "predecessor_account_id"),
        ("--args-base64", "input_base64"),
    ] {
        command.args([option, text(field(name))]);
    }
    command.args(["--deposit", &format!("{}yocto", text(field("attached_deposit")))]);
    match field("view_max_gas_burnt") {
        Value::Null => command.args(["--gas", &field("prepaid_gas").to_string()]),
        gas => command.args(["--view", "--gas", &gas.to_string()]),
    };
    let output = command.output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {problem}"))
}

fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../conformance/vm")
        .join(format!("{name}.json.zst"));
    let file = fs::File::open(path).unwrap();
    let mut json = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(file).unwrap().read_to_end(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
