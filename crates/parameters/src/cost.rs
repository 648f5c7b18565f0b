//! Amounts of gas and compute, the fees made of them, and the two tables of them.
//!
//! Every cost has two sides: `gas`, which is paid for, and `compute`, which counts towards the time
//! a chunk may take (NEP-455). Sums are checked; nothing here wraps or panics.

use crate::cost_names::{ActionCost, ExtCost};
use std::ops::{Index, IndexMut};
use torr_primitives::{AccountId, Compute, Gas};

/// What something costs: gas to pay and compute time to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cost {
    /// What is paid, in gas.
    pub gas: Gas,
    /// What counts towards the chunk's limit, in units of gas.
    pub compute: Compute,
}

impl Cost {
    /// Free.
    pub const ZERO: Cost = Cost { gas: Gas::ZERO, compute: 0 };

    /// A cost whose compute is its gas.
    pub const fn of_gas(gas: Gas) -> Cost {
        Cost { gas, compute: gas.as_gas() }
    }

    /// Both sums, unless either overflows.
    pub fn checked_add(self, other: Cost) -> Option<Cost> {
        Some(Cost {
            gas: self.gas.checked_add(other.gas)?,
            compute: self.compute.checked_add(other.compute)?,
        })
    }

    /// Both differences, unless either is negative.
    pub fn checked_sub(self, other: Cost) -> Option<Cost> {
        Some(Cost {
            gas: self.gas.checked_sub(other.gas)?,
            compute: self.compute.checked_sub(other.compute)?,
        })
    }

    /// Both products, unless either overflows.
    pub fn checked_mul(self, factor: u64) -> Option<Cost> {
        Some(Cost {
            gas: self.gas.checked_mul(factor)?,
            compute: self.compute.checked_mul(factor)?,
        })
    }
}

/// Whether a receipt goes to the account it comes from.
///
/// Such a receipt never leaves the shard, so the protocol prices sending it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locality {
    /// Sender and receiver are one account ("sir").
    SenderIsReceiver,
    /// Sender and receiver are different accounts, whatever their shards ("not sir").
    SenderIsNotReceiver,
}

impl Locality {
    /// The locality of a receipt from `sender` to `receiver`.
    pub fn between(sender: &AccountId, receiver: &AccountId) -> Locality {
        if sender == receiver { Locality::SenderIsReceiver } else { Locality::SenderIsNotReceiver }
    }
}

/// The price of an action: sent by one account, executed at another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fee {
    /// Burnt when the action is created for the sender itself.
    pub send_sir: Cost,
    /// Burnt when the action is created for another account.
    pub send_not_sir: Cost,
    /// Burnt when the receiver executes the action.
    pub execution: Cost,
}

impl Fee {
    /// The cost of sending over that locality.
    pub const fn send(&self, locality: Locality) -> Cost {
        match locality {
            Locality::SenderIsReceiver => self.send_sir,
            Locality::SenderIsNotReceiver => self.send_not_sir,
        }
    }

    /// Gas of the cheaper way of sending, and of execution; `None` on overflow.
    pub fn min_send_and_execution_gas(&self) -> Option<Gas> {
        self.send_sir.gas.min(self.send_not_sir.gas).checked_add(self.execution.gas)
    }
}

/// What each host function charge costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtCosts([Cost; ExtCost::ALL.len()]);

/// What each part of an action costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionFees([Fee; ActionCost::ALL.len()]);

/// Makes `$Table` a total map from `$Name` to `$Value`; an index is always in range because the
/// array has the length of `ALL`.
macro_rules! total_map {
    ($Table:ident, $Name:ident, $Value:ident) => {
        impl $Table {
            /// The table that has `value(name)` under every name.
            ///
            /// # Errors
            /// The first error that `value` returns.
            pub fn try_from_fn<E>(
                mut value: impl FnMut($Name) -> Result<$Value, E>,
            ) -> Result<$Table, E> {
                let mut values = [$Value::default(); $Name::ALL.len()];
                for name in $Name::ALL {
                    values[name.index()] = value(*name)?;
                }
                Ok($Table(values))
            }

            /// Every name with its value, in the protocol's order.
            pub fn iter(&self) -> impl Iterator<Item = ($Name, &$Value)> {
                $Name::ALL.iter().copied().zip(&self.0)
            }
        }

        impl Index<$Name> for $Table {
            type Output = $Value;

            #[inline]
            fn index(&self, name: $Name) -> &$Value {
                &self.0[name.index()]
            }
        }

        impl IndexMut<$Name> for $Table {
            fn index_mut(&mut self, name: $Name) -> &mut $Value {
                &mut self.0[name.index()]
            }
        }
    };
}

total_map!(ExtCosts, ExtCost, Cost);
total_map!(ActionFees, ActionCost, Fee);

#[cfg(test)]
mod tests {
    use super::{Cost, Fee, Locality};
    use torr_primitives::{AccountId, Gas};

    #[test]
    fn arithmetic_stops_when_either_side_overflows() {
        let full_compute = Cost { gas: Gas::ZERO, compute: u64::MAX };
        let one = Cost::of_gas(Gas::from_gas(1));
        assert_eq!(full_compute.checked_add(one), None);
        assert_eq!(one.checked_sub(full_compute), None);
        assert_eq!(full_compute.checked_mul(2), None);
        assert_eq!(one.checked_mul(7), Some(Cost::of_gas(Gas::from_gas(7))));
        assert_eq!(one.checked_sub(one), Some(Cost::ZERO));
    }

    #[test]
    fn sending_depends_on_locality_only() {
        let cost = |gas| Cost::of_gas(Gas::from_gas(gas));
        let fee = Fee { send_sir: cost(3), send_not_sir: cost(2), execution: cost(5) };
        let [alice, bob]: [AccountId; 2] =
            ["alice", "bob"].map(|name| name.parse().expect("a valid name"));
        assert_eq!(fee.send(Locality::between(&alice, &alice)), cost(3));
        assert_eq!(fee.send(Locality::between(&alice, &bob)), cost(2));
        assert_eq!(fee.min_send_and_execution_gas(), Some(Gas::from_gas(7)));
    }
}
