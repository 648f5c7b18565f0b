//! Amounts and counters of the protocol: gas, balances, heights, indices.
//!
//! Gas and balances are types of their own, so that one cannot be taken for the other and no
//! arithmetic on them can overflow unseen: there are no operators, only checked and saturating
//! methods.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Compute cost, in units of gas: the time an operation takes, where gas is what it costs.
/// A chunk's compute limit bounds how long it can take to apply (NEP-455).
pub type Compute = u64;
/// Height of a block: number of blocks, skipped ones included, since genesis.
pub type BlockHeight = u64;
/// Number of epochs since genesis.
pub type EpochHeight = u64;
/// Storage used by an account, in bytes.
pub type StorageUsage = u64;
/// Nonce of an access key.
pub type Nonce = u64;
/// Index of one of the nonces of a gas key (NEP-611).
pub type NonceIndex = u16;
/// Name of a shard, unique over all shard layouts.
pub type ShardId = u64;
/// Version of the protocol; selects costs, limits and switches.
pub type ProtocolVersion = u32;
/// Number of a receipt among those that one contract call creates.
pub type ReceiptIndex = u64;
/// Number of an action within its receipt.
pub type ActionIndex = u64;

/// An amount of gas.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Gas(u64);

impl Gas {
    /// No gas.
    pub const ZERO: Gas = Gas(0);
    /// The largest amount that can be expressed.
    pub const MAX: Gas = Gas(u64::MAX);

    /// `gas` units of gas.
    pub const fn from_gas(gas: u64) -> Gas {
        Gas(gas)
    }

    /// `teragas` × 10¹² units of gas; `None` when that does not fit.
    pub const fn from_teragas(teragas: u64) -> Option<Gas> {
        match teragas.checked_mul(1_000_000_000_000) {
            Some(gas) => Some(Gas(gas)),
            None => None,
        }
    }

    /// The amount in units of gas.
    pub const fn as_gas(self) -> u64 {
        self.0
    }

    /// The sum, unless it overflows.
    pub const fn checked_add(self, other: Gas) -> Option<Gas> {
        match self.0.checked_add(other.0) {
            Some(gas) => Some(Gas(gas)),
            None => None,
        }
    }

    /// The difference, unless it is negative.
    pub const fn checked_sub(self, other: Gas) -> Option<Gas> {
        match self.0.checked_sub(other.0) {
            Some(gas) => Some(Gas(gas)),
            None => None,
        }
    }

    /// The product, unless it overflows.
    pub const fn checked_mul(self, factor: u64) -> Option<Gas> {
        match self.0.checked_mul(factor) {
            Some(gas) => Some(Gas(gas)),
            None => None,
        }
    }

    /// The sum, or the largest amount.
    pub const fn saturating_add(self, other: Gas) -> Gas {
        Gas(self.0.saturating_add(other.0))
    }

    /// The difference, or zero.
    pub const fn saturating_sub(self, other: Gas) -> Gas {
        Gas(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Gas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How much of the gas left over at the end of a call a promise gets, relative to the others
/// (NEP-264).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct GasWeight(pub u64);

/// An amount of the native token, in yoctoNEAR (10⁻²⁴ NEAR).
///
/// In JSON it is a decimal string, because JavaScript numbers cannot hold it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub struct Balance(u128);

impl Balance {
    /// Nothing.
    pub const ZERO: Balance = Balance(0);
    /// The largest amount that can be expressed.
    pub const MAX: Balance = Balance(u128::MAX);

    /// `yoctonear` yoctoNEAR.
    pub const fn from_yoctonear(yoctonear: u128) -> Balance {
        Balance(yoctonear)
    }

    /// The amount in yoctoNEAR.
    pub const fn as_yoctonear(self) -> u128 {
        self.0
    }

    /// The sum, unless it overflows.
    pub const fn checked_add(self, other: Balance) -> Option<Balance> {
        match self.0.checked_add(other.0) {
            Some(amount) => Some(Balance(amount)),
            None => None,
        }
    }

    /// The difference, unless it is negative.
    pub const fn checked_sub(self, other: Balance) -> Option<Balance> {
        match self.0.checked_sub(other.0) {
            Some(amount) => Some(Balance(amount)),
            None => None,
        }
    }

    /// The product, unless it overflows.
    pub const fn checked_mul(self, factor: u128) -> Option<Balance> {
        match self.0.checked_mul(factor) {
            Some(amount) => Some(Balance(amount)),
            None => None,
        }
    }

    /// The sum, or the largest amount.
    pub const fn saturating_add(self, other: Balance) -> Balance {
        Balance(self.0.saturating_add(other.0))
    }

    /// The difference, or zero.
    pub const fn saturating_sub(self, other: Balance) -> Balance {
        Balance(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Balance {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Balance, Self::Err> {
        text.parse().map(Balance)
    }
}

impl Serialize for Balance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Balance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Balance, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            de::Error::custom(format_args!("`{text}` is not an amount in yoctoNEAR: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Balance, Gas};

    #[test]
    fn arithmetic_stops_at_the_borders() {
        assert_eq!(Gas::MAX.checked_add(Gas::from_gas(1)), None);
        assert_eq!(Gas::ZERO.checked_sub(Gas::from_gas(1)), None);
        assert_eq!(Gas::from_teragas(300), Some(Gas::from_gas(300_000_000_000_000)));
        assert_eq!(Gas::from_teragas(u64::MAX), None);
        assert_eq!(Balance::MAX.checked_add(Balance::from_yoctonear(1)), None);
        assert_eq!(Balance::ZERO.saturating_sub(Balance::from_yoctonear(1)), Balance::ZERO);
    }

    #[test]
    fn json_keeps_every_unit() {
        let text = serde_json::to_string(&Balance::MAX).unwrap();
        assert_eq!(text, format!("\"{}\"", u128::MAX));
        assert_eq!(serde_json::from_str::<Balance>(&text).unwrap(), Balance::MAX);
        assert!(serde_json::from_str::<Balance>("\"-1\"").is_err());
        assert_eq!(serde_json::to_string(&Gas::MAX).unwrap(), u64::MAX.to_string());
    }
}
