//! The books of a state, kept by going through all of it: which tokens are in it, and what each account
//! uses.
//!
//! Tokens are balances of accounts, stakes, balances of gas keys, and what receipts carry that wait in
//! queues: their deposits and the gas that was bought for them.

use super::population::{ACCOUNT_BYTES, Entries, encoded};
use borsh::BorshDeserialize;
use std::collections::BTreeMap;
use torr_parameters::{ActionCost, RuntimeConfig};
use torr_primitives::receipt::{Receipt, ReceiptBody, StoredReceipt};
use torr_primitives::{AccessKey, Account, AccountId, StorageUsage, TrieKey};
use torr_runtime::action_fees::{
    prepaid_execution_fees, prepaid_gas, prepaid_send_fees, total_deposit,
};

/// Tokens of a state, in yoctoNEAR.
///
/// # Panics
/// When the state holds something else than the protocol puts there.
pub fn balance_of_state(state: &Entries, config: &RuntimeConfig) -> u128 {
    state.iter().map(|(key, value)| balance_of_entry(&parse(key), value, config)).sum()
}

fn balance_of_entry(key: &TrieKey, value: &[u8], config: &RuntimeConfig) -> u128 {
    match key {
        TrieKey::Account { .. } => {
            let account: Account = decoded(key, value);
            account.amount().as_yoctonear() + account.locked().as_yoctonear()
        }
        TrieKey::AccessKey { .. } => {
            let access_key: AccessKey = decoded(key, value);
            access_key.permission.gas_key_info().map_or(0, |info| info.balance.as_yoctonear())
        }
        TrieKey::DelayedReceipt { .. } | TrieKey::BufferedReceipt { .. } => {
            let stored: StoredReceipt = decoded(key, value);
            balance_of_receipt(&stored.into_receipt(), config)
        }
        TrieKey::PostponedReceipt { .. } | TrieKey::PromiseYieldReceipt { .. } => {
            balance_of_receipt(&decoded(key, value), config)
        }
        _ => 0,
    }
}

/// Tokens that a receipt carries, in yoctoNEAR.
///
/// # Panics
/// When they are more than there can be.
pub fn balance_of_receipt(receipt: &Receipt, config: &RuntimeConfig) -> u128 {
    let (actions, gas_price) = match &receipt.body {
        ReceiptBody::Action(body) | ReceiptBody::PromiseYield(body) => {
            (&body.actions, body.gas_price)
        }
        ReceiptBody::ActionV2(body) | ReceiptBody::PromiseYieldV2(body) => {
            (&body.actions, body.gas_price)
        }
        ReceiptBody::Data(_)
        | ReceiptBody::PromiseResume(_)
        | ReceiptBody::GlobalContractDistribution(_) => return 0,
    };
    let all = || {
        let deposits = total_deposit(actions)?.as_yoctonear();
        // Nobody has bought gas for a refund.
        if receipt.predecessor_id.is_system() {
            return Some(deposits);
        }
        let gas = prepaid_gas(actions)?
            .checked_add(prepaid_send_fees(config, actions)?.gas)?
            .checked_add(prepaid_execution_fees(config, actions, &receipt.receiver_id)?.gas)?
            .checked_add(config.fees.actions[ActionCost::NewActionReceipt].execution.gas)?;
        deposits.checked_add(gas_price.as_yoctonear().checked_mul(u128::from(gas.as_gas()))?)
    };
    all().unwrap_or_else(|| panic!("{receipt:?} carries more than there can be"))
}

/// What each account uses in bytes, counted: what its entries take, and what it says.
///
/// # Panics
/// As [`balance_of_state`].
pub fn storage_usages(state: &Entries) -> BTreeMap<AccountId, (StorageUsage, StorageUsage)> {
    // What a record takes beside its key and its value.
    const RECORD: u64 = 40;
    let mut usages: BTreeMap<AccountId, (StorageUsage, StorageUsage)> = BTreeMap::new();
    for (bytes, value) in state {
        let key = parse(bytes);
        let length = value.len() as u64;
        let (account_id, counted, said) = match &key {
            TrieKey::Account { account_id } => {
                let account: Account = decoded(&key, value);
                let contract = account.contract().global_identifier();
                let counted = ACCOUNT_BYTES + contract.map_or(0, |name| name.len() as u64);
                (account_id, counted, account.storage_usage())
            }
            TrieKey::ContractCode { account_id } => (account_id, length, 0),
            TrieKey::ContractData { account_id, key } => {
                (account_id, key.len() as u64 + length + RECORD, 0)
            }
            TrieKey::AccessKey { account_id, public_key } => {
                (account_id, public_key.trie_id_len() as u64 + length + RECORD, 0)
            }
            TrieKey::GasKeyNonce { account_id, public_key, .. } => {
                (account_id, public_key.trie_id_len() as u64 + 2 + length + RECORD, 0)
            }
            _ => continue,
        };
        let usage = usages.entry(account_id.clone()).or_default();
        usage.0 += counted;
        usage.1 += said;
    }
    usages
}

/// Lets each account say what it uses.
pub(super) fn settle_usage(state: &mut Entries) {
    for (account_id, (counted, _)) in storage_usages(state) {
        let key = TrieKey::Account { account_id };
        if let Some(value) = state.get_mut(&key.to_bytes()) {
            let mut account: Account = decoded(&key, value);
            account.set_storage_usage(counted);
            *value = encoded(&account);
        }
    }
}

/// The key that bytes are.
pub(super) fn parse(key: &[u8]) -> TrieKey {
    TrieKey::parse(key).unwrap_or_else(|error| panic!("{key:?}: {error}"))
}

/// The value that bytes are.
pub(super) fn decoded<T: BorshDeserialize>(key: &TrieKey, value: &[u8]) -> T {
    borsh::from_slice(value).unwrap_or_else(|error| panic!("what is under {key:?}: {error}"))
}
