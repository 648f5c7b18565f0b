//! Whether actions bring keys or signatures of a post-quantum scheme.
//!
//! In versions that do not have the scheme nothing of it may reach the state.

use crate::delegation::Delegation;
use torr_crypto::key::{PublicKey, PublicKeyHandle, Signature};
use torr_primitives::action::Action;
use torr_primitives::state_init::{DecodeMode, UniversalStateInit};

/// Whether `action`, or what it delegates, has a post-quantum key or signature in it.
pub(crate) fn has_post_quantum_keys(action: &Action) -> bool {
    match Delegation::of(action) {
        None => has_own(action),
        Some(delegation) => {
            is_post_quantum(delegation.public_key)
                || matches!(delegation.signature, Signature::MlDsa65(_))
                || delegation.actions().any(has_own)
        }
    }
}

/// Whether the key is one of a post-quantum scheme.
pub(crate) fn is_post_quantum(key: &PublicKey) -> bool {
    key.key_type().is_post_quantum()
}

fn has_own(action: &Action) -> bool {
    match action {
        Action::CreateAccount(_)
        | Action::DeployContract(_)
        | Action::FunctionCall(_)
        | Action::Transfer(_)
        | Action::DeleteAccount(_)
        | Action::DeployGlobalContract(_)
        | Action::UseGlobalContract(_)
        | Action::DeterministicStateInit(_)
        // Looked at by the caller, and never inside another.
        | Action::Delegate(_)
        | Action::DelegateV2(_) => false,
        Action::Stake(action) => is_post_quantum(&action.public_key),
        Action::AddKey(action) => is_post_quantum(&action.public_key),
        Action::DeleteKey(action) => is_post_quantum(&action.public_key),
        Action::TransferToGasKey(action) => is_post_quantum(&action.public_key),
        Action::WithdrawFromGasKey(action) => is_post_quantum(&action.public_key),
        // Malformed ones are refused for that.
        Action::UniversalStateInit(action) => {
            UniversalStateInit::decode(action.state_init.as_ref(), DecodeMode::Lenient).is_ok_and(
                |state_init| {
                    let mut keys = state_init.access_keys.iter();
                    keys.any(|key| matches!(key, PublicKeyHandle::MlDsa65(_)))
                },
            )
        }
    }
}
