//! Builds the example contracts of `examples/contracts`, Rust and C, to `NAME.wasm` files.
//!
//! The same sources and compilers give the same bytes on every machine: dependencies are locked
//! and paths of the machine are replaced, and a module in which one is left is refused. So is one
//! that the protocol would refuse ([`inspect`]). Tests use the copies that [`prebuilt`] keeps, so
//! testing needs no WebAssembly toolchain.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::toolchain::{Clang, Rust, run};

mod inspect;
mod prebuilt;
mod toolchain;

use self::inspect::InvalidModule;
pub(crate) use self::prebuilt::bless;
pub(crate) use self::toolchain::WASM_TARGET;

/// Where contracts are built.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The root of the repository.
    pub(crate) repository: PathBuf,
    /// Cargo's target directory for the contracts. One that nothing else builds in spares waiting.
    pub(crate) target_dir: PathBuf,
    /// Where the `NAME.wasm` files go; made when absent.
    pub(crate) out: PathBuf,
}

impl Settings {
    fn sources(&self) -> PathBuf {
        self.repository.join("examples").join("contracts")
    }
}

/// A contract module in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contract {
    /// The name of the example, which is also that of its folder.
    pub(crate) name: &'static str,
    /// The module.
    pub(crate) path: PathBuf,
    /// Length of the module in bytes.
    pub(crate) len: usize,
}

/// Why contracts could not be built or are not as they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContractsError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program cannot be started.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// Which.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A program ended with an error.
    #[error("`{program}` failed; its own messages stand above")]
    Failed {
        /// Which.
        program: String,
    },
    /// The compiler cannot build for WebAssembly, and the target could not be installed.
    #[error(
        "Rust's target {WASM_TARGET} is missing and could not be installed; with rustup it is \
         `rustup target add {WASM_TARGET}`, elsewhere a package of the distribution \
         (Debian: libstd-rust-dev-wasm32)"
    )]
    NoWasmTarget,
    /// There is no clang that builds for WebAssembly, and none could be installed.
    #[error(
        "the C contracts need clang with WebAssembly support and wasm-ld; they are not here and \
         could not be installed. On Debian and Ubuntu: `apt-get install clang lld` as root; \
         elsewhere: LLVM and lld. The variable WASM_CLANG names a clang that is not called so"
    )]
    NoClang,
    /// A module has what the protocol does not take.
    #[error("{name}.wasm: {source}")]
    Module {
        /// Which contract.
        name: &'static str,
        /// What it has.
        source: InvalidModule,
    },
    /// A module tells where it was built.
    #[error("{name}.wasm has the path {path} of this machine in it")]
    Path {
        /// Which contract.
        name: &'static str,
        /// The path.
        path: String,
    },
    /// A committed module or the list of them is not what was blessed.
    #[error("{}: {what}; `cargo xtask contracts --bless` renews it", path.display())]
    Prebuilt {
        /// The file.
        path: PathBuf,
        /// The difference.
        what: &'static str,
    },
}

/// What a contract is written in.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A package of the workspace in `examples/contracts`.
    Rust,
    /// A C file in the contract's folder.
    C(&'static str),
}

const CONTRACTS: [(&str, Source); 5] = [
    ("c-kv-store", Source::C("kv_store.c")),
    ("counter", Source::Rust),
    ("cross-call", Source::Rust),
    ("fungible-token", Source::Rust),
    ("status-message", Source::Rust),
];

/// Installs Rust's WebAssembly target when it is missing.
///
/// # Errors
/// It cannot be installed.
pub(crate) fn install_wasm_target() -> Result<(), ContractsError> {
    Rust::find().map(drop)
}

/// Builds all contracts and prints the name and the size of each, in the order of their names.
///
/// What has not changed is not built again. Compilers that are missing are installed where that
/// is possible without a question: the target by rustup, clang and lld by apt as root or by sudo.
///
/// # Errors
/// A compiler is missing or fails, a file cannot be written, or a module is not fit for the
/// protocol or tells a path of this machine.
pub(crate) fn build(settings: &Settings) -> Result<Vec<Contract>, ContractsError> {
    let rust = Rust::find()?;
    let clang = Clang::find()?;
    build_with(settings, &rust, &clang)
}

fn build_with(
    settings: &Settings,
    rust: &Rust,
    clang: &Clang,
) -> Result<Vec<Contract>, ContractsError> {
    for folder in [&settings.target_dir, &settings.out] {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    // Links are followed, because compilers write the path they end at.
    let sources = settings.sources();
    let sources = fs::canonicalize(&sources).map_err(at(&sources))?;
    let target_dir = fs::canonicalize(&settings.target_dir).map_err(at(&settings.target_dir))?;
    build_rust(&sources, &target_dir, rust)?;

    let mut built = Vec::with_capacity(CONTRACTS.len());
    for (name, source) in CONTRACTS {
        let path = settings.out.join(name).with_extension("wasm");
        match source {
            Source::Rust => {
                let from = rust_artifact(&target_dir, name);
                fs::copy(&from, &path).map_err(at(&from))?;
            }
            Source::C(file) => build_c(&sources.join(name).join(file), &path, clang)?,
        }
        let contract = checked(name, path, &[&sources, &target_dir])?;
        println!("{:<16} {:>8} bytes", contract.name, contract.len);
        built.push(contract);
    }
    Ok(built)
}

/// One call of cargo for all Rust contracts, so that they share their dependencies.
fn build_rust(sources: &Path, target_dir: &Path, rust: &Rust) -> Result<(), ContractsError> {
    let replaced = [
        (sources.to_path_buf(), "/contracts".to_owned()),
        (target_dir.to_path_buf(), "/target".to_owned()),
        (cargo_home(), "/cargo".to_owned()),
        // Present when the component rust-src is installed; without it these paths are virtual.
        (rust.library_sources(), format!("/rustc/{}", rust.commit)),
    ];
    // The variable replaces the flags of .cargo/config.toml, hence `cfg(near)` again.
    let mut flags = vec!["--cfg=near".to_owned()];
    for (from, to) in replaced {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    }
    run(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--locked", "--quiet", "--target", WASM_TARGET])
        .arg("--target-dir")
        .arg(target_dir)
        // Cargo looks for its configuration from here upwards.
        .current_dir(sources)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))
}

fn rust_artifact(target_dir: &Path, name: &str) -> PathBuf {
    let file = format!("{}.wasm", name.replace('-', "_"));
    target_dir.join(WASM_TARGET).join("release").join(file)
}

fn build_c(source: &Path, to: &Path, clang: &Clang) -> Result<(), ContractsError> {
    run(clang
        .command()
        // Newer compilers turn on features that the protocol lacks, unless told this.
        .args(["--target=wasm32-unknown-unknown", "-mcpu=mvp"])
        .args(["-std=c11", "-Oz", "-Wall", "-Wextra", "-Werror"])
        .args(["-ffreestanding", "-nostdlib", "-Wl,--no-entry"])
        // The stack below the data, where an overflow traps instead of overwriting the data.
        .args(["-Wl,--stack-first", "-Wl,-z,stack-size=16384"])
        .arg("-o")
        .args([to, source]))
}

/// Reads a module that was built and checks what is promised of it.
fn checked(
    name: &'static str,
    path: PathBuf,
    secrets: &[&Path],
) -> Result<Contract, ContractsError> {
    let code = fs::read(&path).map_err(at(&path))?;
    inspect::validate(&code).map_err(|source| ContractsError::Module { name, source })?;
    let mut secrets: Vec<PathBuf> = secrets.iter().map(|path| path.to_path_buf()).collect();
    secrets.push(cargo_home());
    for secret in secrets {
        let secret = secret.display().to_string();
        if inspect::contains(&code, secret.as_bytes()) {
            return Err(ContractsError::Path { name, path: secret });
        }
    }
    Ok(Contract { name, path, len: code.len() })
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .unwrap_or_else(|| PathBuf::from("/cargo"))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ContractsError {
    let path = path.to_path_buf();
    move |source| ContractsError::File { path, source }
}
