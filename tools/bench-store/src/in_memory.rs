//! The trie in memory.

use crate::figures::Figures;
use crate::workload::{
    batch_len, key, micros_per_key, new_numbers, old_numbers, sorted_keys, value,
};
use crate::{Failure, proofs};
use std::hint::black_box;
use std::ops::Range;
use std::time::Instant;
use torr_store::memory_trie::{MemoryNodes, MemoryPlace, MemoryTrie};
use torr_store::source::{NodeSource, TrieError};
use torr_store::trie::{EMPTY_ROOT, Finished, NodeUpdate, Trie};

/// Keys that are added at a time while a trie is built.
const BUILD_BATCH: u64 = 100_000;

pub(crate) fn measure(keys: u64) -> Result<Figures, Failure> {
    let mut memory = MemoryTrie::default();
    let mut root = EMPTY_ROOT;
    for start in (0..keys).step_by(BUILD_BATCH as usize) {
        let numbers = start..(start + BUILD_BATCH).min(keys);
        let finished = put(&version(&memory, root), numbers, 0)?.finish()?;
        memory.commit(&finished)?;
        memory.remove(root);
        root = finished.root();
    }
    let mut figures = Figures { store: "memory", keys, ..Figures::default() };
    figures.memory = Some(memory.memory() as f64 / keys as f64);
    of_trie(&version(&memory, root), &mut figures)?;
    let len = batch_len(keys);
    figures.read_together = Some(micros_per_key(len, |round| {
        let trie = version(&memory, root);
        let batch: Vec<_> = old_numbers(keys, round).map(key).collect();
        let start = Instant::now();
        let values = trie.values(&batch).expect("all nodes are there");
        assert!(values.iter().all(Option::is_some), "a key that was put is not there");
        start
    }));
    let parallel = |_| {
        let trie = version(&memory, root);
        let batch = sorted_keys(old_numbers(keys, 0));
        let changes = batch.into_iter().map(|(key, number)| (key, Some(value(number, 1))));
        let changes: Vec<_> = changes.collect();
        let start = Instant::now();
        let finished = trie.change_in_parallel(&changes);
        black_box(finished.expect("all nodes are there").into_changes());
        start
    };
    figures.update_parallel = Some(micros_per_key(len, parallel));
    figures.proofs = Some(proofs::measure(&version(&memory, root), keys)?);
    let mut failed = None;
    figures.commit = Some(micros_per_key(len, |round| {
        let trie = version(&memory, root);
        let finished = put(&trie, old_numbers(keys, round), round + 2);
        let finished = finished.and_then(NodeUpdate::finish).expect("all nodes are there");
        let start = Instant::now();
        match commit(&mut memory, &finished) {
            Ok(()) => root = finished.root(),
            Err(error) => failed = Some(error),
        }
        start
    }));
    failed.map_or(Ok(figures), Err)
}

fn version(memory: &MemoryTrie, root: torr_crypto::hash::CryptoHash) -> Trie<MemoryNodes<'_>> {
    memory.version(root).expect("it was added")
}

fn commit(memory: &mut MemoryTrie, finished: &Finished<MemoryPlace>) -> Result<(), Failure> {
    let old = memory.roots().next();
    memory.commit(finished)?;
    if let Some(old) = old.filter(|old| *old != finished.root()) {
        memory.remove(old);
    }
    Ok(())
}

/// An update with values for some numbers of keys, in the order of keys.
pub(crate) fn put<S: NodeSource>(
    trie: &Trie<S>,
    numbers: Range<u64>,
    version: u64,
) -> Result<NodeUpdate<'_, S>, TrieError> {
    let mut update = trie.update();
    for (key, number) in sorted_keys(numbers) {
        update.insert(&key, &value(number, version))?;
    }
    Ok(update)
}

/// What any trie is measured by: batches up to their changes, and reads. The same batch is done again and
/// again, so that what it reads is as near as it can be; once, other keys each time.
pub(crate) fn of_trie<S: NodeSource>(trie: &Trie<S>, figures: &mut Figures) -> Result<(), Failure> {
    let keys = figures.keys;
    let len = batch_len(keys);
    let changed = |numbers: Range<u64>| {
        let batch = sorted_keys(numbers);
        let start = Instant::now();
        let mut update = trie.update();
        for (key, number) in batch {
            update.insert(&key, &value(number, 1)).expect("all nodes are there");
        }
        black_box(update.finish().expect("all nodes are there").into_changes());
        start
    };
    // Behind those that are done again.
    let first = |round| changed(old_numbers(keys, round + 1));
    figures.update_first = Some(micros_per_key(len, first));
    figures.insert = Some(micros_per_key(len, |_| changed(new_numbers(keys, 0))));
    figures.update = Some(micros_per_key(len, |_| changed(old_numbers(keys, 0))));
    figures.delete = Some(micros_per_key(len, |_| {
        let batch = sorted_keys(old_numbers(keys, 0));
        let start = Instant::now();
        let mut update = trie.update();
        for (key, _) in batch {
            update.delete(&key).expect("all nodes are there");
        }
        black_box(update.finish().expect("all nodes are there").into_changes());
        start
    }));
    figures.read = Some(reads(keys, |key| trie.get(key).expect("all nodes are there").is_some()));
    Ok(())
}

/// Reads keys that are there, in no order.
pub(crate) fn reads(keys: u64, mut read: impl FnMut(&[u8]) -> bool) -> f64 {
    micros_per_key(batch_len(keys), |round| {
        let batch: Vec<_> = old_numbers(keys, round).map(key).collect();
        let start = Instant::now();
        for key in &batch {
            assert!(read(key), "a key that was put is not there");
        }
        start
    })
}
