//! Proofs of a batch of keys, one by one and together.

use crate::Failure;
use crate::figures::Proofs;
use crate::workload::{batch_len, key, micros_per_key, old_numbers};
use std::time::Instant;
use torr_store::source::NodeSource;
use torr_store::trie::Trie;

pub(crate) fn measure<S: NodeSource>(trie: &Trie<S>, keys: u64) -> Result<Proofs, Failure> {
    let batch: Vec<_> = old_numbers(keys, 0).map(key).collect();
    let len = batch_len(keys);
    let single = batch.iter().map(|key| trie.prove(key)).collect::<Result<Vec<_>, _>>()?;
    let together = trie.prove_keys(&batch)?;
    let root = trie.root();
    let size = |nodes: &[std::sync::Arc<[u8]>]| nodes.iter().map(|node| node.len()).sum::<usize>();
    Ok(Proofs {
        prove: micros_per_key(len, |_| {
            let start = Instant::now();
            for key in &batch {
                trie.prove(key).expect("all nodes are there");
            }
            start
        }),
        verify: micros_per_key(len, |_| {
            let start = Instant::now();
            for (proof, key) in single.iter().zip(&batch) {
                proof.verify(root, key).expect("it proves");
            }
            start
        }),
        prove_together: micros_per_key(len, |_| {
            let start = Instant::now();
            trie.prove_keys(&batch).expect("all nodes are there");
            start
        }),
        verify_together: micros_per_key(len, |_| {
            let start = Instant::now();
            together.verify(root, &batch).expect("it proves");
            start
        }),
        size: single.iter().map(|proof| size(&proof.nodes)).sum::<usize>() as f64 / len as f64,
        size_together: size(&together.nodes) as f64 / len as f64,
    })
}
