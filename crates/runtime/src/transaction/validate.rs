//! Whether a transaction is well-formed and signed, whatever the state.
//!
//! The signature comes last, because it is what takes time. It covers the hash that the transaction was
//! read with, so nothing is encoded again.

use crate::feature::Feature;
use crate::validation::{has_post_quantum_keys, is_post_quantum, validate_actions};
use torr_crypto::key::Signature;
use torr_parameters::RuntimeConfig;
use torr_primitives::ProtocolVersion;
use torr_primitives::error::InvalidTxError;
use torr_primitives::transaction::{NonceMode, SignedTransaction, Transaction};

/// Checks a transaction under protocol version `version`, without the state.
///
/// # Errors
/// The first reason to refuse it.
pub fn validate(
    config: &RuntimeConfig,
    signed: &SignedTransaction,
    version: ProtocolVersion,
) -> Result<(), InvalidTxError> {
    validate_unsigned(config, signed, version)?;
    if !signed.verify() {
        return Err(InvalidTxError::InvalidSignature);
    }
    Ok(())
}

/// Checks all but the signature.
pub(super) fn validate_unsigned(
    config: &RuntimeConfig,
    signed: &SignedTransaction,
    version: ProtocolVersion,
) -> Result<(), InvalidTxError> {
    let transaction = signed.transaction();
    validate_actions(config, transaction.actions(), transaction.receiver_id(), version)?;
    validate_version(signed, version)?;
    validate_size(config, signed, version)
}

/// Refuses what the protocol version does not have.
fn validate_version(
    signed: &SignedTransaction,
    version: ProtocolVersion,
) -> Result<(), InvalidTxError> {
    let transaction = signed.transaction();
    let has = |feature: Feature| feature.is_enabled(version);
    let is_known = (has(Feature::GasKeys) || matches!(transaction, Transaction::V0(_)))
        && (has(Feature::StrictNonce) || transaction.nonce_mode() != NonceMode::Strict)
        && (has(Feature::PostQuantumSignatures) || !brings_post_quantum(signed));
    if is_known { Ok(()) } else { Err(InvalidTxError::InvalidTransactionVersion) }
}

fn brings_post_quantum(signed: &SignedTransaction) -> bool {
    let transaction = signed.transaction();
    is_post_quantum(transaction.public_key())
        || matches!(signed.signature(), Signature::MlDsa65(_))
        || transaction.actions().iter().any(has_post_quantum_keys)
}

fn validate_size(
    config: &RuntimeConfig,
    signed: &SignedTransaction,
    version: ProtocolVersion,
) -> Result<(), InvalidTxError> {
    // Signatures began to count when there began to be large ones.
    let size = if Feature::PostQuantumSignatures.is_enabled(version) {
        signed.wire_size()
    } else {
        signed.size()
    };
    let limit = config.vm.limits.max_transaction_size;
    if size > limit {
        return Err(InvalidTxError::TransactionSizeExceeded { size, limit });
    }
    Ok(())
}
