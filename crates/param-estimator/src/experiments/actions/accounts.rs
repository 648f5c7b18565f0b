//! Creating and deleting accounts.

use super::kind::{Kind, Line, Place, Request, Side, names};
use super::receipts::key_record;
use super::transfers::{SENT_COUNTS, transfer};
use crate::error::EstimatorError;
use crate::work::requests::{hash_of_numbers, near, public_key};
use crate::work::states::{account_id, user};
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, CreateAccountAction, DeleteAccountAction};
use torr_primitives::state_init::universal_account_id;
use torr_primitives::{
    AccessKeyPermission, Account, AccountContract, AccountId, StateRecord, StorageUsage,
};

/// What an account with one key counts for, in bytes.
const ACCOUNT_USAGE: StorageUsage = 182;
/// What an entry of data under a key of two bytes counts for, in bytes.
const ENTRY_USAGE: StorageUsage = 42;
/// What a key with all rights counts for, in bytes.
const KEY_USAGE: StorageUsage = 82;
/// The most entries that an account may have which is deleted: 233, and so on.
const ENTRIES: &[u64] =
    &[0, 50, (Account::MAX_DELETION_STORAGE_USAGE - ACCOUNT_USAGE) / ENTRY_USAGE];
/// The most keys that it may have beside its first.
const KEYS: &[u64] = &[30, (Account::MAX_DELETION_STORAGE_USAGE - ACCOUNT_USAGE) / KEY_USAGE];
/// Accounts with so much that are deleted in a chunk.
const DELETED: usize = 20;

pub(super) fn created() -> Kind {
    Kind {
        names: names!("create_account"),
        about: "Creates accounts below the names of users, and by transfers the accounts of keys, of \
                wallets and of initial states, whose names look random.",
        costs: &[ActionCost::CreateAccount],
        free_to_send: &[],
        lines: vec![
            Line::new("below another name", creation).executed(&[1]).sent(SENT_COUNTS),
            Line::new("of a key", |_, place| {
                let name = AccountId::of_ed25519_key(&hash_of_numbers(place.number, 1).0);
                Ok(transfer_to(name))
            })
            .executed(&[1]),
            Line::new("of a wallet", |_, place| {
                let PublicKey::Secp256k1(key) = public_key(KeyType::Secp256k1, place.number, 1)?
                else {
                    return Err(EstimatorError::of_work("a key is of another scheme"));
                };
                Ok(transfer_to(AccountId::of_secp256k1_key(&key)))
            })
            .executed(&[1]),
            Line::new("of an initial state", |_, place| {
                let digest = hash_of_numbers(place.number, 1);
                Ok(transfer_to(universal_account_id(digest.as_bytes())))
            })
            .executed(&[1]),
        ],
    }
}

fn creation(count: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let receiver = match place.side {
        Side::Execution => Some(account_id(&format!("new.{}", user(place.number)?))?),
        Side::ToOthers | Side::ToOneself => None,
    };
    let create = Action::CreateAccount(CreateAccountAction {});
    Ok(Request { receiver, ..Request::repeated(count, create) })
}

fn transfer_to(receiver: AccountId) -> Request {
    Request { receiver: Some(receiver), ..Request::of(vec![transfer(near(1))]) }
}

pub(super) fn deleted() -> Kind {
    Kind {
        names: names!("delete_account"),
        about: "Deletes accounts that have as much as an account may have which is deleted: entries with \
                the shortest keys and no values, and keys. What they own goes to another account.",
        costs: &[ActionCost::DeleteAccount],
        free_to_send: &[],
        lines: vec![
            Line::new("accounts with data", with_data).executed(ENTRIES).at_most(DELETED),
            Line::new("accounts with keys", with_keys).executed(KEYS).at_most(DELETED),
            Line::new("accounts", |_, place| deletion(place)).sent(&[1]),
        ],
    }
}

fn deletion(place: &Place<'_>) -> Result<Request, EstimatorError> {
    let beneficiary_id = user(place.number + 1)?;
    Ok(Request::of(vec![Action::DeleteAccount(DeleteAccountAction { beneficiary_id })]))
}

fn with_data(entries: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let mut records = vec![account(&account_id, ACCOUNT_USAGE + entries * ENTRY_USAGE)];
    records.extend((0..entries).map(|index| StateRecord::Data {
        account_id: account_id.clone(),
        data_key: (index as u16).wrapping_mul(0x9e37).to_be_bytes().to_vec(),
        value: Vec::new(),
    }));
    Ok(deletion(place)?.with_records(records))
}

fn with_keys(keys: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let mut records = vec![account(&account_id, ACCOUNT_USAGE + keys * KEY_USAGE)];
    for index in 0..keys {
        let public_key = public_key(KeyType::Ed25519, place.number, index)?;
        let public_key = PublicKeyHandle::from(&public_key);
        records.push(key_record(&account_id, &public_key, AccessKeyPermission::FullAccess));
    }
    Ok(deletion(place)?.with_records(records))
}

/// A user's account, in place of the one that it has.
fn account(account_id: &AccountId, usage: StorageUsage) -> StateRecord {
    let account = Account::new(near(1_000_000), near(0), AccountContract::None, usage);
    StateRecord::Account { account_id: account_id.clone(), account }
}
