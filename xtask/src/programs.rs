//! Programs that tests and tools need beside Rust's, installed where they are missing.
//!
//! For RocksDB, which tests run on, a C++ compiler, and clang's library with its headers, by which the
//! interface for Rust is made from that for C; for the estimator's report a browser, in which a test looks
//! at it.

use crate::packages;
use std::env;
use std::process::{Command, Stdio};

/// Something is missing and could not be installed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{what_for} needs {missing}, which is not here and could not be installed. On Debian and Ubuntu: \
     `apt-get install {package}` as root; elsewhere: {elsewhere}"
)]
pub(crate) struct NoProgram {
    what_for: &'static str,
    missing: &'static str,
    package: &'static str,
    elsewhere: &'static str,
}

/// A part of what is needed.
struct Part {
    what_for: &'static str,
    /// A variable that says where it is, for one in an unusual place, if there is any.
    variable: Option<&'static str>,
    /// A program that comes with it. Clang's package has the library and its headers.
    program: &'static str,
    missing: &'static str,
    package: &'static str,
    elsewhere: &'static str,
}

const ROCKSDB: &str = "RocksDB, on which tests run,";

const COMPILERS: [Part; 2] = [
    Part {
        what_for: ROCKSDB,
        variable: Some("CXX"),
        program: "c++",
        missing: "a C++ compiler",
        package: "g++",
        elsewhere: "GCC or clang; the variable CXX names a compiler that is not called c++",
    },
    Part {
        what_for: ROCKSDB,
        variable: Some("LIBCLANG_PATH"),
        program: "clang",
        missing: "clang's library",
        package: "clang",
        elsewhere: "LLVM's clang; the variable LIBCLANG_PATH names the folder of a libclang that \
                    comes without the program",
    },
];

const BROWSER: [Part; 1] = [Part {
    what_for: "the test of the estimator's report",
    variable: None,
    program: "chromium",
    missing: "the browser Chromium",
    package: "chromium",
    elsewhere: "a program called chromium where programs are looked for",
}];

/// Installs what building RocksDB needs.
///
/// # Errors
/// It cannot be installed.
pub(crate) fn install_compilers() -> Result<(), NoProgram> {
    install(&COMPILERS)
}

/// Installs the browser that a test looks at a page with.
///
/// # Errors
/// It cannot be installed.
pub(crate) fn install_browser() -> Result<(), NoProgram> {
    install(&BROWSER)
}

/// Installs what is missing.
fn install(parts: &'static [Part]) -> Result<(), NoProgram> {
    let missing = || parts.iter().filter(|part| !part.is_there());
    let packages: Vec<&str> = missing().map(|part| part.package).collect();
    if !packages.is_empty() {
        packages::install(&packages);
    }
    match missing().next() {
        None => Ok(()),
        Some(&Part { what_for, missing, package, elsewhere, .. }) => {
            Err(NoProgram { what_for, missing, package, elsewhere })
        }
    }
}

impl Part {
    fn is_there(&self) -> bool {
        self.variable.is_some_and(|name| env::var_os(name).is_some()) || runs(self.program)
    }
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
