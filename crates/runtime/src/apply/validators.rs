//! Stakes and rewards of validators, settled in the first chunk of an epoch.
//!
//! What an account has locked beyond what it staked in the last epochs, or proposes to stake, is free
//! again ("Validator accounts", RuntimeSpec/Applying chunks).

use super::ValidatorAccountsUpdate;
use crate::error::{ApplyError, ValidatorUpdateError};
use crate::state::ChunkState;
use torr_primitives::{Account, AccountId, Balance, StateChangeCause, TrieKey};

/// Settles stakes and rewards.
pub(super) fn update(
    state: &mut ChunkState<'_>,
    update: &ValidatorAccountsUpdate,
) -> Result<(), ApplyError> {
    for (account_id, &stake) in &update.stake_info {
        let key = TrieKey::Account { account_id: account_id.clone() };
        match state.read::<Account>(&key)? {
            Some(mut account) => {
                settle(&mut account, account_id, stake, update)?;
                state.write(&key, &account)?;
            }
            None if stake > Balance::ZERO => {
                let account_id = account_id.clone();
                return Err(ValidatorUpdateError::UnknownValidator { account_id, stake }.into());
            }
            None => {}
        }
    }
    if let Some(account_id) = &update.protocol_treasury_account_id
        && !update.stake_info.contains_key(account_id)
    {
        reward_treasury(state, account_id, update)?;
    }
    state.commit(StateChangeCause::ValidatorAccountsUpdate);
    Ok(())
}

fn settle(
    account: &mut Account,
    account_id: &AccountId,
    stake: Balance,
    update: &ValidatorAccountsUpdate,
) -> Result<(), ValidatorUpdateError> {
    let overflow = || ValidatorUpdateError::Overflow { account_id: account_id.clone() };
    let reward = update.validator_rewards.get(account_id).copied().unwrap_or(Balance::ZERO);
    let locked = account.locked().checked_add(reward).ok_or_else(overflow)?;
    if locked < stake {
        let account_id = account_id.clone();
        return Err(ValidatorUpdateError::StakeNotLocked { account_id, locked, stake });
    }
    let proposed = update.last_proposals.get(account_id).copied().unwrap_or(Balance::ZERO);
    let returned = locked.checked_sub(stake.max(proposed)).ok_or_else(overflow)?;
    let locked = locked.checked_sub(returned).ok_or_else(overflow)?;
    account.set_locked(locked).map_err(|_| overflow())?;
    account.set_amount(account.amount().checked_add(returned).ok_or_else(overflow)?);
    Ok(())
}

/// The treasury gets its reward at once, unless it validates itself.
fn reward_treasury(
    state: &mut ChunkState<'_>,
    account_id: &AccountId,
    update: &ValidatorAccountsUpdate,
) -> Result<(), ApplyError> {
    let key = TrieKey::Account { account_id: account_id.clone() };
    let unknown = || ValidatorUpdateError::UnknownTreasury { account_id: account_id.clone() };
    let mut account: Account = state.read(&key)?.ok_or_else(unknown)?;
    let none = || ValidatorUpdateError::NoTreasuryReward { account_id: account_id.clone() };
    let reward = update.validator_rewards.get(account_id).copied().ok_or_else(none)?;
    let overflow = || ValidatorUpdateError::Overflow { account_id: account_id.clone() };
    account.set_amount(account.amount().checked_add(reward).ok_or_else(overflow)?);
    state.write(&key, &account)?;
    Ok(())
}
