//! The program that `cargo xtask crash` kills: it writes versions of a state to a database on disk, for
//! ever, or checks what it left.
//!
//! - `crash_writer write DATABASE FOLDER SEED` goes on with the workload of that seed, and says on its
//!   output what it begins and what is done.
//! - `crash_writer check DATABASE FOLDER SEED DEPTH` reads that output, and compares what is in the
//!   database with it and with the workload. With the depth `counts` it also collects what is left, and
//!   compares the counts of all nodes.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
#[cfg(feature = "rocksdb")]
use torr_store::database::RocksDatabase;
use torr_store::database::{Database, EmbeddedDatabase, Identity, OpenOptions};
use torr_store::shard_state::{Collection, ShardState, StateError, VersionNumber};
use torr_store::stored_trie::ShardUid;
use torr_testkit::state_history::{Workload, check_counts, check_versions};

const SHARD: ShardUid = ShardUid { version: 0, shard_id: 7 };
/// Most keys that a version changes.
const CHANGES: u64 = 30;
/// Most counts of a chunk, so that small versions have several.
const CHUNK_LEN: usize = 32;

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["write", database, folder, seed] => write(database, folder, seed),
        ["check", database, folder, seed, depth] => check(database, folder, seed, depth),
        _ => Err("say `write DATABASE FOLDER SEED` or `check DATABASE FOLDER SEED DEPTH`".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open(database: &str, folder: &str) -> Result<Arc<dyn Database>, Failure> {
    let identity = Identity { schema: 1, chain_id: "crash".to_owned() };
    let options = OpenOptions { cache_len: 16 << 20, ..OpenOptions::new(identity) };
    let folder = Path::new(folder);
    Ok(match database {
        "embedded" => Arc::new(EmbeddedDatabase::open(folder, &options)?),
        #[cfg(feature = "rocksdb")]
        "rocksdb" => Arc::new(RocksDatabase::open(folder, &options)?),
        other => {
            return Err(
                format!("there is no database {other}; choose `embedded` or `rocksdb`").into()
            );
        }
    })
}

/// Says it at once, so that a kill does not swallow it.
fn say(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{text}")?;
    output.flush()
}

/// Says before and afterwards what is done.
fn step<T>(name: &str, run: impl FnOnce() -> Result<T, StateError>) -> Result<T, Failure> {
    say(&format!("begin {name}"))?;
    let done = run()?;
    say(&format!("done {name}"))?;
    Ok(done)
}

fn write(database: &str, folder: &str, seed: &str) -> Result<(), Failure> {
    let workload = Workload { seed: seed.parse()?, changes: CHANGES };
    let database = open(database, folder)?;
    let state = ShardState::open(database, SHARD)?.with_chunk_len(CHUNK_LEN);
    let there = state.versions()?;
    for version in &there {
        say(&format!("there {}", version.number))?;
    }
    say_head(&state)?;
    say("open")?;
    let last = there.last().map(|version| version.number.0);
    if let Some(last) = last {
        tidy(workload, &state, last)?;
    }
    for number in last.map_or(0, |last| last + 1).. {
        step(&format!("commit {number}"), || workload.commit(&state, number))?;
        // Which became the head if its parent was.
        say_head(&state)?;
        tidy(workload, &state, number)?;
    }
    Ok(())
}

fn say_head(state: &ShardState) -> Result<(), Failure> {
    if let Some(head) = state.head()? {
        say(&format!("done head {}", head.number))?;
    }
    Ok(())
}

/// All that comes between two commits. Done again, it does no harm.
fn tidy(workload: Workload, state: &ShardState, number: u64) -> Result<(), Failure> {
    let latest = VersionNumber(number);
    let set_head = || step(&format!("head {latest}"), || state.set_head(latest));
    if workload.moves_head(number) {
        set_head()?;
    }
    for old in workload.to_remove(number, &state.versions()?) {
        if state.head()?.is_some_and(|head| head.number == old) {
            set_head()?;
        }
        step(&format!("remove {old}"), || state.remove(old))?;
    }
    for limit in workload.collections(number) {
        let _ = step("collect", || state.collect(limit))?;
    }
    Ok(())
}

/// What the program said that was killed.
#[derive(Default)]
struct Said {
    /// Versions that have to be kept.
    kept: BTreeSet<u64>,
    /// Versions that may be kept or not.
    open: BTreeSet<u64>,
    /// Versions that may be the head; none if it is not known.
    heads: BTreeSet<u64>,
    /// Whether it had said all that was there when it began.
    is_complete: bool,
}

impl Said {
    fn read(lines: impl Iterator<Item = io::Result<String>>) -> Result<Said, Failure> {
        let mut said = Said::default();
        for line in lines {
            let line = line?;
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["there", number] => {
                    said.kept.insert(number.parse()?);
                }
                ["begin", "commit", number] => {
                    said.open.insert(number.parse()?);
                    said.begin_head(number.parse()?);
                }
                ["done", "commit", number] => {
                    said.open.clear();
                    said.kept.insert(number.parse()?);
                }
                ["begin", "remove", number] => {
                    let number = number.parse()?;
                    said.kept.remove(&number);
                    said.open.insert(number);
                }
                ["done", "remove", _] => said.open.clear(),
                ["begin", "head", number] => said.begin_head(number.parse()?),
                ["done", "head", number] => said.heads = BTreeSet::from([number.parse()?]),
                ["open"] => said.is_complete = true,
                ["begin" | "done", "collect"] => {}
                _ => return Err(format!("the writer said {line:?}").into()),
            }
        }
        Ok(said)
    }

    fn begin_head(&mut self, number: u64) {
        if !self.heads.is_empty() {
            self.heads.insert(number);
        }
    }

    fn compare(&self, state: &ShardState) -> Result<(), Failure> {
        let there: BTreeSet<u64> = state.versions()?.iter().map(|it| it.number.0).collect();
        let lost: Vec<_> = self.kept.difference(&there).collect();
        let allowed = &self.kept | &self.open;
        let strange: Vec<_> = match self.is_complete {
            true => there.difference(&allowed).collect(),
            false => Vec::new(),
        };
        if !(lost.is_empty() && strange.is_empty()) {
            return Err(format!("versions lost: {lost:?}, back again: {strange:?}").into());
        }
        let head = state.head()?.map(|head| head.number.0);
        let is_known = self.heads.is_empty() || head.is_some_and(|it| self.heads.contains(&it));
        if is_known {
            Ok(())
        } else {
            Err(format!("the head is {head:?}, not {:?}", self.heads).into())
        }
    }
}

fn check(database: &str, folder: &str, seed: &str, depth: &str) -> Result<(), Failure> {
    let workload = Workload { seed: seed.parse()?, changes: CHANGES };
    let said = Said::read(io::stdin().lock().lines())?;
    let database = open(database, folder)?;
    let state = ShardState::open(Arc::clone(&database), SHARD)?.with_chunk_len(CHUNK_LEN);
    said.compare(&state)?;
    check_versions(&state, &workload.contents(&state)?)?;
    if depth == "counts" {
        while state.collect(1_000)? == Collection::Unfinished {}
        let contents = workload.contents(&state)?;
        check_versions(&state, &contents)?;
        check_counts(&state, &*database, &contents)?;
    }
    let last = state.versions()?.last().map_or(0, |version| version.number.0);
    say(&format!("version {last}"))?;
    Ok(())
}
