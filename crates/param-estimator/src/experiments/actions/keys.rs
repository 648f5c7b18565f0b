//! Adding and deleting access keys.

use super::kind::{EVERYWHERE, EXECUTED, Kind, Line, Place, Request, names};
use super::receipts::key_record;
use super::transfers::COUNTS;
use crate::error::EstimatorError;
use crate::requests::{near, public_key};
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, AddKeyAction, DeleteKeyAction};
use torr_primitives::{AccessKey, AccessKeyPermission, FunctionCallPermission};

/// Bytes of method names, each with its terminator; 2000 is the most.
const NAME_BYTES: &[u64] = &[2, 200, 2_000];
/// Keys of a receipt, where what grows is something else.
const KEYS: u64 = 10;

pub(super) fn deleted() -> Kind {
    Kind {
        names: names!("delete_key"),
        about: "Deletes keys of every scheme, some of which have the longest list of methods there may \
                be: how much a key counts for is found out by encoding it again.",
        costs: &[ActionCost::DeleteKey],
        lines: vec![
            Line::new("keys with all rights", EVERYWHERE, COUNTS, |count, place| {
                deletion(count, KeyType::Ed25519, AccessKeyPermission::FullAccess, place)
            }),
            Line::new("long keys", EVERYWHERE, COUNTS, |count, place| {
                deletion(count, KeyType::MlDsa65, AccessKeyPermission::FullAccess, place)
            }),
            Line::new("keys for calls", EXECUTED, COUNTS, |count, place| {
                deletion(count, KeyType::Ed25519, for_calls_of(names_of_one_letter(2_000)), place)
            }),
        ],
    }
}

fn deletion(
    count: u64,
    key_type: KeyType,
    permission: AccessKeyPermission,
    place: &Place<'_>,
) -> Result<Request, EstimatorError> {
    let account_id = place.receiver()?;
    let mut records = Vec::new();
    let request = Request::of_each(count, |index| {
        let public_key = public_key(key_type, place.receiver_number(), index)?;
        let handle = PublicKeyHandle::from(&public_key);
        records.push(key_record(&account_id, &handle, permission.clone()));
        Ok(Action::DeleteKey(Box::new(DeleteKeyAction { public_key })))
    })?;
    Ok(request.with_records(records))
}

pub(super) fn with_all_rights() -> Kind {
    Kind {
        names: names!("add_full_access_key"),
        about: "Adds one key and as many as there may be, of the shortest and of the longest scheme; long \
                keys have 1952 bytes, and are hashed.",
        costs: &[ActionCost::AddFullAccessKey],
        lines: vec![
            Line::new("short keys", EVERYWHERE, COUNTS, |count, place| {
                addition(count, KeyType::Ed25519, AccessKeyPermission::FullAccess, place)
            }),
            Line::new("long keys", EVERYWHERE, COUNTS, |count, place| {
                addition(count, KeyType::MlDsa65, AccessKeyPermission::FullAccess, place)
            }),
        ],
    }
}

pub(super) fn for_calls() -> Kind {
    Kind {
        names: names!("add_function_call_key"),
        about: "Adds keys that may call functions: one and many without a list of methods, and ten with \
                the longest list, of names of one letter, of which there are most, and of long names.",
        costs: &[ActionCost::AddFunctionCallKeyBase, ActionCost::AddFunctionCallKeyByte],
        lines: vec![
            Line::new("short keys", EVERYWHERE, COUNTS, |count, place| {
                addition(count, KeyType::Ed25519, for_calls_of(Vec::new()), place)
            }),
            Line::new("long keys", EVERYWHERE, COUNTS, |count, place| {
                addition(count, KeyType::MlDsa65, for_calls_of(Vec::new()), place)
            }),
            Line::new("names of one letter", EVERYWHERE, NAME_BYTES, |bytes, place| {
                let permission = for_calls_of(names_of_one_letter(bytes));
                addition(KEYS, KeyType::Ed25519, permission, place)
            }),
            Line::new("long names", EVERYWHERE, &[200, 2_000], |bytes, place| {
                let names = (0..bytes / 200).map(|_| "n".repeat(199)).collect();
                addition(KEYS, KeyType::Ed25519, for_calls_of(names), place)
            }),
        ],
    }
}

/// Names that count so many bytes.
fn names_of_one_letter(bytes: u64) -> Vec<String> {
    (0..bytes / 2).map(|_| "n".to_owned()).collect()
}

fn for_calls_of(method_names: Vec<String>) -> AccessKeyPermission {
    AccessKeyPermission::FunctionCall(FunctionCallPermission {
        allowance: Some(near(1)),
        receiver_id: "a".repeat(64),
        method_names,
    })
}

fn addition(
    count: u64,
    key_type: KeyType,
    permission: AccessKeyPermission,
    place: &Place<'_>,
) -> Result<Request, EstimatorError> {
    Request::of_each(count, |index| {
        let public_key = public_key(key_type, place.receiver_number(), index)?;
        Ok(add_key(public_key, permission.clone()))
    })
}

/// Adds a key.
pub(super) fn add_key(public_key: PublicKey, permission: AccessKeyPermission) -> Action {
    let access_key = AccessKey { nonce: 0, permission };
    Action::AddKey(Box::new(AddKeyAction { public_key, access_key }))
}
