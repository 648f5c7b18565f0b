//! The standard hash map, with its own hash function but without its random keys.

use crate::numbers::Numbers;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Counts numbers: as many as `keys`, of which each occurs about four times.
pub(crate) fn run(keys: u32) -> u64 {
    let different = u64::from(keys / 4).max(1);
    let mut counts: HashMap<u64, u32, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    for number in Numbers::new(keys).take(keys as usize) {
        *counts.entry(number % different).or_default() += 1;
    }
    (0..different)
        .filter_map(|number| counts.get(&number))
        .fold(0, |sum: u64, count| sum.wrapping_mul(31).wrapping_add(u64::from(*count)))
}
