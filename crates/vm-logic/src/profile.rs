//! Where the gas of a call went: by cost, and the rest to Wasm instructions.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use torr_parameters::{ActionCost, ExtCost, ExtCosts};
use torr_primitives::{Compute, Gas};

/// Gas burnt by a call, by what it was charged for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    host: [Gas; ExtCost::ALL.len()],
    actions: [Gas; ActionCost::ALL.len()],
    wasm: Gas,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile {
            host: [Gas::ZERO; ExtCost::ALL.len()],
            actions: [Gas::ZERO; ActionCost::ALL.len()],
            wasm: Gas::ZERO,
        }
    }
}

impl Profile {
    /// Gas burnt by Wasm instructions.
    pub fn wasm(&self) -> Gas {
        self.wasm
    }

    /// Gas burnt for `cost` of host functions.
    pub fn host(&self, cost: ExtCost) -> Gas {
        self.host[cost.index()]
    }

    /// Gas burnt for sending actions of kind `cost`.
    pub fn action(&self, cost: ActionCost) -> Gas {
        self.actions[cost.index()]
    }

    /// Costs of host functions that were charged, with their gas.
    pub fn host_costs(&self) -> impl Iterator<Item = (ExtCost, Gas)> + '_ {
        nonzero(ExtCost::ALL, &self.host)
    }

    /// Kinds of actions that were sent, with their gas.
    pub fn action_costs(&self) -> impl Iterator<Item = (ActionCost, Gas)> + '_ {
        nonzero(ActionCost::ALL, &self.actions)
    }

    /// Adds the gas of another call.
    pub fn merge(&mut self, other: &Profile) {
        let host = self.host.iter_mut().zip(&other.host);
        for (sum, &gas) in host.chain(self.actions.iter_mut().zip(&other.actions)) {
            *sum = sum.saturating_add(gas);
        }
        self.wasm = self.wasm.saturating_add(other.wasm);
    }

    #[inline]
    pub(crate) fn add_host(&mut self, cost: ExtCost, gas: Gas) {
        let entry = &mut self.host[cost.index()];
        *entry = entry.saturating_add(gas);
    }

    pub(crate) fn add_action(&mut self, cost: ActionCost, gas: Gas) {
        let entry = &mut self.actions[cost.index()];
        *entry = entry.saturating_add(gas);
    }

    /// Attributes to Wasm instructions what of `burnt` went nowhere else.
    ///
    /// Instructions are the hottest cost, metered inside the contract; nothing counts them apart.
    pub(crate) fn settle_wasm(&mut self, burnt: Gas) {
        let elsewhere = self
            .host
            .iter()
            .chain(&self.actions)
            .fold(Gas::ZERO, |sum, &gas| sum.saturating_add(gas));
        self.wasm = burnt.saturating_sub(elsewhere);
    }

    /// Compute that the profile stands for: instructions at their gas, host costs by the ratio of
    /// their compute to their gas. Actions are not in it, because the profile does not tell their
    /// locality (NEP-455).
    pub(crate) fn compute_without_actions(&self, costs: &ExtCosts) -> Compute {
        let host = self.host_costs().fold(0u64, |sum, (cost, gas)| {
            let price = costs[cost];
            let compute = u128::from(gas.as_gas())
                .saturating_mul(u128::from(price.compute))
                .checked_div(u128::from(price.gas.as_gas()))
                .unwrap_or(0);
            sum.saturating_add(Compute::try_from(compute).unwrap_or(Compute::MAX))
        });
        host.saturating_add(self.wasm.as_gas())
    }
}

fn nonzero<'a, C: Copy>(costs: &'a [C], gas: &'a [Gas]) -> impl Iterator<Item = (C, Gas)> + 'a {
    costs.iter().copied().zip(gas.iter().copied()).filter(|&(_, gas)| gas != Gas::ZERO)
}

/// As an object: `wasm_gas`, `ext` and `action`, by the costs' names, zeros left out.
impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ext: std::collections::BTreeMap<_, _> =
            self.host_costs().map(|(cost, gas)| (cost.name(), gas)).collect();
        let action: std::collections::BTreeMap<_, _> =
            self.action_costs().map(|(cost, gas)| (cost.name(), gas)).collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("wasm_gas", &self.wasm)?;
        map.serialize_entry("ext", &ext)?;
        map.serialize_entry("action", &action)?;
        map.end()
    }
}
