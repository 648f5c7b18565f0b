//! The command's output and exit codes.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// One case that passes, one that does not, one that nothing runs.
const VECTORS: &str = r#"{
    "format": "primitives-vectors/1", "reference": "none", "protocol_version": 86, "cases": [
        {"kind": "parse", "text": "1", "valid": false, "hash_hex": null},
        {"kind": "parse", "text": "11", "valid": true, "hash_hex": null},
        {"kind": "guess", "text": "1"}
    ]
}"#;

/// Runs the command in `folder`.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn failures_are_told_and_other_files_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hashes.json"), VECTORS).unwrap();
    fs::write(folder.path().join("README.md"), "no vectors").unwrap();
    for jobs in ["1", "7"] {
        let output = run(folder.path(), &["--jobs", jobs, "."]);
        assert_eq!(
            text(&output.stdout),
            "  parse#1: valid: expected true, got false\n  \
             guess#2: no runner for primitives/hashes cases of kind guess yet\n\
             FAIL  ./hashes.json: 1 passed, 2 failed\n\
             1 passed, 2 failed\n"
        );
        assert_eq!(text(&output.stderr), "");
        assert_eq!(output.status.code(), Some(1));
    }
    let output =
        run(folder.path(), &["--all-differences", "--filter", "json parse", "hashes.json"]);
    assert_eq!(
        text(&output.stdout),
        "  parse#1: 1 difference\n    valid: expected true, got false\n\
         FAIL  hashes.json: 1 passed, 1 failed\n1 passed, 1 failed\n"
    );
    let output = run(folder.path(), &["--filter", "parse#0", "hashes.json"]);
    assert_eq!(text(&output.stdout), "ok    hashes.json: 1 passed\n1 passed, 0 failed\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_cannot_be_read_or_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hashes.json"), VECTORS).unwrap();
    fs::write(folder.path().join("cut.json"), &VECTORS[..99]).unwrap();
    fs::write(folder.path().join("cut.json.zst"), "no Zstandard").unwrap();
    fs::write(folder.path().join("README.md"), "no vectors").unwrap();
    for (arguments, message) in [
        (&["absent"][..], "error: absent: "),
        (&["cut.json"], "error: cut.json: not JSON: "),
        (&["cut.json.zst"], "error: cut.json.zst: not Zstandard, or damaged: "),
        (&["README.md"], "error: there is no vector file in what was given"),
        (&["--filter", "nothing like it", "hashes.json"], "error: no case matches"),
        (&[], "error: no PATH is given"),
        (&["--engine", "steam", "hashes.json"], "error: invalid value 'steam' for '--engine"),
    ] {
        let output = run(folder.path(), arguments);
        assert!(text(&output.stderr).starts_with(message), "{arguments:?}: {output:?}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

/// The rest is still run, and the totals are still the last line.
#[test]
fn an_unreadable_file_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{").unwrap();
    fs::write(folder.path().join("hashes.json"), VECTORS).unwrap();
    let output = run(folder.path(), &["."]);
    assert!(text(&output.stdout).ends_with("1 passed, 2 failed\n"), "{output:?}");
    assert!(text(&output.stderr).contains("1 file could not be read"), "{output:?}");
    assert_eq!(output.status.code(), Some(2));
}
