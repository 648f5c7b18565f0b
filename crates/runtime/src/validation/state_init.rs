//! State inits: whether they are those of the account, and lengths of their keys and values.

use super::Rules;
use torr_primitives::AccountId;
use torr_primitives::error::ActionsValidationError;
use torr_primitives::state_init::{
    DecodeMode, DeterministicStateInit, UniversalStateInit, universal_account_id,
};

pub(super) fn validate_deterministic(
    rules: Rules<'_>,
    state_init: &DeterministicStateInit,
    receiver: &AccountId,
) -> Result<(), ActionsValidationError> {
    let derived_id = state_init.account_id();
    if derived_id != *receiver {
        return Err(ActionsValidationError::InvalidDeterministicStateInitReceiver {
            receiver_id: receiver.clone(),
            derived_id,
        });
    }
    validate_entries(rules, state_init.data()).map_err(|excess| match excess {
        Excess::Key { length, limit } => {
            ActionsValidationError::DeterministicStateInitKeyLengthExceeded { length, limit }
        }
        Excess::Value { length, limit } => {
            ActionsValidationError::DeterministicStateInitValueLengthExceeded { length, limit }
        }
    })
}

pub(super) fn validate_universal(
    rules: Rules<'_>,
    bytes: &[u8],
    receiver: &AccountId,
) -> Result<(), ActionsValidationError> {
    let switches = &rules.config.vm;
    if !switches.universal_accounts {
        return Err(rules.unsupported("UniversalAccounts"));
    }
    let derived_id = universal_account_id(bytes);
    if derived_id != *receiver {
        return Err(ActionsValidationError::InvalidUniversalStateInitReceiver {
            receiver_id: receiver.clone(),
            derived_id,
        });
    }
    let mode = if switches.canonical_universal_state_init {
        DecodeMode::Strict
    } else {
        DecodeMode::Lenient
    };
    let state_init = UniversalStateInit::decode(bytes, mode)
        .map_err(|_| ActionsValidationError::MalformedUniversalStateInit)?;
    validate_entries(rules, &state_init.data).map_err(|excess| match excess {
        Excess::Key { length, limit } => {
            ActionsValidationError::UniversalStateInitKeyLengthExceeded { length, limit }
        }
        Excess::Value { length, limit } => {
            ActionsValidationError::UniversalStateInitValueLengthExceeded { length, limit }
        }
    })
}

/// What is too long in an entry, in bytes.
enum Excess {
    Key { length: u64, limit: u64 },
    Value { length: u64, limit: u64 },
}

fn validate_entries<B: AsRef<[u8]>>(
    rules: Rules<'_>,
    entries: impl IntoIterator<Item = (B, B)>,
) -> Result<(), Excess> {
    let limits = rules.limits();
    for (key, value) in entries {
        let (length, limit) = (key.as_ref().len() as u64, limits.max_length_storage_key);
        if length > limit {
            return Err(Excess::Key { length, limit });
        }
        let (length, limit) = (value.as_ref().len() as u64, limits.max_length_storage_value);
        if length > limit {
            return Err(Excess::Value { length, limit });
        }
    }
    Ok(())
}
