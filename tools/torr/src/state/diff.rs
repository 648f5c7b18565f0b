//! `torr state diff`: in which keys two versions of the state differ.

use super::choice::with_root;
use super::database::DatabaseArguments;
use super::entry::{KeyReport, ValueReport};
use super::error::StateError;
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::counted;
use crate::output::{self, Format};
use crate::style::{BAD, DIM, GOOD, TITLE};
use clap::Args;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;

/// Shows the keys in which two versions of the state differ, with both values
#[derive(Args)]
pub(super) struct DiffArguments {
    /// Root of the old version
    #[arg(value_name = "OLD_ROOT")]
    old: CryptoHash,
    /// Root of the new version
    #[arg(value_name = "NEW_ROOT")]
    new: CryptoHash,
    /// Most keys to show
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    database: DatabaseArguments,
}

#[derive(Debug, Serialize)]
struct DiffReport {
    old: CryptoHash,
    new: CryptoHash,
    differences: Vec<DifferenceReport>,
    /// Whether there are more.
    more: bool,
}

#[derive(Debug, Serialize)]
struct DifferenceReport {
    #[serde(flatten)]
    key: KeyReport,
    /// The value before; none if the key was added.
    old: Option<ValueReport>,
    /// The value after; none if the key was removed.
    new: Option<ValueReport>,
}

pub(super) fn diff(arguments: &DiffArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &report(arguments)?, text)?;
    Ok(Verdict::Good)
}

fn report(arguments: &DiffArguments) -> Result<DiffReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let old = snapshot.trie_at(with_root(&snapshot, arguments.old)?.number)?;
    let new = snapshot.trie_at(with_root(&snapshot, arguments.new)?.number)?;
    let (mut differences, mut more) = (Vec::new(), false);
    for difference in old.diff(&new) {
        let difference = difference?;
        if differences.len() >= arguments.limit {
            more = true;
            break;
        }
        let key = &difference.key;
        let old = difference.old.map(|value| old.source().value_of(&value)).transpose()?;
        let new = difference.new.map(|value| new.source().value_of(&value)).transpose()?;
        differences.push(DifferenceReport {
            key: KeyReport::new(key),
            old: old.map(|value| ValueReport::new(key, &value)),
            new: new.map(|value| ValueReport::new(key, &value)),
        });
    }
    Ok(DiffReport { old: arguments.old, new: arguments.new, differences, more })
}

fn text(report: &DiffReport) -> String {
    let DiffReport { old, new, differences, more } = report;
    let count = counted(differences.len() as u64, "difference");
    let mut text = format!("{TITLE}{old} → {new}{TITLE:#} {DIM}{count}{DIM:#}\n");
    for DifferenceReport { key, old, new } in differences {
        text += &format!("  {}\n", key.text());
        if let Some(old) = old {
            text += &format!("    {BAD}-{BAD:#} {}\n", old.text());
        }
        if let Some(new) = new {
            text += &format!("    {GOOD}+{GOOD:#} {}\n", new.text());
        }
    }
    if *more {
        text += &output::hint("there are more; raise --limit");
    }
    text
}
