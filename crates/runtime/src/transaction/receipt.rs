//! The receipt that a transaction becomes.

use torr_primitives::receipt::id::receipt_id_of_transaction;
use torr_primitives::receipt::{ActionReceipt, Receipt, ReceiptBody};
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{Balance, BlockHeight};

/// The receipt that a transaction becomes in a block of height `height`, with gas bought at
/// `receipt_gas_price` yoctoNEAR a unit.
pub fn receipt(
    signed: &SignedTransaction,
    receipt_gas_price: Balance,
    height: BlockHeight,
) -> Receipt {
    let transaction = signed.transaction();
    Receipt {
        predecessor_id: transaction.signer_id().clone(),
        receiver_id: transaction.receiver_id().clone(),
        receipt_id: receipt_id_of_transaction(&signed.hash(), height),
        body: ReceiptBody::Action(ActionReceipt {
            signer_id: transaction.signer_id().clone(),
            signer_public_key: transaction.public_key().clone(),
            gas_price: receipt_gas_price,
            output_data_receivers: Vec::new(),
            input_data_ids: Vec::new(),
            actions: transaction.actions().to_vec(),
        }),
    }
}
