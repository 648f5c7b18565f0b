//! The order of requests of equal right.
//!
//! The protocol took over the shuffle of a library (`rand`, version 0.8) over the key stream of
//! ChaCha20. It is written out here, because the library may change and the protocol may not.

use rand_chacha::rand_core::RngCore;

/// Fisher and Yates: from the last place down, a place is swapped with one of those up to itself.
pub(super) fn shuffle<T>(items: &mut [T], generator: &mut impl RngCore) {
    for last in (1..items.len()).rev() {
        // The library takes longer numbers for more than 2^32 places, which no block has requests for.
        let places = u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1);
        let chosen = below(places, generator);
        items.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

/// A number below `bound`, each as likely: the upper half of the product with a random number, unless
/// the lower half is in the zone that would make some numbers likelier. The zone is the rough one of
/// the library, whose refusals move the stream on.
fn below(bound: u32, generator: &mut impl RngCore) -> u32 {
    let zone = (bound << bound.leading_zeros()).wrapping_sub(1);
    loop {
        let product = u64::from(generator.next_u32()) * u64::from(bound);
        let (upper, lower) = ((product >> 32) as u32, product as u32);
        if lower <= zone {
            return upper;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shuffle;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    /// Recorded from the library, one after another over one stream.
    #[test]
    fn orders_are_those_of_the_library() {
        let mut generator = ChaCha20Rng::from_seed([7; 32]);
        let mut shuffled = |places: usize| {
            let mut items: Vec<usize> = (0..places).collect();
            shuffle(&mut items, &mut generator);
            items
        };
        assert!(shuffled(0).is_empty());
        assert_eq!(shuffled(1), [0]);
        assert_eq!(shuffled(2), [0, 1]);
        assert_eq!(shuffled(3), [2, 0, 1]);
        assert_eq!(shuffled(10), [5, 2, 4, 0, 6, 9, 7, 3, 1, 8]);
        assert_eq!(shuffled(100_000)[..5], [54_993, 99_358, 9_520, 93_109, 52_523]);
        assert_eq!(generator.next_u32(), 152_049_382);
    }
}
