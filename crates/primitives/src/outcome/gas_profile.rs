//! Where the gas of a receipt went: what was charged for what.
//!
//! The names of costs are those of the parameter tables, which this crate does not know. In JSON they
//! are upper case, and amounts are texts, as the protocol's RPC shows them.

use crate::Gas;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::cmp::Ordering;

/// What gas was charged for, by category and name. Nothing stands there with zero gas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct GasProfile(Vec<CostGasUsed>);

impl GasProfile {
    /// The charges, in order of category and name.
    pub fn costs(&self) -> &[CostGasUsed] {
        &self.0
    }
}

impl FromIterator<CostGasUsed> for GasProfile {
    /// A profile of charges in any order. Charges for the same cost are added up, and the sum is cut
    /// at the largest amount of gas.
    fn from_iter<I: IntoIterator<Item = CostGasUsed>>(charges: I) -> GasProfile {
        let mut costs: Vec<CostGasUsed> =
            charges.into_iter().filter(|charge| charge.gas_used != Gas::ZERO).collect();
        costs.sort_by(CostGasUsed::compare_names);
        costs.dedup_by(|later, earlier| {
            let same = earlier.compare_names(later).is_eq();
            if same {
                earlier.gas_used = earlier.gas_used.saturating_add(later.gas_used);
            }
            same
        });
        GasProfile(costs)
    }
}

impl<'de> Deserialize<'de> for GasProfile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<GasProfile, D::Error> {
        Ok(Vec::<CostGasUsed>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Gas charged for one cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostGasUsed {
    /// What kind of cost it is.
    pub cost_category: CostCategory,
    /// Its name in lower case, as in the parameter tables.
    #[serde(serialize_with = "serialize_upper_case", deserialize_with = "deserialize_upper_case")]
    pub cost: Cow<'static, str>,
    /// Gas charged.
    #[serde(serialize_with = "serialize_decimal", deserialize_with = "deserialize_decimal")]
    pub gas_used: Gas,
}

/// Kinds of costs, in the order in which profiles show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CostCategory {
    /// An action, or a receipt for it.
    ActionCost,
    /// A host function, or the instructions of the contract.
    WasmHostCost,
}

impl CostGasUsed {
    /// Gas that the instructions of contracts burnt.
    pub const fn wasm_instructions(gas_used: Gas) -> CostGasUsed {
        CostGasUsed {
            cost_category: CostCategory::WasmHostCost,
            cost: Cow::Borrowed("wasm_instruction"),
            gas_used,
        }
    }

    /// By category, then by name as it is shown: an underscore comes before small letters and after
    /// capital ones.
    fn compare_names(&self, other: &CostGasUsed) -> Ordering {
        self.cost_category
            .cmp(&other.cost_category)
            .then_with(|| upper_case(&self.cost).cmp(upper_case(&other.cost)))
    }
}

fn upper_case(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().map(|byte| byte.to_ascii_uppercase())
}

fn serialize_upper_case<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&name.to_ascii_uppercase())
}

fn deserialize_upper_case<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Cow<'static, str>, D::Error> {
    let name = <String as Deserialize>::deserialize(deserializer)?;
    Ok(Cow::Owned(name.to_ascii_lowercase()))
}

fn serialize_decimal<S: Serializer>(gas: &Gas, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(gas)
}

fn deserialize_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Gas, D::Error> {
    let text = <String as Deserialize>::deserialize(deserializer)?;
    let amount = text.parse().map_err(|error| {
        de::Error::custom(format_args!("`{text}` is not an amount of gas: {error}"))
    })?;
    Ok(Gas::from_gas(amount))
}
