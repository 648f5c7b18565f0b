//! What copying takes as a whole and in pieces, to a place where processors may be slow and to another.
//! A copy takes as long as its bytes are many.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use torr_vm_logic::copy;

/// A page of memory: addresses that differ by whole ones look alike to a processor.
const PAGE: usize = 4_096;
/// Bytes that are copied.
const LENGTHS: [usize; 3] = [1_024, 16_384, 262_144];
/// How far the destination is behind the source, but for whole pages.
const PLACES: [(&str, usize); 2] = [("16 bytes behind", 16), ("far behind", 512)];

fn copies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("copy");
    for length in LENGTHS {
        group.throughput(Throughput::Bytes(length as u64));
        // Both are in one piece of memory, so that it is known how they lie to each other.
        let mut memory = vec![7; 2 * (length + PAGE)];
        let (from, behind) = memory.split_at_mut(length + PAGE);
        for (name, distance) in PLACES {
            // The second part begins as far behind the first as that is long.
            let skipped = (distance + PAGE - from.len() % PAGE) % PAGE;
            let (from, to) = (&from[..length], &mut behind[skipped..skipped + length]);
            group.bench_function(format!("{length} bytes, {name}, whole"), |bencher| {
                bencher.iter(|| black_box(&mut *to).copy_from_slice(black_box(from)));
            });
            group.bench_function(format!("{length} bytes, {name}, in pieces"), |bencher| {
                bencher.iter(|| copy::to_slice(black_box(to), black_box(from)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, copies);
criterion_main!(benches);
