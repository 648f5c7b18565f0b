//! Receipts that ask for nothing, which is what every receipt costs.

use super::kind::{Kind, Line, Place, Request, names};
use crate::error::EstimatorError;
use crate::work::chunks::GAS_PRICE;
use crate::work::requests::{Signer, key_of_scheme, near};
use crate::work::states::user;
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
        free_to_send: &[],
        lines: vec![
            Line::new("nothing to do", |_, _| Ok(Request::default())).executed(&[0]).sent(&[0]),
            Line::new("bought at a higher price", |_, _| Ok(bought_dearly())).executed(&[0]),
            Line::new("signed with secp256k1", |_, place| signed_with_secp256k1(place)).sent(&[0]),
            Line::new("signed with a gas key", |_, place| signed_with_gas_key(place)).sent(&[0]),
        ],
    }
}

fn bought_dearly() -> Request {
    let gas_price = Some(GAS_PRICE.saturating_add(GAS_PRICE));
    Request { gas_price, ..Request::default() }
}

/// Such signatures are not verified together.
fn signed_with_secp256k1(place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let secret_key = key_of_scheme(KeyType::Secp256k1, place.number)?;
    let public_key = PublicKeyHandle::from(&secret_key.public_key());
    let record = key_record(&account_id, &public_key, AccessKeyPermission::FullAccess);
    let signer = Some(Signer::with_key(account_id, secret_key));
    Ok(Request { signer, records: vec![record], ..Request::default() })
}

/// The nonce is an entry of its own, so that one more is read and written.
fn signed_with_gas_key(place: &Place<'_>) -> Result<Request, EstimatorError> {
    let account_id = user(place.number)?;
    let secret_key = key_of_scheme(KeyType::Ed25519, place.number)?;
    let public_key = PublicKeyHandle::from(&secret_key.public_key());
    let records = gas_key(&account_id, &public_key, NONCES);
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

/// A gas key of an account, with its nonces.
pub(super) fn gas_key(
    account_id: &AccountId,
    public_key: &PublicKeyHandle,
    num_nonces: NonceIndex,
) -> Vec<StateRecord> {
    let permission =
        AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance: near(1_000_000), num_nonces });
    let nonces = (0..num_nonces).map(|index| StateRecord::GasKeyNonce {
        account_id: account_id.clone(),
        public_key: public_key.clone(),
        index,
        nonce: 0,
    });
    std::iter::once(key_record(account_id, public_key, permission)).chain(nonces).collect()
}
