//! `torr inspect`: what a contract offers, asks for and takes, and whether the protocol accepts it.

mod interface;
mod limits;
mod module;
mod report;
mod text;

pub(crate) use interface::{Exports, ImportReport};
pub(crate) use report::Problem;

use crate::cli::Verdict;
use crate::configuration::ConfigurationArguments;
use crate::error::CliError;
use crate::files;
use crate::output::{self, Format};
use clap::Args;
use module::Module;
use report::InspectReport;
use std::path::PathBuf;
use torr_parameters::VmConfig;
use torr_vm_runner::Code;

/// Shows a contract's methods, imports and sizes, and whether the protocol accepts it
///
/// When it does not: the rule that is broken, the function, the place, and what to change in the
/// build. Exits with 1 then.
#[derive(Args)]
pub(crate) struct InspectArguments {
    /// The contract's code, a Wasm file
    contract: PathBuf,
    /// How many of the largest functions to list
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    top: usize,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Carries out `torr inspect`.
pub(crate) fn inspect(arguments: &InspectArguments) -> Result<Verdict, CliError> {
    let code = Code::new(files::read_contract(&arguments.contract)?);
    let chosen = &arguments.configuration;
    let config = chosen.config()?;
    let report = InspectReport::new(&code, &config, chosen.version(), chosen.name(), arguments.top);
    output::print(Format::of_flag(arguments.json), &report, text::text)?;
    Ok(report.verdict())
}

/// What `code` exports, as far as it can be read.
pub(crate) fn exports(code: &[u8]) -> Exports {
    Exports::of(&Module::read(code))
}

/// What `code` imports, as far as it can be read.
pub(crate) fn imports(code: &[u8], config: &VmConfig) -> Vec<ImportReport> {
    interface::imports(&Module::read(code), config)
}

#[cfg(test)]
mod tests {
    use super::report::InspectReport;
    use torr_parameters::{LATEST_VERSION, Parameters};
    use torr_vm_runner::Code;

    /// Whatever is cut off, whatever byte is another: there is a report, and it can be printed.
    #[test]
    fn any_bytes_can_be_inspected() {
        let code = include_bytes!("../../../examples/contracts/prebuilt/c-kv-store.wasm");
        let config = Parameters::builtin(LATEST_VERSION).unwrap();
        let inspect = |code: Vec<u8>| {
            let name = String::new();
            let report = InspectReport::new(&Code::new(code), &config, None, name, usize::MAX);
            assert!(!super::text::text(&report).is_empty());
        };
        for position in (0..code.len()).step_by(5) {
            inspect(code[..position].to_vec());
            let mut changed = code.to_vec();
            changed[position] ^= 0xff;
            inspect(changed);
        }
    }
}
