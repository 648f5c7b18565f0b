//! Amounts as the protocol's texts give them: few digits, rounded up.

use crate::{Balance, Gas};
use std::fmt;

const GIGAGAS: u64 = 1_000_000_000;
const MILLINEAR: u128 = 1_000_000_000_000_000_000_000;

/// Tokens in NEAR: three decimals below 1 NEAR, two above.
pub(super) struct InNear(pub(super) Balance);

impl fmt::Display for InNear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yoctonear = self.0.as_yoctonear();
        if yoctonear == 0 {
            return f.write_str("0 NEAR");
        }
        if yoctonear < MILLINEAR {
            return f.write_str("<0.001 NEAR");
        }
        if yoctonear <= 999 * MILLINEAR {
            return write!(f, "0.{:03} NEAR", yoctonear.div_ceil(MILLINEAR));
        }
        let hundredths = yoctonear.div_ceil(10 * MILLINEAR);
        write!(f, "{}.{:02} NEAR", hundredths / 100, hundredths % 100)
    }
}

/// Gas in teragas: three decimals below 1 Tgas, one above.
pub(super) struct InTeragas(pub(super) Gas);

impl fmt::Display for InTeragas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gas = self.0.as_gas();
        if gas == 0 {
            return f.write_str("0 Tgas");
        }
        if gas < GIGAGAS {
            return f.write_str("<0.001 Tgas");
        }
        if gas <= 999 * GIGAGAS {
            return write!(f, "0.{:03} Tgas", gas.div_ceil(GIGAGAS));
        }
        let tenths = gas.div_ceil(100 * GIGAGAS);
        write!(f, "{}.{} Tgas", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::{GIGAGAS, InNear, InTeragas, MILLINEAR};
    use crate::{Balance, Gas};

    #[test]
    fn tokens_are_rounded_up() {
        for (yoctonear, text) in [
            (0, "0 NEAR"),
            (1, "<0.001 NEAR"),
            (MILLINEAR - 1, "<0.001 NEAR"),
            (MILLINEAR, "0.001 NEAR"),
            (MILLINEAR + 1, "0.002 NEAR"),
            (999 * MILLINEAR, "0.999 NEAR"),
            (999 * MILLINEAR + 1, "1.00 NEAR"),
            (1000 * MILLINEAR + 1, "1.01 NEAR"),
            (1_234_500 * MILLINEAR, "1234.50 NEAR"),
        ] {
            assert_eq!(InNear(Balance::from_yoctonear(yoctonear)).to_string(), text);
        }
        assert_eq!(InNear(Balance::MAX).to_string(), "340282366920938.47 NEAR");
    }

    #[test]
    fn gas_is_rounded_up() {
        for (gas, text) in [
            (0, "0 Tgas"),
            (1, "<0.001 Tgas"),
            (GIGAGAS, "0.001 Tgas"),
            (GIGAGAS + 1, "0.002 Tgas"),
            (999 * GIGAGAS, "0.999 Tgas"),
            (999 * GIGAGAS + 1, "1.0 Tgas"),
            (1000 * GIGAGAS + 1, "1.1 Tgas"),
            (300_000 * GIGAGAS, "300.0 Tgas"),
        ] {
            assert_eq!(InTeragas(Gas::from_gas(gas)).to_string(), text);
        }
        assert_eq!(InTeragas(Gas::MAX).to_string(), "18446744.1 Tgas");
    }
}
