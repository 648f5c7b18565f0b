//! How congested a shard is, from not at all to fully.
//!
//! The protocol computes levels, and limits from them, in IEEE 754 doubles: rounded once for each
//! operation, so that a limit of 10^17 gas is off by a few units from the exact fraction, and always by
//! the same. Those units are part of the protocol. So here, and nowhere else in the protocol's code, are
//! floats: conversions from integers and `+ - * /`, each of which IEEE 754 rounds to the nearest value
//! (ties to even), on every platform and in Wasm.
//!
//! **Invariant:** nothing but these is used: no function of a mathematical library, no fused operation,
//! no value that is not a number. Levels are compared as integers.

use torr_parameters::Ratio;

/// A fraction between nothing and full, as a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CongestionLevel {
    /// The double's bits. Doubles that are not negative have the order of their bits.
    bits: u64,
}

impl CongestionLevel {
    /// No congestion.
    pub const NONE: CongestionLevel = CongestionLevel { bits: 0 };
    /// Full congestion.
    pub const FULL: CongestionLevel = CongestionLevel { bits: 0x3ff0_0000_0000_0000 };

    /// `value / max`, full from `max` on; so also if both are 0.
    #[expect(clippy::float_arithmetic, reason = "the protocol rounds as doubles do")]
    pub fn fraction(value: u128, max: u64) -> CongestionLevel {
        if value >= u128::from(max) {
            return CongestionLevel::FULL;
        }
        // Below `max`, which is then not 0. The quotient can round up to 1.
        CongestionLevel { bits: (value as f64 / max as f64).to_bits() }
    }

    /// The double nearest to a ratio, which may be above full: nothing reaches that.
    #[expect(clippy::float_arithmetic, reason = "the protocol rounds as doubles do")]
    pub fn of_ratio(ratio: Ratio) -> CongestionLevel {
        let quotient = f64::from(ratio.numerator()) / f64::from(ratio.denominator());
        CongestionLevel { bits: quotient.to_bits() }
    }

    /// Whether the shard is fully congested.
    pub fn is_full(self) -> bool {
        self == CongestionLevel::FULL
    }

    /// The level as a double, for messages.
    pub const fn as_f64(self) -> f64 {
        f64::from_bits(self.bits)
    }

    /// The number as far between two as the level is between nothing and full, rounded to the nearest;
    /// halves go up.
    #[expect(clippy::float_arithmetic, reason = "the protocol rounds as doubles do")]
    pub fn between(self, at_none: u64, at_full: u64) -> u64 {
        let level = self.as_f64();
        let sum = at_none as f64 * (1.0 - level) + at_full as f64 * level;
        // Down to a whole number, exactly; up to the largest if there is none.
        let whole = sum as u64;
        if sum - whole as f64 >= 0.5 { whole.saturating_add(1) } else { whole }
    }
}

#[cfg(test)]
mod tests {
    use super::CongestionLevel;
    use proptest::prelude::*;
    use torr_parameters::Ratio;

    #[test]
    fn levels_are_full_from_the_maximum_on() {
        for (value, max, bits) in [
            (0, 1, 0),
            (0, 0, 0x3ff0_0000_0000_0000),
            (1, 1, 0x3ff0_0000_0000_0000),
            (u128::MAX, u64::MAX, 0x3ff0_0000_0000_0000),
            // As near to 1 as doubles get, and too near.
            ((1 << 53) - 1, 1 << 53, 0x3fef_ffff_ffff_ffff),
            ((1 << 60) - 1, 1 << 60, 0x3ff0_0000_0000_0000),
            (4, 5, 0x3fe9_9999_9999_999a),
        ] {
            assert_eq!(CongestionLevel::fraction(value, max), CongestionLevel { bits });
        }
        let half = Ratio::new(1, 2).unwrap();
        assert_eq!(CongestionLevel::of_ratio(half), CongestionLevel::fraction(1, 2));
        assert!(CongestionLevel::of_ratio(Ratio::new(2, 1).unwrap()) > CongestionLevel::FULL);
    }

    #[test]
    fn ends_are_met_as_far_as_doubles_go() {
        for end in [0, 1, 3, (1 << 53) - 1, 300_000_000_000_000_000] {
            assert_eq!(CongestionLevel::NONE.between(end, 7), end);
            assert_eq!(CongestionLevel::FULL.between(7, end), end);
        }
        let half = CongestionLevel::fraction(1, 2);
        assert_eq!((half.between(0, 1), half.between(0, 3), half.between(2, 3)), (1, 2, 3));
        assert_eq!(CongestionLevel::NONE.between(u64::MAX, 0), u64::MAX);
    }

    proptest! {
        #[test]
        #[expect(clippy::float_arithmetic, reason = "what it has to be the same as")]
        fn rounding_is_that_of_the_library(value in 0..=1000_u64, none: u64, full: u64) {
            let level = CongestionLevel::fraction(value.into(), 1000);
            let exact = value as f64 / 1000.0;
            prop_assert_eq!(level.as_f64(), exact);
            let expected = (none as f64 * (1.0 - exact) + full as f64 * exact).round() as u64;
            prop_assert_eq!(level.between(none, full), expected);
        }

        #[test]
        fn levels_have_the_order_of_their_fractions(one: u64, other: u64, max: u64) {
            let level = |value: u64| CongestionLevel::fraction(value.into(), max);
            prop_assert_eq!(level(one.min(other)) <= level(one.max(other)), true);
        }
    }
}
