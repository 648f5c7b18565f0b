//! What a call leaves behind.

use crate::effects::Effects;
use crate::error::ContractError;
use crate::profile::Profile;
use serde::Serialize;
use torr_primitives::{Balance, Compute, Gas, ReceiptIndex, StorageUsage};

/// The outcome of a call that the node could carry out, whether the contract succeeded or failed.
///
/// When `error` is set, `effects`, `return_data` and what was written to storage are what had
/// reached the host before the failure, for tools to show; a runtime throws them away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Why the contract failed; `None`: it succeeded.
    pub error: Option<ContractError>,
    /// What the method returned.
    pub return_data: ReturnData,
    /// Gas burnt.
    pub gas_burnt: Gas,
    /// Gas burnt and gas reserved for promises.
    pub gas_used: Gas,
    /// Compute cost of the call (NEP-455).
    pub compute_usage: Compute,
    /// The account's balance: what it had, and the attached deposit, without deposits of promises.
    pub balance: Balance,
    /// Balance given for free: deposits of one yoctoNEAR that an empty account attached to promises.
    pub subsidized_amount: Balance,
    /// The account's storage usage after the call, in bytes.
    pub storage_usage: StorageUsage,
    /// Texts that the contract logged.
    pub logs: Vec<String>,
    /// Where the gas went.
    pub profile: Profile,
    /// What the contract asked of the chain.
    pub effects: Effects,
}

impl Outcome {
    /// The outcome of a call that failed before anything counted: all zero.
    pub fn nothing_happened(error: ContractError) -> Outcome {
        Outcome {
            error: Some(error),
            return_data: ReturnData::None,
            gas_burnt: Gas::ZERO,
            gas_used: Gas::ZERO,
            compute_usage: 0,
            balance: Balance::ZERO,
            subsidized_amount: Balance::ZERO,
            storage_usage: 0,
            logs: Vec::new(),
            profile: Profile::default(),
            effects: Effects::default(),
        }
    }
}

/// What a method returned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum ReturnData {
    /// Nothing.
    #[default]
    None,
    /// A value.
    Value(Vec<u8>),
    /// Whatever this receipt of the call will return.
    Receipt(ReceiptIndex),
}
