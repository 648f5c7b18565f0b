//! Signed transactions as the RPC shows them.

use super::ActionView;
use crate::transaction::{NonceMode, SignedTransaction};
use crate::{AccountId, Nonce, NonceIndex};
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{PublicKey, Signature};

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedTransactionView<'a> {
    /// Who signs.
    pub signer_id: &'a AccountId,
    /// Which of the signer's keys signs.
    pub public_key: &'a PublicKey,
    /// The nonce used up.
    pub nonce: Nonce,
    /// Who shall do something.
    pub receiver_id: &'a AccountId,
    /// What to do.
    pub actions: Vec<ActionView<'a>>,
    /// Always 0; there once were fees for priority.
    pub priority_fee: u64,
    /// The signature.
    pub signature: &'a Signature,
    /// The name of the transaction.
    pub hash: CryptoHash,
    /// Which of a gas key's nonces is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce_index: Option<NonceIndex>,
    /// How the nonce must follow the one before; left out if it is just greater.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce_mode: Option<NonceMode>,
}

impl<'a> From<&'a SignedTransaction> for SignedTransactionView<'a> {
    fn from(signed: &'a SignedTransaction) -> SignedTransactionView<'a> {
        let transaction = signed.transaction();
        SignedTransactionView {
            signer_id: transaction.signer_id(),
            public_key: transaction.public_key(),
            nonce: transaction.nonce().nonce(),
            receiver_id: transaction.receiver_id(),
            actions: transaction.actions().iter().map(ActionView::from).collect(),
            priority_fee: 0,
            signature: signed.signature(),
            hash: signed.hash(),
            nonce_index: transaction.nonce().nonce_index(),
            nonce_mode: match transaction.nonce_mode() {
                NonceMode::Monotonic => None,
                mode @ NonceMode::Strict => Some(mode),
            },
        }
    }
}
