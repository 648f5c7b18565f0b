//! Numbers that look random and are the same everywhere: what kernels work on.

/// A generator of numbers: Marsaglia's xorshift with 64 bits of state.
pub(crate) struct Numbers(u64);

impl Numbers {
    /// Numbers that follow from `seed`.
    pub(crate) fn new(seed: u32) -> Numbers {
        Numbers(u64::from(seed) + 0x9E37_79B9_7F4A_7C15)
    }
}

impl Iterator for Numbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(self.0)
    }
}
