//! Single actions: lengths, keys, and whether the protocol version has them.

use super::state_init::{validate_deterministic, validate_universal};
use super::{ReceiptOrigin, Rules};
use crate::feature::Feature;
use torr_primitives::access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission};
use torr_primitives::action::{Action, FunctionCallAction, StakeAction};
use torr_primitives::error::ActionsValidationError;
use torr_primitives::{AccountId, AccountType, Balance, Gas};

/// Checks an action at `receiver`. What it delegates is not looked at.
pub(super) fn validate_action(
    rules: Rules<'_>,
    action: &Action,
    receiver: &AccountId,
) -> Result<(), ActionsValidationError> {
    match action {
        Action::CreateAccount(_)
        | Action::DeleteKey(_)
        | Action::DeleteAccount(_)
        | Action::UseGlobalContract(_)
        | Action::Delegate(_) => Ok(()),
        Action::Transfer(_) => validate_transfer(rules, receiver),
        Action::DeployContract(action) => validate_code(rules, &action.code),
        Action::DeployGlobalContract(action) => validate_code(rules, &action.code),
        Action::FunctionCall(action) => validate_function_call(rules, action),
        Action::Stake(action) => validate_stake(action),
        Action::AddKey(action) => validate_access_key(rules, &action.access_key),
        Action::DelegateV2(_) => validate_delegate_v2(rules),
        Action::DeterministicStateInit(action) => {
            validate_deterministic(rules, &action.state_init, receiver)
        }
        Action::UniversalStateInit(action) => {
            validate_universal(rules, action.state_init.as_ref(), receiver)
        }
        Action::TransferToGasKey(_) | Action::WithdrawFromGasKey(_) => {
            rules.demand(Feature::GasKeys, "GasKeys")
        }
    }
}

/// Nothing may be on its way to a universal account, unpaid for the account, when there begin to be
/// such accounts.
fn validate_transfer(rules: Rules<'_>, receiver: &AccountId) -> Result<(), ActionsValidationError> {
    if rules.requires(Feature::RejectUniversalAccountTransfers)
        && !rules.config.vm.universal_accounts
        && receiver.account_type() == AccountType::Universal
    {
        return Err(ActionsValidationError::TransferToUniversalAccountNotAllowed {
            account_id: receiver.clone(),
        });
    }
    Ok(())
}

fn validate_code(rules: Rules<'_>, code: &[u8]) -> Result<(), ActionsValidationError> {
    let (size, limit) = (code.len() as u64, rules.limits().max_contract_size);
    if size > limit {
        return Err(ActionsValidationError::ContractSizeExceeded { size, limit });
    }
    Ok(())
}

fn validate_function_call(
    rules: Rules<'_>,
    action: &FunctionCallAction,
) -> Result<(), ActionsValidationError> {
    if action.gas == Gas::ZERO {
        return Err(ActionsValidationError::FunctionCallZeroAttachedGas);
    }
    if action.method_name.is_empty() && rules.requires(Feature::RejectEmptyMethodName) {
        return Err(ActionsValidationError::FunctionCallEmptyMethodName);
    }
    let limits = rules.limits();
    let (length, limit) = (action.method_name.len() as u64, limits.max_length_method_name);
    if length > limit {
        return Err(ActionsValidationError::FunctionCallMethodNameLengthExceeded { length, limit });
    }
    let (length, limit) = (action.args.len() as u64, limits.max_arguments_length);
    if length > limit {
        return Err(ActionsValidationError::FunctionCallArgumentsLengthExceeded { length, limit });
    }
    Ok(())
}

fn validate_stake(action: &StakeAction) -> Result<(), ActionsValidationError> {
    if !action.public_key.is_valid_staking_key() {
        return Err(ActionsValidationError::UnsuitableStakingKey {
            public_key: Box::new(action.public_key.clone()),
        });
    }
    Ok(())
}

/// What was signed before the rule that takes it back may still be on its way.
fn validate_delegate_v2(rules: Rules<'_>) -> Result<(), ActionsValidationError> {
    const NAME: &str = "DelegateV2";
    rules.demand(Feature::DelegateV2, NAME)?;
    if rules.origin == ReceiptOrigin::New && rules.has(Feature::RejectDelegateV2) {
        return Err(ActionsValidationError::RemovedProtocolFeature {
            protocol_feature: NAME.to_owned(),
            version: rules.version,
        });
    }
    Ok(())
}

fn validate_access_key(rules: Rules<'_>, key: &AccessKey) -> Result<(), ActionsValidationError> {
    let functions = key.permission.function_call_permission();
    if let Some(functions) = functions {
        validate_functions(rules, functions)?;
    }
    let Some(gas_key) = key.permission.gas_key_info() else { return Ok(()) };
    rules.demand(Feature::GasKeys, "GasKeys")?;
    if functions.is_some_and(|functions| functions.allowance.is_some()) {
        return Err(ActionsValidationError::GasKeyFunctionCallAllowanceNotAllowed);
    }
    let limit = AccessKeyPermission::MAX_GAS_KEY_NONCES;
    if gas_key.num_nonces == 0 || gas_key.num_nonces > limit {
        return Err(ActionsValidationError::GasKeyInvalidNumNonces {
            requested_nonces: gas_key.num_nonces,
            limit,
        });
    }
    if gas_key.balance != Balance::ZERO {
        return Err(ActionsValidationError::AddGasKeyWithNonZeroBalance {
            balance: gas_key.balance,
        });
    }
    Ok(())
}

fn validate_functions(
    rules: Rules<'_>,
    functions: &FunctionCallPermission,
) -> Result<(), ActionsValidationError> {
    let limits = rules.limits();
    // The first version of the rules took any text.
    if limits.account_id_validity_rules_version > 0
        && AccountId::validate(&functions.receiver_id).is_err()
    {
        return Err(ActionsValidationError::InvalidAccountId {
            account_id: beginning(&functions.receiver_id, 2 * AccountId::MAX_LEN).to_owned(),
        });
    }
    let mut total_number_of_bytes = 0_u64;
    for name in &functions.method_names {
        let (length, limit) = (name.len() as u64, limits.max_length_method_name);
        if length > limit {
            return Err(ActionsValidationError::AddKeyMethodNameLengthExceeded { length, limit });
        }
        // Each name counts with its terminator.
        total_number_of_bytes = total_number_of_bytes.saturating_add(length).saturating_add(1);
    }
    let limit = limits.max_number_bytes_method_names;
    if total_number_of_bytes > limit {
        return Err(ActionsValidationError::AddKeyMethodNamesNumberOfBytesExceeded {
            total_number_of_bytes,
            limit,
        });
    }
    Ok(())
}

/// As many whole characters of `text` as fit in `limit` bytes.
fn beginning(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}
