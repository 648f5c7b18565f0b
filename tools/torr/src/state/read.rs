//! `torr state root`, `get` and `list`: what versions there are, and what is in one.

use super::choice::{VersionArguments, VersionReport};
use super::database::DatabaseArguments;
use super::entry::{EntryReport, ValueReport};
use super::error::StateError;
use super::key::{Key, parse_key, parse_prefix};
use super::line;
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::counted;
use crate::output::{self, Format};
use crate::style::{DIM, HINT, NAME, TITLE};
use clap::Args;
use serde::Serialize;
use std::ops::Bound;

/// Shows the root of the head, and of all versions that are kept
#[derive(Args)]
pub(super) struct RootArguments {
    #[command(flatten)]
    database: DatabaseArguments,
}

#[derive(Debug, Serialize)]
struct RootReport {
    shard: String,
    head: VersionReport,
    /// All that are kept, the head included, from the first on.
    versions: Vec<VersionReport>,
}

pub(super) fn root(arguments: &RootArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &root_report(arguments)?, root_text)?;
    Ok(Verdict::Good)
}

fn root_report(arguments: &RootArguments) -> Result<RootReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let shard = snapshot.shard();
    let head = snapshot.head()?.ok_or(StateError::NoVersion { shard })?;
    let versions = snapshot.versions()?.iter().map(VersionReport::new).collect();
    Ok(RootReport { shard: shard.to_string(), head: VersionReport::new(&head), versions })
}

fn root_text(report: &RootReport) -> String {
    let RootReport { shard, head, versions } = report;
    let mut text = format!("{TITLE}{}{TITLE:#}\n", head.root);
    text += &line("height", head.height);
    text += &line("shard", shard);
    if versions.len() > 1 {
        text += &format!("\nversions {DIM}{}{DIM:#}\n", versions.len());
        for version in versions {
            let mark = if version.version == head.version { "*" } else { " " };
            let (root, height) = (version.root, version.height);
            text += &format!("  {HINT}{mark}{HINT:#} {NAME}{root}{NAME:#} at height {height}\n");
        }
    }
    text
}

/// Shows what is under a key
#[derive(Args)]
pub(super) struct GetArguments {
    /// The key: account:ID, code:ID, data:ID:KEY, key:ID:PUBLICKEY or hexadecimal digits
    #[arg(value_parser = parse_key)]
    key: Key,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    version: VersionArguments,
}

#[derive(Debug, Serialize)]
struct GetReport {
    #[serde(flatten)]
    version: VersionReport,
    #[serde(flatten)]
    entry: EntryReport,
}

pub(super) fn get(arguments: &GetArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &get_report(arguments)?, get_text)?;
    Ok(Verdict::Good)
}

fn get_report(arguments: &GetArguments) -> Result<GetReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let version = arguments.version.choose(&snapshot)?;
    let Key(key) = &arguments.key;
    let value = snapshot.trie_at(version.number)?.get(key)?;
    let entry = EntryReport::new(key, value.as_deref());
    Ok(GetReport { version: VersionReport::new(&version), entry })
}

fn get_text(report: &GetReport) -> String {
    let GetReport { version, entry } = report;
    let mut text = format!("{}\n", entry.key.text());
    let value = entry.value.as_ref().map_or("nothing".to_owned(), ValueReport::text);
    text += &line("value", value);
    text += &line("root", format!("{} at height {}", version.root, version.height));
    text
}

/// Lists keys with what is under them, in the order of keys
#[derive(Args)]
pub(super) struct ListArguments {
    /// Only keys that begin so: account:AL, data:ID, data:ID:KEY, key:ID or hexadecimal digits
    #[arg(long, value_parser = parse_prefix, default_value = "", hide_default_value = true)]
    prefix: Key,
    /// Begin with this key, or the first one behind it
    #[arg(long, value_name = "KEY", value_parser = parse_key)]
    from: Option<Key>,
    /// Most keys to list
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    version: VersionArguments,
}

#[derive(Debug, Serialize)]
struct ListReport {
    #[serde(flatten)]
    version: VersionReport,
    entries: Vec<EntryReport>,
    /// The key to go on from, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(super) fn list(arguments: &ListArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &list_report(arguments)?, list_text)?;
    Ok(Verdict::Good)
}

fn list_report(arguments: &ListArguments) -> Result<ListReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let version = arguments.version.choose(&snapshot)?;
    let trie = snapshot.trie_at(version.number)?;
    let Key(prefix) = &arguments.prefix;
    let start = arguments.from.as_ref().map_or(prefix, |Key(from)| from.max(prefix));
    let mut iterator = trie.iter();
    iterator.seek(Bound::Included(start))?;
    let (mut entries, mut next) = (Vec::new(), None);
    for entry in iterator {
        let (key, value) = entry?;
        if !key.starts_with(prefix) {
            break;
        }
        if entries.len() >= arguments.limit {
            next = Some(hex::encode(key));
            break;
        }
        entries.push(EntryReport::new(&key, Some(&value)));
    }
    Ok(ListReport { version: VersionReport::new(&version), entries, next })
}

fn list_text(report: &ListReport) -> String {
    let ListReport { version, entries, next } = report;
    let count = counted(entries.len() as u64, "key");
    let mut text = format!("{TITLE}{}{TITLE:#} {DIM}{count}{DIM:#}\n", version.root);
    text += &entries.iter().map(EntryReport::text).collect::<String>();
    if let Some(next) = next {
        text +=
            &output::hint(&format!("there are more; go on with --from {next}, or raise --limit"));
    }
    text
}
