//! Where gas went, as outcomes tell it.

use torr_primitives::outcome::{CostCategory, CostGasUsed, GasProfile};
use torr_vm_logic::profile::Profile;

/// The profile that an outcome has.
pub(crate) fn gas_profile(profile: &Profile) -> GasProfile {
    let charge = |cost_category, name: &'static str, gas_used| CostGasUsed {
        cost_category,
        cost: name.into(),
        gas_used,
    };
    let actions = profile
        .action_costs()
        .map(|(cost, gas)| charge(CostCategory::ActionCost, cost.name(), gas));
    let host = profile
        .host_costs()
        .map(|(cost, gas)| charge(CostCategory::WasmHostCost, cost.name(), gas));
    let wasm = charge(CostCategory::WasmHostCost, "wasm_instruction", profile.wasm());
    actions.chain(host).chain([wasm]).collect()
}
