//! Deleting an access key or a gas key (NEP-611) of an account.

use super::{ActionContext, ActionResult, Stop, storage_usage};
use crate::error::Fault;
use crate::state::StateUpdate;
use torr_crypto::key::PublicKeyHandle;
use torr_parameters::{ExtCost, ExtCosts};
use torr_primitives::action::DeleteKeyAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::trie_key::gas_key_nonce_trie_key_len;
use torr_primitives::{AccessKey, Account, Compute, GasKeyInfo};

/// Deletes the key. What a gas key holds is burnt, so it may not be much.
pub(super) fn delete(
    action: &DeleteKeyAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let account_id = context.receiver_id();
    let public_key = PublicKeyHandle::from(&action.public_key);
    let Some(key) = state.access_key(account_id, &public_key)? else {
        return Err(ActionErrorKind::DeleteKeyDoesNotExist {
            account_id: account_id.clone(),
            public_key: Box::new(action.public_key.clone()),
        }
        .into());
    };
    if let Some(gas_key) = key.permission.gas_key_info() {
        if gas_key.balance > GasKeyInfo::MAX_BALANCE_TO_BURN {
            return Err(ActionErrorKind::GasKeyBalanceTooHigh {
                account_id: account_id.clone(),
                public_key: Some(Box::new(action.public_key.clone())),
                balance: gas_key.balance,
            }
            .into());
        }
        result.burn(gas_key.balance)?;
        for index in 0..gas_key.num_nonces {
            state.remove_gas_key_nonce(account_id, &public_key, index);
        }
        let key_len =
            gas_key_nonce_trie_key_len(account_id.len() as u64, public_key.trie_id_len() as u64);
        let count = u64::from(gas_key.num_nonces);
        let key_bytes = key_len.checked_mul(count);
        let compute = key_bytes.and_then(|key_bytes| {
            nonce_removals_compute(&context.chunk.config.vm.ext_costs, count, key_bytes)
        });
        result.use_compute(compute.ok_or(REMOVALS_OVERFLOW)?)?;
    }
    state.remove_access_key(account_id, &public_key);
    let config = &context.chunk.config.fees.storage_usage;
    storage_usage::subtract(account, storage_usage::of_access_key(config, &public_key, &key)?);
    Ok(())
}

/// Compute that removing nonces of gas keys takes, as if a contract did it; their keys have `key_bytes`
/// bytes together. It counts for the chunk, but no gas is burnt for it.
pub(super) fn nonce_removals_compute(
    costs: &ExtCosts,
    count: u64,
    key_bytes: u64,
) -> Option<Compute> {
    let value_bytes = AccessKey::NONCE_BORSH_LEN.checked_mul(count)?;
    [
        (ExtCost::StorageRemoveBase, count),
        (ExtCost::StorageRemoveKeyByte, key_bytes),
        (ExtCost::StorageRemoveRetValueByte, value_bytes),
    ]
    .into_iter()
    .try_fold(0, |sum: Compute, (cost, count)| {
        sum.checked_add(costs[cost].compute.checked_mul(count)?)
    })
}

/// Nonces came to more compute than there can be.
pub(super) const REMOVALS_OVERFLOW: Fault =
    Fault::Overflow { what: "the compute of deleting gas keys" };
