//! Moving tokens to an account, and creating it if its name tells what it begins with.
//!
//! Refunds are transfers too. What was paid for gas goes back to where it came from: to the balance of a
//! gas key (NEP-611), or to the account and the allowance of the key that signed.

use super::preconditions::account_type;
use super::{ActionContext, Receiver, storage_usage};
use crate::error::Fault;
use crate::eth_wallet;
use crate::state::StateUpdate;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::action::TransferAction;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, AccountType, Balance,
};

/// Moves tokens to the receiver, and creates it if there is none. The actor stays who it was: the
/// sender does not own what it creates.
pub(super) fn transfer(
    action: &TransferAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
) -> Result<(), Fault> {
    let Some(account) = &mut receiver.account else {
        receiver.account = Some(created(action.deposit, context, state)?);
        return Ok(());
    };
    let signer_id = context.action_receipt.signer_id;
    if context.is_refund() && signer_id == context.receiver_id() {
        return refund_gas(action.deposit, context, state, account);
    }
    pay(account, action.deposit)
}

/// Adds tokens to an account.
pub(super) fn pay(account: &mut Account, tokens: Balance) -> Result<(), Fault> {
    let sum = account.amount().checked_add(tokens);
    let what = "the tokens of an account are more than there can be";
    account.set_amount(sum.ok_or_else(|| Fault::inconsistent(what))?);
    Ok(())
}

/// Gives back what was paid for gas with the signer's key, which may be gone by now.
fn refund_gas(
    deposit: Balance,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Fault> {
    let public_key = PublicKeyHandle::from(context.action_receipt.signer_public_key);
    let Some(mut key) = state.access_key(context.receiver_id(), &public_key)? else {
        return pay(account, deposit);
    };
    match &mut key.permission {
        AccessKeyPermission::GasKeyFunctionCall(gas_key, _)
        | AccessKeyPermission::GasKeyFullAccess(gas_key) => {
            let what = "the balance of a gas key is more than there can be";
            let balance = gas_key.balance.checked_add(deposit);
            gas_key.balance = balance.ok_or_else(|| Fault::inconsistent(what))?;
        }
        AccessKeyPermission::FunctionCall(permission) => {
            pay(account, deposit)?;
            let Some(allowance) = &mut permission.allowance else { return Ok(()) };
            let refunded = allowance.saturating_add(deposit);
            if refunded == *allowance {
                return Ok(());
            }
            *allowance = refunded;
        }
        AccessKeyPermission::FullAccess => return pay(account, deposit),
    }
    state.set_access_key(context.receiver_id(), &public_key, &key)
}

/// An account that a transfer creates.
fn created(
    deposit: Balance,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Account, Fault> {
    let config = &context.chunk.config;
    let (height, account_id) = (context.chunk.block.height, context.receiver_id());
    let usage = config.fees.storage_usage.num_bytes_account;
    let with = |contract| Account::new(deposit, Balance::ZERO, contract, usage);
    match account_type(account_id, &config.vm) {
        AccountType::NearImplicit => {
            let what = "an account of 64 hex digits stands for a key";
            let public_key = account_id.ed25519_key().ok_or(Fault::Bug { what })?;
            let public_key = PublicKeyHandle::Ed25519(public_key);
            let nonce = AccessKey::initial_nonce(height);
            let key = AccessKey { nonce, permission: AccessKeyPermission::FullAccess };
            let of_key =
                storage_usage::of_access_key(&config.fees.storage_usage, &public_key, &key)?;
            let mut account = with(AccountContract::None);
            storage_usage::add(&mut account, of_key)?;
            state.set_access_key(account_id, &public_key, &key)?;
            Ok(account)
        }
        AccountType::EthImplicit => {
            let wallet = eth_wallet::global_contract_hash(&context.chunk.epoch.chain_id);
            let mut account = with(AccountContract::Global(wallet));
            storage_usage::add(&mut account, wallet.as_bytes().len() as u64)?;
            Ok(account)
        }
        AccountType::NearDeterministic => Ok(with(AccountContract::None)),
        AccountType::Universal => {
            Ok(Account::uninitialized(deposit, usage, AccessKey::initial_nonce(height)))
        }
        AccountType::Named => {
            Err(Fault::Bug { what: "a transfer creates no account with a name of its own" })
        }
    }
}
