//! Which prices of the base table are too low: a Tgas of them takes longer than a limit.

use crate::document::{Document, Found, Interval};
use crate::figure;
use crate::price::Price;
use std::fmt;

/// A price that is too low, or may be.
#[derive(Clone, Debug, PartialEq)]
pub struct OverLimit {
    /// The price.
    pub price: Price,
    /// The experiment that measured it.
    pub experiment: String,
    /// Milliseconds for each Tgas.
    pub truth: Interval,
    /// The limit, in milliseconds for each Tgas.
    pub limit: f64,
    /// Whether that is sure.
    pub excess: Excess,
}

/// How sure it is that a price is too low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excess {
    /// The best guess is above the limit.
    Found,
    /// Only the upper end of the interval is.
    Possible,
}

/// Every price that takes more than `limit` milliseconds for each Tgas: those that do first, the worst
/// first, and then those that may, because the limit is inside their interval.
///
/// A price is refused for those of [`Excess::Found`]; the others are worth a longer measurement.
pub fn over_limit(document: &Document, limit: f64) -> Vec<OverLimit> {
    let mut over: Vec<OverLimit> = document
        .estimates
        .iter()
        .filter_map(|estimate| match &estimate.found {
            Found::Measured { experiment, truth, .. } => Some(OverLimit {
                price: estimate.price.clone(),
                experiment: experiment.clone(),
                truth: *truth,
                limit,
                excess: Excess::of(truth, limit)?,
            }),
            Found::Unused | Found::Skipped => None,
        })
        .collect();
    over.sort_by(|a, b| a.excess.cmp(&b.excess).then(b.truth.value.total_cmp(&a.truth.value)));
    over
}

impl Excess {
    /// None where even the upper end is within the limit. What is no number is above every limit.
    fn of(truth: &Interval, limit: f64) -> Option<Excess> {
        if truth.value.is_nan() || truth.value > limit {
            Some(Excess::Found)
        } else if truth.high.is_nan() || truth.high > limit {
            Some(Excess::Possible)
        } else {
            None
        }
    }
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OverLimit { price, experiment, truth, limit, excess } = self;
        let limit = figure::significant(*limit);
        let low = figure::significant(truth.low);
        let high = figure::significant(truth.high);
        let value = figure::significant(truth.value);
        write!(f, "{price}: {value} ms for a Tgas ({low} to {high})")?;
        match excess {
            Excess::Found => write!(f, " is over {limit} ms")?,
            Excess::Possible => write!(f, " may be over {limit} ms: only the upper end is")?,
        }
        write!(f, "; experiment `{experiment}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample::sample;

    fn lines(limit: f64) -> Vec<String> {
        over_limit(&sample(), limit).iter().map(OverLimit::to_string).collect()
    }

    #[test]
    fn the_worst_price_comes_first_and_doubtful_ones_last() {
        assert_eq!(
            lines(1.0),
            [
                "wasm_contract_loading_bytes: 2.70 ms for a Tgas (2.60 to 2.80) is over 1.00 ms; \
                 experiment `contract_loading`",
                "wasm_sha256_byte: 1.40 ms for a Tgas (1.35 to 1.46) is over 1.00 ms; \
                 experiment `sha256`",
                "wasm_storage_read_base: 0.930 ms for a Tgas (0.800 to 1.10) may be over 1.00 ms: \
                 only the upper end is; experiment `storage_read`",
            ]
        );
    }

    #[test]
    fn a_limit_itself_is_not_over_it() {
        assert_eq!(lines(2.7).len(), 1);
        assert_eq!(over_limit(&sample(), 2.7)[0].excess, Excess::Possible);
        assert_eq!(lines(2.8), [""; 0]);
    }

    #[test]
    fn what_is_no_number_is_over_every_limit() {
        let mut document = sample();
        document.estimates.retain(|estimate| estimate.truth().is_some());
        document.estimates.truncate(1);
        let mut check = |bad: Interval| {
            if let Found::Measured { truth, .. } = &mut document.estimates[0].found {
                *truth = bad;
            }
            over_limit(&document, 1e9)[0].excess
        };
        let good = Interval { value: 0.1, low: 0.1, high: 0.1 };
        assert_eq!(check(Interval { value: f64::NAN, ..good }), Excess::Found);
        assert_eq!(check(Interval { high: f64::NAN, ..good }), Excess::Possible);
    }
}
