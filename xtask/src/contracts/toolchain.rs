//! The compilers that contracts need: rustc with its WebAssembly target, clang with wasm-ld.
//!
//! Found where they are installed, installed where that needs no question; otherwise the error
//! says what to do.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::ContractsError;
use crate::packages;

/// Rust's name for what contracts are compiled to.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The Rust compiler, with the WebAssembly target installed.
#[derive(Debug)]
pub(super) struct Rust {
    /// What `rustc --version` says.
    pub(super) version: String,
    /// The commit it was built from, which stands in the paths of the standard library.
    pub(super) commit: String,
    sysroot: PathBuf,
}

impl Rust {
    /// The compiler that cargo would use; installs the target when it is missing.
    pub(super) fn find() -> Result<Self, ContractsError> {
        let rustc = || Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let sysroot = PathBuf::from(output(rustc().args(["--print", "sysroot"]))?);
        let verbose = output(rustc().args(["--version", "--verbose"]))?;
        let commit = verbose
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "))
            .unwrap_or("unknown")
            .to_owned();
        let version = verbose.lines().next().unwrap_or_default().to_owned();
        let rust = Self { version, commit, sysroot };
        if !rust.has_wasm_target() {
            println!("installing the target {WASM_TARGET} by rustup");
            // Whether it worked is seen by what is there afterwards.
            let _ = run(Command::new("rustup").args(["target", "add", WASM_TARGET]));
            if !rust.has_wasm_target() {
                return Err(ContractsError::NoWasmTarget);
            }
        }
        Ok(rust)
    }

    /// Where the sources of the standard library are, if they are installed.
    pub(super) fn library_sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }

    fn has_wasm_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir()
    }
}

/// A C compiler that can compile and link for WebAssembly.
#[derive(Debug)]
pub(super) struct Clang {
    /// What `clang --version` says first.
    pub(super) version: String,
    program: OsString,
}

impl Clang {
    /// The clang named by the variable `WASM_CLANG`, or else `clang`, which is installed together
    /// with lld when it is missing or cannot do the job.
    pub(super) fn find() -> Result<Self, ContractsError> {
        if let Some(program) = env::var_os("WASM_CLANG") {
            return Self::probe(&program).ok_or(ContractsError::NoClang);
        }
        let program = OsString::from("clang");
        if let Some(clang) = Self::probe(&program) {
            return Ok(clang);
        }
        packages::install(&["clang", "lld"]);
        Self::probe(&program).ok_or(ContractsError::NoClang)
    }

    /// A command that runs the compiler.
    pub(super) fn command(&self) -> Command {
        Command::new(&self.program)
    }

    fn probe(program: &OsString) -> Option<Self> {
        let clang = || Command::new(program);
        // The clang of macOS knows the option and lacks the target.
        let targets = output(clang().arg("--print-targets")).ok()?;
        let linker = output(clang().arg("--print-prog-name=wasm-ld")).ok()?;
        output(Command::new(linker).arg("--version")).ok()?;
        let version = output(clang().arg("--version")).ok()?.lines().next()?.to_owned();
        targets.contains("wasm32").then(|| Self { version, program: program.clone() })
    }
}

/// Runs a command whose messages are for the user.
pub(super) fn run(command: &mut Command) -> Result<(), ContractsError> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(ContractsError::Failed { program }),
        Err(source) => Err(ContractsError::Start { program, source }),
    }
}

/// Runs a command quietly and returns what it printed, without the line end.
fn output(command: &mut Command) -> Result<String, ContractsError> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stderr(Stdio::null()).output() {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        }
        Ok(_) => Err(ContractsError::Failed { program }),
        Err(source) => Err(ContractsError::Start { program, source }),
    }
}
