//! Receipts: size, data, dependencies, actions.

use super::actions::validate_with_delegations;
use super::{ReceiptOrigin, Rules};
use torr_crypto::hash::CryptoHash;
use torr_parameters::RuntimeConfig;
use torr_primitives::action::Action;
use torr_primitives::error::ReceiptValidationError;
use torr_primitives::receipt::{DataReceipt, Receipt, ReceiptBody};
use torr_primitives::{AccountId, ProtocolVersion};

/// Checks a receipt under protocol version `version`.
///
/// # Errors
/// The first reason to refuse it.
pub fn validate_receipt(
    config: &RuntimeConfig,
    receipt: &Receipt,
    version: ProtocolVersion,
    origin: ReceiptOrigin,
) -> Result<(), ReceiptValidationError> {
    let rules = Rules { config, version, origin };
    if origin == ReceiptOrigin::New {
        validate_size(rules, receipt)?;
    }
    let receiver = &receipt.receiver_id;
    match &receipt.body {
        ReceiptBody::Action(body) | ReceiptBody::PromiseYield(body) => {
            validate_action_receipt(rules, &body.input_data_ids, &body.actions, receiver)
        }
        ReceiptBody::ActionV2(body) | ReceiptBody::PromiseYieldV2(body) => {
            validate_action_receipt(rules, &body.input_data_ids, &body.actions, receiver)
        }
        ReceiptBody::Data(body) | ReceiptBody::PromiseResume(body) => validate_data(rules, body),
        // It was made of an action that had been checked.
        ReceiptBody::GlobalContractDistribution(_) => Ok(()),
    }
}

fn validate_size(rules: Rules<'_>, receipt: &Receipt) -> Result<(), ReceiptValidationError> {
    // What borsh cannot express is longer than any limit.
    let size = borsh::object_length(receipt).map_or(u64::MAX, |size| size as u64);
    let limit = rules.limits().max_receipt_size;
    if size > limit {
        return Err(ReceiptValidationError::ReceiptSizeExceeded { size, limit });
    }
    Ok(())
}

fn validate_action_receipt(
    rules: Rules<'_>,
    input_data_ids: &[CryptoHash],
    actions: &[Action],
    receiver: &AccountId,
) -> Result<(), ReceiptValidationError> {
    let count = input_data_ids.len() as u64;
    let limit = rules.limits().max_number_input_data_dependencies;
    if count > limit {
        return Err(ReceiptValidationError::NumberInputDataDependenciesExceeded {
            number_of_input_data_dependencies: count,
            limit,
        });
    }
    validate_with_delegations(rules, actions, receiver)
        .map_err(ReceiptValidationError::ActionsValidation)
}

fn validate_data(rules: Rules<'_>, receipt: &DataReceipt) -> Result<(), ReceiptValidationError> {
    let length = receipt.data.as_ref().map_or(0, |data| data.len() as u64);
    let limit = rules.limits().max_length_returned_data;
    if length > limit {
        return Err(ReceiptValidationError::ReturnedValueLengthExceeded { length, limit });
    }
    Ok(())
}
