//! Rules between parameters that execution relies on.
//!
//! Gas is metered inside the Wasm code in signed 64-bit arithmetic, amounts of gas are bought with
//! 128-bit balances, and engines need memories that exist. A table that would break any of these
//! is refused when it is loaded, so that nothing has to be checked while contracts run.

use crate::config::RuntimeConfig;
use crate::cost_names::ActionCost;
use crate::error::{ParameterProblem, ParametersError};
use crate::reader::Parameter;
use crate::table::refuse;
use crate::value::Value;

/// One charge inside Wasm code is less than this. A signed 64-bit counter that is checked after
/// every charge then cannot wrap.
const CHARGE_BOUND: u64 = 1 << 62;

/// Pages of memory that 32-bit addresses reach.
const WASM_PAGES: u64 = 1 << 16;

/// Refuses a configuration, read from `file`, that breaks a rule.
pub(crate) fn check(file: &str, config: &RuntimeConfig) -> Result<(), ParametersError> {
    let rule = |kept: bool, key: &str, value: Value, rule: &'static str| {
        if kept {
            return Ok(());
        }
        let value = value.to_string();
        let problem = ParameterProblem::Inconsistent { value, rule };
        Err(refuse(file, key, problem))
    };
    let (vm, limits, fees) = (&config.vm, &config.vm.limits, &config.fees);

    // A block is charged at once and has no more instructions than the contract has bytes.
    rule(
        is_charge(vm.regular_op_cost, limits.max_contract_size, 0),
        "wasm_regular_op_cost",
        vm.regular_op_cost.to_value(),
        "wasm_regular_op_cost * max_contract_size is below 2^62",
    )?;
    rule(
        is_charge(vm.linear_op_unit_cost, u64::from(u32::MAX), vm.linear_op_base_cost),
        "wasm_linear_op_unit_cost",
        vm.linear_op_unit_cost.to_value(),
        "wasm_linear_op_base_cost + wasm_linear_op_unit_cost * (2^32 - 1) is below 2^62",
    )?;
    rule(
        is_charge(vm.grow_mem_cost, WASM_PAGES, 0),
        "wasm_grow_mem_cost",
        vm.grow_mem_cost.to_value(),
        "wasm_grow_mem_cost * 2^16 is below 2^62",
    )?;
    rule(
        limits.max_memory_pages <= WASM_PAGES,
        "max_memory_pages",
        limits.max_memory_pages.to_value(),
        "it is at most 2^16, which is all that Wasm can address",
    )?;
    rule(
        limits.initial_memory_pages <= limits.max_memory_pages,
        "initial_memory_pages",
        limits.initial_memory_pages.to_value(),
        "it is at most max_memory_pages",
    )?;
    rule(
        limits.max_stack_height <= u64::from(u32::MAX),
        "max_stack_height",
        limits.max_stack_height.to_value(),
        "it is below 2^32, as the counter in Wasm code has 32 bits",
    )?;
    rule(
        fees.burnt_gas_reward.is_share(),
        "burnt_gas_reward",
        fees.burnt_gas_reward.to_value(),
        "it is at most 1/1",
    )?;
    rule(
        fees.gas_refund_penalty.is_share(),
        "gas_refund_penalty",
        fees.gas_refund_penalty.to_value(),
        "it is at most 1/1",
    )?;
    rule(
        charge_is_covered(config),
        "account_creation_charge",
        config.account_creation_charge.to_value(),
        "it is at most min_gas_purchase_price * the execution gas of action_create_account",
    )
}

/// Whether `unit * count + base` is an amount that Wasm code may charge at once.
fn is_charge(unit: u64, count: u64, base: u64) -> bool {
    unit.checked_mul(count)
        .and_then(|linear| linear.checked_add(base))
        .is_some_and(|charge| charge < CHARGE_BOUND)
}

/// Whether the gas bought for creating an account always pays what creating it costs at least.
fn charge_is_covered(config: &RuntimeConfig) -> bool {
    let gas = config.fees.actions[ActionCost::CreateAccount].execution.gas;
    // A product that does not fit a balance is more than any charge.
    config
        .min_gas_purchase_price
        .checked_mul(u128::from(gas.as_gas()))
        .is_none_or(|bought| bought >= config.account_creation_charge)
}
