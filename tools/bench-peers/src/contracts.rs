//! The contracts that peers run: built, read, handed over.
//!
//! The kernels are built once for each family of peers, with its own SDK. CosmWasm has no bulk memory
//! instructions, which newer standard libraries use, so its contract is built by the last compiler
//! whose library does without.

use crate::error::Failure;
use crate::task::{Contract, LOOP};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The example token.
const TOKEN: &[u8] = include_bytes!("../../../examples/contracts/prebuilt/fungible-token.wasm");
/// The target of contracts.
const TARGET: &str = "wasm32-unknown-unknown";
/// The compiler of CosmWasm contracts.
const COSMWASM_TOOLCHAIN: &str = "1.86.0";
/// Names of the contracts in their folder.
const NEAR_KERNELS: &str = "near.wasm";
const COSMWASM_KERNELS: &str = "cosmwasm.wasm";

/// The contracts' code.
#[derive(Clone, Debug)]
pub(crate) struct Contracts {
    near_kernels: Arc<[u8]>,
    cosmwasm_kernels: Option<Arc<[u8]>>,
    loops: Arc<[u8]>,
}

impl Contracts {
    /// Reads what [`build`] has put into `folder`.
    ///
    /// # Errors
    /// When a contract is missing that Torr runs.
    pub(crate) fn read(folder: &Path) -> Result<Contracts, Failure> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map(Arc::from).map_err(Failure::io(path.display().to_string()))
        };
        Ok(Contracts {
            near_kernels: file(NEAR_KERNELS)?,
            cosmwasm_kernels: file(COSMWASM_KERNELS).ok(),
            loops: wat::parse_str(loops()).map(Arc::from).map_err(Failure::peer)?,
        })
    }

    /// A contract of the NEAR protocol.
    pub(crate) fn near(&self, contract: Contract) -> Arc<[u8]> {
        match contract {
            Contract::Kernels => Arc::clone(&self.near_kernels),
            Contract::Token => Arc::from(TOKEN),
            Contract::Loops => Arc::clone(&self.loops),
        }
    }

    /// The kernels as a contract of CosmWasm, if they could be built.
    pub(crate) fn cosmwasm(&self) -> Option<Arc<[u8]>> {
        self.cosmwasm_kernels.clone()
    }
}

/// Loops of equal form, one with the cheapest host call in it.
fn loops() -> String {
    let method = |name: &str, body: &str| {
        format!(
            r#"(func (export "{name}") (local $i i32)
                (loop $again
                    {body}
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $again (i32.lt_u (local.get $i) (i32.const {LOOP})))))"#
        )
    };
    format!(
        r#"(module (import "env" "block_index" (func $host (result i64))) {} {})"#,
        method("empty_loop", ""),
        method("host_loop", "(drop (call $host))"),
    )
}

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
    messages
        .lines()
        .filter_map(|line| wasm_file(line, package))
        .next_back()
        .ok_or_else(|| Failure::Contract(format!("cargo built no WebAssembly module of {package}")))
}

/// What cargo says of each thing that it built.
#[derive(Deserialize)]
struct Message {
    package_id: String,
    filenames: Vec<PathBuf>,
}

/// The module of `package`, if this message of cargo's is about it.
fn wasm_file(message: &str, package: &str) -> Option<PathBuf> {
    let message: Message = serde_json::from_str(message).ok()?;
    message.package_id.contains(package).then_some(())?;
    message.filenames.into_iter().find(|file| file.extension().is_some_and(|kind| kind == "wasm"))
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
