//! Adding and deleting access keys.

use super::kind::{Kind, Line, Place, Request, names};
use super::receipts::key_record;
use super::transfers::{COUNTS, SENT_COUNTS};
use crate::error::EstimatorError;
use crate::work::requests::{near, public_key};
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, AddKeyAction, DeleteKeyAction};
use torr_primitives::{AccessKey, AccessKeyPermission, FunctionCallPermission};

/// Bytes of method names, each with its terminator; 2000 is the most.
const NAME_BYTES: &[u64] = &[200, 2_000];
/// How many long keys are in a transaction, which they fill.
const LONG_KEYS: &[u64] = &[300, 700];
/// Receipts in a chunk where each has thousands of names: what the names of more take is as much as the C
/// library can keep apart when instructions are counted.
const MOST: usize = 2;

pub(super) fn deleted() -> Kind {
    Kind {
        names: names!("delete_key"),
        about: "Deletes keys of every scheme, some of which have the longest list of methods there may \
                be: how much a key counts for is found out by encoding it again.",
        costs: &[ActionCost::DeleteKey],
        free_to_send: &[],
        lines: vec![
            Line::new("short keys", |count, place| {
                deletion(count, KeyType::Ed25519, AccessKeyPermission::FullAccess, place)
            })
            .executed(COUNTS)
            .sent(SENT_COUNTS),
            Line::new("long keys", |count, place| {
                deletion(count, KeyType::MlDsa65, AccessKeyPermission::FullAccess, place)
            })
            .executed(COUNTS)
            .sent(LONG_KEYS),
            Line::new("keys for calls", |count, place| {
                deletion(count, KeyType::Ed25519, for_calls_of(names_of_one_letter(2_000)), place)
            })
            .executed(&[1, 10])
            .at_most(MOST),
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
        about: "Adds many keys, up to as many as there may be, of the shortest and of the longest scheme; \
                long keys have 1952 bytes, and are hashed.",
        costs: &[ActionCost::AddFullAccessKey],
        free_to_send: &[],
        lines: vec![
            Line::new("short keys", |count, place| {
                addition(count, KeyType::Ed25519, AccessKeyPermission::FullAccess, place)
            })
            .executed(COUNTS)
            .sent(SENT_COUNTS),
            Line::new("long keys", |count, place| {
                addition(count, KeyType::MlDsa65, AccessKeyPermission::FullAccess, place)
            })
            .executed(COUNTS)
            .sent(LONG_KEYS),
        ],
    }
}

pub(super) fn for_calls() -> Kind {
    Kind {
        names: names!("add_function_call_key"),
        about: "Adds keys of the longest scheme that may call functions: without a list of methods, and \
                with lists up to the longest, of names of one letter, of which there are most.",
        costs: &[ActionCost::AddFunctionCallKeyBase, ActionCost::AddFunctionCallKeyByte],
        free_to_send: &[],
        lines: vec![
            Line::new("without names", |count, place| {
                addition(count, KeyType::MlDsa65, for_calls_of(Vec::new()), place)
            })
            .executed(COUNTS)
            .sent(LONG_KEYS),
            Line::new("with names", with_names).executed(NAME_BYTES).sent(NAME_BYTES).at_most(MOST),
        ],
    }
}

/// Keys with a list of methods: enough of them to be more than the receipt around them.
fn with_names(bytes: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    addition(10, KeyType::MlDsa65, for_calls_of(names_of_one_letter(bytes)), place)
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
