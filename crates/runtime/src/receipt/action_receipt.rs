//! What the versions of action receipts have in common.

use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_primitives::action::Action;
use torr_primitives::receipt::{DataReceiver, ReceiptBody};
use torr_primitives::{AccountId, Balance};

/// An action receipt of any version, yielded or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActionReceiptRef<'a> {
    /// Who signed the transaction that led to this.
    pub(crate) signer_id: &'a AccountId,
    /// The key it was signed with.
    pub(crate) signer_public_key: &'a PublicKey,
    /// Price that the gas was bought at, in yoctoNEAR per unit.
    pub(crate) gas_price: Balance,
    /// Who waits for the result.
    pub(crate) output_data_receivers: &'a [DataReceiver],
    /// What must arrive first.
    pub(crate) input_data_ids: &'a [CryptoHash],
    /// What to do then.
    pub(crate) actions: &'a [Action],
}

impl<'a> ActionReceiptRef<'a> {
    /// What a receipt asks for; `None` if it brings something.
    pub(crate) fn of(body: &'a ReceiptBody) -> Option<ActionReceiptRef<'a>> {
        match body {
            ReceiptBody::Action(receipt) | ReceiptBody::PromiseYield(receipt) => {
                Some(ActionReceiptRef {
                    signer_id: &receipt.signer_id,
                    signer_public_key: &receipt.signer_public_key,
                    gas_price: receipt.gas_price,
                    output_data_receivers: &receipt.output_data_receivers,
                    input_data_ids: &receipt.input_data_ids,
                    actions: &receipt.actions,
                })
            }
            ReceiptBody::ActionV2(receipt) | ReceiptBody::PromiseYieldV2(receipt) => {
                Some(ActionReceiptRef {
                    signer_id: &receipt.signer_id,
                    signer_public_key: &receipt.signer_public_key,
                    gas_price: receipt.gas_price,
                    output_data_receivers: &receipt.output_data_receivers,
                    input_data_ids: &receipt.input_data_ids,
                    actions: &receipt.actions,
                })
            }
            ReceiptBody::Data(_)
            | ReceiptBody::PromiseResume(_)
            | ReceiptBody::GlobalContractDistribution(_) => None,
        }
    }
}
