//! Moving tokens between an account and its gas keys (NEP-611).
//!
//! Anyone may give a gas key tokens; the account alone takes them back.

use super::{ActionContext, Stop, transfer};
use crate::error::Fault;
use crate::state::StateUpdate;
use torr_crypto::key::{PublicKey, PublicKeyHandle};
use torr_primitives::action::{TransferToGasKeyAction, WithdrawFromGasKeyAction};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{AccessKey, Account, Balance};

/// Adds tokens to a gas key.
pub(super) fn deposit(
    action: &TransferToGasKeyAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<(), Stop> {
    change_balance(&action.public_key, context, state, |balance| {
        let what = "the balance of a gas key is more than there can be";
        let sum = balance.checked_add(action.deposit);
        Ok(sum.ok_or_else(|| Fault::inconsistent(what))?)
    })
}

/// Moves tokens from a gas key to its account.
pub(super) fn withdraw(
    action: &WithdrawFromGasKeyAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Stop> {
    change_balance(&action.public_key, context, state, |balance| {
        let error = || ActionErrorKind::InsufficientGasKeyBalance {
            account_id: context.receiver_id().clone(),
            public_key: Box::new(action.public_key.clone()),
            balance,
            required: action.amount,
        };
        Ok(balance.checked_sub(action.amount).ok_or_else(error)?)
    })?;
    Ok(transfer::pay(account, action.amount)?)
}

fn change_balance(
    public_key: &PublicKey,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    change: impl FnOnce(Balance) -> Result<Balance, Stop>,
) -> Result<(), Stop> {
    let account_id = context.receiver_id();
    let handle = PublicKeyHandle::from(public_key);
    let mut key = state.access_key(account_id, &handle)?;
    let gas_key = key.as_mut().and_then(|key: &mut AccessKey| key.permission.gas_key_info_mut());
    let missing = || ActionErrorKind::GasKeyDoesNotExist {
        account_id: account_id.clone(),
        public_key: Box::new(public_key.clone()),
    };
    let gas_key = gas_key.ok_or_else(missing)?;
    gas_key.balance = change(gas_key.balance)?;
    let Some(key) = key else { return Err(missing().into()) };
    Ok(state.set_access_key(account_id, &handle, &key)?)
}
