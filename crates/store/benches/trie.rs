//! What reading and changing a trie of a million keys costs per key: 32 random bytes a key, 100 bytes a
//! value, ten thousand keys at a time in their order.
//!
//! The cost of a key grows with the logarithm of the number of keys, to the base of sixteen.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::partial_state::PartialState;
use torr_store::source::NodeSource;
use torr_store::trie::{EMPTY_ROOT, Trie};

/// Keys of the trie.
const KEYS: u64 = 1_000_000;
/// Keys that are read or changed at a time.
const BATCH: u64 = 10_000;
/// Length of a value, in bytes.
const VALUE_LEN: usize = 100;

fn key(number: u64) -> [u8; 32] {
    CryptoHash::of(&number.to_le_bytes()).0
}

fn value(number: u64) -> [u8; VALUE_LEN] {
    let mut value = [7; VALUE_LEN];
    value[..8].copy_from_slice(&number.to_le_bytes());
    value
}

/// Keys from `first` on, so that each is in the trie or none, in their order.
fn batch(first: u64) -> Vec<[u8; 32]> {
    let mut keys: Vec<_> = (first..first + BATCH).map(key).collect();
    keys.sort_unstable();
    keys
}

fn work<S: NodeSource>(c: &mut Criterion, name: &str, trie: &Trie<S>) {
    let (old, new) = (batch(KEYS / 2), batch(KEYS));
    let mut group = c.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Elements(BATCH));
    let put = |keys: &[[u8; 32]]| {
        let mut update = trie.update();
        for key in keys {
            update.insert(key, &value(1)).expect("all nodes are there");
        }
        black_box(update.finish().expect("all nodes are there").into_changes());
    };
    group.bench_function("insert", |b| b.iter(|| put(&new)));
    group.bench_function("update", |b| b.iter(|| put(&old)));
    group.bench_function("delete", |b| {
        b.iter(|| {
            let mut update = trie.update();
            for key in &old {
                update.delete(key).expect("all nodes are there");
            }
            black_box(update.finish().expect("all nodes are there").into_changes());
        });
    });
    group.bench_function("read", |b| {
        b.iter(|| {
            for key in &old {
                assert!(black_box(trie.get(key).expect("all nodes are there")).is_some());
            }
        });
    });
    group.finish();
}

fn tries(c: &mut Criterion) {
    let mut memory = MemoryTrie::default();
    let mut state = PartialState::default();
    let mut root = EMPTY_ROOT;
    for first in (0..KEYS).step_by(BATCH as usize) {
        let trie = memory.version(root).expect("it was added");
        let mut update = trie.update();
        for number in first..first + BATCH {
            update.insert(&key(number), &value(number)).expect("all nodes are there");
        }
        let finished = update.finish().expect("all nodes are there");
        memory.commit(&finished).expect("there is room");
        memory.remove(root);
        root = finished.root();
        for insertion in finished.into_changes().insertions {
            state.insert(insertion.bytes);
        }
    }
    work(c, "trie in memory", &memory.version(root).expect("it was added"));
    drop(memory);
    work(c, "trie of nodes by hash", &Trie::with_root(&state, root));
}

criterion_group!(benches, tries);
criterion_main!(benches);
