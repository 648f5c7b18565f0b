//! Which of the forty amounts a request asks for.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A set of amounts, by their places in the list of those that can be asked for.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct BandwidthRequestBitmap {
    /// A bit for each amount, from the lowest of the first byte.
    pub data: [u8; BandwidthRequestBitmap::VALUES / 8],
}

impl BandwidthRequestBitmap {
    /// How many amounts there are.
    pub const VALUES: usize = 40;

    /// Whether the amount at this place is asked for.
    pub fn contains(&self, place: usize) -> bool {
        self.data.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
    }

    /// Asks for the amount at this place; changes nothing if there is none.
    pub fn insert(&mut self, place: usize) {
        if let Some(byte) = self.data.get_mut(place / 8) {
            *byte |= 1 << (place % 8);
        }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.data.iter().all(|byte| *byte == 0)
    }

    /// The places of the amounts that are asked for, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..Self::VALUES).filter(|place| self.contains(*place))
    }
}

impl fmt::Debug for BandwidthRequestBitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::BandwidthRequestBitmap;

    #[test]
    fn the_lowest_bit_of_the_first_byte_is_the_first_amount() {
        let mut bitmap = BandwidthRequestBitmap::default();
        assert!(bitmap.is_empty());
        for place in [0, 9, 39, 40, usize::MAX] {
            bitmap.insert(place);
        }
        assert_eq!(bitmap.data, [1, 2, 0, 0, 128]);
        assert!(!bitmap.is_empty() && !bitmap.contains(40) && !bitmap.contains(usize::MAX));
        assert_eq!(bitmap.iter().collect::<Vec<_>>(), [0, 9, 39]);
        assert_eq!(format!("{bitmap:?}"), "{0, 9, 39}");
    }
}
