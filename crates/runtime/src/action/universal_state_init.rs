//! Beginning a universal account: a contract, its first data and the first keys, which its name tells
//! (NEP-655).
//!
//! Validation has compared the name with the bytes that encode them.

use super::use_global_contract::use_contract;
use super::{ActionContext, ActionResult, Receiver, Stop, state_init, storage_usage};
use crate::feature::Feature;
use crate::state::StateUpdate;
use torr_primitives::action::UniversalStateInitAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::state_init::{DecodeMode, UniversalStateInit};
use torr_primitives::{AccessKey, AccessKeyPermission, Account, Balance};

/// Creates the account if there is none, and gives it its initial state if it waits for that. The actor
/// stays who it was: the account belongs to its keys.
pub(super) fn init(
    action: &UniversalStateInitAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let chunk = context.chunk;
    let usage = chunk.config.fees.storage_usage.num_bytes_account;
    let nonce = AccessKey::initial_nonce(chunk.block.height);
    let empty = || Account::uninitialized(Balance::ZERO, usage, nonce);
    let account = receiver.account.get_or_insert_with(empty);
    match account {
        Account::Uninitialized(waiting) => {
            // No key may begin below the nonce of the transaction that brought this.
            let nonce = nonce.max(waiting.bootstrap_nonce);
            begin(action, nonce, context, state, account)?;
        }
        Account::V1(_) | Account::V2(_) => {
            let gives_all_back = Feature::RefundRepeatedUniversalStateInitDeposit;
            if gives_all_back.is_enabled(chunk.protocol_version) {
                state_init::give_back(action.deposit, context, result);
                return Ok(());
            }
        }
    }
    state_init::settle_deposit(action.deposit, context, account, result)
}

/// Gives the account its initial state, with keys whose nonces begin at `nonce`.
fn begin(
    action: &UniversalStateInitAction,
    nonce: u64,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Stop> {
    let config = &context.chunk.config;
    let mode = if config.vm.canonical_universal_state_init {
        DecodeMode::Strict
    } else {
        DecodeMode::Lenient
    };
    let state_init = UniversalStateInit::decode(action.state_init.as_ref(), mode)
        .map_err(|_| ActionErrorKind::MalformedUniversalStateInit)?;
    account.initialize();
    if let Some(code) = &state_init.code {
        use_contract(code, context.receiver_id(), state, account)?;
    }
    let data = state_init.data.iter().map(|(key, value)| (*key, *value));
    state_init::write_data(data, context, state, account)?;
    let key = AccessKey { nonce, permission: AccessKeyPermission::FullAccess };
    for public_key in &state_init.access_keys {
        let usage = storage_usage::of_access_key(&config.fees.storage_usage, public_key, &key)?;
        storage_usage::add(account, usage)?;
        state.set_access_key(context.receiver_id(), public_key, &key)?;
    }
    Ok(())
}
