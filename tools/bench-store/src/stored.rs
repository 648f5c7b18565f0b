//! Tries in databases, with versions, the flat state beside them, and a cache of nodes.

use crate::figures::Figures;
use crate::in_memory::{of_trie, put, reads};
use crate::workload::{
    ENTRY_LEN, REPEATS, batch_len, bytes_written, micros_per_key, old_numbers, sorted_keys, value,
};
use crate::{Arguments, Failure};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use torr_store::database::{
    Database, EmbeddedDatabase, Identity, MemoryDatabase, OpenOptions, RocksDatabase, Verification,
};
use torr_store::memory_trie::MemoryTrie;
use torr_store::node_cache::NodeCache;
use torr_store::shard_state::{Collection, ShardState, Version};
use torr_store::stored_trie::{ShardUid, StoredBytes};
use torr_store::trie::Trie;

/// Keys that are added at a time while a state is built.
const BUILD_BATCH: u64 = 100_000;
/// Memory for nodes, and for the database, in bytes.
const CACHE_LEN: usize = 512 << 20;
/// The same, when it is to be far less than the state.
const SMALL_CACHE_LEN: usize = 8 << 20;

/// A database of a kind, to be opened.
pub(crate) trait Kind {
    /// Opens the one in a folder, or makes it; `None` if it has no folder.
    fn open(folder: &Path, cache_len: usize) -> Result<Option<Arc<dyn Database>>, Failure>;
}

impl Kind for MemoryDatabase {
    fn open(_: &Path, _: usize) -> Result<Option<Arc<dyn Database>>, Failure> {
        Ok(None)
    }
}

/// The embedded database.
pub(crate) struct Embedded;

impl Kind for Embedded {
    fn open(folder: &Path, cache_len: usize) -> Result<Option<Arc<dyn Database>>, Failure> {
        Ok(Some(Arc::new(EmbeddedDatabase::open(folder, &options(cache_len))?)))
    }
}

/// RocksDB.
pub(crate) struct Rocks;

impl Kind for Rocks {
    fn open(folder: &Path, cache_len: usize) -> Result<Option<Arc<dyn Database>>, Failure> {
        Ok(Some(Arc::new(RocksDatabase::open(folder, &options(cache_len))?)))
    }
}

fn options(cache_len: usize) -> OpenOptions {
    let identity = Identity { schema: 1, chain_id: "bench".to_owned() };
    let verification = Verification::AsRead;
    OpenOptions { cache_len, verification, ..OpenOptions::new(identity) }
}

pub(crate) fn measure<K: Kind>(
    store: &'static str,
    keys: u64,
    arguments: &Arguments,
) -> Result<Figures, Failure> {
    let folder = TempDir::new_in(&arguments.folder)
        .map_err(|source| Failure::File { path: arguments.folder.clone(), source })?;
    let mut figures = Figures { store, keys, ..Figures::default() };
    let on_disk = K::open(folder.path(), CACHE_LEN)?;
    let is_on_disk = on_disk.is_some();
    let database = on_disk.unwrap_or_else(|| Arc::new(MemoryDatabase::new()));
    let state = ShardState::open(database, ShardUid::default())?;
    let mut head = build(&state, keys)?;

    let cache = NodeCache::new(CACHE_LEN as u64);
    let snapshot = state.snapshot()?;
    // What a node has in its cache after a few blocks: what these batches read.
    let bytes = || cache.over(StoredBytes::new(snapshot.reader(), state.shard()));
    of_trie(&Trie::with_root(bytes(), head.root), &mut figures)?;
    figures.flat_read = Some(reads(keys, |key| matches!(snapshot.flat_get(key), Ok(Some(_)))));
    figures.load = Some(load(&state, &head, keys, 1)?);
    figures.load_parallel = Some(load(&state, &head, keys, 0)?);
    drop(snapshot);

    let before = bytes_written();
    let mut failed = None;
    let (mut commit, mut collect) = (Vec::new(), Vec::new());
    for round in 0..REPEATS {
        match next(&state, &cache, head, old_numbers(keys, round), round + 2) {
            Ok((version, times)) => {
                head = version;
                commit.push(times.0);
                collect.push(times.1);
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let middle = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).map(|time| time / batch_len(keys) as f64)
    };
    (figures.commit, figures.collect) = (middle(commit), middle(collect));
    drop(state);
    if is_on_disk {
        let changed = (REPEATS * batch_len(keys) * ENTRY_LEN as u64) as f64;
        let written = before.zip(bytes_written());
        figures.amplification = written.map(|(before, after)| (after - before) as f64 / changed);
        cold::<K>(folder.path(), &mut figures)?;
    }
    Ok(figures)
}

/// Reads with little room for what was read before.
fn cold<K: Kind>(folder: &Path, figures: &mut Figures) -> Result<(), Failure> {
    let Some(database) = K::open(folder, SMALL_CACHE_LEN)? else { return Ok(()) };
    let state = ShardState::open(database, ShardUid::default())?;
    let snapshot = state.snapshot()?;
    let Some(head) = snapshot.head()? else { return Ok(()) };
    let trie = snapshot.trie_at(head.number)?;
    let keys = figures.keys;
    figures.cold_read = Some(reads(keys, |key| matches!(trie.get(key), Ok(Some(_)))));
    figures.cold_flat_read = Some(reads(keys, |key| matches!(snapshot.flat_get(key), Ok(Some(_)))));
    Ok(())
}

/// Fills a state with so many keys; leaves one version.
fn build(state: &ShardState, keys: u64) -> Result<Version, Failure> {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} keys, {elapsed}");
    let bar = ProgressBar::new(keys).with_style(style.expect("it is well-formed"));
    let cache = NodeCache::new(CACHE_LEN as u64);
    let mut head: Option<Version> = None;
    for start in (0..keys).step_by(BUILD_BATCH as usize) {
        let numbers = start..(start + BUILD_BATCH).min(keys);
        let len = numbers.end - numbers.start;
        head = Some(advance(state, &cache, head, numbers, 0)?.0);
        tidy(state)?;
        bar.inc(len);
    }
    bar.finish_and_clear();
    head.ok_or_else(|| torr_store::source::TrieError::Inconsistent { what: "no key" }.into())
}

/// Puts values, commits, and takes the version before away. Gives microseconds for both.
fn next(
    state: &ShardState,
    cache: &NodeCache,
    head: Version,
    numbers: Range<u64>,
    version: u64,
) -> Result<(Version, (f64, f64)), Failure> {
    let (head, commit) = advance(state, cache, Some(head), numbers, version)?;
    let start = Instant::now();
    tidy(state)?;
    Ok((head, (commit, start.elapsed().as_secs_f64() * 1e6)))
}

/// Puts values and commits, which takes so many microseconds.
fn advance(
    state: &ShardState,
    cache: &NodeCache,
    head: Option<Version>,
    numbers: Range<u64>,
    version: u64,
) -> Result<(Version, f64), Failure> {
    let snapshot = state.snapshot()?;
    let root = head.map_or(torr_store::trie::EMPTY_ROOT, |head| head.root);
    let bytes = cache.over(StoredBytes::new(snapshot.reader(), state.shard()));
    let trie = Trie::with_root(bytes, root);
    let changes = put(&trie, numbers.clone(), version)?.finish()?.into_changes();
    drop(snapshot);
    cache.keep(&changes);
    let flat: Vec<_> = sorted_keys(numbers)
        .into_iter()
        .map(|(key, number)| (key, value(number, version)))
        .collect();
    let flat = flat.iter().map(|(key, value)| (&key[..], Some(&value[..])));
    let height = head.map_or(0, |head| head.height) + 1;
    let start = Instant::now();
    let committed = state.commit(head.map(|head| head.number), height, &changes, flat)?;
    Ok((committed, start.elapsed().as_secs_f64() * 1e6))
}

/// Takes all versions but the last away.
fn tidy(state: &ShardState) -> Result<(), Failure> {
    state.retain_latest(1)?;
    while state.collect(usize::MAX)? == Collection::Unfinished {}
    Ok(())
}

/// Microseconds for each key to load the state into memory, on so many threads; none means all.
fn load(state: &ShardState, head: &Version, keys: u64, threads: usize) -> Result<f64, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.expect("threads can be started");
    let snapshot = state.snapshot()?;
    let trie = snapshot.trie_at(head.number)?;
    let mut failed = None;
    let micros = micros_per_key(keys, |_| {
        let start = Instant::now();
        let mut memory = MemoryTrie::default();
        if let Err(error) = pool.install(|| memory.load_from(&trie, &snapshot)) {
            failed = Some(error);
        }
        start
    });
    failed.map_or(Ok(micros), |error| Err(error.into()))
}
