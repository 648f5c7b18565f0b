//! What proofs cost per key and how long they are: a trie of a hundred thousand keys of 32 random bytes with
//! values of 100 bytes, of which one, a hundred or ten thousand are proven at once, or one by one.
//!
//! Of ten thousand keys, proven at once, a proof has 281 bytes a key, of one 2101: nodes near the root stand
//! once. Verifying takes the same time per key either way, some 3 µs: what fewer hashes save, the search for
//! nodes that were met before takes. Proving at once takes half as long again as one by one, because nodes
//! are kept until the end.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::partial_state::PartialState;
use torr_store::source::NodeSource;
use torr_store::trie::{EMPTY_ROOT, Trie};

/// Keys of the trie.
const KEYS: u64 = 100_000;
/// Keys that are proven at once.
const BATCHES: [u64; 3] = [1, 100, 10_000];

fn key(number: u64) -> [u8; 32] {
    CryptoHash::of(&number.to_le_bytes()).0
}

/// What was measured of proofs of some keys, in one line.
fn print_sizes<S: NodeSource>(trie: &Trie<S>, keys: &[[u8; 32]]) {
    let together = trie.prove_keys(keys).expect("all nodes are there");
    let length = |key: &[u8; 32]| {
        let proof = trie.prove(key).expect("all nodes are there");
        proof.nodes.iter().map(|node| node.len() as u64).sum::<u64>()
    };
    let (count, size) = (keys.len() as u64, together.size());
    let apart = keys.iter().map(length).sum::<u64>();
    let nodes = together.nodes.len();
    eprintln!(
        "{count} keys: together {size} bytes in {nodes} nodes, {} a key; one by one {apart}, {} a key",
        size / count,
        apart / count,
    );
}

fn work<S: NodeSource>(c: &mut Criterion, name: &str, trie: &Trie<S>) {
    let root = trie.root();
    for count in BATCHES {
        let mut group = c.benchmark_group(format!("{name}, {count} keys"));
        group.sample_size(10).throughput(Throughput::Elements(count));
        // As many that are in the trie as others, but for a single one.
        let keys: Vec<_> = (0..count).map(|number| key(KEYS - 1 - count / 2 + number)).collect();
        print_sizes(trie, &keys);
        group.bench_function("prove together", |b| {
            b.iter(|| black_box(trie.prove_keys(&keys).expect("all nodes are there")));
        });
        group.bench_function("prove one by one", |b| {
            b.iter(|| {
                for key in &keys {
                    black_box(trie.prove(key).expect("all nodes are there"));
                }
            });
        });
        let together = trie.prove_keys(&keys).expect("all nodes are there");
        group.bench_function("verify together", |b| {
            b.iter(|| black_box(together.verify(root, &keys).expect("it is whole")));
        });
        let prove = |key: &[u8; 32]| trie.prove(key).expect("all nodes are there");
        let apart: Vec<_> = keys.iter().map(prove).collect();
        group.bench_function("verify one by one", |b| {
            b.iter(|| {
                for (key, proof) in keys.iter().zip(&apart) {
                    black_box(proof.verify(root, key).expect("it is whole"));
                }
            });
        });
        group.finish();
    }
}

fn proofs(c: &mut Criterion) {
    let mut memory = MemoryTrie::default();
    let trie = memory.version(EMPTY_ROOT).expect("the empty trie is always there");
    let mut update = trie.update();
    for number in 0..KEYS {
        let mut value = [7; 100];
        value[..8].copy_from_slice(&number.to_le_bytes());
        update.insert(&key(number), &value).expect("all nodes are there");
    }
    let finished = update.finish().expect("all nodes are there");
    memory.commit(&finished).expect("there is room");
    let root = finished.root();
    let nodes = finished.into_changes().insertions.into_iter();
    let state = PartialState::new(nodes.map(|insertion| insertion.bytes));
    work(c, "trie in memory", &memory.version(root).expect("it was added"));
    drop(memory);
    work(c, "trie of nodes by hash", &Trie::with_root(&state, root));
}

criterion_group!(benches, proofs);
criterion_main!(benches);
