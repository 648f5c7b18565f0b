//! A plain call on a plain chain: what tests start from and change.

use arbitrary::{Result, Unstructured};
use std::sync::Arc;
use torr_parameters::{LATEST_VERSION, Parameters, RuntimeConfig};
use torr_primitives::{AccountContract, AccountId, Balance, Gas, ProtocolVersion};
use torr_vm_logic::context::{CallMode, Context, PromiseResult};
use torr_vm_logic::simulated::SimulatedChain;

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
        prepaid_gas: Gas::from_gas(300_000_000_000_000),
        random_seed: vec![7; 32],
        mode: CallMode::Change,
        output_data_receivers: Vec::new(),
    }
}

/// The plain call with gas below 2 to the power of `max_gas_bits`, of any magnitude; and sometimes
/// as a view.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
pub fn arbitrary_context(input: &mut Unstructured<'_>, max_gas_bits: u32) -> Result<Context> {
    // Mostly much, so that most calls come to their end.
    let bits = match input.int_in_range(0..=3_u8)? {
        0 => input.int_in_range(0..=max_gas_bits)?,
        _ => max_gas_bits,
    };
    let most = 1_u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
    let gas = Gas::from_gas(most - (most & u64::from(input.arbitrary::<u16>()?)));
    let mode = match input.int_in_range(0..=7_u8)? {
        0 => CallMode::View { max_gas_burnt: gas },
        _ => CallMode::Change,
    };
    Ok(Context { prepaid_gas: gas, mode, ..context() })
}

/// A chain with a validator and an entry in storage, where access to storage costs trie nodes.
pub fn chain() -> SimulatedChain {
    let mut chain =
        SimulatedChain { trie_nodes_touched: 3, trie_nodes_cached: 2, ..SimulatedChain::default() };
    chain.storage.insert(b"bob.near".to_vec(), b"value".to_vec());
    chain.validators.insert(account("alice.near"), Balance::from_yoctonear(10u128.pow(24)));
    chain
}

/// The parameters of the latest protocol version.
pub fn config() -> Arc<RuntimeConfig> {
    config_of(LATEST_VERSION)
}

/// The parameters of a protocol version.
///
/// # Panics
/// When there are none.
pub fn config_of(version: ProtocolVersion) -> Arc<RuntimeConfig> {
    Parameters::builtin(version).unwrap_or_else(|error| panic!("{error}"))
}
