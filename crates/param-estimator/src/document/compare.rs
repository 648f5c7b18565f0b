//! What differs between two documents, beyond what measurements differ by anyway.

use crate::document::{Document, Found, Interval, MetricKind, Settings};
use crate::error::EstimatorError;
use crate::figure;
use crate::measure::metric::pace::SLOW;
use crate::price::Price;
use std::collections::BTreeMap;
use std::fmt;

/// What differs between two documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Prices that changed, those that changed most first.
    pub changed: Vec<Change>,
    /// How many prices were measured in both and did not change.
    pub unchanged: usize,
    /// Prices that were measured only in the older one, in the order of keys.
    pub only_old: Vec<Price>,
    /// Prices that were measured only in the newer one, in the order of keys.
    pub only_new: Vec<Price>,
    /// What differs of how they were made, and may be the reason.
    pub circumstances: Vec<Circumstance>,
}

/// A price whose intervals do not touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The price.
    pub price: Price,
    /// Nanoseconds of one use in the older document.
    pub old: Interval,
    /// Nanoseconds of one use in the newer one.
    pub new: Interval,
}

/// Something that differs of how two documents were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstance {
    /// What it is.
    pub name: &'static str,
    /// What it is in the older document.
    pub old: String,
    /// What it is in the newer one.
    pub new: String,
}

/// Compares what was measured. Prices whose intervals touch have not changed, as far as anyone can tell.
///
/// # Errors
/// When they measure different things: another metric, another rate of instructions, another engine.
pub fn compare(old: &Document, new: &Document) -> Result<Comparison, EstimatorError> {
    refuse_different(&old.settings, &new.settings)?;
    let mut after = measured(new);
    let mut comparison = Comparison {
        changed: Vec::new(),
        unchanged: 0,
        only_old: Vec::new(),
        only_new: Vec::new(),
        circumstances: circumstances(old, new),
    };
    for (price, old) in measured(old) {
        match after.remove(price) {
            None => comparison.only_old.push(price.clone()),
            Some(new) if apart(old, new) => {
                comparison.changed.push(Change { price: price.clone(), old: *old, new: *new });
            }
            Some(_) => comparison.unchanged += 1,
        }
    }
    comparison.only_new.extend(after.into_keys().cloned());
    comparison.changed.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
    Ok(comparison)
}

/// Nanoseconds of each price that was measured.
fn measured(document: &Document) -> BTreeMap<&Price, &Interval> {
    let found = document.estimates.iter().filter_map(|estimate| match &estimate.found {
        Found::Measured { nanoseconds, .. } => Some((&estimate.price, nanoseconds)),
        Found::Unused | Found::Skipped => None,
    });
    found.collect()
}

/// Whether two intervals have nothing in common. Those with what is no number in them never do.
fn apart(old: &Interval, new: &Interval) -> bool {
    !(old.low <= new.high && new.low <= old.high)
}

fn refuse_different(old: &Settings, new: &Settings) -> Result<(), EstimatorError> {
    let refuse = |setting, old: &str, new: &str| {
        Err(EstimatorError::Incomparable { setting, old: old.to_owned(), new: new.to_owned() })
    };
    if old.metric != new.metric {
        return refuse("metric", old.metric.name(), new.metric.name());
    }
    if old.engine != new.engine {
        return refuse("engine", &old.engine, &new.engine);
    }
    // With instructions, nanoseconds are theirs at this rate.
    let rate = |settings: &Settings| settings.instructions_per_second.to_string();
    if old.metric == MetricKind::Instructions && rate(old) != rate(new) {
        return refuse("number of instructions per second", &rate(old), &rate(new));
    }
    Ok(())
}

fn circumstances(old: &Document, new: &Document) -> Vec<Circumstance> {
    let of = |document: &Document| {
        let Document { version, machine, settings, .. } = document;
        [
            ("estimator", version.clone()),
            ("processor", machine.processor.clone()),
            ("system", machine.system.clone()),
            ("compiler", machine.compiler.clone()),
            ("base table", settings.base.clone()),
            ("database", settings.database.clone()),
            ("state", figure::bytes(settings.state_size)),
            ("run", if settings.quick { "quick" } else { "full" }.to_owned()),
        ]
    };
    let differs = |((_, old), (_, new)): &((_, String), (_, String))| old != new;
    let named = |((name, old), (_, new))| Circumstance { name, old, new };
    let circumstances = of(old).into_iter().zip(of(new)).filter(differs).map(named);
    circumstances.chain(other_pace(&old.settings, &new.settings)).collect()
}

/// The pace of the machine, if it was slower in one of the two.
fn other_pace(old: &Settings, new: &Settings) -> Option<Circumstance> {
    let (old, new) = (old.pace?, new.pace?);
    let differs = old > new * SLOW || new > old * SLOW;
    differs.then(|| Circumstance {
        name: "machine's pace",
        old: figure::pace(old),
        new: figure::pace(new),
    })
}

impl Change {
    /// How many times as much it is now; none where it was nothing before.
    pub fn factor(&self) -> Option<f64> {
        (self.old.value > 0.0).then(|| self.new.value / self.old.value)
    }

    /// How far the factor is from 1, in either direction.
    fn distance(&self) -> f64 {
        match self.factor() {
            Some(factor) if factor > 0.0 => factor.ln().abs(),
            _ => f64::INFINITY,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { changed, unchanged, only_old, only_new, circumstances } = self;
        for Circumstance { name, old, new } in circumstances {
            writeln!(f, "note: the {name} differs: {old} then, {new} now")?;
        }
        let prices = changed.iter().map(|change| &change.price).chain(only_old).chain(only_new);
        let width = prices.map(|price| price.to_string().len()).max().unwrap_or(0);
        for change in changed {
            let Change { price, old, new } = change;
            let factor = figure::times(change.factor());
            let (old, new) = (figure::time(old), figure::time(new));
            writeln!(f, "{price:width$}  {factor:>8}  {old} -> {new}")?;
        }
        for (prices, which) in [(only_old, "older"), (only_new, "newer")] {
            for price in prices {
                writeln!(f, "{price:width$}  measured in the {which} document only")?;
            }
        }
        let changed = figure::counted(changed.len(), "price");
        write!(f, "{changed} changed beyond noise, {unchanged} did not")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Estimate;
    use crate::document::sample::sample;

    /// The estimate of a price.
    fn of<'d>(document: &'d mut Document, price: &str) -> &'d mut Estimate {
        let price: Price = price.parse().unwrap();
        document.estimates.iter_mut().find(|estimate| estimate.price == price).unwrap()
    }

    /// Makes a price cost a multiple of what it did.
    fn multiply(document: &mut Document, price: &str, factor: f64) {
        match &mut of(document, price).found {
            Found::Measured { nanoseconds, .. } => {
                nanoseconds.value *= factor;
                nanoseconds.low *= factor;
                nanoseconds.high *= factor;
            }
            other => panic!("{price}: {other:?}"),
        }
    }

    #[test]
    fn a_document_does_not_differ_from_itself() {
        let comparison = compare(&sample(), &sample()).unwrap();
        assert_eq!(comparison.to_string(), "0 prices changed beyond noise, 12 did not");
    }

    #[test]
    fn what_differs_is_said_and_noise_is_not() {
        let mut new = sample();
        multiply(&mut new, "wasm_sha256_byte", 3.0);
        multiply(&mut new, "wasm_sha256_base", 0.25);
        // Its interval is a fifth of it to either side.
        multiply(&mut new, "wasm_storage_read_base", 1.1);
        of(&mut new, "action_transfer.execution").found = Found::Skipped;
        new.settings.database = "rocksdb".to_owned();
        let mut old = sample();
        of(&mut old, "wasm_regular_op_cost").found = Found::Unused;

        let comparison = compare(&old, &new).unwrap();
        expect_test::expect![[r#"
            note: the database differs: redb then, rocksdb now
            wasm_sha256_base            × 0.250  820 ± 16 ns -> 205 ± 4 ns
            wasm_sha256_byte             × 3.00  4.10 ± 0.08 ns -> 12.3 ± 0.2 ns
            action_transfer.execution  measured in the older document only
            wasm_regular_op_cost       measured in the newer document only
            2 prices changed beyond noise, 8 did not"#]]
        .assert_eq(&comparison.to_string());
        assert_eq!(comparison.changed[1].factor().map(f64::round), Some(3.0));
    }

    #[test]
    fn a_price_that_was_free_comes_first() {
        let mut old = sample();
        multiply(&mut old, "wasm_sha256_byte", 0.0);
        let mut new = sample();
        multiply(&mut new, "wasm_sha256_base", 100.0);
        let comparison = compare(&old, &new).unwrap();
        assert_eq!(comparison.changed[0].price.to_string(), "wasm_sha256_byte");
        assert_eq!(comparison.changed[0].factor(), None);
        assert_eq!(comparison.changed.len(), 2);
    }

    #[test]
    fn different_things_are_not_compared() {
        type Differ = fn(&mut Settings);
        let engine: Differ = |settings| settings.engine = "wasmi".to_owned();
        let metric: Differ = |settings| settings.metric = MetricKind::Instructions;
        for (differ, words) in [
            (engine, "the engine is `wasmer` in one and `wasmi` in the other"),
            (metric, "the metric is `time` in one and `instructions` in the other"),
        ] {
            let mut new = sample();
            differ(&mut new.settings);
            let refusal = compare(&sample(), &new).unwrap_err().to_string();
            assert!(refusal.contains(words), "{refusal}");
        }
        let mut old = sample();
        metric(&mut old.settings);
        let mut new = old.clone();
        assert!(compare(&old, &new).is_ok());
        new.settings.instructions_per_second += 1.0;
        assert!(matches!(
            compare(&old, &new),
            Err(EstimatorError::Incomparable { setting: "number of instructions per second", .. })
        ));
    }
}
