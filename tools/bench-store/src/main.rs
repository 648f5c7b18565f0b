//! What keeping state costs: tries in memory, over a database in memory and over those on disk, at
//! growing numbers of keys, as a table. `cargo xtask bench store` runs it, with nomt beside.

#![forbid(unsafe_code)]
#![expect(clippy::float_arithmetic, reason = "measured times are floats; no protocol value is")]

mod figures;
mod in_memory;
#[path = "../../bench-peers/src/machine.rs"]
mod machine;
mod proofs;
mod stored;
mod table;
mod workload;

use clap::{Parser, ValueEnum};
use figures::{Figures, Nomt};
use std::path::PathBuf;
use std::process::ExitCode;
use torr_store::database::{DatabaseError, MemoryDatabase};
use torr_store::memory_trie::{CommitError, LoadError};
use torr_store::shard_state::StateError;
use torr_store::source::TrieError;

/// Measures what keeping state costs, and prints a table.
#[derive(Parser)]
#[command(name = "bench-store", bin_name = "cargo xtask bench store --")]
struct Arguments {
    /// Numbers of keys.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000,10000000")]
    keys: Vec<u64>,
    /// Where tries are kept.
    #[arg(long, value_delimiter = ',', default_value = "memory,database,embedded,rocksdb")]
    stores: Vec<Store>,
    /// Most keys on the database in memory: ten million take it 11 GB and ten minutes.
    #[arg(long, default_value_t = 1_000_000)]
    database_keys: u64,
    /// Most keys on the embedded database: a million take it minutes to write.
    #[arg(long, default_value_t = 1_000_000)]
    embedded_keys: u64,
    /// Most keys on RocksDB.
    #[arg(long, default_value_t = 1_000_000)]
    rocksdb_keys: u64,
    /// Figures of nomt, one line of JSON for each number of keys.
    #[arg(long)]
    nomt: Option<PathBuf>,
    /// Where databases are made for the time of the measurement.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// The chapter of the documentation in which the table is replaced.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// Where a trie is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Store {
    /// In memory, as a structure of its own.
    Memory,
    /// In a database in memory.
    Database,
    /// In the embedded database on disk.
    Embedded,
    /// In RocksDB.
    Rocksdb,
}

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Trie(#[from] TrieError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: not figures of nomt: {source}", path.display())]
    Nomt { path: PathBuf, source: serde_json::Error },
    #[error("{} has no place for the table: its lines `{}` and `{}` are missing", path.display(), table::BEGIN, table::END)]
    NoPlace { path: PathBuf },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let nomt =
        arguments.nomt.as_ref().map(|path| Nomt::read(path)).transpose()?.unwrap_or_default();
    let mut all = Vec::new();
    for &keys in &arguments.keys {
        for &store in &arguments.stores {
            let most = match store {
                Store::Memory => u64::MAX,
                Store::Database => arguments.database_keys,
                Store::Embedded => arguments.embedded_keys,
                Store::Rocksdb => arguments.rocksdb_keys,
            };
            if keys > most {
                continue;
            }
            eprintln!("{keys} keys, {store:?}");
            all.push(measure(store, keys, arguments)?);
        }
        all.extend(nomt.iter().filter(|nomt| nomt.keys == keys).map(Figures::of_nomt));
    }
    let machine = machine::Machine::here();
    let text = format!(
        "Measured on {}: {}, {} cores, {}, {}.\n{}",
        machine.date,
        machine.processor,
        machine.cores,
        machine.system,
        machine.compiler,
        table::text(&all)
    );
    println!("{text}");
    match &arguments.write {
        Some(path) => table::write(path, &text),
        None => Ok(()),
    }
}

fn measure(store: Store, keys: u64, arguments: &Arguments) -> Result<Figures, Failure> {
    match store {
        Store::Memory => in_memory::measure(keys),
        Store::Database => stored::measure::<MemoryDatabase>("database in memory", keys, arguments),
        Store::Embedded => stored::measure::<stored::Embedded>("embedded", keys, arguments),
        Store::Rocksdb => stored::measure::<stored::Rocks>("RocksDB", keys, arguments),
    }
}
