//! `torr state gc`, `stats` and `verify`: taking old versions away, sizes, and whether all is whole.

use super::choice::{VersionArguments, VersionReport};
use super::database::DatabaseArguments;
use super::error::StateError;
use super::line;
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::{counted, grouped};
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::style::{BAD, DIM, GOOD, TITLE};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::num::NonZero;
use torr_store::database::DatabaseError;
use torr_store::shard_state::{Collection, StateError as StoreError, StateStats, TrieStats};
use torr_store::source::TrieError;

/// Counts, nodes or keys that are gone through between two signs of progress.
const STEP: usize = 10_000;

/// Takes away what removed versions alone have, and removes old versions before
#[derive(Args)]
pub(super) struct GcArguments {
    /// Keep only the last COUNT versions up to the head, and what was made from them [default: remove none]
    #[arg(long, value_name = "COUNT")]
    keep: Option<NonZero<usize>>,
    #[command(flatten)]
    database: DatabaseArguments,
}

#[derive(Debug, Serialize)]
struct GcReport {
    /// Versions that were removed.
    removed: u64,
    /// Versions that are kept.
    kept: u64,
    /// Removed versions that wait, because several others were made from them.
    waiting: u64,
}

pub(super) fn gc(arguments: &GcArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &collected(arguments)?, gc_text)?;
    Ok(Verdict::Good)
}

fn collected(arguments: &GcArguments) -> Result<GcReport, StateError> {
    let state = arguments.database.open()?;
    let removed = match arguments.keep {
        Some(count) => state.retain_latest(count.get())?,
        None => 0,
    };
    let progress = Progress::endless("collecting", "places");
    while state.collect(STEP)? == Collection::Unfinished {
        progress.advance(STEP as u64);
    }
    let snapshot = state.snapshot()?;
    let (kept, waiting) = (snapshot.versions()?.len(), snapshot.waiting()?.len());
    Ok(GcReport { removed: removed as u64, kept: kept as u64, waiting: waiting as u64 })
}

fn gc_text(report: &GcReport) -> String {
    let GcReport { removed, kept, waiting } = report;
    let mut text = format!("{GOOD}✓{GOOD:#} collected\n");
    text += &line("removed", counted(*removed, "version"));
    text += &line("kept", counted(*kept, "version"));
    if *waiting > 0 {
        let waiting = counted(*waiting, "removed version");
        text += &line("waiting", format!("{waiting}, from which several others were made"));
    }
    text
}

/// Shows how large the state is, and what it is made of
#[derive(Args)]
pub(super) struct StatsArguments {
    #[command(flatten)]
    database: DatabaseArguments,
}

#[derive(Debug, Serialize)]
struct StatsReport {
    shard: String,
    versions: u64,
    waiting: u64,
    columns: BTreeMap<&'static str, ColumnReport>,
    head: Option<TrieReport>,
}

#[derive(Debug, Serialize)]
struct ColumnReport {
    entries: u64,
    key_bytes: u64,
    value_bytes: u64,
}

#[derive(Debug, Serialize)]
struct TrieReport {
    leaves: u64,
    branches: u64,
    branches_with_value: u64,
    extensions: u64,
    node_bytes: u64,
    value_bytes: u64,
    /// The most nodes that are above one.
    depth: u64,
    /// Nodes by how many are above them.
    by_depth: BTreeMap<u64, u64>,
}

pub(super) fn stats(arguments: &StatsArguments, format: Format) -> Result<Verdict, CliError> {
    let read = || -> Result<StatsReport, StateError> {
        let snapshot = arguments.database.open()?.snapshot()?;
        Ok(StatsReport::new(snapshot.shard().to_string(), snapshot.stats()?))
    };
    output::print(format, &read()?, stats_text)?;
    Ok(Verdict::Good)
}

impl StatsReport {
    fn new(shard: String, stats: StateStats) -> StatsReport {
        let StateStats { versions, waiting, columns, head } = stats;
        let columns = columns.into_iter().map(|(column, stats)| {
            let (entries, key_bytes) = (stats.entries, stats.key_bytes);
            (column.name(), ColumnReport { entries, key_bytes, value_bytes: stats.value_bytes })
        });
        let columns = columns.collect();
        StatsReport { shard, versions, waiting, columns, head: head.map(TrieReport::new) }
    }
}

impl TrieReport {
    fn new(stats: TrieStats) -> TrieReport {
        TrieReport {
            leaves: stats.leaves,
            branches: stats.branches,
            branches_with_value: stats.branches_with_value,
            extensions: stats.extensions,
            node_bytes: stats.node_bytes,
            value_bytes: stats.value_bytes,
            depth: stats.by_depth.keys().next_back().copied().unwrap_or(0),
            by_depth: stats.by_depth,
        }
    }
}

fn stats_text(report: &StatsReport) -> String {
    let StatsReport { shard, versions, waiting, columns, head } = report;
    let mut text = format!("{TITLE}shard {shard}{TITLE:#}\n");
    let waiting = match waiting {
        0 => String::new(),
        waiting => format!(", {waiting} removed and not collected"),
    };
    text += &line("versions", grouped(*versions) + &waiting);
    text += "\ncolumns\n";
    for (name, column) in columns {
        let bytes = counted(column.key_bytes.saturating_add(column.value_bytes), "byte");
        text += &line(name, format!("{bytes} under {}", counted(column.entries, "key")));
    }
    let Some(head) = head else { return text };
    let keys = head.leaves.saturating_add(head.branches_with_value);
    text += &format!("\nhead {DIM}{}{DIM:#}\n", counted(keys, "key"));
    text += &line("leaves", grouped(head.leaves));
    let with_value = grouped(head.branches_with_value);
    text += &line("branches", format!("{}, {with_value} with a value", grouped(head.branches)));
    text += &line("extended", counted(head.extensions, "extension"));
    text += &line("nodes", counted(head.node_bytes, "byte"));
    text += &line("values", counted(head.value_bytes, "byte"));
    text += &line("depth", format!("at most {} above one", counted(head.depth, "node")));
    text
}

/// Reads a whole version and compares all of it with its hashes; exits with 1 if something is wrong
#[derive(Args)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    version: VersionArguments,
}

#[derive(Debug, Serialize)]
struct VerifyReport {
    /// Whether all is as it was written.
    whole: bool,
    #[serde(flatten)]
    version: Option<VersionReport>,
    /// Keys of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<u64>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

pub(super) fn verify(arguments: &VerifyArguments, format: Format) -> Result<Verdict, CliError> {
    let report = match verified(arguments) {
        Ok((version, keys)) => {
            VerifyReport { whole: true, version: Some(version), keys: Some(keys), problem: None }
        }
        Err(error) if is_damage(&error) => {
            let problem = Some(error.to_string());
            VerifyReport { whole: false, version: None, keys: None, problem }
        }
        Err(error) => return Err(error.into()),
    };
    output::print(format, &report, verify_text)?;
    Ok(if report.whole { Verdict::Good } else { Verdict::Bad })
}

fn verified(arguments: &VerifyArguments) -> Result<(VersionReport, u64), StateError> {
    let snapshot = arguments.database.open_verified()?.snapshot()?;
    let version = arguments.version.choose(&snapshot)?;
    Ok((VersionReport::new(&version), snapshot.verify(version.number)?))
}

/// Whether an error says that something is not what was written, and not that it could not be looked at.
fn is_damage(error: &StateError) -> bool {
    let is_damaged = |error: &DatabaseError| {
        matches!(error, DatabaseError::Damaged { .. } | DatabaseError::DamagedEntry { .. })
    };
    match error {
        StateError::Database(error) | StateError::Store(StoreError::Database(error)) => {
            is_damaged(error)
        }
        StateError::Store(StoreError::FlatDiffers { .. }) => true,
        StateError::Trie(error) | StateError::Store(StoreError::Trie(error)) => match error {
            TrieError::Database(error) => is_damaged(error),
            TrieError::Missing { .. }
            | TrieError::OtherHash { .. }
            | TrieError::InvalidNode { .. }
            | TrieError::Inconsistent { .. } => true,
            TrieError::ValueTooLong { .. } => false,
        },
        _ => false,
    }
}

fn verify_text(report: &VerifyReport) -> String {
    let mut text = match report.whole {
        true => format!("{GOOD}✓{GOOD:#} the state is {GOOD}whole{GOOD:#}\n"),
        false => format!("{BAD}✗{BAD:#} the state is {BAD}damaged{BAD:#}\n"),
    };
    if let Some(version) = &report.version {
        text += &line("root", version.root);
        text += &line("height", version.height);
    }
    text += &report.keys.map(|keys| line("keys", grouped(keys))).unwrap_or_default();
    text += &report.problem.as_ref().map(|it| line("problem", it)).unwrap_or_default();
    text
}
