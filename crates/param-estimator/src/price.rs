//! What is priced: every number of a table that says what some operation costs.
//!
//! The list is made from the table itself, so that a parameter that is added is a price without a
//! measurement, which a test refuses, and never one that is forgotten.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use torr_parameters::{ActionCost, Cost, ExtCost, Locality, Table, Unit, Value};
use torr_primitives::Gas;

/// Which number of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The only one.
    Use,
    /// What sending to the sender itself costs.
    SendSir,
    /// What sending to another account costs.
    SendNotSir,
    /// What the receiver pays for executing.
    Execution,
}

impl Part {
    const OF_FEES: [Part; 3] = [Part::SendSir, Part::SendNotSir, Part::Execution];

    /// The field of a fee in a table; `None` of what is one number.
    const fn field(self) -> Option<&'static str> {
        match self {
            Part::Use => None,
            Part::SendSir => Some("send_sir"),
            Part::SendNotSir => Some("send_not_sir"),
            Part::Execution => Some("execution"),
        }
    }
}

/// A price: a parameter, and which number of it.
///
/// Its text is the parameter's key, with a point and the field for one of a fee's:
/// `wasm_sha256_byte`, `action_transfer.execution`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    key: Cow<'static, str>,
    part: Part,
}

/// A text names no price of the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no cost: write a key of the table, and for a fee the field too, as `action_transfer.execution`"
)]
pub struct NoPrice {
    /// The text.
    pub text: String,
}

/// Parameters counted in gas or compute that are no prices: limits, and shares of what is left.
const NOT_PRICES: [&str; 11] = [
    "allowed_shard_outgoing_gas",
    "max_congestion_incoming_gas",
    "max_congestion_outgoing_gas",
    "max_gas_burnt",
    "max_gas_burnt_view",
    "max_outgoing_gas",
    "max_total_prepaid_gas",
    "max_tx_gas",
    "min_gas_refund_penalty",
    "min_outgoing_gas",
    "min_tx_gas",
];

impl Price {
    /// A parameter that is one number.
    pub const fn of(key: &'static str) -> Price {
        Price { key: Cow::Borrowed(key), part: Part::Use }
    }

    /// What a host function charges.
    pub const fn host(cost: ExtCost) -> Price {
        Price::of(cost.key())
    }

    /// What sending costs.
    pub const fn send(cost: ActionCost, locality: Locality) -> Price {
        let part = match locality {
            Locality::SenderIsReceiver => Part::SendSir,
            Locality::SenderIsNotReceiver => Part::SendNotSir,
        };
        Price { key: Cow::Borrowed(cost.key()), part }
    }

    /// What executing costs.
    pub const fn execution(cost: ActionCost) -> Price {
        Price { key: Cow::Borrowed(cost.key()), part: Part::Execution }
    }

    /// The key of the parameter.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which number of the parameter.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// All prices of a table, in the order of its keys.
    pub fn all(table: &Table) -> Vec<Price> {
        let mut prices = Vec::new();
        for (key, entry) in table.iter() {
            let price = |part| Price { key: Cow::Owned(key.to_owned()), part };
            match (&entry.value, entry.unit) {
                (Value::Fee(_), _) => prices.extend(Part::OF_FEES.map(price)),
                (Value::Cost(_), _) => prices.push(price(Part::Use)),
                (_, Unit::Gas | Unit::Compute) if !NOT_PRICES.contains(&key) => {
                    prices.push(price(Part::Use));
                }
                _ => {}
            }
        }
        prices
    }

    /// How much it is in a table: gas to pay and compute to count. A parameter that is counted in one of
    /// them has zero of the other, but for instructions, whose gas is their compute.
    ///
    /// # Errors
    /// When the table has no such price.
    pub fn amount(&self, table: &Table) -> Result<Cost, NoPrice> {
        let none = || NoPrice { text: self.to_string() };
        let entry = table.entry(&self.key).ok_or_else(none)?;
        match (&entry.value, self.part, entry.unit) {
            (Value::Cost(cost), Part::Use, _) => Ok(*cost),
            (Value::Fee(fee), Part::SendSir, _) => Ok(fee.send_sir),
            (Value::Fee(fee), Part::SendNotSir, _) => Ok(fee.send_not_sir),
            (Value::Fee(fee), Part::Execution, _) => Ok(fee.execution),
            (Value::Number(number), Part::Use, Unit::Gas) => {
                Ok(Cost::of_gas(Gas::from_gas(*number)))
            }
            (Value::Number(number), Part::Use, Unit::Compute) => {
                Ok(Cost { gas: Gas::ZERO, compute: *number })
            }
            _ => Err(none()),
        }
    }

    /// Puts an amount into a table. Of a parameter that is counted in gas only, or in compute only, the
    /// other is left out.
    ///
    /// # Errors
    /// When the table has no such price.
    pub fn set(&self, table: &mut Table, amount: Cost) -> Result<(), NoPrice> {
        let none = || NoPrice { text: self.to_string() };
        let entry = table.entry(&self.key).ok_or_else(none)?;
        let value = match (&entry.value, self.part, entry.unit) {
            (Value::Cost(_), Part::Use, _) => Value::Cost(amount),
            (Value::Fee(fee), part, _) => {
                let mut fee = *fee;
                match part {
                    Part::Use => return Err(none()),
                    Part::SendSir => fee.send_sir = amount,
                    Part::SendNotSir => fee.send_not_sir = amount,
                    Part::Execution => fee.execution = amount,
                }
                Value::Fee(fee)
            }
            (Value::Number(_), Part::Use, Unit::Gas) => Value::Number(amount.gas.as_gas()),
            (Value::Number(_), Part::Use, Unit::Compute) => Value::Number(amount.compute),
            _ => return Err(none()),
        };
        table.set(&self.key, value).map_err(|_| none())
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part.field() {
            None => f.pad(&self.key),
            Some(field) => f.pad(&format!("{}.{field}", self.key)),
        }
    }
}

impl FromStr for Price {
    type Err = NoPrice;

    /// Reads the text of a price; whether a table has it is not looked at.
    fn from_str(text: &str) -> Result<Price, NoPrice> {
        let none = || NoPrice { text: text.to_owned() };
        let (key, part) = match text.split_once('.') {
            None => (text, Part::Use),
            Some((key, field)) => {
                let of_field = |part: &Part| part.field() == Some(field);
                (key, Part::OF_FEES.into_iter().find(of_field).ok_or_else(none)?)
            }
        };
        Ok(Price { key: Cow::Owned(key.to_owned()), part })
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torr_parameters::{LATEST_VERSION, SUPPORTED_VERSIONS};

    #[test]
    fn what_is_counted_in_gas_is_a_price_or_is_said_not_to_be_one() {
        let table = Table::builtin(LATEST_VERSION).unwrap();
        for key in NOT_PRICES {
            let entry = table.entry(key).unwrap_or_else(|| panic!("{key} is no parameter"));
            assert!(matches!(entry.unit, Unit::Gas | Unit::Compute), "{key}");
        }
        let others: Vec<String> = Price::all(&table)
            .into_iter()
            .filter(|price| {
                matches!(table.entry(price.key()).unwrap().unit, Unit::Gas | Unit::Compute)
            })
            .map(|price| price.to_string())
            .collect();
        assert_eq!(
            others,
            [
                "deploy_global_contract_execution_base",
                "deploy_global_contract_execution_per_byte",
                "wasm_grow_mem_cost",
                "wasm_linear_op_base_cost",
                "wasm_linear_op_unit_cost",
                "wasm_regular_op_cost",
            ]
        );
    }

    #[test]
    fn a_price_can_be_read_changed_and_named_in_every_table() {
        for version in SUPPORTED_VERSIONS {
            let mut table = Table::builtin(*version).unwrap();
            for price in Price::all(&table) {
                assert_eq!(price.to_string().parse(), Ok(price.clone()));
                let Cost { gas, compute } = price.amount(&table).unwrap();
                let more =
                    Cost { gas: gas.checked_add(Gas::from_gas(1)).unwrap(), compute: compute + 2 };
                price.set(&mut table, more).unwrap();
                let Cost { gas: new_gas, compute: new_compute } = price.amount(&table).unwrap();
                assert!(new_gas == more.gas || new_compute == more.compute, "{price}");
            }
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        let mut table = Table::builtin(LATEST_VERSION).unwrap();
        for text in ["max_tx_gas.execution", "wasm_base.execution", "action_transfer", "nothing"] {
            let price: Price = text.parse().unwrap();
            assert_eq!(price.amount(&table), Err(NoPrice { text: text.to_owned() }));
            assert!(price.set(&mut table, Cost::ZERO).is_err());
        }
        assert!("action_transfer.sending".parse::<Price>().is_err());
    }
}
