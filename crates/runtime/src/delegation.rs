//! One view of both kinds of delegate actions (NEP-366, NEP-611).
//!
//! Fees, deposits and validation treat them alike, and look at what is delegated in place.

use torr_crypto::key::{PublicKey, Signature};
use torr_primitives::action::Action;
use torr_primitives::action::delegate::{NonDelegateAction, VersionedDelegateAction};
use torr_primitives::transaction::TransactionNonce;
use torr_primitives::{AccountId, BlockHeight};

/// Actions that one account has signed and another brings.
#[derive(Clone, Copy, Debug)]
pub struct Delegation<'a> {
    /// Who wants the actions done.
    pub sender_id: &'a AccountId,
    /// Who shall do them.
    pub receiver_id: &'a AccountId,
    /// The actions; none of them delegates.
    pub actions: &'a [NonDelegateAction],
    /// The nonce used up.
    pub nonce: TransactionNonce,
    /// Height of the last block at which this is valid.
    pub max_block_height: BlockHeight,
    /// The sender's key.
    pub public_key: &'a PublicKey,
    /// The signature, which need not be that of the key.
    pub signature: &'a Signature,
}

impl<'a> Delegation<'a> {
    /// What `action` delegates, if it does.
    pub fn of(action: &'a Action) -> Option<Delegation<'a>> {
        match action {
            Action::Delegate(signed) => {
                let action = &signed.delegate_action;
                Some(Delegation {
                    sender_id: &action.sender_id,
                    receiver_id: &action.receiver_id,
                    actions: &action.actions,
                    nonce: TransactionNonce::Nonce { nonce: action.nonce },
                    max_block_height: action.max_block_height,
                    public_key: &action.public_key,
                    signature: &signed.signature,
                })
            }
            Action::DelegateV2(signed) => {
                let VersionedDelegateAction::V2(action) = &signed.delegate_action;
                Some(Delegation {
                    sender_id: &action.sender_id,
                    receiver_id: &action.receiver_id,
                    actions: &action.actions,
                    nonce: action.nonce,
                    max_block_height: action.max_block_height,
                    public_key: &action.public_key,
                    signature: &signed.signature,
                })
            }
            _ => None,
        }
    }

    /// The actions.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = &'a Action> + Clone {
        self.actions.iter().map(NonDelegateAction::as_action)
    }
}
