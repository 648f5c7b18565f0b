//! Refunds, and stored receipts of all ages.

use super::{Receipt, ReceiptBody, ReceiptWithMetadata, StoredReceipt};
use crate::{AccountId, Balance, Gas};
use borsh::BorshDeserialize;
use torr_crypto::key::PublicKey;

fn refund() -> Receipt {
    Receipt::balance_refund("bob.near".parse().unwrap(), Balance::from_yoctonear(5))
}

#[test]
fn refunds_come_from_the_system() {
    let bob: AccountId = "bob.near".parse().unwrap();
    let key = PublicKey::Ed25519([1; 32]);
    let for_gas = Receipt::gas_refund(bob.clone(), Balance::ZERO, key.clone());
    for (receipt, signer_id, signer_key) in
        [(refund(), AccountId::system(), PublicKey::Ed25519([0; 32])), (for_gas, bob.clone(), key)]
    {
        assert!(receipt.predecessor_id.is_system());
        assert_eq!(receipt.receiver_id, bob);
        let ReceiptBody::Action(action) = receipt.body else { panic!("not an action receipt") };
        assert_eq!((action.signer_id, action.signer_public_key), (signer_id, signer_key));
    }
}

#[test]
fn stored_receipts_tell_their_age() {
    let stored = ReceiptWithMetadata {
        receipt: refund(),
        congestion_gas: Gas::from_gas(7),
        congestion_size: 8,
    };
    for stored in [
        StoredReceipt::Plain(refund()),
        StoredReceipt::V0(stored.clone()),
        StoredReceipt::V1(stored),
    ] {
        let bytes = borsh::to_vec(&stored).unwrap();
        assert_eq!(StoredReceipt::try_from_slice(&bytes).unwrap(), stored);
        assert_eq!(stored.into_receipt(), refund());
    }
    assert!(StoredReceipt::try_from_slice(&[255, 255, 2]).is_err());
    assert!(StoredReceipt::try_from_slice(&[255]).is_err());
}
