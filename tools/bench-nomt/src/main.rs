//! The batches of `bench-store` on nomt, a published binary trie over its own store: one line of JSON
//! for each number of keys that is asked for.
//!
//! Its tree has another shape, so its roots are others, and its work is split otherwise: hashing is part
//! of `finish`, writing and syncing of `commit`.

#![forbid(unsafe_code)]

#[path = "../../bench-store/src/workload.rs"]
mod workload;

use nomt::hasher::Sha2Hasher;
use nomt::{FinishedSession, KeyReadWrite, Nomt, Options, SessionParams};
use serde_json::json;
use std::env;
use std::error::Error;
use std::time::Instant;
use workload::{
    ENTRY_LEN, Key, batch_len, bytes_written, key, micros_per_key, new_numbers, old_numbers,
    sorted_keys, value,
};

type Trie = Nomt<Sha2Hasher>;

fn main() -> Result<(), Box<dyn Error>> {
    for keys in env::args().skip(1) {
        println!("{}", measure(keys.parse()?)?);
    }
    Ok(())
}

fn measure(keys: u64) -> Result<serde_json::Value, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env::current_dir()?)?;
    let mut options = Options::new();
    options.path(folder.path());
    options.commit_concurrency(1);
    // A page has room for some sixty nodes; twice as many buckets as needed.
    let buckets = u32::try_from(keys / 8)?.max(64_000);
    options.hashtable_buckets(buckets);
    let trie = Trie::open(options)?;
    for start in (0..keys).step_by(100_000) {
        let numbers = start..(start + 100_000).min(keys);
        write(&trie, &sorted_keys(numbers), 0)?.commit(&trie)?;
    }

    let len = batch_len(keys);
    let insert = micros_per_key(len, |_| {
        let batch = sorted_keys(new_numbers(keys, 0));
        let start = Instant::now();
        write(&trie, &batch, 1).map(drop).expect("nomt works");
        start
    });
    let update_first = micros_per_key(len, |round| {
        let batch = sorted_keys(old_numbers(keys, round + 1));
        let start = Instant::now();
        write(&trie, &batch, 1).map(drop).expect("nomt works");
        start
    });
    let update = micros_per_key(len, |_| {
        let batch = sorted_keys(old_numbers(keys, 0));
        let start = Instant::now();
        write(&trie, &batch, 1).map(drop).expect("nomt works");
        start
    });
    let delete = micros_per_key(len, |_| {
        let batch = sorted_keys(old_numbers(keys, 0));
        let start = Instant::now();
        finish(&trie, batch.iter().map(|(key, _)| (*key, None))).map(drop).expect("nomt works");
        start
    });
    let read = micros_per_key(len, |round| {
        let batch: Vec<Key> = old_numbers(keys, round).map(key).collect();
        let start = Instant::now();
        for key in batch {
            assert!(trie.read(key).expect("nomt works").is_some());
        }
        start
    });
    let before = bytes_written();
    let commit = micros_per_key(len, |round| {
        let batch = write(&trie, &sorted_keys(old_numbers(keys, round)), round + 2);
        let start = Instant::now();
        batch.expect("nomt works").commit(&trie).expect("nomt works");
        start
    });
    let batches = workload::REPEATS * len * ENTRY_LEN as u64;
    let amplification =
        before.zip(bytes_written()).map(|(before, after)| (after - before) as f64 / batches as f64);
    Ok(json!({
        "keys": keys, "insert": insert, "update": update,
        "update_first": update_first, "delete": delete, "read": read,
        "commit": commit, "amplification": amplification,
    }))
}

fn write(
    trie: &Trie,
    batch: &[(Key, u64)],
    version: u64,
) -> Result<FinishedSession, Box<dyn Error>> {
    finish(trie, batch.iter().map(|(key, number)| (*key, Some(value(*number, version).to_vec()))))
}

fn finish(
    trie: &Trie,
    batch: impl Iterator<Item = (Key, Option<Vec<u8>>)>,
) -> Result<FinishedSession, Box<dyn Error>> {
    let session = trie.begin_session(SessionParams::default());
    let batch = batch.map(|(key, value)| (key, KeyReadWrite::Write(value))).collect();
    Ok(session.finish(batch)?)
}
