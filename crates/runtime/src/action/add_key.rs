//! Adding an access key or a gas key (NEP-611) to an account.

use super::{ActionContext, Stop, storage_usage};
use crate::state::StateUpdate;
use torr_crypto::key::PublicKeyHandle;
use torr_primitives::action::AddKeyAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{AccessKey, Account};

/// Adds the key. Its nonces begin where those of the height do, whatever the action says.
pub(super) fn add(
    action: &AddKeyAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
) -> Result<(), Stop> {
    let account_id = context.receiver_id();
    let public_key = PublicKeyHandle::from(&action.public_key);
    if state.access_key(account_id, &public_key)?.is_some() {
        return Err(ActionErrorKind::AddKeyAlreadyExists {
            account_id: account_id.clone(),
            public_key: Box::new(action.public_key.clone()),
        }
        .into());
    }
    let nonce = AccessKey::initial_nonce(context.chunk.block.height);
    let mut key = action.access_key.clone();
    match key.permission.gas_key_info() {
        None => key.nonce = nonce,
        Some(gas_key) => {
            for index in 0..gas_key.num_nonces {
                state.set_gas_key_nonce(account_id, &public_key, index, nonce)?;
            }
            // The nonces stand by themselves; this one is not used.
            key.nonce = 0;
        }
    }
    state.set_access_key(account_id, &public_key, &key)?;
    let config = &context.chunk.config.fees.storage_usage;
    storage_usage::add(account, storage_usage::of_access_key(config, &public_key, &key)?)?;
    Ok(())
}
