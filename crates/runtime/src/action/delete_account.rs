//! Deleting an account with all that belongs to it.
//!
//! It takes time in proportion to what the account has, and is free of that: so an account that has much
//! cannot be deleted. Code does not count, as it is one value.

use super::delete_key::{REMOVALS_OVERFLOW, nonce_removals_compute};
use super::{ActionContext, ActionResult, Receiver, Stop, storage_usage};
use crate::error::Fault;
use crate::feature::Feature;
use crate::state::StateUpdate;
use std::sync::Arc;
use torr_primitives::action::DeleteAccountAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::Receipt;
use torr_primitives::{AccessKey, Account, AccountId, Balance, GasKeyInfo, StorageUsage, TrieKey};

/// Deletes the account. Its tokens go to the beneficiary, those in gas keys are burnt. The rest of the
/// receipt acts in the sender's name again.
pub(super) fn delete(
    action: &DeleteAccountAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let account_id = context.receiver_id();
    let account = receiver.existing()?;
    let usage = account.storage_usage();
    let usage = usage.saturating_sub(of_contract(context, account, state)?);
    if usage > Account::MAX_DELETION_STORAGE_USAGE {
        let account_id = account_id.clone();
        return Err(ActionErrorKind::DeleteAccountWithLargeState { account_id }.into());
    }
    let keys = Keys::of(account_id, state)?;
    if keys.balance > GasKeyInfo::MAX_BALANCE_TO_BURN {
        return Err(ActionErrorKind::GasKeyBalanceTooHigh {
            account_id: account_id.clone(),
            public_key: None,
            balance: keys.balance,
        }
        .into());
    }
    if account.amount() > Balance::ZERO {
        let beneficiary_id = action.beneficiary_id.clone();
        result.new_receipts.push(Receipt::balance_refund(beneficiary_id, account.amount()));
    }
    remove_all(account_id, &keys, state)?;
    result.burn(keys.balance)?;
    let costs = &context.chunk.config.vm.ext_costs;
    let compute = nonce_removals_compute(costs, keys.nonces, keys.nonce_key_bytes);
    result.use_compute(compute.ok_or(REMOVALS_OVERFLOW)?)?;
    receiver.account = None;
    receiver.actor_id = context.receipt.predecessor_id.clone();
    Ok(())
}

/// Bytes of the storage usage that are the contract's.
fn of_contract(
    context: &ActionContext<'_>,
    account: &Account,
    state: &StateUpdate<'_>,
) -> Result<StorageUsage, Fault> {
    let counts_names = Feature::FixDeleteAccountGlobalContractStorageUsage;
    if counts_names.is_enabled(context.chunk.protocol_version) {
        storage_usage::of_contract(context.receiver_id(), account, state)
    } else {
        // Looked for whatever contract there is, and so part of the proof.
        storage_usage::of_code(context.receiver_id(), state)
    }
}

/// Keys of an account.
#[derive(Default)]
struct Keys {
    /// Access keys and nonces of gas keys.
    keys: Vec<TrieKey>,
    /// What gas keys hold together, in yoctoNEAR.
    balance: Balance,
    /// Number of nonces of gas keys.
    nonces: u64,
    /// Bytes of the keys under which they stand.
    nonce_key_bytes: u64,
}

impl Keys {
    fn of(account_id: &AccountId, state: &StateUpdate<'_>) -> Result<Keys, Fault> {
        let mut keys = Keys::default();
        for (bytes, value) in state.entries(&TrieKey::access_keys_prefix(account_id))? {
            keys.add(&bytes, &value)?;
        }
        Ok(keys)
    }

    fn add(&mut self, bytes: &[u8], value: &Arc<[u8]>) -> Result<(), Fault> {
        let key = parse(bytes)?;
        if let TrieKey::GasKeyNonce { .. } = key {
            // Neither can overflow: a state that large does not exist.
            self.nonces = self.nonces.saturating_add(1);
            self.nonce_key_bytes = self.nonce_key_bytes.saturating_add(bytes.len() as u64);
        } else {
            let access_key: AccessKey = borsh::from_slice(value).map_err(|error| {
                Fault::inconsistent(format!("what stands under {key:?} is damaged: {error}"))
            })?;
            let balance = access_key.permission.gas_key_info().map(|gas_key| gas_key.balance);
            let sum = self.balance.checked_add(balance.unwrap_or_default());
            let what = "the balances of gas keys are more than there can be";
            self.balance = sum.ok_or_else(|| Fault::inconsistent(what))?;
        }
        self.keys.push(key);
        Ok(())
    }
}

/// Removes an account, its code, its keys and its data.
fn remove_all(
    account_id: &AccountId,
    keys: &Keys,
    state: &mut StateUpdate<'_>,
) -> Result<(), Fault> {
    state.remove(&TrieKey::Account { account_id: account_id.clone() });
    state.remove(&TrieKey::ContractCode { account_id: account_id.clone() });
    for key in &keys.keys {
        state.remove(key);
    }
    for (bytes, _) in state.entries(&TrieKey::contract_data_prefix(account_id, &[]))? {
        state.remove(&parse(&bytes)?);
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<TrieKey, Fault> {
    TrieKey::parse(bytes)
        .map_err(|error| Fault::inconsistent(format!("a key of the state is damaged: {error}")))
}
