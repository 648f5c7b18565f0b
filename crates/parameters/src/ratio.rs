//! Exact fractions, for shares and thresholds.
//!
//! Consensus cannot depend on rounding, so the protocol's fractions are never floats.

use std::fmt;
use std::str::FromStr;

/// An exact, non-negative fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: u32,
    denominator: u32,
}

impl Ratio {
    /// Nothing of the whole.
    pub const ZERO: Ratio = Ratio { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, reduced; `None` if the denominator is 0.
    pub const fn new(numerator: u32, denominator: u32) -> Option<Ratio> {
        if denominator == 0 {
            return None;
        }
        // Euclid; the divisor is never 0, because the denominator is not.
        let (mut divisor, mut rest) = (denominator, numerator);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Some(Ratio { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The upper number, in lowest terms.
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// The lower number, in lowest terms; never 0.
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    /// Whether the fraction is at most the whole.
    pub const fn is_share(self) -> bool {
        self.numerator <= self.denominator
    }

    /// `amount` × the ratio, rounded down; `None` if the product with the numerator overflows.
    pub fn checked_mul_floor(self, amount: u128) -> Option<u128> {
        Some(amount.checked_mul(u128::from(self.numerator))? / u128::from(self.denominator))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// The text is not `numerator/denominator` of two `u32`, the second not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ratio is written `numerator/denominator`, such as 3/10")]
pub struct RatioError;

impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Ratio, RatioError> {
        let (numerator, denominator) = text.split_once('/').ok_or(RatioError)?;
        let number = |digits: &str| digits.trim().parse::<u32>().map_err(|_| RatioError);
        Ratio::new(number(numerator)?, number(denominator)?).ok_or(RatioError)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ratio, RatioError};

    #[test]
    fn ratios_are_exact_and_reduced() {
        let cases = [("3/10", Ok("3/10")), ("80 / 100", Ok("4/5")), ("0/100", Ok("0/1"))];
        for (text, expected) in cases {
            assert_eq!(
                text.parse::<Ratio>().map(|ratio| ratio.to_string()),
                expected.map(String::from)
            );
        }
        for text in ["", "3", "1/0", "-1/2", "1/2/3", "0.5", "1/4294967296"] {
            assert_eq!(text.parse::<Ratio>(), Err(RatioError), "{text}");
        }
    }

    #[test]
    fn a_share_rounds_down() {
        let third = Ratio::new(1, 3).expect("not over 0");
        assert_eq!(third.checked_mul_floor(5), Some(1));
        assert_eq!(Ratio::new(2, 3).and_then(|ratio| ratio.checked_mul_floor(u128::MAX)), None);
    }
}
