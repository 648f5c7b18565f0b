//! Giving an account code of its own.

use super::{ActionContext, storage_usage};
use crate::error::Fault;
use crate::state::StateUpdate;
use std::sync::Arc;
use torr_primitives::action::DeployContractAction;
use torr_primitives::{Account, AccountContract, TrieKey};
use torr_vm_runner::code::Code;

/// Gives the account the code, in place of the contract that it had. Any bytes are taken; whether they
/// are a contract shows when they are called.
pub(super) fn deploy(
    action: &DeployContractAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Fault> {
    let account_id = context.receiver_id();
    storage_usage::subtract(account, storage_usage::of_contract(account_id, account, state)?);
    storage_usage::add(account, action.code.len() as u64)?;

    let bytes: Arc<[u8]> = Arc::from(action.code.as_slice());
    let code = Code::new(Arc::clone(&bytes));
    account
        .set_contract(AccountContract::Local(code.hash()))
        .map_err(|error| Fault::inconsistent(error.to_string()))?;
    state.set(&TrieKey::ContractCode { account_id: account_id.clone() }, bytes);
    state.note_deployment(code.hash());
    // Who deploys pays for compiling, so that calls need not wait for it.
    context.runner.precompile(&code, &context.chunk.config.vm)?;
    Ok(())
}
