//! Doing what another account has signed (NEP-366, NEP-611).
//!
//! Who brings a delegate action has paid for everything in it. The account that signed it sends the
//! actions on, if the signature, the nonce and the key's permission are right.

use super::{ActionContext, ActionResult, GAS_OVERFLOW, Stop};
use crate::action_fees::{
    delegated_verification_compute, prepaid_execution_fees, prepaid_gas, prepaid_send_fees,
};
use crate::delegation::Delegation;
use crate::error::Fault;
use crate::feature::Feature;
use crate::state::StateUpdate;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKeyHandle;
use torr_parameters::ActionCost;
use torr_primitives::action::Action;
use torr_primitives::error::{ActionErrorKind, InvalidAccessKeyError};
use torr_primitives::receipt::{ActionReceipt, Receipt, ReceiptBody};
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{AccessKey, Balance, FunctionCallPermission, Gas, Nonce};

/// Sends on what the receiver has signed.
pub(super) fn delegate(
    action: &Action,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let what = "only delegate actions delegate";
    let delegation = Delegation::of(action).ok_or(Fault::Bug { what })?;
    let config = &context.chunk.config;
    result.use_compute(delegated_verification_compute(config, delegation.public_key))?;
    check(action, &delegation, context)?;
    use_nonce(&delegation, context, state)?;

    let gas = gas_to_execute(&delegation, context).ok_or(GAS_OVERFLOW)?;
    result.use_gas(gas)?;
    let send = prepaid_send_fees(config, context.action_receipt.actions).ok_or(GAS_OVERFLOW)?;
    result.burn_gas(send)?;
    result.new_receipts.push(sent(&delegation, context));
    Ok(())
}

/// Checks what can be checked without the state.
fn check(
    action: &Action,
    delegation: &Delegation<'_>,
    context: &ActionContext<'_>,
) -> Result<(), ActionErrorKind> {
    let is_signed = match action {
        Action::Delegate(signed) => signed.verify(),
        Action::DelegateV2(signed) => signed.verify(),
        _ => false,
    };
    if !is_signed {
        return Err(ActionErrorKind::DelegateActionInvalidSignature);
    }
    if context.chunk.block.height > delegation.max_block_height {
        return Err(ActionErrorKind::DelegateActionExpired);
    }
    if delegation.sender_id != context.receiver_id() {
        return Err(ActionErrorKind::DelegateActionSenderDoesNotMatchTxReceiver {
            sender_id: delegation.sender_id.clone(),
            receiver_id: context.receiver_id().clone(),
        });
    }
    Ok(())
}

/// Uses the nonce up, if the key that signed may sign this.
fn use_nonce(
    delegation: &Delegation<'_>,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<(), Stop> {
    let sender_id = delegation.sender_id;
    let public_key = PublicKeyHandle::from(delegation.public_key);
    let Some(mut key) = state.access_key(sender_id, &public_key)? else {
        return Err(refused(InvalidAccessKeyError::AccessKeyNotFound {
            account_id: sender_id.clone(),
            public_key: Box::new(delegation.public_key.clone()),
        }));
    };
    let last = last_nonce(delegation, &key, &public_key, state)?;
    check_nonce(delegation.nonce.nonce(), last, context)?;
    if let Some(permission) = key.permission.function_call_permission() {
        check_permission(delegation, permission, context)?;
    }
    match delegation.nonce {
        TransactionNonce::Nonce { nonce } => {
            key.nonce = nonce;
            state.set_access_key(sender_id, &public_key, &key)?;
        }
        TransactionNonce::GasKeyNonce { nonce, nonce_index } => {
            state.set_gas_key_nonce(sender_id, &public_key, nonce_index, nonce)?;
        }
    }
    Ok(())
}

/// The nonce that was used last.
fn last_nonce(
    delegation: &Delegation<'_>,
    key: &AccessKey,
    public_key: &PublicKeyHandle,
    state: &StateUpdate<'_>,
) -> Result<Nonce, Stop> {
    let gas_key = key.permission.gas_key_info();
    match (delegation.nonce, gas_key) {
        (TransactionNonce::Nonce { .. }, None) => Ok(key.nonce),
        (TransactionNonce::Nonce { .. }, Some(_)) => {
            Err(refused(InvalidAccessKeyError::DelegateActionRequiresNonGasKey))
        }
        (TransactionNonce::GasKeyNonce { .. }, None) => {
            Err(refused(InvalidAccessKeyError::DelegateActionRequiresGasKey))
        }
        (TransactionNonce::GasKeyNonce { nonce_index, .. }, Some(gas_key)) => {
            let num_nonces = gas_key.num_nonces;
            if nonce_index >= num_nonces {
                let error =
                    ActionErrorKind::DelegateActionInvalidNonceIndex { nonce_index, num_nonces };
                return Err(error.into());
            }
            let nonce = state.gas_key_nonce(delegation.sender_id, public_key, nonce_index)?;
            let missing = || {
                Fault::inconsistent(format!(
                    "nonce {nonce_index} of a gas key of {} is missing",
                    delegation.sender_id
                ))
            };
            Ok(nonce.ok_or_else(missing)?)
        }
    }
}

fn check_nonce(
    nonce: Nonce,
    last: Nonce,
    context: &ActionContext<'_>,
) -> Result<(), ActionErrorKind> {
    if nonce <= last {
        return Err(ActionErrorKind::DelegateActionInvalidNonce {
            delegate_nonce: nonce,
            ak_nonce: last,
        });
    }
    let height = context.chunk.block.height;
    let upper_bound = height.saturating_mul(AccessKey::NONCE_RANGE_MULTIPLIER);
    if nonce >= upper_bound {
        return Err(ActionErrorKind::DelegateActionNonceTooLarge {
            delegate_nonce: nonce,
            upper_bound,
        });
    }
    Ok(())
}

/// Checks that all there is to do is one call that the key may sign.
fn check_permission(
    delegation: &Delegation<'_>,
    permission: &FunctionCallPermission,
    context: &ActionContext<'_>,
) -> Result<(), Stop> {
    let mut actions = delegation.actions();
    let (Some(Action::FunctionCall(call)), None) = (actions.next(), actions.next()) else {
        return Err(refused(InvalidAccessKeyError::RequiresFullAccess));
    };
    let has_deposit = call.deposit > Balance::ZERO;
    let fails_at_once = Feature::FixDelegateActionDepositWithFunctionCallError
        .is_enabled(context.chunk.protocol_version);
    if has_deposit && fails_at_once {
        return Err(refused(InvalidAccessKeyError::DepositWithFunctionCall));
    }
    if delegation.receiver_id.as_str() != permission.receiver_id {
        return Err(refused(InvalidAccessKeyError::ReceiverMismatch {
            tx_receiver: delegation.receiver_id.clone(),
            ak_receiver: permission.receiver_id.clone(),
        }));
    }
    let names = &permission.method_names;
    if !names.is_empty() && !names.contains(&call.method_name) {
        let method_name = call.method_name.clone();
        return Err(refused(InvalidAccessKeyError::MethodNameMismatch { method_name }));
    }
    if has_deposit {
        return Err(refused(InvalidAccessKeyError::DepositWithFunctionCall));
    }
    Ok(())
}

fn refused(error: InvalidAccessKeyError) -> Stop {
    ActionErrorKind::DelegateActionAccessKeyError(error).into()
}

/// Gas that the receipt sent on will take. Of its compute, the shard it goes to keeps count.
fn gas_to_execute(delegation: &Delegation<'_>, context: &ActionContext<'_>) -> Option<Gas> {
    let config = &context.chunk.config;
    let fees = prepaid_execution_fees(config, delegation.actions(), delegation.receiver_id)?;
    let receipt = config.fees.actions[ActionCost::NewActionReceipt].execution;
    let attached = prepaid_gas(delegation.actions())?;
    fees.gas.checked_add(receipt.gas)?.checked_add(attached)
}

/// The receipt that is sent on. Deposits come back to the account that signed, gas to who brought it.
fn sent(delegation: &Delegation<'_>, context: &ActionContext<'_>) -> Receipt {
    Receipt {
        predecessor_id: delegation.sender_id.clone(),
        receiver_id: delegation.receiver_id.clone(),
        receipt_id: CryptoHash::default(),
        body: ReceiptBody::Action(ActionReceipt {
            signer_id: context.action_receipt.signer_id.clone(),
            signer_public_key: context.action_receipt.signer_public_key.clone(),
            gas_price: context.action_receipt.gas_price,
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions: delegation.actions().cloned().collect(),
        }),
    }
}
