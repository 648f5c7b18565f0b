//! What the truth of a price means: whether a Tgas of it takes the millisecond that it stands for.

use crate::document::{Document, Estimate, Found, Interval};
use std::fmt;

/// Milliseconds that a Tgas stands for.
pub const LIMIT: f64 = 1.0;

/// From here on a price is near the limit.
const NEAR: f64 = 0.5;

/// Below this a price is many times what it has to be.
const CHEAP: f64 = 0.1;

/// What the base table's price is, compared with what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A Tgas takes longer than it stands for.
    Undercharged,
    /// A Tgas takes nearly as long as it stands for.
    Near,
    /// A Tgas takes less, with some room.
    Fair,
    /// A Tgas takes less than a tenth of what it stands for.
    Overcharged,
}

/// How many prices of a document have each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those of [`Verdict::Undercharged`].
    pub undercharged: usize,
    /// Those of [`Verdict::Near`].
    pub near: usize,
    /// Those of [`Verdict::Fair`].
    pub fair: usize,
    /// Those of [`Verdict::Overcharged`].
    pub overcharged: usize,
    /// Those without a measurement.
    pub unknown: usize,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Verdict; 4] =
        [Verdict::Undercharged, Verdict::Near, Verdict::Fair, Verdict::Overcharged];

    /// The verdict on a truth, in milliseconds for each Tgas. What is no number is never fair.
    pub fn of(truth: f64) -> Verdict {
        if truth < CHEAP {
            Verdict::Overcharged
        } else if truth < NEAR {
            Verdict::Fair
        } else if truth <= LIMIT {
            Verdict::Near
        } else {
            Verdict::Undercharged
        }
    }

    /// In a few words, for a column.
    pub const fn words(self) -> &'static str {
        match self {
            Verdict::Undercharged => "over 1 ms",
            Verdict::Near => "near 1 ms",
            Verdict::Fair => "fair",
            Verdict::Overcharged => "overcharged",
        }
    }
}

impl Tally {
    /// Counts the prices of a document.
    pub fn of(document: &Document) -> Tally {
        let mut tally = Tally::default();
        for estimate in &document.estimates {
            *tally.count_of(estimate.verdict()) += 1;
        }
        tally
    }

    fn count_of(&mut self, verdict: Option<Verdict>) -> &mut usize {
        match verdict {
            Some(Verdict::Undercharged) => &mut self.undercharged,
            Some(Verdict::Near) => &mut self.near,
            Some(Verdict::Fair) => &mut self.fair,
            Some(Verdict::Overcharged) => &mut self.overcharged,
            None => &mut self.unknown,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { undercharged, near, fair, overcharged, unknown: _ } = self;
        write!(
            f,
            "{undercharged} take more than 1 ms for a Tgas, {near} are near that, {fair} are fair, \
             {overcharged} are overcharged"
        )
    }
}

impl Estimate {
    /// Milliseconds for each Tgas, if it was measured.
    pub fn truth(&self) -> Option<&Interval> {
        match &self.found {
            Found::Measured { truth, .. } => Some(truth),
            Found::Unused | Found::Skipped => None,
        }
    }

    /// The verdict on the base table's price, if it was measured.
    pub fn verdict(&self) -> Option<Verdict> {
        self.truth().map(|truth| Verdict::of(truth.value))
    }

    /// The base table's number that an estimate is compared with: gas, and compute of what has no gas.
    pub fn base(&self) -> u64 {
        if self.base_gas == 0 { self.base_compute } else { self.base_gas }
    }

    /// What was found, as a multiple of the base table's. None of what was not measured, or was free.
    pub fn ratio(&self) -> Option<f64> {
        match (&self.found, self.base()) {
            (Found::Measured { .. }, 0) | (Found::Unused | Found::Skipped, _) => None,
            (Found::Measured { gas, .. }, base) => Some(*gas as f64 / base as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample::sample;

    #[test]
    fn a_verdict_changes_at_its_limits() {
        for (truth, verdict) in [
            (0.0, Verdict::Overcharged),
            (0.099, Verdict::Overcharged),
            (0.1, Verdict::Fair),
            (0.499, Verdict::Fair),
            (0.5, Verdict::Near),
            (1.0, Verdict::Near),
            (1.001, Verdict::Undercharged),
            (f64::INFINITY, Verdict::Undercharged),
            (f64::NAN, Verdict::Undercharged),
        ] {
            assert_eq!(Verdict::of(truth), verdict, "{truth}");
        }
    }

    #[test]
    fn every_price_is_counted_once() {
        let document = sample();
        let Tally { undercharged, near, fair, overcharged, unknown } = Tally::of(&document);
        let sum = undercharged + near + fair + overcharged + unknown;
        assert_eq!(sum, document.estimates.len());
        assert_eq!(
            Tally::of(&document).to_string(),
            "2 take more than 1 ms for a Tgas, 2 are near that, 5 are fair, 3 are overcharged"
        );
    }

    #[test]
    fn a_ratio_needs_a_price_to_compare_with() {
        let mut estimate = sample().estimates.swap_remove(0);
        estimate.found = Found::Measured {
            experiment: String::new(),
            nanoseconds: Interval::default(),
            gas: 300,
            truth: Interval::default(),
            wide: false,
        };
        for (base_gas, base_compute, ratio) in
            [(200, 100, Some(1.5)), (0, 100, Some(3.0)), (0, 0, None)]
        {
            estimate.base_gas = base_gas;
            estimate.base_compute = base_compute;
            assert_eq!(estimate.ratio(), ratio);
        }
    }
}
