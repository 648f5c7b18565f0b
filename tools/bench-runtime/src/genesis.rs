//! The state that blocks begin with.

use crate::contracts::Contract;
use crate::users::{Users, account_id};
use std::ops::Range;
use torr_crypto::hash::CryptoHash;
use torr_primitives::state_record::RecordEntry;
use torr_primitives::{
    AccessKey, AccessKeyPermission, Account, AccountContract, Balance, StateRecord,
};

/// Users whose entries are put at a time.
const BATCH: usize = 100_000;
/// What a user has, in NEAR.
const USER_AMOUNT: u128 = 1_000;
/// What a contract has, in NEAR: enough for all that it will ever keep.
const CONTRACT_AMOUNT: u128 = 1_000_000_000;
const YOCTO_PER_NEAR: u128 = 10_u128.pow(24);
/// What an account takes with one key, in bytes.
const STORAGE_USAGE: u64 = 182;

/// Keys with their values, in the order of keys.
pub(crate) type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// The entries of the state, in batches.
pub(crate) fn batches<'g>(
    users: &'g Users,
    contracts: &'g [Contract],
) -> impl Iterator<Item = Entries> + 'g {
    let starts = (0..users.len()).step_by(BATCH);
    let of_users = starts.map(|start| of_users(users, start..(start + BATCH).min(users.len())));
    of_users.chain([entries(contracts.iter().flat_map(of_contract))])
}

fn of_users(users: &Users, numbers: Range<usize>) -> Entries {
    entries(numbers.flat_map(|user| {
        let account = account(USER_AMOUNT, AccountContract::None, STORAGE_USAGE);
        let access_key = AccessKey { nonce: 0, permission: AccessKeyPermission::FullAccess };
        let public_key = users.public_key(user).into();
        [
            StateRecord::Account { account_id: account_id(user), account },
            StateRecord::AccessKey { account_id: account_id(user), public_key, access_key },
        ]
    }))
}

fn of_contract(contract: &Contract) -> [StateRecord; 2] {
    let Contract { account_id, code } = contract.clone();
    let hash = AccountContract::Local(CryptoHash::of(&code));
    let account = account(CONTRACT_AMOUNT, hash, STORAGE_USAGE + code.len() as u64);
    [
        StateRecord::Account { account_id: account_id.clone(), account },
        StateRecord::Contract { account_id, code },
    ]
}

fn account(near: u128, contract: AccountContract, storage_usage: u64) -> Account {
    let amount = Balance::from_yoctonear(near * YOCTO_PER_NEAR);
    Account::new(amount, Balance::ZERO, contract, storage_usage)
}

fn entries(records: impl Iterator<Item = StateRecord>) -> Entries {
    let entry = |record: StateRecord| match record.into_entry() {
        Ok(RecordEntry::Keyed { key, value }) => (key.to_bytes(), value),
        Ok(RecordEntry::Delayed(_)) | Err(_) => unreachable!("accounts, keys and contracts"),
    };
    let mut entries: Entries = records.map(entry).collect();
    entries.sort_unstable();
    entries
}
