//! `torr state export` and `import`: a whole state into a file and out of one.

use super::choice::{VersionArguments, VersionReport};
use super::database::DatabaseArguments;
use super::error::StateError;
use super::line;
use super::records::{self, RecordsError, Summary};
use crate::bytes::visible;
use crate::cli::Verdict;
use crate::error::CliError;
use crate::figure::counted;
use crate::files;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::style::{GOOD, TITLE};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use torr_crypto::hash::CryptoHash;
use torr_store::shard_state::{Collection, ShardState, StateSnapshot, Version};
use torr_store::state_file::{self, Begun, StateFileError, StateFileReader};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum FileFormat {
    /// All keys and values, with checksums, in the one order that there is
    State,
    /// The protocol's records as JSON, as in genesis files; not all of a state has records
    Records,
}

/// Writes a whole state into a file; one that was begun is gone on with
#[derive(Args)]
pub(super) struct ExportArguments {
    /// The file
    file: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = FileFormat::State)]
    format: FileFormat,
    /// Leave out what has no record, and say what that was
    #[arg(long)]
    lossy: bool,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    version: VersionArguments,
}

#[derive(Debug, Serialize)]
struct ExportReport {
    file: String,
    format: FileFormat,
    #[serde(flatten)]
    version: VersionReport,
    bytes: u64,
    /// Keys, or records.
    entries: u64,
    /// Entries that were there already.
    resumed: u64,
    #[serde(flatten)]
    records: Option<Summary>,
}

pub(super) fn export(arguments: &ExportArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &exported(arguments)?, export_text)?;
    Ok(Verdict::Good)
}

fn exported(arguments: &ExportArguments) -> Result<ExportReport, StateError> {
    let snapshot = arguments.database.open()?.snapshot()?;
    let version = arguments.version.choose(&snapshot)?;
    match arguments.format {
        FileFormat::State => export_state(&arguments.file, &snapshot, &version),
        FileFormat::Records => export_records(arguments, &snapshot, &version),
    }
}

fn export_state(
    path: &Path,
    snapshot: &StateSnapshot,
    version: &Version,
) -> Result<ExportReport, StateError> {
    let io_error =
        |action| move |source| StateError::File { action, path: path.to_owned(), source };
    let refused =
        |source| StateError::StateFile { path: path.to_owned(), source: Box::new(source) };
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(path).map_err(io_error("open"))?;
    let begun = Begun::nothing(version.root).find(&file).map_err(refused)?;
    file.set_len(begun.bytes()).map_err(io_error("cut"))?;
    file.seek(SeekFrom::End(0)).map_err(io_error("write"))?;
    let progress = Progress::endless("exporting", "keys");
    let trie = snapshot.trie_at(version.number)?;
    let mut buffered = BufWriter::new(&mut file);
    let told = |position: &state_file::Position| progress.set(position.entries);
    let end = state_file::export(&trie, &begun, &mut buffered, told).map_err(refused)?;
    drop(buffered);
    file.sync_all().map_err(io_error("write"))?;
    Ok(ExportReport {
        file: path.display().to_string(),
        format: FileFormat::State,
        version: VersionReport::new(version),
        bytes: end.bytes,
        entries: end.entries,
        resumed: begun.entries(),
        records: None,
    })
}

fn export_records(
    arguments: &ExportArguments,
    snapshot: &StateSnapshot,
    version: &Version,
) -> Result<ExportReport, StateError> {
    let path = &arguments.file;
    let refused = |source| StateError::Records { path: path.clone(), source: Box::new(source) };
    let trie = snapshot.trie_at(version.number)?;
    let lost = records::lost(&trie).map_err(refused)?;
    if !arguments.lossy && !lost.is_empty() {
        return Err(refused(RecordsError::Lossy { lost: records::lost_text(&lost) }));
    }
    let progress = Progress::endless("exporting", "records");
    let mut summary = Summary { lost, ..Summary::default() };
    files::replace(path, |file| records::write(&trie, file, &mut summary, &progress))
        .map_err(refused)?;
    let bytes = path.metadata().map_err(|source| StateError::File {
        action: "look at",
        path: path.clone(),
        source,
    })?;
    Ok(ExportReport {
        file: path.display().to_string(),
        format: FileFormat::Records,
        version: VersionReport::new(version),
        bytes: bytes.len(),
        entries: summary.records,
        resumed: 0,
        records: Some(summary),
    })
}

fn export_text(report: &ExportReport) -> String {
    let file = visible(&report.file);
    let mut text = format!("{GOOD}✓{GOOD:#} exported to {TITLE}{file}{TITLE:#}\n");
    text += &version_text(&report.version);
    let unit = if report.format == FileFormat::State { "key" } else { "record" };
    let resumed = match report.resumed {
        0 => String::new(),
        resumed => format!(", of which {resumed} were there"),
    };
    let (entries, bytes) = (counted(report.entries, unit), counted(report.bytes, "byte"));
    text += &line("size", format!("{bytes}, {entries}{resumed}"));
    if let Some(records) = &report.records {
        if !records.lost.is_empty() {
            text += &output::hint(&format!(
                "a state read from this file will lack {}",
                records::lost_text(&records.lost)
            ));
        }
        if records.requeued > 0 {
            text += &output::hint(&format!(
                "{} will be queued from 0 on, without what they count as for congestion",
                counted(records.requeued, "delayed receipt")
            ));
        }
    }
    text
}

fn version_text(version: &VersionReport) -> String {
    line("root", version.root) + &line("height", version.height)
}

/// Reads a whole state from a file into a shard that has none; one that was begun is gone on with
#[derive(Args)]
pub(super) struct ImportArguments {
    /// The file
    file: PathBuf,
    /// What is in it
    #[arg(long, value_enum, default_value_t = FileFormat::State)]
    format: FileFormat,
    /// Height of the state
    #[arg(long, value_name = "HEIGHT", default_value_t = 0)]
    height: u64,
    /// Root that the state has to have [default: that of the file; any, for records]
    #[arg(long, value_name = "HASH")]
    root: Option<CryptoHash>,
    /// Take away what an import that was begun has come to, and begin anew
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    database: DatabaseArguments,
}

#[derive(Debug, Serialize)]
struct ImportReport {
    file: String,
    format: FileFormat,
    shard: String,
    #[serde(flatten)]
    version: VersionReport,
    /// Frames or records that had been imported before.
    resumed: u64,
}

pub(super) fn import(arguments: &ImportArguments, format: Format) -> Result<Verdict, CliError> {
    output::print(format, &imported(arguments)?, import_text)?;
    Ok(Verdict::Good)
}

fn imported(arguments: &ImportArguments) -> Result<ImportReport, StateError> {
    let path = &arguments.file;
    let io_error = |source| StateError::File { action: "open", path: path.clone(), source };
    let file = File::open(path).map_err(io_error)?;
    let len = file.metadata().map_err(io_error)?.len();
    let progress = Progress::of_bytes("importing", len);
    // What cannot be imported at all makes no database.
    let source = match arguments.format {
        FileFormat::State => Source::State(open_state_file(arguments, file)?),
        FileFormat::Records => Source::Records(file),
    };
    let state = arguments.database.open_or_make()?;
    if arguments.restart {
        give_up(&state)?;
    }
    let resumed = state.unfinished_import()?.map_or(0, |import| import.position.parts);
    let version = match source {
        Source::State(reader) => {
            let told = |position: &state_file::Position| progress.set(position.bytes);
            let imported = state_file::import(reader, &state, arguments.height, told);
            imported.map_err(|source| of_state_file(path, source))?
        }
        Source::Records(file) => {
            let reader = progress.reader(file);
            records::import(reader, &state, arguments.root, arguments.height).map_err(|source| {
                StateError::Records { path: path.clone(), source: Box::new(source) }
            })?
        }
    };
    Ok(ImportReport {
        file: path.display().to_string(),
        format: arguments.format,
        shard: state.shard().to_string(),
        version: VersionReport::new(&version),
        resumed,
    })
}

/// What is imported.
enum Source {
    State(StateFileReader<File>),
    Records(File),
}

fn open_state_file(
    arguments: &ImportArguments,
    file: File,
) -> Result<StateFileReader<File>, StateError> {
    let path = &arguments.file;
    let reader = StateFileReader::open(file).map_err(|source| of_state_file(path, source))?;
    match arguments.root {
        Some(expected) if expected != reader.root() => {
            Err(StateError::OtherRoot { path: path.clone(), found: reader.root(), expected })
        }
        _ => Ok(reader),
    }
}

fn of_state_file(path: &Path, source: StateFileError) -> StateError {
    StateError::StateFile { path: path.to_owned(), source: Box::new(source) }
}

fn give_up(state: &ShardState) -> Result<(), StateError> {
    state.give_up_import()?;
    while state.collect(usize::MAX)? == Collection::Unfinished {}
    Ok(())
}

fn import_text(report: &ImportReport) -> String {
    let file = visible(&report.file);
    let mut text = format!("{GOOD}✓{GOOD:#} imported {TITLE}{file}{TITLE:#}\n");
    text += &version_text(&report.version);
    text += &line("shard", &report.shard);
    if report.resumed > 0 {
        let unit = if report.format == FileFormat::State { "frame" } else { "record" };
        text += &line("resumed", format!("behind {}", counted(report.resumed, unit)));
    }
    text
}
