//! Where the choices of a chain come from: a seed, or bytes that a fuzzer makes.

use crate::state_history::Numbers;

/// Choices. First come those that bytes make, then those of a seed.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    bytes: std::vec::IntoIter<u8>,
    numbers: Numbers,
}

impl Choices {
    /// Those of a seed alone.
    pub(super) fn of_seed(seed: u64) -> Choices {
        Choices { bytes: Vec::new().into_iter(), numbers: Numbers(seed) }
    }

    /// Those that bytes make.
    pub(super) fn of_bytes(bytes: &[u8]) -> Choices {
        Choices { bytes: Vec::from(bytes).into_iter(), numbers: Numbers(0) }
    }

    /// Whether bytes are left.
    pub(super) fn has_bytes(&self) -> bool {
        self.bytes.len() > 0
    }

    /// A number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let needed = if bound <= 1 << 8 { 1 } else { size_of::<u64>() };
        if self.bytes.len() < needed {
            return self.numbers.below(bound);
        }
        let number = self.bytes.by_ref().take(needed);
        number.fold(0, |number, byte| number << 8 | u64::from(byte)) % bound.max(1)
    }
}
