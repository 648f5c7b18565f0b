//! What building RocksDB needs, which tests run on: a C++ compiler, and clang's library with its
//! headers, by which the interface for Rust is made from that for C.

use crate::packages;
use std::env;
use std::process::{Command, Stdio};

/// Something is missing and could not be installed.
#[derive(Debug, thiserror::Error)]
#[error(
    "RocksDB, on which tests run, needs {missing}, which is not here and could not be installed. On \
     Debian and Ubuntu: `apt-get install {package}` as root; elsewhere: {elsewhere}"
)]
pub(crate) struct NoCompiler {
    missing: &'static str,
    package: &'static str,
    elsewhere: &'static str,
}

/// A part of what is needed.
struct Part {
    /// A variable that says where it is, for one in an unusual place.
    variable: &'static str,
    /// A program that comes with it. Clang's package has the library and its headers.
    program: &'static str,
    missing: &'static str,
    package: &'static str,
    elsewhere: &'static str,
}

const PARTS: [Part; 2] = [
    Part {
        variable: "CXX",
        program: "c++",
        missing: "a C++ compiler",
        package: "g++",
        elsewhere: "GCC or clang; the variable CXX names a compiler that is not called c++",
    },
    Part {
        variable: "LIBCLANG_PATH",
        program: "clang",
        missing: "clang's library",
        package: "clang",
        elsewhere: "LLVM's clang; the variable LIBCLANG_PATH names the folder of a libclang that \
                    comes without the program",
    },
];

/// Installs what is missing.
///
/// # Errors
/// It cannot be installed.
pub(crate) fn install_compilers() -> Result<(), NoCompiler> {
    let missing = || PARTS.iter().filter(|part| !part.is_there());
    let packages: Vec<&str> = missing().map(|part| part.package).collect();
    if !packages.is_empty() {
        packages::install(&packages);
    }
    match missing().next() {
        None => Ok(()),
        Some(&Part { missing, package, elsewhere, .. }) => {
            Err(NoCompiler { missing, package, elsewhere })
        }
    }
}

impl Part {
    fn is_there(&self) -> bool {
        env::var_os(self.variable).is_some() || runs(self.program)
    }
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
