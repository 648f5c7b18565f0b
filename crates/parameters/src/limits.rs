//! How much of anything a contract, a receipt or a transaction may have.
//!
//! Every limit is a parameter of the same name. Whoever enforces one defines what exactly it
//! counts; a limit that is an `Option` need not exist.

use crate::reader::from_table;
use torr_primitives::Gas;

from_table! {
    /// Limits of execution. Sizes are in bytes unless said otherwise.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Limits {
        /// Gas that one call may burn; gas given to promises does not count.
        pub max_gas_burnt: Gas => Gas;
        /// Height of the Wasm stack: operands, locals and frames.
        pub max_stack_height: u64 => Bytes;
        /// Pages of memory that a contract starts with, whatever it declares.
        pub initial_memory_pages: u64 => Pages;
        /// Pages of memory that a contract may grow to.
        pub max_memory_pages: u64 => Pages;
        /// All registers together, with their overhead.
        pub registers_memory_limit: u64 => Bytes;
        /// One register.
        pub max_register_size: u64 => Bytes;
        /// Registers in use.
        pub max_number_registers: u64 => Count;
        /// Logs of one call.
        pub max_number_logs: u64 => Count;
        /// Logs of one call together.
        pub max_total_log_length: u64 => Bytes;
        /// Gas attached to all function calls of a receipt.
        pub max_total_prepaid_gas: Gas => Gas;
        /// Actions of a receipt.
        pub max_actions_per_receipt: u64 => Count;
        /// Actions of a receipt that deploy a contract, to the account or for all.
        pub max_deploy_actions_per_receipt: u64 => Count;
        /// All method names of an access key, each with its terminator.
        pub max_number_bytes_method_names: u64 => Bytes;
        /// One method name.
        pub max_length_method_name: u64 => Bytes;
        /// Arguments of a function call.
        pub max_arguments_length: u64 => Bytes;
        /// Data that a call returns.
        pub max_length_returned_data: u64 => Bytes;
        /// Code of a contract.
        pub max_contract_size: u64 => Bytes;
        /// A signed transaction.
        pub max_transaction_size: u64 => Bytes;
        /// A receipt.
        pub max_receipt_size: u64 => Bytes;
        /// Key of a contract's storage.
        pub max_length_storage_key: u64 => Bytes;
        /// Value of a contract's storage.
        pub max_length_storage_value: u64 => Bytes;
        /// Promises that one call creates.
        pub max_promises_per_function_call_action: u64 => Count;
        /// Results that a receipt waits for.
        pub max_number_input_data_dependencies: u64 => Count;
        /// Results that a receipt has waited for, together.
        pub max_receipt_total_input_size: u64 => Bytes;
        /// Keys that the universal state inits of a receipt install.
        pub max_universal_state_init_keys: u64 => Count;
        /// Storage entries that the state inits of a receipt carry.
        pub max_state_init_entries: u64 => Count;
        /// Functions of a contract.
        pub max_functions_number_per_contract: Option<u64> => Count;
        /// Locals of all functions of a contract.
        pub max_locals_per_contract: Option<u64> => Count;
        /// Bytes of code that a contract needs to have for each local.
        pub min_contract_size_per_local: Option<u64> => Bytes;
        /// Which rules for account ids hold.
        pub account_id_validity_rules_version: u64 => Version;
        /// Blocks that a yielded receipt waits to be resumed.
        pub yield_timeout_length_in_blocks: u64 => Blocks;
        /// Data that a yielded receipt is resumed with.
        pub max_yield_payload_size: u64 => Bytes;
        /// Storage proof of one receipt.
        pub per_receipt_storage_proof_size_limit: u64 => Bytes;
        /// Tables of a contract.
        pub max_tables_per_contract: Option<u64> => Count;
        /// Elements of one table.
        pub max_elements_per_contract_table: Option<u64> => Count;
        /// Body of one function.
        pub max_function_body_size: Option<u64> => Bytes;
        /// Code after instrumentation.
        pub max_instrumented_code_size: Option<u64> => Bytes;
        /// Basic blocks of one function.
        pub max_blocks_per_function: Option<u64> => Count;
        /// Basic blocks of all functions.
        pub max_blocks_per_contract: Option<u64> => Count;
        /// Types that a contract declares.
        pub max_types_per_contract: Option<u64> => Count;
        /// Parameters of one function.
        pub max_params_per_function: Option<u64> => Count;
        /// Parameters of all functions.
        pub max_params_per_contract: Option<u64> => Count;
        /// Operands of one function, at the point where they take most.
        pub max_operand_stack_bytes_per_function: Option<u64> => Bytes;
    }
}
