//! Medians and the intervals in which they lie, without any belief about how times are distributed.
//!
//! Times have outliers on one side, from interrupts and other programs; a median does not mind them. Its
//! interval is between two of the samples, by their rank: that any sample is below the median is a toss
//! of a coin.

use crate::document::Interval;

/// How often in a hundred the interval has the median in it, in standard deviations of a coin's tosses.
const DEVIATIONS: f64 = 2.576;

/// The median of samples, with the interval in which that of all samples there could be lies in 99 of a
/// hundred cases. With few samples it is from the smallest to the largest. Sorts them.
///
/// Of no samples it is zero.
pub fn median(samples: &mut [f64]) -> Interval {
    samples.sort_by(f64::total_cmp);
    let count = samples.len();
    let half = count as f64 / 2.0;
    let spread = DEVIATIONS * (count as f64).sqrt() / 2.0;
    let low = (half - spread).floor().max(0.0) as usize;
    let high = ((half + spread).ceil() as usize).min(count.saturating_sub(1));
    let at = |rank: usize| samples.get(rank).copied().unwrap_or(0.0);
    let value = match count {
        0 => 0.0,
        _ if count.is_multiple_of(2) => (at(count / 2 - 1) + at(count / 2)) / 2.0,
        _ => at(count / 2),
    };
    Interval { value, low: at(low), high: at(high) }
}

impl Interval {
    /// An amount that is known.
    pub const fn exactly(value: f64) -> Interval {
        Interval { value, low: value, high: value }
    }

    /// The difference, wherever in their intervals both are.
    pub fn minus(self, other: Interval) -> Interval {
        Interval {
            value: self.value - other.value,
            low: self.low - other.high,
            high: self.high - other.low,
        }
    }

    /// All three multiplied by a positive number.
    pub fn times(self, factor: f64) -> Interval {
        Interval { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }

    /// Nothing of it below zero.
    pub fn not_negative(self) -> Interval {
        let [value, low, high] = [self.value, self.low, self.high].map(|end| end.max(0.0));
        Interval { value, low, high }
    }

    /// Half of its width, relative to the value; infinite around zero.
    pub fn relative_width(self) -> f64 {
        match self.high - self.low {
            0.0 => 0.0,
            width => width / 2.0 / self.value.abs(),
        }
    }

    /// An interval of several of the same amount: the middle of their values, and all of what they hold.
    pub fn around(all: &[Interval]) -> Interval {
        let mut values: Vec<f64> = all.iter().map(|interval| interval.value).collect();
        Interval {
            value: median(&mut values).value,
            low: all.iter().map(|interval| interval.low).fold(f64::INFINITY, f64::min),
            high: all.iter().map(|interval| interval.high).fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_median_does_not_mind_outliers() {
        let mut samples: Vec<f64> = (0..99).map(|n| 100.0 + f64::from(n % 3)).collect();
        samples.push(1e9);
        let Interval { value, low, high } = median(&mut samples);
        assert_eq!((value, low, high), (101.0, 101.0, 101.0));
    }

    #[test]
    fn few_samples_say_only_from_where_to_where_they_are() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Interval { value: 2.0, low: 1.0, high: 3.0 });
        assert_eq!(median(&mut [5.0]), Interval::exactly(5.0));
        assert_eq!(median(&mut []), Interval::default());
    }

    proptest! {
        /// The true median is outside of the interval about once in a hundred times; that it is in 90 of
        /// 100 sets of samples fails by chance less than once in a billion runs.
        #[test]
        fn intervals_hold_what_they_are_for(seed in any::<u64>()) {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 11) as f64 / (1_u64 << 53) as f64
            };
            let held = (0..100)
                .filter(|_| {
                    // Long on one side, as times are; half of them are below 1.
                    let mut samples: Vec<f64> = (0..60).map(|_| (2.0 * next()).powi(4)).collect();
                    let interval = median(&mut samples);
                    interval.low <= 1.0 && 1.0 <= interval.high
                })
                .count();
            prop_assert!(held >= 85, "{held}");
        }
    }
}
