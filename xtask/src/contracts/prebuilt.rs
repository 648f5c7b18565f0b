//! The modules in `examples/contracts/prebuilt`, which are committed so that tests need no
//! WebAssembly toolchain.
//!
//! `SHA256SUMS` names each and its checksum, in the format of `sha256sum`; a module that is not on
//! the list, or differs from it, is an error.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::toolchain::{Clang, Rust};
use super::{CONTRACTS, Contract, ContractsError, Settings, at, build_with};

/// Builds all contracts, makes them the committed ones and returns these.
///
/// # Errors
/// As [`super::build`], and when a file in `prebuilt` cannot be written.
pub(crate) fn bless(settings: &Settings) -> Result<Vec<Contract>, ContractsError> {
    let rust = Rust::find()?;
    let clang = Clang::find()?;
    let built = build_with(settings, &rust, &clang)?;
    let folder = folder(&settings.repository);
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let mut sums = String::new();
    let mut table = String::new();
    for contract in built {
        let file = format!("{}.wasm", contract.name);
        let code = fs::read(&contract.path).map_err(at(&contract.path))?;
        write_file(&folder.join(&file), &code)?;
        // Writing to a string cannot fail.
        let _ = writeln!(sums, "{}", checksum_line(&code, &file));
        let _ = writeln!(table, "| `{file}` | {} |", contract.len);
    }
    write_file(&folder.join("SHA256SUMS"), sums.as_bytes())?;
    let readme = README
        .replace("{rustc}", &rust.version)
        .replace("{clang}", &clang.version)
        .replace("{table}", table.trim_end());
    write_file(&folder.join("README.md"), readme.as_bytes())?;
    verify(&settings.repository)
}

/// Checks the committed modules against their checksums and returns them, in the order of names.
fn verify(repository: &Path) -> Result<Vec<Contract>, ContractsError> {
    let folder = folder(repository);
    let list = folder.join("SHA256SUMS");
    let sums = fs::read_to_string(&list).map_err(at(&list))?;
    if sums.lines().count() != CONTRACTS.len() {
        let what = "does not list every contract once";
        return Err(ContractsError::Prebuilt { path: list, what });
    }
    CONTRACTS
        .iter()
        .map(|&(name, _)| {
            let file = format!("{name}.wasm");
            let path = folder.join(&file);
            let code = fs::read(&path).map_err(at(&path))?;
            let line = checksum_line(&code, &file);
            if !sums.lines().any(|listed| listed == line) {
                let what = "differs from its checksum";
                return Err(ContractsError::Prebuilt { path, what });
            }
            Ok(Contract { name, path, len: code.len() })
        })
        .collect()
}

fn folder(repository: &Path) -> PathBuf {
    repository.join("examples").join("contracts").join("prebuilt")
}

fn checksum_line(code: &[u8], file: &str) -> String {
    let mut line = String::new();
    for byte in Sha256::digest(code) {
        // Writing to a string cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    line + "  " + file
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ContractsError> {
    fs::write(path, bytes).map_err(at(path))
}

const README: &str = "\
# Built example contracts

Written by `cargo xtask contracts --bless` from the sources beside this folder; this file too.
Tests and benchmarks of Torr use these modules, so that they need no WebAssembly toolchain.

Made with

- {rustc}
- {clang}

The same compilers give the same bytes on every machine: dependencies are locked by
`../Cargo.lock`, paths are replaced. Other versions give other bytes that do the same.
`cargo test -p xtask` compares the modules with `SHA256SUMS`; `sha256sum -c SHA256SUMS` does too.

| module | bytes |
|---|---:|
{table}

The name section is kept, so that gas profiles show functions by name. It is about a quarter of
each Rust module; for a deployment, where every byte is paid for, build with `strip = true`.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::inspect;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn committed_modules_are_the_blessed_ones() {
        let contracts = verify(&repository()).unwrap();
        for Contract { name, path, .. } in contracts {
            inspect::validate(&fs::read(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    #[test]
    fn checksum_is_that_of_sha256sum() {
        let line = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc.wasm";
        assert_eq!(checksum_line(b"abc", "abc.wasm"), line);
    }
}
