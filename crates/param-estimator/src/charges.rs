//! How often each price is charged for something: a column of numbers, one for each price.

use crate::price::{NoPrice, Price};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use torr_parameters::Table;

/// How often each price is charged, for one unit of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Charges(BTreeMap<Price, f64>);

/// What charges come to under a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charged {
    /// Gas.
    pub gas: f64,
    /// Compute, in units of gas.
    pub compute: f64,
}

impl Charges {
    /// Adds a number of charges of a price.
    pub fn add(&mut self, price: Price, count: f64) {
        if count != 0.0 {
            *self.0.entry(price).or_insert(0.0) += count;
        }
    }

    /// The same, for who builds them in one expression.
    pub fn with(mut self, price: Price, count: f64) -> Charges {
        self.add(price, count);
        self
    }

    /// How often a price is charged.
    pub fn count(&self, price: &Price) -> f64 {
        self.0.get(price).copied().unwrap_or(0.0)
    }

    /// All prices that are charged, each with how often.
    pub fn iter(&self) -> impl Iterator<Item = (&Price, f64)> {
        self.0.iter().map(|(price, count)| (price, *count))
    }

    /// What they come to.
    ///
    /// # Errors
    /// When the table does not have one of the prices.
    pub fn total(&self, table: &Table) -> Result<Charged, NoPrice> {
        let mut total = Charged::default();
        for (price, count) in self.iter() {
            let amount = price.amount(table)?;
            total.gas += amount.gas.as_gas() as f64 * count;
            total.compute += amount.compute as f64 * count;
        }
        Ok(total)
    }
}

impl FromIterator<(Price, f64)> for Charges {
    fn from_iter<I: IntoIterator<Item = (Price, f64)>>(charges: I) -> Charges {
        let mut sum = Charges::default();
        charges.into_iter().for_each(|(price, count)| sum.add(price, count));
        sum
    }
}
