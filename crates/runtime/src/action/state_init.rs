//! What deterministic and universal accounts begin with, and how it is paid for.

use super::{ActionContext, ActionResult, Stop, storage_usage};
use crate::error::Fault;
use crate::state::StateUpdate;
use crate::storage_stake::{StorageStakeError, check_storage_stake};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::Receipt;
use torr_primitives::{Account, Balance, TrieKey};

/// Writes the first data of an account that has none.
pub(super) fn write_data<'d>(
    data: impl IntoIterator<Item = (&'d [u8], &'d [u8])>,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Fault> {
    let config = &context.chunk.config.fees.storage_usage;
    for (key, value) in data {
        let usage = storage_usage::of_record(config, key.len() as u64, value.len() as u64)?;
        storage_usage::add(account, usage)?;
        let account_id = context.receiver_id().clone();
        state.set(&TrieKey::ContractData { account_id, key: key.to_vec() }, value);
    }
    Ok(())
}

/// Takes of a deposit what the account lacks for its storage, and gives the rest back.
pub(super) fn settle_deposit(
    deposit: Balance,
    context: &ActionContext<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let lacking = match check_storage_stake(account, account.amount(), &context.chunk.config) {
        Ok(()) => Balance::ZERO,
        Err(StorageStakeError::Lacking { amount }) => amount,
        Err(error @ StorageStakeError::Inconsistent(_)) => {
            return Err(Fault::inconsistent(error.to_string()).into());
        }
    };
    let Some(rest) = deposit.checked_sub(lacking) else {
        let account_id = context.receiver_id().clone();
        return Err(ActionErrorKind::LackBalanceForState { account_id, amount: lacking }.into());
    };
    super::transfer::pay(account, lacking)?;
    give_back(rest, context, result);
    Ok(())
}

/// Gives a deposit back.
pub(super) fn give_back(deposit: Balance, context: &ActionContext<'_>, result: &mut ActionResult) {
    if deposit > Balance::ZERO {
        let receiver_id = context.receipt.refund_receiver().clone();
        result.new_receipts.push(Receipt::balance_refund(receiver_id, deposit));
    }
}
