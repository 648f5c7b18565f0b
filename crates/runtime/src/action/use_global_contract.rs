//! Giving an account a global contract (NEP-591).

use super::{Stop, storage_usage};
use crate::error::Fault;
use crate::state::StateUpdate;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{Account, AccountContract, AccountId, GlobalContractIdentifier, TrieKey};

/// Gives the account the global contract, in place of the contract that it had. It counts for the
/// account's storage with its name only.
pub(super) fn use_contract(
    identifier: &GlobalContractIdentifier,
    account_id: &AccountId,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Stop> {
    let identifier = identifier.clone();
    if !state.contains(&TrieKey::GlobalContractCode { identifier: identifier.clone() })? {
        return Err(ActionErrorKind::GlobalContractDoesNotExist { identifier }.into());
    }
    storage_usage::subtract(account, storage_usage::of_contract(account_id, account, state)?);
    if account.contract().local_code_hash().is_some() {
        state.remove(&TrieKey::ContractCode { account_id: account_id.clone() });
    }
    storage_usage::add(account, identifier.len() as u64)?;
    account
        .set_contract(AccountContract::from(identifier))
        .map_err(|error| Fault::inconsistent(error.to_string()))?;
    Ok(())
}
