//! The configuration that code reads: every parameter as a typed field.
//!
//! A configuration exists only if its table has exactly these parameters and keeps the rules of
//! `check.rs`, so nothing that reads one has to doubt it.

use crate::check;
use crate::cost::{ActionFees, Cost};
use crate::error::ParametersError;
use crate::ratio::Ratio;
use crate::reader::{Group, Reader, from_table};
use crate::table::Table;
use crate::vm_config::VmConfig;
use std::sync::Arc;
use torr_primitives::{AccountId, Balance, Compute, Gas};

from_table! {
    /// Everything that a protocol version fixes about execution.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RuntimeConfig {
        /// What actions and storage cost.
        pub fees: Arc<FeesConfig> => group;
        /// What the contract VM needs to know.
        pub vm: Arc<VmConfig> => group;
        /// Who may create which accounts.
        pub account_creation: AccountCreationConfig => group;
        /// When and how far a shard holds back.
        pub congestion_control: CongestionControlConfig => group;
        /// How large a chunk's witness may become.
        pub witness: WitnessConfig => group;
        /// How much data shards may send each other.
        pub bandwidth_scheduler: BandwidthSchedulerConfig => group;
        /// Whether stored receipts carry metadata about their size and gas.
        pub use_state_stored_receipt: bool => Switch;
        /// The lowest price at which gas is bought, in yoctoNEAR per unit of gas. What is burnt at
        /// a lower price is refunded for the difference.
        pub min_gas_purchase_price: Balance => YoctoNear;
        /// What creating an account costs at least, whatever the price of gas.
        pub account_creation_charge: Balance => YoctoNear;
        /// Gas that a view call may burn.
        pub max_gas_burnt_view: Gas => Gas;
    }
}

from_table! {
    /// What actions and storage cost, and how gas is bought and given back.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FeesConfig {
        /// What the parts of an action cost.
        pub actions: ActionFees => group;
        /// What storage counts and costs.
        pub storage_usage: StorageUsageConfig => group;
        /// Share of the gas burnt in a call that goes to the contract's account.
        pub burnt_gas_reward: Ratio => Ratio;
        /// How much the price of gas may rise per block of delay, for buying it ahead.
        pub pessimistic_gas_price_inflation: Ratio => Ratio;
        /// Share of refunded gas that is kept (NEP-536).
        pub gas_refund_penalty: Ratio => Ratio;
        /// The least gas of a refund that is kept (NEP-536).
        pub min_gas_refund_penalty: Gas => Gas;
        /// Compute of receiving a global contract on a shard.
        pub deploy_global_contract_execution_base: Compute => Compute;
        /// Compute of receiving a global contract on a shard, for each byte of its code.
        pub deploy_global_contract_execution_per_byte: Compute => Compute;
        /// Cost of verifying an ML-DSA-65 signature of a transaction or a delegate action.
        pub ml_dsa_65_verification_cost: Cost => Cost;
    }
}

from_table! {
    /// What storage counts and costs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct StorageUsageConfig {
        /// Balance that an account has to hold for each byte of its storage.
        pub storage_amount_per_byte: Balance => YoctoNear;
        /// Bytes that an account counts before it stores anything.
        pub num_bytes_account: u64 => Bytes, "storage_num_bytes_account";
        /// Bytes that a record counts beyond its key and value.
        pub num_extra_bytes_record: u64 => Bytes, "storage_num_extra_bytes_record";
        /// Balance that is burnt for each byte of a global contract.
        pub global_contract_storage_amount_per_byte: Balance => YoctoNear;
    }
}

from_table! {
    /// Who may create which accounts.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AccountCreationConfig {
        /// Length of the shortest top-level name that anyone may create, in bytes.
        pub min_allowed_top_level_account_length: u64 => Bytes;
        /// Who may create the shorter ones.
        pub registrar_account_id: AccountId => Name;
    }
}

from_table! {
    /// When and how far a shard holds back (NEP-539).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct CongestionControlConfig {
        /// Gas of delayed receipts at which a shard is fully congested.
        pub max_congestion_incoming_gas: Gas => Gas;
        /// Gas of buffered outgoing receipts at which a shard is fully congested.
        pub max_congestion_outgoing_gas: Gas => Gas;
        /// Bytes of delayed and buffered receipts at which a shard is fully congested.
        pub max_congestion_memory_consumption: u64 => Bytes;
        /// Missed chunks in a row at which a shard is fully congested.
        pub max_congestion_missed_chunks: u64 => Count;
        /// Gas that a shard may send to one without congestion, per chunk.
        pub max_outgoing_gas: Gas => Gas;
        /// Gas that a shard may send to one just short of full congestion, per chunk.
        pub min_outgoing_gas: Gas => Gas;
        /// Gas that the one allowed shard may send to a fully congested one, per chunk.
        pub allowed_shard_outgoing_gas: Gas => Gas;
        /// Gas for new transactions of a shard without congestion, per chunk.
        pub max_tx_gas: Gas => Gas;
        /// Gas for new transactions of a fully congested shard, per chunk.
        pub min_tx_gas: Gas => Gas;
        /// Congestion of the receiver's shard from which new transactions are refused.
        pub reject_tx_congestion_threshold: Ratio => Ratio;
        /// Bytes of receipts that a shard may normally send to another, per chunk.
        pub outgoing_receipts_usual_size_limit: u64 => Bytes;
        /// Bytes of receipts that a shard may send to the one whose turn it is, per chunk.
        pub outgoing_receipts_big_size_limit: u64 => Bytes;
    }
}

from_table! {
    /// How large a chunk's witness may become (NEP-509).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct WitnessConfig {
        /// Bytes of storage proof after which no further receipt of a chunk is begun.
        pub main_storage_proof_size_soft_limit: u64 => Bytes;
        /// Bytes of transactions of a chunk and of the one before it.
        pub combined_transactions_size_limit: u64 => Bytes;
        /// Bytes of storage proof after which no further transaction is taken in.
        pub new_transactions_validation_state_size_soft_limit: u64 => Bytes;
    }
}

from_table! {
    /// How much data shards may send each other (NEP-584).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct BandwidthSchedulerConfig {
        /// Bytes that a shard may send or receive at one height.
        pub max_shard_bandwidth: u64 => Bytes;
        /// Bytes that one shard may be granted towards another at one height.
        pub max_single_grant: u64 => Bytes;
        /// Bytes of allowance that a pair of shards may save up.
        pub max_allowance: u64 => Bytes;
        /// Bytes that every pair of shards may send unasked, at most.
        pub max_base_bandwidth: u64 => Bytes;
    }
}

impl TryFrom<&Table> for RuntimeConfig {
    type Error = ParametersError;

    /// Reads every parameter of the table.
    ///
    /// # Errors
    /// The first parameter that is missing, of the wrong unit or kind, unknown, or against a rule
    /// that execution relies on.
    fn try_from(table: &Table) -> Result<RuntimeConfig, ParametersError> {
        let mut reader = Reader::new(table);
        let config = RuntimeConfig::read(&mut reader)?;
        reader.finish()?;
        check::check(table.file(), &config)?;
        Ok(config)
    }
}
