//! Gas keys (NEP-611): adding them, with their nonces, and moving tokens to and from them.

use super::keys::add_key;
use super::kind::{EVERYWHERE, EXECUTED, Kind, Line, Place, Request, SENT, names};
use super::receipts::key_record;
use super::transfers::COUNTS;
use crate::error::EstimatorError;
use crate::requests::{near, public_key};
use crate::states::{account_id, account_records, secret_key};
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, TransferToGasKeyAction, WithdrawFromGasKeyAction};
use torr_primitives::{
    AccessKeyPermission, AccountId, Balance, GasKeyInfo, NonceIndex, StateRecord,
};

/// Nonces of a key.
const NONCES: &[u64] = &[1, 32, AccessKeyPermission::MAX_GAS_KEY_NONCES as u64];
/// Keys that are added in a chunk: each writes many entries.
const ADDED: usize = 5;

pub(super) fn transfers() -> Kind {
    Kind {
        names: names!("gas_key_transfer"),
        about: "Moves tokens to gas keys and from them, one and many times, with keys of all schemes and \
                accounts with short and with the longest names: bytes of both are paid for.",
        costs: &[ActionCost::GasKeyTransferBase, ActionCost::GasKeyByte],
        lines: vec![
            Line::new("to short keys", EVERYWHERE, COUNTS, |count, place| {
                moved(count, KeyType::Ed25519, place, to_key)
            }),
            Line::new("to longer keys", EVERYWHERE, COUNTS, |count, place| {
                moved(count, KeyType::Secp256k1, place, to_key)
            }),
            Line::new("to long keys", SENT, COUNTS, |count, place| {
                moved(count, KeyType::MlDsa65, place, to_key)
            }),
            Line::new("from long keys", EXECUTED, COUNTS, |count, place| {
                moved(count, KeyType::MlDsa65, place, from_key)
            }),
            Line::new("to keys of long names", EXECUTED, COUNTS, to_long_names),
        ],
    }
}

/// Tokens that are moved to or from a key of the receiver.
fn moved(
    count: u64,
    key_type: KeyType,
    place: &Place<'_>,
    action: fn(PublicKey) -> Action,
) -> Result<Request, EstimatorError> {
    let public_key = public_key(key_type, place.receiver_number(), 0)?;
    let records = gas_key(&place.receiver()?, &public_key);
    Ok(Request::repeated(count, action(public_key)).with_records(records))
}

fn to_long_names(count: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let name = account_id(&format!("{}{:05}.near", "a".repeat(54), place.number))?;
    let public_key = public_key(KeyType::Secp256k1, place.number, 0)?;
    let mut records = account_records(&name, secret_key(place.number)?.public_key(), None);
    records.extend(gas_key(&name, &public_key));
    let request = Request::repeated(count, to_key(public_key)).with_records(records);
    Ok(Request { receiver: Some(name), ..request })
}

fn to_key(public_key: PublicKey) -> Action {
    let deposit = Balance::from_yoctonear(1);
    Action::TransferToGasKey(Box::new(TransferToGasKeyAction { public_key, deposit }))
}

fn from_key(public_key: PublicKey) -> Action {
    let amount = Balance::from_yoctonear(1);
    Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction { public_key, amount }))
}

/// A gas key of an account, with one nonce.
fn gas_key(account_id: &AccountId, public_key: &PublicKey) -> Vec<StateRecord> {
    let public_key = PublicKeyHandle::from(public_key);
    let info = GasKeyInfo { balance: near(1), num_nonces: 1 };
    let key = key_record(account_id, &public_key, AccessKeyPermission::GasKeyFullAccess(info));
    let account_id = account_id.clone();
    vec![key, StateRecord::GasKeyNonce { account_id, public_key, index: 0, nonce: 0 }]
}

pub(super) fn added() -> Kind {
    Kind {
        names: names!("gas_key"),
        about: "Adds gas keys with one nonce and with as many as there may be, each of which is an entry \
                of the state. Nothing is charged for nonces where the key is sent.",
        costs: &[ActionCost::GasKeyNonceWriteBase],
        lines: vec![
            Line::new("short keys", EXECUTED, NONCES, |nonces, place| {
                addition(nonces, KeyType::Ed25519, place)
            })
            .at_most(ADDED),
            Line::new("longer keys", EXECUTED, NONCES, |nonces, place| {
                addition(nonces, KeyType::Secp256k1, place)
            })
            .at_most(ADDED),
        ],
    }
}

fn addition(nonces: u64, key_type: KeyType, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let public_key = public_key(key_type, place.number, 0)?;
    let info = GasKeyInfo { balance: Balance::ZERO, num_nonces: nonces as NonceIndex };
    Ok(Request::of(vec![add_key(public_key, AccessKeyPermission::GasKeyFullAccess(info))]))
}
