//! Staking: tokens that are locked so that an account may validate.
//!
//! More is locked at once, less is given free when the epochs say so.

use super::{ActionContext, ActionResult, Stop};
use crate::error::Fault;
use torr_primitives::action::StakeAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{Account, Balance, ValidatorStake};

/// Proposes a stake in place of the one there is, and locks what it takes beyond that.
pub(super) fn stake(
    action: &StakeAction,
    context: &ActionContext<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let account_id = context.receiver_id().clone();
    let (stake, locked, balance) = (action.stake, account.locked(), account.amount());
    let Some(left) = balance.checked_sub(stake.saturating_sub(locked)) else {
        return Err(ActionErrorKind::TriesToStake { account_id, stake, locked, balance }.into());
    };
    if stake == Balance::ZERO && locked == Balance::ZERO {
        return Err(ActionErrorKind::TriesToUnstake { account_id }.into());
    }
    let minimum_stake = context.chunk.epoch.minimum_stake;
    if stake > Balance::ZERO && stake < minimum_stake {
        let error = ActionErrorKind::InsufficientStake { account_id, stake, minimum_stake };
        return Err(error.into());
    }
    let public_key = action.public_key.clone();
    result.validator_proposals.push(ValidatorStake { account_id, public_key, stake });
    if stake > locked {
        account.set_amount(left);
        account.set_locked(stake).map_err(|error| Fault::inconsistent(error.to_string()))?;
    }
    Ok(())
}
