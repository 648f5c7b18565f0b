//! Gas keys (NEP-611): adding them, with their nonces, and moving tokens to and from them.

use super::keys::add_key;
use super::kind::{Kind, Line, Place, Request, names};
use super::receipts::gas_key;
use super::transfers::{COUNTS, SENT_COUNTS};
use crate::error::EstimatorError;
use crate::work::requests::public_key;
use crate::work::states::{account_id, account_records, secret_key};
use torr_crypto::key::{KeyType, PublicKey, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::action::{Action, TransferToGasKeyAction, WithdrawFromGasKeyAction};
use torr_primitives::{AccessKeyPermission, AccountId, Balance, GasKeyInfo, NonceIndex};

/// Nonces of a key.
const NONCES: &[u64] = &[32, AccessKeyPermission::MAX_GAS_KEY_NONCES as u64];
/// How many long keys are in a transaction, which they fill.
const LONG_KEYS: &[u64] = &[300, 700];
/// Receipts in a chunk where each writes many entries.
const MOST: usize = 5;

pub(super) fn gas_keys() -> Kind {
    Kind {
        names: names!("gas_key"),
        about: "Moves tokens to gas keys and from them, each another key, of all schemes and of accounts \
                with short and with the longest names, whose bytes are paid for; and adds gas keys with \
                many nonces, each of which is an entry of the state.",
        costs: &[
            ActionCost::GasKeyTransferBase,
            ActionCost::GasKeyByte,
            ActionCost::GasKeyNonceWriteBase,
        ],
        free_to_send: &[ActionCost::GasKeyNonceWriteBase],
        lines: vec![
            Line::new("to short keys", |count, place| {
                moved(count, KeyType::Ed25519, place, to_key)
            })
            .executed(COUNTS)
            .sent(SENT_COUNTS),
            Line::new("to longer keys", |count, place| {
                moved(count, KeyType::Secp256k1, place, to_key)
            })
            .executed(COUNTS)
            .sent(SENT_COUNTS),
            Line::new("from long keys", |count, place| {
                moved(count, KeyType::MlDsa65, place, from_key)
            })
            .executed(COUNTS)
            .sent(LONG_KEYS),
            Line::new("to keys of long names", to_long_names).executed(COUNTS),
            Line::new("nonces of short keys", |nonces, place| {
                addition(nonces, KeyType::Ed25519, place)
            })
            .executed(NONCES)
            .at_most(MOST),
            Line::new("nonces of longer keys", |nonces, place| {
                addition(nonces, KeyType::Secp256k1, place)
            })
            .executed(NONCES)
            .at_most(MOST),
        ],
    }
}

/// Tokens that are moved to or from keys of the receiver.
fn moved(
    count: u64,
    key_type: KeyType,
    place: &Place<'_>,
    action: fn(PublicKey) -> Action,
) -> Result<Request, EstimatorError> {
    moved_of(&place.receiver()?, count, key_type, place, action)
}

fn to_long_names(count: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let name = account_id(&format!("{}{:05}.near", "a".repeat(54), place.number))?;
    let mut request = moved_of(&name, count, KeyType::Secp256k1, place, to_key)?;
    let public_key = secret_key(place.number)?.public_key();
    request.records.extend(account_records(&name, public_key, None));
    Ok(Request { receiver: Some(name), ..request })
}

fn moved_of(
    account_id: &AccountId,
    count: u64,
    key_type: KeyType,
    place: &Place<'_>,
    action: fn(PublicKey) -> Action,
) -> Result<Request, EstimatorError> {
    let mut records = Vec::new();
    let request = Request::of_each(count, |index| {
        let public_key = public_key(key_type, place.receiver_number(), index)?;
        records.extend(gas_key(account_id, &PublicKeyHandle::from(&public_key), 1));
        Ok(action(public_key))
    })?;
    Ok(request.with_records(records))
}

fn to_key(public_key: PublicKey) -> Action {
    let deposit = Balance::from_yoctonear(1);
    Action::TransferToGasKey(Box::new(TransferToGasKeyAction { public_key, deposit }))
}

fn from_key(public_key: PublicKey) -> Action {
    let amount = Balance::from_yoctonear(1);
    Action::WithdrawFromGasKey(Box::new(WithdrawFromGasKeyAction { public_key, amount }))
}

fn addition(nonces: u64, key_type: KeyType, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let public_key = public_key(key_type, place.number, 0)?;
    let info = GasKeyInfo { balance: Balance::ZERO, num_nonces: nonces as NonceIndex };
    Ok(Request::of(vec![add_key(public_key, AccessKeyPermission::GasKeyFullAccess(info))]))
}
