//! Copying memory: one instruction with bulk memory, a loop without.

use std::hint::black_box;

/// Bytes that are copied at a time: no multiple of a page, because some processors copy many times slower
/// between almost equal places in a page.
const LENGTH: usize = 130_000;

/// Copies one buffer to another and back, `copies` times in all.
pub(crate) fn run(copies: u32) -> u64 {
    let mut from: Vec<u8> = (0..LENGTH).map(|place| (place % 251) as u8).collect();
    let mut to = vec![0; LENGTH];
    for number in 0..copies as usize {
        from[number % LENGTH] ^= 0x55;
        to.copy_from_slice(&from);
        (from, to) = (black_box(to), from);
    }
    from.iter().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
}
