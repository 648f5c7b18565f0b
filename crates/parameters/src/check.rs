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
use crate::vm_config::VmConfig;

/// A call begins with less gas than this, and one charge inside Wasm code is less than this. A signed
/// 64-bit counter that is checked after every charge then cannot wrap.
const CHARGE_BOUND: u64 = 1 << 62;

/// Pages of memory that 32-bit addresses reach.
const WASM_PAGES: u64 = 1 << 16;

/// A rule, and whether a configuration keeps it.
struct Rule {
    kept: bool,
    /// The parameter to correct.
    key: &'static str,
    value: Value,
    rule: &'static str,
}

/// Refuses a configuration, read from `file`, that breaks a rule.
pub(crate) fn check(file: &str, config: &RuntimeConfig) -> Result<(), ParametersError> {
    let rules = metering(config).into_iter().chain(memory(&config.vm)).chain(economy(config));
    for Rule { kept, key, value, rule } in rules {
        if !kept {
            let problem = ParameterProblem::Inconsistent { value: value.to_string(), rule };
            return Err(refuse(file, key, problem));
        }
    }
    Ok(())
}

/// Gas inside Wasm code is counted in signed 64-bit numbers.
fn metering(config: &RuntimeConfig) -> [Rule; 5] {
    let vm = &config.vm;
    [
        Rule {
            // A block is charged at once and has no more instructions than the contract has bytes.
            kept: is_charge(vm.regular_op_cost, vm.limits.max_contract_size, 0),
            key: "wasm_regular_op_cost",
            value: vm.regular_op_cost.to_value(),
            rule: "wasm_regular_op_cost * max_contract_size is below 2^62",
        },
        Rule {
            kept: is_charge(vm.linear_op_unit_cost, u64::from(u32::MAX), vm.linear_op_base_cost),
            key: "wasm_linear_op_unit_cost",
            value: vm.linear_op_unit_cost.to_value(),
            rule: "wasm_linear_op_base_cost + wasm_linear_op_unit_cost * (2^32 - 1) is below 2^62",
        },
        Rule {
            kept: is_charge(vm.grow_mem_cost, WASM_PAGES, 0),
            key: "wasm_grow_mem_cost",
            value: vm.grow_mem_cost.to_value(),
            rule: "wasm_grow_mem_cost * 2^16 is below 2^62",
        },
        Rule {
            kept: vm.limits.max_gas_burnt.as_gas() < CHARGE_BOUND,
            key: "max_gas_burnt",
            value: vm.limits.max_gas_burnt.to_value(),
            rule: "it is below 2^62, where the counter in Wasm code may begin",
        },
        Rule {
            kept: config.max_gas_burnt_view.as_gas() < CHARGE_BOUND,
            key: "max_gas_burnt_view",
            value: config.max_gas_burnt_view.to_value(),
            rule: "it is below 2^62, where the counter in Wasm code may begin",
        },
    ]
}

/// Memories and stacks are addressed with 32 bits.
fn memory(vm: &VmConfig) -> [Rule; 3] {
    let limits = &vm.limits;
    [
        Rule {
            kept: limits.max_memory_pages <= WASM_PAGES,
            key: "max_memory_pages",
            value: limits.max_memory_pages.to_value(),
            rule: "it is at most 2^16, which is all that Wasm can address",
        },
        Rule {
            kept: limits.initial_memory_pages <= limits.max_memory_pages,
            key: "initial_memory_pages",
            value: limits.initial_memory_pages.to_value(),
            rule: "it is at most max_memory_pages",
        },
        Rule {
            kept: limits.max_stack_height <= u64::from(u32::MAX),
            key: "max_stack_height",
            value: limits.max_stack_height.to_value(),
            rule: "it is below 2^32, as the counter in Wasm code has 32 bits",
        },
    ]
}

/// Shares are of a whole, and what is bought pays for what is charged.
fn economy(config: &RuntimeConfig) -> [Rule; 3] {
    let fees = &config.fees;
    [
        Rule {
            kept: fees.burnt_gas_reward.is_share(),
            key: "burnt_gas_reward",
            value: fees.burnt_gas_reward.to_value(),
            rule: "it is at most 1/1",
        },
        Rule {
            kept: fees.gas_refund_penalty.is_share(),
            key: "gas_refund_penalty",
            value: fees.gas_refund_penalty.to_value(),
            rule: "it is at most 1/1",
        },
        Rule {
            kept: charge_is_covered(config),
            key: "account_creation_charge",
            value: config.account_creation_charge.to_value(),
            rule: "it is at most min_gas_purchase_price * the execution gas of \
                   action_create_account",
        },
    ]
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
