//! The command line of the estimator; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    param_estimator::program::main()
}
