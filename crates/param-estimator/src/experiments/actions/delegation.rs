//! Delegate actions (NEP-366), without what they delegate.

use super::kind::{Kind, Line, Place, Request, names};
use super::receipts::key_record;
use crate::error::EstimatorError;
use crate::work::chunks::HEIGHT;
use crate::work::requests::{key_of_scheme, sign};
use crate::work::states::{secret_key, user};
use torr_crypto::key::{KeyType, PublicKeyHandle, SecretKey};
use torr_parameters::ActionCost;
use torr_primitives::AccessKeyPermission;
use torr_primitives::action::Action;
use torr_primitives::action::delegate::{DelegateAction, SignedDelegateAction};

/// A nonce above that of the transaction that brings the action.
const NONCE: u64 = 2;

pub(super) fn delegation() -> Kind {
    Kind {
        names: names!("delegate"),
        about: "Executes delegate actions that delegate nothing: what they delegate is paid for by itself. \
                Signatures are of the schemes that nothing is charged for; each is verified alone.",
        costs: &[ActionCost::Delegate],
        free_to_send: &[],
        lines: vec![
            Line::new("signed with ed25519", |_, place| {
                delegated(&secret_key(place.receiver_number())?, place)
            })
            .executed(&[1])
            .sent(&[1]),
            Line::new("signed with secp256k1", |_, place| {
                let secret = key_of_scheme(KeyType::Secp256k1, place.receiver_number())?;
                let handle = PublicKeyHandle::from(&secret.public_key());
                let permission = AccessKeyPermission::FullAccess;
                let record = key_record(&place.receiver()?, &handle, permission);
                Ok(delegated(&secret, place)?.with_records(vec![record]))
            })
            .executed(&[1])
            .sent(&[1]),
        ],
    }
}

fn delegated(secret: &SecretKey, place: &Place<'_>) -> Result<Request, EstimatorError> {
    let delegate_action = DelegateAction {
        sender_id: place.receiver()?,
        receiver_id: user(place.receiver_number() + 1)?,
        actions: Vec::new(),
        nonce: NONCE,
        max_block_height: HEIGHT,
        public_key: secret.public_key(),
    };
    let signature = sign(secret, &delegate_action.signed_hash())?;
    let signed = SignedDelegateAction { delegate_action, signature };
    Ok(Request::of(vec![Action::Delegate(Box::new(signed))]))
}
