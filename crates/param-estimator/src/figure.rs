//! Figures for reading: grouped digits, three significant digits, amounts in a unit that fits them.

use crate::document::{Coverage, Interval, MetricKind};

/// The character that groups digits, as tables of parameters have it.
const GROUP: char = '_';

/// Digits in groups of three: `1_234_567`.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text
}

/// `count` of `thing`, with an s unless it is one.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count as u128))
}

/// Three significant digits; more before the point are kept, in groups.
pub(crate) fn significant(number: f64) -> String {
    match decimals(number) {
        Some(decimals) => fixed(number, decimals),
        None if number.is_finite() => format!("{number:.2e}"),
        None => number.to_string(),
    }
}

/// How many digits after the point are significant; none of what is too small or too large for that.
fn decimals(number: f64) -> Option<usize> {
    let size = number.abs();
    if size == 0.0 {
        return Some(0);
    }
    if !(1e-6..1e15).contains(&size) {
        return None;
    }
    // The exponent after rounding to three digits, so that 9.999 is `10.0`.
    let rounded = format!("{size:.2e}");
    let exponent: i32 = rounded.split_once('e')?.1.parse().ok()?;
    Some(usize::try_from(2_i32.saturating_sub(exponent)).unwrap_or(0))
}

/// A number with so many digits after the point, in groups where it has none.
fn fixed(number: f64, decimals: usize) -> String {
    if decimals > 0 {
        return format!("{number:.decimals$}");
    }
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.abs().round() as u64))
}

/// A share in percent.
pub(crate) fn percent(share: f64) -> String {
    if share.abs() < 0.0995 {
        format!("{:.1} %", share * 100.0)
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// How many times as much, as `× 1.25`; a dash where there is nothing to divide by.
pub(crate) fn times(factor: Option<f64>) -> String {
    match factor {
        Some(factor) => format!("× {}", significant(factor)),
        None => "–".to_owned(),
    }
}

/// The larger of the distances from an interval's value to its ends.
pub(crate) fn radius(interval: &Interval) -> f64 {
    (interval.high - interval.value).max(interval.value - interval.low)
}

/// An amount with how far off it may be, in the same digits: `0.520 ± 0.014`.
pub(crate) fn with_radius(interval: &Interval) -> String {
    let radius = radius(interval);
    let radius = match decimals(interval.value) {
        Some(decimals) if radius.is_finite() && interval.value != 0.0 => fixed(radius, decimals),
        _ => significant(radius),
    };
    format!("{} ± {radius}", significant(interval.value))
}

/// A machine's pace, of nanoseconds.
pub(crate) fn pace(nanoseconds: f64) -> String {
    format!("{} µs for fixed work", significant(nanoseconds / 1e3))
}

/// Bytes in the largest unit that they fill.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(unit, _)| count >= *unit) {
        Some((unit, name)) => format!("{} {name}", significant(count as f64 / *unit as f64)),
        None => counted(usize::try_from(count).unwrap_or(usize::MAX), "byte"),
    }
}

/// What a table covers, in a sentence.
pub(crate) fn coverage(coverage: &Coverage) -> String {
    let Coverage { costs, covered, prices, measured, unused } = *coverage;
    let left_out = prices.saturating_sub(measured).saturating_sub(unused);
    let mut text =
        format!("{covered} of {costs} costs covered: {measured} of {prices} prices measured");
    if unused > 0 {
        text.push_str(&format!(", {unused} that nothing charges"));
    }
    if left_out > 0 {
        text.push_str(&format!(", {left_out} left out"));
    }
    text
}

/// A unit in which amounts are shown: nanoseconds or instructions divided by something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    divisor: f64,
    /// Its name.
    pub(crate) name: &'static str,
}

impl Unit {
    /// The unit that fits the largest of some amounts, in what a metric measures.
    pub(crate) fn fitting(metric: MetricKind, largest: f64) -> Unit {
        let units = match metric {
            MetricKind::Time => [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")],
            MetricKind::Instructions => [
                (1e9, "billion instructions"),
                (1e6, "million instructions"),
                (1e3, "thousand instructions"),
                (1.0, "instructions"),
            ],
        };
        let fitting = units.into_iter().find(|(divisor, _)| largest >= *divisor);
        let (divisor, name) = fitting.unwrap_or(units[3]);
        Unit { divisor, name }
    }

    /// An amount in the unit.
    pub(crate) fn of(self, amount: f64) -> f64 {
        amount / self.divisor
    }

    /// An interval in the unit.
    pub(crate) fn of_interval(self, interval: &Interval) -> Interval {
        Interval {
            value: self.of(interval.value),
            low: self.of(interval.low),
            high: self.of(interval.high),
        }
    }
}

/// Nanoseconds with how far off they may be, in a unit that fits: `1.20 ± 0.03 µs`.
pub(crate) fn time(nanoseconds: &Interval) -> String {
    let unit = Unit::fitting(MetricKind::Time, nanoseconds.value);
    format!("{} {}", with_radius(&unit.of_interval(nanoseconds)), unit.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(grouped(0_u64), "0");
        assert_eq!(grouped(264_768_111_u64), "264_768_111");
        assert_eq!(counted(1, "point"), "1 point");
        assert_eq!(counted(1_200, "point"), "1_200 points");
        for (number, text) in [
            (0.0, "0"),
            (0.012_34, "0.0123"),
            (0.999_6, "1.00"),
            (9.999, "10.0"),
            (12.34, "12.3"),
            (99.96, "100"),
            (-123_456.0, "-123_456"),
            (2.5e-9, "2.50e-9"),
            (4e20, "4.00e20"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(significant(number), text);
        }
        assert_eq!(percent(0.031), "3.1 %");
        assert_eq!(percent(0.314), "31 %");
        assert_eq!(times(Some(1.5)), "× 1.50");
        assert_eq!(times(None), "–");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(10 << 30), "10.0 GiB");
        assert_eq!(with_radius(&Interval { value: 0.0, low: 0.0, high: 0.5 }), "0 ± 0.500");
        assert_eq!(
            time(&Interval { value: 1_200.0, low: 1_190.0, high: 1_230.0 }),
            "1.20 ± 0.03 µs"
        );
    }

    #[test]
    fn what_is_not_covered_is_said() {
        let all = Coverage { costs: 3, covered: 3, prices: 5, measured: 5, unused: 0 };
        assert_eq!(coverage(&all), "3 of 3 costs covered: 5 of 5 prices measured");
        let some = Coverage { costs: 3, covered: 2, prices: 5, measured: 3, unused: 1 };
        assert_eq!(
            coverage(&some),
            "2 of 3 costs covered: 3 of 5 prices measured, 1 that nothing charges, 1 left out"
        );
    }

    #[test]
    fn a_unit_fits_the_largest_amount() {
        for (metric, largest, name) in [
            (MetricKind::Time, 0.0, "ns"),
            (MetricKind::Time, 999.0, "ns"),
            (MetricKind::Time, 1e6, "ms"),
            (MetricKind::Instructions, 5e4, "thousand instructions"),
        ] {
            assert_eq!(Unit::fitting(metric, largest).name, name);
        }
    }
}
