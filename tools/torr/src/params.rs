//! `torr params`: what things cost and how big they may be, and what a version changed.

use crate::cli::Verdict;
use crate::configuration::ConfigurationArguments;
use crate::error::CliError;
use crate::figure::counted;
use crate::output::{self, Format};
use crate::style::{BAD, DIM, GOOD, NAME, TITLE};
use clap::Args;
use serde::Serialize;
use serde_json::Value as Json;
use torr_parameters::{Table, Value};
use torr_primitives::ProtocolVersion;

/// Shows costs, limits and switches of a protocol version, or what another one changes
#[derive(Args)]
pub(crate) struct ParamsArguments {
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Show only what is different in protocol version VERSION
    #[arg(long, value_name = "VERSION")]
    diff: Option<ProtocolVersion>,
    /// Print as JSON
    #[arg(long, conflicts_with = "yaml")]
    json: bool,
    /// Print as a table for --params, to change and to run with
    #[arg(long, conflicts_with = "diff")]
    yaml: bool,
}

/// What a protocol version changes.
#[derive(Debug, Serialize)]
struct DiffReport {
    /// What is compared.
    from: String,
    /// With what.
    to: String,
    /// The parameters that differ, by key.
    changes: Vec<ChangeReport>,
}

/// A parameter that differs; a side that does not have it is left out.
#[derive(Debug, Serialize)]
struct ChangeReport {
    /// Its key.
    key: String,
    /// Its value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Json>,
    /// Its value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Json>,
    /// Both, for reading.
    #[serde(skip)]
    text: [Option<String>; 2],
}

/// Carries out `torr params`.
pub(crate) fn params(arguments: &ParamsArguments) -> Result<Verdict, CliError> {
    let table = arguments.configuration.table()?;
    let format = Format::of_flag(arguments.json);
    match arguments.diff {
        Some(version) => {
            let from = arguments.configuration.name();
            let report = DiffReport::new(from, &table, version, &Table::builtin(version)?);
            output::print(format, &report, diff_text)?;
        }
        None if arguments.yaml => output::print_text(&table.to_yaml())?,
        None => output::print(format, &table.to_json(), |_| table.to_text())?,
    }
    Ok(Verdict::Good)
}

impl DiffReport {
    fn new(from: String, old: &Table, version: ProtocolVersion, new: &Table) -> DiffReport {
        let changes = old.diff(new).into_iter().map(|difference| ChangeReport {
            key: difference.key,
            old: difference.old.as_ref().map(Value::to_json),
            new: difference.new.as_ref().map(Value::to_json),
            text: [difference.old, difference.new]
                .map(|value| value.map(|value| value.to_string())),
        });
        DiffReport { from, to: format!("protocol version {version}"), changes: changes.collect() }
    }
}

fn diff_text(report: &DiffReport) -> String {
    let DiffReport { from, to, changes } = report;
    let count = counted(changes.len() as u64, "difference");
    let mut text = format!("{TITLE}{from} → {to}{TITLE:#} {DIM}{count}{DIM:#}\n");
    for ChangeReport { key, text: [old, new], .. } in changes {
        let old = old.as_deref().unwrap_or("absent");
        let new = new.as_deref().unwrap_or("absent");
        text +=
            &format!("  {NAME}{key}{NAME:#}\n    {BAD}-{BAD:#} {old}\n    {GOOD}+{GOOD:#} {new}\n");
    }
    text
}
