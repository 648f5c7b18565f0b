//! A run that goes on and on, over a database on disk: does throughput sink, or memory grow?

use crate::chain::{Chain, Validation};
use crate::figures::resident_memory;
use crate::state::OnDisk;
use crate::workload::{Traffic, Workload};
use crate::{Arguments, Failure};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use torr_store::database::{Database, EmbeddedDatabase, Identity, OpenOptions, RocksDatabase};

/// A database: its kind, and its folder, which is made.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// RocksDB.
    Rocksdb(PathBuf),
    /// The embedded database.
    Embedded(PathBuf),
}

/// A text that names no database.
#[derive(Clone, Debug, thiserror::Error)]
#[error("write `rocksdb:FOLDER` or `embedded:FOLDER`")]
pub(crate) struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Place, NoPlace> {
        match text.split_once(':') {
            Some(("rocksdb", folder)) => Ok(Place::Rocksdb(folder.into())),
            Some(("embedded", folder)) => Ok(Place::Embedded(folder.into())),
            _ => Err(NoPlace),
        }
    }
}

impl Place {
    /// Opens the database, which has to be empty.
    pub(crate) fn open(&self) -> Result<Arc<dyn Database>, Failure> {
        let identity = Identity { schema: 1, chain_id: "bench".to_owned() };
        let options = OpenOptions::new(identity);
        Ok(match self {
            Place::Rocksdb(folder) => Arc::new(RocksDatabase::open(folder, &options)?),
            Place::Embedded(folder) => Arc::new(EmbeddedDatabase::open(folder, &options)?),
        })
    }
}

/// What happened in a stretch of time.
#[derive(Default)]
struct Stretch {
    transactions: usize,
    apply: Duration,
    commit: Duration,
}

impl Stretch {
    fn line(&self, since: Duration) -> String {
        let seconds = (self.apply + self.commit).as_secs_f64();
        let resident = resident_memory()
            .map_or_else(String::new, |bytes| format!("{:.0}", bytes as f64 / 1e6));
        let each = |time: Duration| time.as_secs_f64() * 1e6 / self.transactions.max(1) as f64;
        format!(
            "| {:.0} | {:.0} | {:.1} | {:.1} | {resident} |",
            since.as_secs_f64(),
            self.transactions as f64 / seconds.max(f64::MIN_POSITIVE),
            each(self.apply),
            each(self.commit),
        )
    }
}

/// Applies and commits blocks for so long, and prints a line for each stretch. Signing is not counted.
pub(crate) fn run(
    chain: &mut Chain<'_, OnDisk>,
    traffic: &mut Traffic<'_>,
    workload: Workload,
    time: Duration,
    arguments: &Arguments,
) -> Result<(), Failure> {
    println!("| seconds | transactions a second | apply, µs each | commit, µs each | memory, MB |");
    println!("|---:|---:|---:|---:|---:|");
    let every = Duration::from_secs(arguments.every);
    let (start, mut stretch, mut next) = (Instant::now(), Stretch::default(), every);
    while start.elapsed() < time {
        let transactions = traffic.block(workload, arguments.transactions);
        let block = chain.next(&transactions, Validation::Without)?;
        stretch.transactions += block.transactions;
        stretch.apply += block.time;
        stretch.commit += block.commit;
        if start.elapsed() >= next {
            println!("{}", stretch.line(start.elapsed()));
            stretch = Stretch::default();
            next += every;
        }
    }
    Ok(())
}
