//! The circumstances of a call: who calls whom with what, when, and what the account has.

use std::sync::Arc;
use torr_primitives::{
    AccountContract, AccountId, Balance, BlockHeight, EpochHeight, Gas, StorageUsage,
};

/// Everything about a call that is settled before the contract starts.
///
/// Time, randomness and block data are inputs: nothing is read from the machine.
#[derive(Clone, Debug)]
pub struct Context {
    /// The account whose contract runs.
    pub current_account_id: AccountId,
    /// The account that signed the transaction at the origin of the call.
    pub signer_account_id: AccountId,
    /// Borsh of the public key that signed it.
    pub signer_account_pk: Vec<u8>,
    /// The account that made this call.
    pub predecessor_account_id: AccountId,
    /// Where deposits go back to when the receipt fails.
    pub refund_to_account_id: AccountId,
    /// The call's arguments.
    pub input: Arc<[u8]>,
    /// Results of the promises that this call was waiting for, in their order.
    pub promise_results: Arc<[PromiseResult]>,
    /// Height of the block.
    pub block_height: BlockHeight,
    /// Time of the block, in nanoseconds since 1970.
    pub block_timestamp: u64,
    /// Height of the epoch.
    pub epoch_height: EpochHeight,
    /// The account's balance, without the attached deposit.
    pub account_balance: Balance,
    /// The account's balance locked as stake.
    pub account_locked_balance: Balance,
    /// The account's storage usage, in bytes.
    pub storage_usage: StorageUsage,
    /// The contract that the account has.
    pub account_contract: AccountContract,
    /// Balance that the caller attached to the call.
    pub attached_deposit: Balance,
    /// Gas that the caller attached to the call.
    pub prepaid_gas: Gas,
    /// Randomness of the block, mixed with the receipt.
    pub random_seed: Vec<u8>,
    /// How the call may act.
    pub mode: CallMode,
    /// The accounts that wait for the result of this call.
    pub output_data_receivers: Vec<AccountId>,
}

/// How a call may act on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMode {
    /// A transaction's call: may change state and make promises.
    Change,
    /// A query: reads only; burns at most this much gas.
    View {
        /// Limit of burnt gas.
        max_gas_burnt: Gas,
    },
}

impl Context {
    /// Whether this is a view call.
    pub fn is_view(&self) -> bool {
        matches!(self.mode, CallMode::View { .. })
    }
}

/// How a promise that a call was waiting for ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromiseResult {
    /// It has not ended. The protocol no longer starts a call before.
    NotReady,
    /// It ended with this value.
    Successful(Arc<[u8]>),
    /// It failed.
    Failed,
}
