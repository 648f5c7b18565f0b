//! Beginning a deterministic account: a contract and its first data, which its name tells (NEP-616).
//!
//! Validation has compared the name with them.

use super::use_global_contract::use_contract;
use super::{ActionContext, ActionResult, Receiver, Stop, state_init};
use crate::state::StateUpdate;
use torr_primitives::action::DeterministicStateInitAction;
use torr_primitives::{Account, AccountContract, Balance};

/// Creates the account if there is none, and gives it its contract and data if it has no contract. The
/// actor stays who it was: nobody owns the account.
pub(super) fn init(
    action: &DeterministicStateInitAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let usage = context.chunk.config.fees.storage_usage.num_bytes_account;
    let empty = || Account::new(Balance::ZERO, Balance::ZERO, AccountContract::None, usage);
    let account = receiver.account.get_or_insert_with(empty);
    if account.contract() == AccountContract::None {
        use_contract(action.state_init.code(), context.receiver_id(), state, account)?;
        let data = action.state_init.data().iter();
        let data = data.map(|(key, value)| (key.as_slice(), value.as_slice()));
        state_init::write_data(data, context, state, account)?;
    }
    state_init::settle_deposit(action.deposit, context, account, result)
}
