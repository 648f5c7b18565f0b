//! The command line as its users see it. A case in `cases/` is a transcript: commands after `$ `,
//! each followed by what it printed and, unless it is 0, its exit code. Commands run in an empty
//! folder with the example contracts in `contracts`, the modules of `modules/` as Wasm, and the example
//! state in `state`.
//!
//! `UPDATE_EXPECT=1 cargo test --release -p torr` writes what is printed now.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "cli/states.rs"]
mod states;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::RwLock;

/// A program that is started has all that its parent has open until it is another program. So none is
/// started while a test has a database open: it would be in use a little longer than the test thinks.
static STARTING: RwLock<()> = RwLock::new(());

/// Makes a test of each transcript.
macro_rules! cases {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(expect_test::expect_file![concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/tests/cases/",
                    stringify!($name),
                    ".txt"
                )]);
            }
        )*

        const CASES: &[&str] = &[$(stringify!($name)),*];
    };
}

cases! {
    bad_input
    blocks
    blocks_refused
    callbacks
    completions
    counter
    failures
    inspect_accepted
    inspect_rejected
    json
    parameters
    profile
    promises
    state
    state_database
    state_errors
    state_proofs
    state_versions
    token
    traps
    values
    yields
}

#[test]
fn every_case_is_run() {
    let files = fs::read_dir(here().join("cases")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort_unstable();
    assert_eq!(names, CASES);
}

#[test]
fn two_runs_print_the_same() {
    let text = "$ torr run contracts/status-message.wasm set --args '{\"message\": \"a\"}' \
                --json --profile\n";
    assert_eq!(transcript(text, &[]), transcript(text, &[]));
}

/// What `--yaml` prints is what `--params` reads.
#[test]
fn parameters_come_back_from_a_file() {
    let folder = sandbox();
    let table = torr(folder.path(), &["params", "--yaml"], &[]);
    fs::write(folder.path().join("table.yaml"), table).unwrap();
    for command in ["params --json", "run contracts/counter.wasm get --profile"] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let builtin = torr(folder.path(), &arguments, &[]);
        let from_file =
            torr(folder.path(), &[&arguments[..], &["--params", "table.yaml"]].concat(), &[]);
        assert_eq!(from_file, builtin, "{command}");
    }
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = torr(&here(), &["completions", shell], &[]);
        assert!(script.contains("inspect") && !script.contains("[exit"), "{shell}");
    }
}

/// Compares a transcript with what is printed now, by all engines: nothing but their speed tells
/// them apart.
fn check(case: expect_test::ExpectFile) {
    let text = case.data();
    let printed = transcript(&text, &[]);
    if text.contains("torr run") && !text.contains("--engine") {
        assert_eq!(transcript(&text, &["--engine", "wasmi"]), printed);
    }
    case.assert_eq(&printed);
}

/// The commands of `text` with what they print; `more` is added to the arguments of `torr run`.
fn transcript(text: &str, more: &[&str]) -> String {
    let folder = sandbox();
    let mut printed = String::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            printed += &format!("{line}\n{}", execute(folder.path(), command, more));
        } else if line.starts_with('#') {
            printed += &format!("{line}\n");
        }
    }
    printed
}

fn execute(folder: &Path, command: &str, more: &[&str]) -> String {
    let words = shlex::split(command).expect("quotes are closed");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["torr", arguments @ ..] => torr(folder, arguments, more),
        ["cat", file] => fs::read_to_string(folder.join(file)).unwrap() + "\n",
        ["ls"] => list(folder),
        ["write", file, lines @ ..] => {
            fs::write(folder.join(file), lines.join("\n")).unwrap();
            "\n".to_owned()
        }
        ["flip", file, offset] => {
            let mut bytes = fs::read(folder.join(file)).unwrap();
            bytes[offset.parse::<usize>().unwrap()] ^= 1;
            fs::write(folder.join(file), bytes).unwrap();
            "\n".to_owned()
        }
        ["cut", file, length] => {
            let bytes = fs::read(folder.join(file)).unwrap();
            fs::write(folder.join(file), &bytes[..length.parse::<usize>().unwrap()]).unwrap();
            "\n".to_owned()
        }
        ["same", one, other] => {
            let [one, other] = [one, other].map(|file| fs::read(folder.join(file)).unwrap());
            format!("{}\n\n", if one == other { "yes" } else { "no" })
        }
        ["history", database] => {
            states::history(&folder.join(database));
            "\n".to_owned()
        }
        ["unrecorded", database, shard] => {
            states::unrecorded(&folder.join(database), shard.parse().unwrap());
            "\n".to_owned()
        }
        _ => panic!("there is no command {command}"),
    }
}

fn torr(folder: &Path, arguments: &[&str], more: &[&str]) -> String {
    let more = if arguments.first() == Some(&"run") { more } else { &[] };
    let mut command = Command::new(env!("CARGO_BIN_EXE_torr"));
    command.args(arguments).args(more).current_dir(folder).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = {
        let _others = STARTING.read().unwrap();
        command.spawn().unwrap()
    };
    let output = started.wait_with_output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text += &String::from_utf8(output.stderr).unwrap();
    if output.status.code() != Some(0) {
        text += &format!("[exit {}]\n", output.status.code().unwrap());
    }
    text + "\n"
}

fn list(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let files = files.filter(|file| file.file_type().unwrap().is_file());
    let mut names: Vec<String> =
        files.map(|file| file.file_name().into_string().unwrap() + "\n").collect();
    names.sort_unstable();
    names.concat() + "\n"
}

fn sandbox() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let examples = here().join("../../../examples");
    fill(folder.path(), "contracts", &examples.join("contracts/prebuilt"), "wasm", |bytes| bytes);
    fs::create_dir(folder.path().join("state")).unwrap();
    let records = "state/records.json";
    fs::copy(examples.join(records), folder.path().join(records)).unwrap();
    fill(folder.path(), "modules", &here().join("modules"), "wat", |text| {
        wat::parse_bytes(&text).unwrap().into_owned()
    });
    folder
}

/// Puts the files of `from` with the given ending into a folder, as Wasm.
fn fill(folder: &Path, name: &str, from: &Path, ending: &str, wasm: fn(Vec<u8>) -> Vec<u8>) {
    let to = folder.join(name);
    fs::create_dir(&to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|found| found == ending) {
            let target = to.join(path.file_stem().unwrap()).with_extension("wasm");
            fs::write(target, wasm(fs::read(&path).unwrap())).unwrap();
        }
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}
