//! A plain call on a plain chain: what tests start from and change.

use std::sync::Arc;
use torr_parameters::{Parameters, RuntimeConfig, LATEST_VERSION};
use torr_primitives::{AccountContract, AccountId, Balance, Gas};
use torr_vm_logic::context::{CallMode, Context, PromiseResult};

/// The account id `text`.
///
/// # Panics
/// When it is not valid.
pub fn account(text: &str) -> AccountId {
    text.parse().unwrap_or_else(|error| panic!("`{text}` is no account id: {error}"))
}

/// A call of `contract.near` by `bob.near`, signed by `alice.near`, with 300 Tgas and no deposit.
pub fn context() -> Context {
    Context {
        current_account_id: account("contract.near"),
        signer_account_id: account("alice.near"),
        // An ed25519 key: its kind and 32 bytes.
        signer_account_pk: [0; 33].to_vec(),
        predecessor_account_id: account("bob.near"),
        refund_to_account_id: account("bob.near"),
        input: Arc::from(&b"{}"[..]),
        promise_results: Arc::from([PromiseResult::Successful(Arc::from(&b"1"[..]))]),
        block_height: 100_000_000,
        block_timestamp: 1_700_000_000_000_000_000,
        epoch_height: 2_000,
        account_balance: Balance::from_yoctonear(10u128.pow(27)),
        account_locked_balance: Balance::ZERO,
        storage_usage: 100_000,
        account_contract: AccountContract::None,
        attached_deposit: Balance::ZERO,
        prepaid_gas: Gas::from_teragas(300).unwrap_or(Gas::MAX),
        random_seed: vec![7; 32],
        mode: CallMode::Change,
        output_data_receivers: Vec::new(),
    }
}

/// The parameters of the latest protocol version.
///
/// # Panics
/// When the shipped tables are broken, which their own tests would say.
pub fn config() -> Arc<RuntimeConfig> {
    Parameters::builtin(LATEST_VERSION).unwrap_or_else(|error| panic!("{error}"))
}
