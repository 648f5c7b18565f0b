//! Lists of actions: how many of what, in which order, with how much gas.

use super::action::validate_action;
use super::{ReceiptOrigin, Rules, has_post_quantum_keys};
use crate::action_fees::prepaid_gas;
use crate::delegation::Delegation;
use crate::feature::Feature;
use torr_parameters::RuntimeConfig;
use torr_primitives::action::Action;
use torr_primitives::error::ActionsValidationError;
use torr_primitives::{AccountId, ProtocolVersion, state_init};

/// Checks actions that are sent to `receiver` now, under protocol version `version`.
///
/// # Errors
/// The first reason to refuse them.
pub fn validate_actions(
    config: &RuntimeConfig,
    actions: &[Action],
    receiver: &AccountId,
    version: ProtocolVersion,
) -> Result<(), ActionsValidationError> {
    let rules = Rules { config, version, origin: ReceiptOrigin::New };
    validate_with_delegations(rules, actions, receiver)
}

/// Checks `actions` at `receiver`, and the actions that they delegate.
pub(super) fn validate_with_delegations(
    rules: Rules<'_>,
    actions: &[Action],
    receiver: &AccountId,
) -> Result<(), ActionsValidationError> {
    validate_list(rules, actions.iter(), receiver, |delegation| {
        if rules.requires(Feature::RejectWithdrawFromGasKeyInDelegate)
            && delegation.actions().any(|action| matches!(action, Action::WithdrawFromGasKey(_)))
        {
            return Err(ActionsValidationError::WithdrawFromGasKeyNotAllowedInDelegate);
        }
        let receiver = if rules.has(Feature::FixDelegatedDeterministicStateInit) {
            delegation.receiver_id
        } else {
            receiver
        };
        // Delegated actions do not delegate, their type says.
        validate_list(rules, delegation.actions(), receiver, |_| Ok(()))
    })
}

/// Checks one list of actions; what delegate actions in it hold is left to `validate_delegation`.
fn validate_list<'a>(
    rules: Rules<'_>,
    actions: impl ExactSizeIterator<Item = &'a Action> + Clone,
    receiver: &AccountId,
    validate_delegation: impl Fn(&Delegation<'a>) -> Result<(), ActionsValidationError>,
) -> Result<(), ActionsValidationError> {
    let count = actions.len() as u64;
    let limit = rules.limits().max_actions_per_receipt;
    if count > limit {
        return Err(ActionsValidationError::TotalNumberOfActionsExceeded {
            total_number_of_actions: count,
            limit,
        });
    }
    if !rules.has(Feature::PostQuantumSignatures) && actions.clone().any(has_post_quantum_keys) {
        return Err(rules.unsupported("PostQuantumSignatures"));
    }
    if rules.origin == ReceiptOrigin::New {
        validate_totals(rules, actions.clone())?;
    }
    let mut has_delegation = false;
    let mut rest = actions.clone();
    while let Some(action) = rest.next() {
        if matches!(action, Action::DeleteAccount(_)) && rest.len() > 0 {
            return Err(ActionsValidationError::DeleteActionMustBeFinal);
        }
        let delegation = Delegation::of(action);
        if delegation.is_some() && std::mem::replace(&mut has_delegation, true) {
            return Err(ActionsValidationError::DelegateActionMustBeOnlyOne);
        }
        validate_action(rules, action, receiver)?;
        if let Some(delegation) = delegation {
            validate_delegation(&delegation)?;
        }
    }
    let total_prepaid_gas = prepaid_gas(actions).ok_or(ActionsValidationError::IntegerOverflow)?;
    let limit = rules.limits().max_total_prepaid_gas;
    if total_prepaid_gas > limit {
        return Err(ActionsValidationError::TotalPrepaidGasExceeded { total_prepaid_gas, limit });
    }
    Ok(())
}

/// Checks what all actions of a list may have together, apart from gas.
fn validate_totals<'a>(
    rules: Rules<'_>,
    actions: impl Iterator<Item = &'a Action>,
) -> Result<(), ActionsValidationError> {
    let limits = rules.limits();
    let mut number_of_deploy_actions = 0_u64;
    let mut state_inits = StateInitTotals::default();
    for action in actions {
        match Delegation::of(action) {
            Some(delegation) => delegation.actions().for_each(|action| state_inits.add(action)),
            None => state_inits.add(action),
        }
        if matches!(action, Action::DeployContract(_) | Action::DeployGlobalContract(_)) {
            number_of_deploy_actions = number_of_deploy_actions.saturating_add(1);
        }
    }
    let limit = limits.max_deploy_actions_per_receipt;
    if number_of_deploy_actions > limit {
        return Err(ActionsValidationError::TotalNumberOfDeployActionsExceeded {
            number_of_deploy_actions,
            limit,
        });
    }
    let (number_of_entries, limit) = (state_inits.entries, limits.max_state_init_entries);
    if number_of_entries > limit {
        return Err(ActionsValidationError::TotalNumberOfStateInitEntriesExceeded {
            number_of_entries,
            limit,
        });
    }
    let (number_of_keys, limit) = (state_inits.keys, limits.max_universal_state_init_keys);
    if number_of_keys > limit {
        return Err(ActionsValidationError::TotalNumberOfStateInitKeysExceeded {
            number_of_keys,
            limit,
        });
    }
    Ok(())
}

/// What accounts begin with, all together.
#[derive(Default)]
struct StateInitTotals {
    entries: u64,
    keys: u64,
}

impl StateInitTotals {
    fn add(&mut self, action: &Action) {
        let (entries, keys) = match action {
            Action::DeterministicStateInit(action) => (action.state_init.data().len() as u64, 0),
            Action::UniversalStateInit(action) => {
                let counts = state_init::counts(action.state_init.as_ref());
                (counts.num_entries, counts.num_keys)
            }
            _ => return,
        };
        self.entries = self.entries.saturating_add(entries);
        self.keys = self.keys.saturating_add(keys);
    }
}
