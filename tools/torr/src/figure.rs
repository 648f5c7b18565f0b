//! Figures for reading: grouped digits, sizes, shares. Whole numbers only, so every machine prints
//! the same.

use std::fmt;

/// Digits in groups of three: `1_234_567`.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// `count` of `thing`, with an s unless it is one.
pub(crate) fn counted(count: impl Into<u128>, thing: &str) -> String {
    let count = count.into();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

/// A part of a whole, printed in percent with one digit after the point; `-` of nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// The part.
    pub(crate) part: u64,
    /// The whole.
    pub(crate) whole: u64,
}

impl Share {
    /// The share in tenths of a percent, rounded.
    fn permille(self) -> Option<u128> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        // Both fit in 64 bits, so this does in 128.
        (part * 2_000 + whole).checked_div(whole * 2)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.permille() {
            Some(permille) => f.pad(&format!("{}.{} %", permille / 10, permille % 10)),
            None => f.pad("-"),
        }
    }
}

/// `after - before` with its sign.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// What there was.
    pub(crate) before: u64,
    /// What there is.
    pub(crate) after: u64,
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.after < self.before { '-' } else { '+' };
        f.pad(&format!("{sign}{}", grouped(self.after.abs_diff(self.before))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Growth, Share, counted, grouped};

    #[test]
    fn figures_read_well() {
        assert_eq!(grouped(0u64), "0");
        assert_eq!(grouped(999u64), "999");
        assert_eq!(grouped(1_000u64), "1_000");
        assert_eq!(grouped(u64::MAX), "18_446_744_073_709_551_615");
        assert_eq!(counted(1u64, "byte"), "1 byte");
        assert_eq!(counted(1_200u64, "byte"), "1_200 bytes");
        for (part, whole, text) in [
            (0, 0, "-"),
            (0, 7, "0.0 %"),
            (1, 3, "33.3 %"),
            (2, 3, "66.7 %"),
            (u64::MAX, u64::MAX, "100.0 %"),
            (u64::MAX, 1, "1844674407370955161500.0 %"),
        ] {
            assert_eq!(Share { part, whole }.to_string(), text);
        }
        assert_eq!(Growth { before: 1, after: 1_001 }.to_string(), "+1_000");
        assert_eq!(Growth { before: 2, after: 1 }.to_string(), "-1");
    }
}
