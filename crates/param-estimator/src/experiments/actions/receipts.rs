//! Receipts that ask for nothing, which is what every receipt costs.

use super::kind::{EVERYWHERE, EXECUTED, Kind, Line, Place, Request, SENT, names};
use crate::chunks::GAS_PRICE;
use crate::error::EstimatorError;
use crate::requests::{Signer, key_of_scheme, near};
use crate::states::user;
use torr_crypto::key::{KeyType, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{
    AccessKey, AccessKeyPermission, AccountId, GasKeyInfo, NonceIndex, StateRecord,
};

/// How many nonces the gas keys have that sign; the last of them is used.
const NONCES: NonceIndex = 4;

pub(super) fn receipts() -> Kind {
    Kind {
        names: names!("receipt"),
        about: "Executes receipts without actions, each for another account, which is read and written. \
                Some were bought at a higher price of gas, so that a refund is sent.",
        costs: &[ActionCost::NewActionReceipt],
        lines: vec![
            Line::new("nothing to do", EVERYWHERE, &[0], |_, _| Ok(Request::default())),
            Line::new("bought at a higher price", EXECUTED, &[0], bought_dearly),
            Line::new("signed with secp256k1", SENT, &[0], signed_with_secp256k1),
            Line::new("signed with a gas key", SENT, &[0], signed_with_gas_key),
        ],
    }
}

fn bought_dearly(_: u64, _: &Place<'_>) -> Result<Request, EstimatorError> {
    let gas_price = Some(GAS_PRICE.saturating_add(GAS_PRICE));
    Ok(Request { gas_price, ..Request::default() })
}

/// Such signatures are not verified together.
fn signed_with_secp256k1(_: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let secret_key = key_of_scheme(KeyType::Secp256k1, place.number)?;
    let public_key = PublicKeyHandle::from(&secret_key.public_key());
    let record = key_record(&account_id, &public_key, AccessKeyPermission::FullAccess);
    let signer = Some(Signer::with_key(account_id, secret_key));
    Ok(Request { signer, records: vec![record], ..Request::default() })
}

/// The nonce is an entry of its own, so that one more is read and written.
fn signed_with_gas_key(_: u64, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let secret_key = key_of_scheme(KeyType::Ed25519, place.number)?;
    let public_key = PublicKeyHandle::from(&secret_key.public_key());
    let info = GasKeyInfo { balance: near(1_000_000), num_nonces: NONCES };
    let mut records =
        vec![key_record(&account_id, &public_key, AccessKeyPermission::GasKeyFullAccess(info))];
    records.extend((0..NONCES).map(|index| StateRecord::GasKeyNonce {
        account_id: account_id.clone(),
        public_key: public_key.clone(),
        index,
        nonce: 0,
    }));
    let nonce = TransactionNonce::GasKeyNonce { nonce: 1, nonce_index: NONCES - 1 };
    let signer = Some(Signer { account_id, secret_key, nonce });
    Ok(Request { signer, records, ..Request::default() })
}

/// A key of an account.
pub(super) fn key_record(
    account_id: &AccountId,
    public_key: &PublicKeyHandle,
    permission: AccessKeyPermission,
) -> StateRecord {
    StateRecord::AccessKey {
        account_id: account_id.clone(),
        public_key: public_key.clone(),
        access_key: AccessKey { nonce: 0, permission },
    }
}
