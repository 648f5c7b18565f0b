//! Builds the contracts that peers run, and the program of a peer that has one of its own.
//!
//! The kernels are built once for each family of peers, with its own SDK. CosmWasm has no bulk memory
//! instructions, which newer standard libraries use, so its contract is built by the last compiler
//! whose library does without.

use bench_work::contracts::{COSMWASM_KERNELS, NEAR_KERNELS};
use bench_work::error::Failure;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target of contracts.
const TARGET: &str = "wasm32-unknown-unknown";
/// The compiler of CosmWasm contracts.
const COSMWASM_TOOLCHAIN: &str = "1.86.0";
/// Builds the contracts into `folder`; what they are built with is installed when it is missing.
///
/// # Errors
/// When rustup or cargo fails. Without its own compiler CosmWasm goes without a contract, and says
/// so when it is measured.
pub(crate) fn build(folder: &Path) -> Result<(), Failure> {
    let copy = |from: PathBuf, name| {
        std::fs::copy(&from, folder.join(name))
            .map(drop)
            .map_err(Failure::io(from.display().to_string()))
    };
    copy(cargo(None, "bench-contract-near", &["--cfg=near"])?, NEAR_KERNELS)?;
    match cargo(Some(COSMWASM_TOOLCHAIN), "bench-contract-cosmwasm", &[]) {
        Ok(from) => copy(from, COSMWASM_KERNELS),
        Err(failure) => {
            eprintln!("{}", failure.with_causes());
            Ok(())
        }
    }
}

/// Builds a contract and says where it is. `toolchain` is the one that runs this, or another.
fn cargo(toolchain: Option<&str>, package: &str, flags: &[&str]) -> Result<PathBuf, Failure> {
    install(toolchain)?;
    let mut command = match toolchain {
        None => Command::new("cargo"),
        Some(toolchain) => {
            let mut command = Command::new("rustup");
            command.args(["run", toolchain, "cargo"]).env_remove("CARGO").env_remove("RUSTC");
            command
        }
    };
    command
        .args(["build", "--locked", "--profile", "contract", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
    if toolchain.is_some() {
        // The workspace wants a newer compiler, for Torr; the contract does not.
        command.arg("--ignore-rust-version");
    }
    let messages = output(&mut command)?;
    built(&messages, package, |path| path.extension().is_some_and(|kind| kind == "wasm"))
}

/// Builds the program of a peer and says where it is.
///
/// # Errors
/// When cargo fails.
pub(crate) fn build_program(package: &str) -> Result<PathBuf, Failure> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--locked", "--release", "--package", package])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let messages = output(&mut command)?;
    built(&messages, package, |path| path.file_stem().is_some_and(|name| name == package))
}

/// What cargo says of each thing that it built.
#[derive(Deserialize)]
struct Message {
    package_id: String,
    filenames: Vec<PathBuf>,
}

/// The file of `package` that is wanted, among those that cargo's messages name.
fn built(
    messages: &str,
    package: &str,
    is_wanted: impl Fn(&Path) -> bool,
) -> Result<PathBuf, Failure> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let files = messages
        .filter(|message| message.package_id.contains(package))
        .flat_map(|message| message.filenames);
    files
        .into_iter()
        .rfind(|file| is_wanted(file))
        .ok_or_else(|| Failure::Contract(format!("cargo built no such thing as {package}")))
}

/// Installs a toolchain, and the target for it. Where there is no rustup, what is there is used.
fn install(toolchain: Option<&str>) -> Result<(), Failure> {
    match toolchain {
        Some(toolchain) => {
            let arguments = ["toolchain", "install", toolchain, "--profile", "minimal"];
            let mut command = Command::new("rustup");
            output(command.args(arguments).args(["--target", TARGET, "--no-self-update"])).map(drop)
        }
        None => output(Command::new("rustup").args(["target", "add", TARGET])).map(drop),
    }
}

/// Runs a program and returns what it printed; what it complains of is seen.
fn output(command: &mut Command) -> Result<String, Failure> {
    let text = format!("{command:?}");
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(Failure::io(format!("`{text}` cannot be run")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Failure::Program { command: text, status: output.status }),
    }
}
