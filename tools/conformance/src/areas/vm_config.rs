//! The configuration that the contract VM vectors were recorded under: our table for that protocol
//! version has to equal it, field by field. (`conformance/vm/README.md`, "config.json".)

use crate::case::{Case, Failure, Verdict, verdict};
use crate::difference::differences;
use serde_json::{Map, Value, json};
use torr_parameters::{Cost, Parameters, RuntimeConfig};
use torr_primitives::ProtocolVersion;

/// The name of the format.
pub(crate) const FORMAT: &str = "contract-vm-config/1";

/// The one case of a file.
pub(crate) fn cases(_area: &str, file: Value) -> Vec<Case> {
    vec![Case::once("config".to_owned(), move || check(&file))]
}

fn check(file: &Value) -> Verdict {
    let not_run = |reason: String| Failure::NotRun(reason);
    let version = file.get("protocol_version").and_then(Value::as_u64);
    let version = version.and_then(|version| ProtocolVersion::try_from(version).ok());
    let version =
        version.ok_or_else(|| not_run("`protocol_version` is not a number".to_owned()))?;
    let config = Parameters::builtin(version).map_err(|error| not_run(error.to_string()))?;
    let mut ours = in_format(&config);
    ours["format"] = json!(FORMAT);
    ours["protocol_version"] = json!(version);
    ours["reference"] = file.get("reference").cloned().unwrap_or_default();
    verdict(differences(file, &ours))
}

/// An object of these fields of a struct.
macro_rules! fields {
    ($from:expr; $($field:ident),* $(,)?) => {
        [$((stringify!($field), json!($from.$field))),*].into_iter().collect::<Value>()
    };
}

fn in_format(config: &RuntimeConfig) -> Value {
    json!({
        "action_costs": action_costs(config),
        "ext_costs": ext_costs(config),
        "limit_config": limits(config),
        "storage_usage":
            fields!(config.fees.storage_usage; num_bytes_account, num_extra_bytes_record),
        "vm": vm(config),
    })
}

fn cost(cost: Cost) -> Value {
    json!({ "gas": cost.gas, "compute": cost.compute })
}

fn ext_costs(config: &RuntimeConfig) -> Map<String, Value> {
    config.vm.ext_costs.iter().map(|(name, &of)| (name.name().to_owned(), cost(of))).collect()
}

fn action_costs(config: &RuntimeConfig) -> Map<String, Value> {
    let fees = config.fees.actions.iter();
    fees.map(|(name, fee)| {
        let fee = json!({
            "send_sir": cost(fee.send_sir),
            "send_not_sir": cost(fee.send_not_sir),
            "execution": cost(fee.execution),
        });
        (name.name().to_owned(), fee)
    })
    .collect()
}

fn limits(config: &RuntimeConfig) -> Value {
    fields!(
        config.vm.limits;
        account_id_validity_rules_version, initial_memory_pages, max_actions_per_receipt,
        max_arguments_length, max_blocks_per_contract, max_blocks_per_function, max_contract_size,
        max_deploy_actions_per_receipt, max_elements_per_contract_table, max_function_body_size,
        max_functions_number_per_contract, max_gas_burnt, max_instrumented_code_size,
        max_length_method_name, max_length_returned_data, max_length_storage_key,
        max_length_storage_value, max_locals_per_contract, max_memory_pages,
        max_number_bytes_method_names, max_number_input_data_dependencies, max_number_logs,
        max_number_registers, max_operand_stack_bytes_per_function, max_params_per_contract,
        max_params_per_function, max_promises_per_function_call_action, max_receipt_size,
        max_receipt_total_input_size, max_register_size, max_stack_height, max_state_init_entries,
        max_tables_per_contract, max_total_log_length, max_total_prepaid_gas, max_transaction_size,
        max_types_per_contract, max_universal_state_init_keys, max_yield_payload_size,
        min_contract_size_per_local, per_receipt_storage_proof_size_limit, registers_memory_limit,
        yield_timeout_length_in_blocks,
    )
}

/// The switch `flat_storage_reads` is not listed in the format: no version there are vectors of is
/// without it.
fn vm(config: &RuntimeConfig) -> Value {
    let mut listed = fields!(
        config.vm;
        bls12381_not_in_group_fix, canonical_universal_state_init, chain_id_host_fn,
        discard_custom_sections, eth_implicit_accounts, fix_contract_loading_cost,
        fix_contract_loading_error, fix_ml_dsa_cost_charging, gas_key_host_fns,
        global_contract_host_fns, grow_mem_cost, linear_op_base_cost, linear_op_unit_cost,
        ml_dsa_verify_host_fn, one_yocto_on_promise, p256_verify_host_fn, regular_op_cost,
        reftypes_bulk_memory, sha3_host_fns, universal_accounts, yield_with_id_host_fns,
    );
    listed["vm_kind"] = json!(config.vm.vm_kind.name());
    listed
}
