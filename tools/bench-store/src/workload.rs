//! The work that is measured, the same for everyone: random keys of 32 bytes, values of 100, changed in
//! batches in the order of keys.

use sha2::{Digest, Sha256};
use std::fs;
use std::ops::Range;
use std::time::Instant;

/// Length of a value, in bytes.
pub(crate) const VALUE_LEN: usize = 100;
/// Length of a key with its value, in bytes.
pub(crate) const ENTRY_LEN: usize = 32 + VALUE_LEN;
/// Keys of a batch.
pub(crate) const BATCH: u64 = 10_000;
/// How often a batch is measured; the middle one counts.
pub(crate) const REPEATS: u64 = 5;

/// A key.
pub(crate) type Key = [u8; 32];

/// A key that looks random.
pub(crate) fn key(number: u64) -> Key {
    Sha256::digest(number.to_le_bytes()).into()
}

/// A value, another for each number and version.
pub(crate) fn value(number: u64, version: u64) -> [u8; VALUE_LEN] {
    let mut value = [7; VALUE_LEN];
    for (place, byte) in
        value.iter_mut().zip([number, version].map(u64::to_le_bytes).as_flattened())
    {
        *place = *byte;
    }
    value
}

/// The keys of some numbers, each with its number, in their order.
pub(crate) fn sorted_keys(numbers: Range<u64>) -> Vec<(Key, u64)> {
    let mut keys: Vec<_> = numbers.map(|number| (key(number), number)).collect();
    keys.sort_unstable();
    keys
}

/// Keys of a batch for a trie of so many: all of them, if there are fewer.
pub(crate) fn batch_len(keys: u64) -> u64 {
    BATCH.min(keys)
}

/// Numbers of keys that are there, others each time.
pub(crate) fn old_numbers(keys: u64, round: u64) -> Range<u64> {
    let len = batch_len(keys);
    let start = (round * len) % (keys - len + 1);
    start..start + len
}

/// Numbers of keys that are not there, others each time.
pub(crate) fn new_numbers(keys: u64, round: u64) -> Range<u64> {
    let len = batch_len(keys);
    let start = (1 << 40) + round * len;
    start..start + len
}

/// Microseconds that something takes for each of so many keys; the middle one of the runs, which are
/// told their number.
pub(crate) fn micros_per_key(keys: u64, mut run: impl FnMut(u64) -> Instant) -> f64 {
    let mut times: Vec<f64> =
        (0..REPEATS).map(|round| run(round).elapsed().as_secs_f64() * 1e6 / keys as f64).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Bytes that this process has had written to disks, if the system tells.
pub(crate) fn bytes_written() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/io").ok()?;
    text.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok())
}
