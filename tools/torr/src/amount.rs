//! Gas and balances as people write them: `300Tgas`, `0.5 NEAR`, `1yN`.
//!
//! Reading is exact or refused; a balance is printed to its last digit, gas rounded to a tenth of a
//! gigagas, always with the exact number beside it.

use crate::figure::grouped;
use std::fmt;
use torr_primitives::{Balance, Gas};

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AmountError {
    /// No digits, or something that is no digit among them.
    #[error("`{text}` is not a number; write for example {example}")]
    Number {
        /// The text.
        text: String,
        /// Amounts that can be read.
        example: &'static str,
    },
    /// A unit that there is not.
    #[error("there is no unit `{unit}`; write for example {example}")]
    Unit {
        /// The unit.
        unit: String,
        /// Amounts that can be read.
        example: &'static str,
    },
    /// More digits after the point than the unit has.
    #[error("`{text}` is not a whole number of {indivisible}")]
    TooFine {
        /// The text.
        text: String,
        /// The smallest unit.
        indivisible: &'static str,
    },
    /// More than can be expressed.
    #[error("`{text}` is more than there can be")]
    TooMuch {
        /// The text.
        text: String,
    },
}

/// What is measured, and in which units.
struct Measure {
    /// Units in small letters, with the number of digits that one has of the smallest.
    units: &'static [(&'static str, usize)],
    indivisible: &'static str,
    example: &'static str,
}

const GAS: Measure = Measure {
    units: &[
        ("", 0),
        ("gas", 0),
        ("m", 6),
        ("mgas", 6),
        ("g", 9),
        ("ggas", 9),
        ("t", 12),
        ("tgas", 12),
    ],
    indivisible: "units of gas",
    example: "300Tgas, 5Ggas or 1000000",
};

const BALANCE: Measure = Measure {
    units: &[
        ("", 0),
        ("yn", 0),
        ("yocto", 0),
        ("yoctonear", 0),
        ("mn", 21),
        ("millinear", 21),
        ("n", 24),
        ("near", 24),
    ],
    indivisible: "yoctoNEAR",
    example: "1N, 0.5NEAR, 1yN or 1000000 (yoctoNEAR)",
};

/// Reads an amount of gas.
pub(crate) fn parse_gas(text: &str) -> Result<Gas, AmountError> {
    let gas = parse(text, &GAS)?;
    u64::try_from(gas)
        .map(Gas::from_gas)
        .map_err(|_| AmountError::TooMuch { text: text.to_owned() })
}

/// Reads an amount of tokens.
pub(crate) fn parse_balance(text: &str) -> Result<Balance, AmountError> {
    parse(text, &BALANCE).map(Balance::from_yoctonear)
}

fn parse(text: &str, measure: &Measure) -> Result<u128, AmountError> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    let digits_of_unit = measure
        .units
        .iter()
        .find(|(name, _)| *name == unit.to_ascii_lowercase())
        .map(|(_, digits)| *digits);
    let not_a_number = || AmountError::Number { text: text.to_owned(), example: measure.example };
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(not_a_number());
    }
    let digits = digits_of_unit
        .ok_or_else(|| AmountError::Unit { unit: unit.to_owned(), example: measure.example })?;
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > digits {
        let indivisible = measure.indivisible;
        return Err(AmountError::TooFine { text: text.to_owned(), indivisible });
    }
    // Digits only, so the one thing that can be wrong is their number.
    format!("{whole}{fraction:0<digits$}")
        .parse()
        .map_err(|_| AmountError::TooMuch { text: text.to_owned() })
}

/// Gas in teragas, rounded to four digits after the point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tgas(pub(crate) Gas);

impl fmt::Display for Tgas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths_of_gigagas = (u128::from(self.0.as_gas()) + 50_000_000) / 100_000_000;
        let (whole, fraction) = (tenths_of_gigagas / 10_000, tenths_of_gigagas % 10_000);
        f.pad(&format!("{}.{fraction:04} Tgas", grouped(whole)))
    }
}

/// A balance in NEAR, or in yoctoNEAR when it is next to nothing; exact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Near(pub(crate) Balance);

/// YoctoNEAR of one NEAR.
const ONE_NEAR: u128 = 10u128.pow(24);

/// Balances below are printed in yoctoNEAR.
const MANY_YOCTO: u128 = 10u128.pow(12);

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yocto = self.0.as_yoctonear();
        if yocto == 0 {
            return f.pad("0 NEAR");
        }
        if yocto < MANY_YOCTO {
            return f.pad(&format!("{} yN", grouped(yocto)));
        }
        let (whole, fraction) = (grouped(yocto / ONE_NEAR), yocto % ONE_NEAR);
        if fraction == 0 {
            return f.pad(&format!("{whole} NEAR"));
        }
        let fraction = format!("{fraction:024}");
        f.pad(&format!("{whole}.{} NEAR", fraction.trim_end_matches('0')))
    }
}

#[cfg(test)]
mod tests {
    use super::{AmountError, Near, Tgas, parse_balance, parse_gas};
    use torr_primitives::{Balance, Gas};

    #[test]
    fn gas_is_read_in_its_units() {
        for (text, gas) in [
            ("300Tgas", 300_000_000_000_000),
            ("300T", 300_000_000_000_000),
            ("1.5 tgas", 1_500_000_000_000),
            ("5Ggas", 5_000_000_000),
            ("7M", 7_000_000),
            ("1_000", 1_000),
            ("12 gas", 12),
            ("0.000000000001T", 1),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_gas(text), Ok(Gas::from_gas(gas)), "{text}");
        }
    }

    #[test]
    fn balances_are_read_in_their_units() {
        let near = 10u128.pow(24);
        for (text, yocto) in [
            ("1N", near),
            ("1 NEAR", near),
            ("0.5N", near / 2),
            ("1.250 near", near + near / 4),
            ("2mN", near / 500),
            ("1000yN", 1_000),
            ("1", 1),
            ("0.000000000000000000000001N", 1),
            ("340282366920938463463374607431768211455", u128::MAX),
        ] {
            assert_eq!(parse_balance(text), Ok(Balance::from_yoctonear(yocto)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "N", ".5N", "1.N", "1.2.3N", "-1N", "+1", "1e3", "0x10", "１N", "_"] {
            assert!(parse_balance(text).is_err(), "{text}");
        }
        assert!(matches!(parse_balance("1dollar"), Err(AmountError::Unit { .. })));
        assert!(matches!(parse_balance("0.5yN"), Err(AmountError::TooFine { .. })));
        assert!(matches!(parse_balance("340282366920939N"), Err(AmountError::TooMuch { .. })));
        assert!(matches!(parse_gas("18446744073709551616"), Err(AmountError::TooMuch { .. })));
    }

    #[test]
    fn amounts_are_printed_for_reading() {
        for (gas, text) in [
            (0, "0.0000 Tgas"),
            (2_417_123_456_789, "2.4171 Tgas"),
            (49_999_999, "0.0000 Tgas"),
            (50_000_000, "0.0001 Tgas"),
            (u64::MAX, "18_446_744.0737 Tgas"),
        ] {
            assert_eq!(Tgas(Gas::from_gas(gas)).to_string(), text);
        }
        for (yocto, text) in [
            (0, "0 NEAR"),
            (1, "1 yN"),
            (10u128.pow(24), "1 NEAR"),
            (10u128.pow(27) + 1, "1_000.000000000000000000000001 NEAR"),
            (125 * 10u128.pow(19), "0.00125 NEAR"),
        ] {
            assert_eq!(Near(Balance::from_yoctonear(yocto)).to_string(), text);
        }
    }
}
