//! The outcomes of transactions.

use super::TransactionCost;
use torr_crypto::hash::CryptoHash;
use torr_primitives::error::InvalidTxError;
use torr_primitives::outcome::{
    ExecutionMetadata, ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus,
};
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{Balance, Compute, Gas};

/// The outcome of a transaction that became the receipt `receipt_id`.
pub fn accepted_outcome(
    signed: &SignedTransaction,
    cost: &TransactionCost,
    receipt_id: CryptoHash,
) -> ExecutionOutcomeWithId {
    let paid = Paid { gas: cost.gas_burnt, compute: cost.compute_burnt, tokens: cost.burnt_amount };
    outcome(signed, ExecutionStatus::SuccessReceiptId(receipt_id), vec![receipt_id], paid)
}

/// The outcome of a transaction that failed and paid nothing.
pub fn failed_outcome(signed: &SignedTransaction, error: InvalidTxError) -> ExecutionOutcomeWithId {
    let nothing = Paid { gas: Gas::ZERO, compute: 0, tokens: Balance::ZERO };
    outcome(signed, ExecutionStatus::Failure(error.into()), Vec::new(), nothing)
}

/// The outcome of a transaction that failed for its deposit and whose gas key paid for sending.
pub fn refused_deposit_outcome(
    signed: &SignedTransaction,
    cost: &TransactionCost,
    error: InvalidTxError,
) -> ExecutionOutcomeWithId {
    // The protocol counts gas as compute here, whatever sending takes otherwise.
    let paid =
        Paid { gas: cost.gas_burnt, compute: cost.gas_burnt.as_gas(), tokens: cost.burnt_amount };
    outcome(signed, ExecutionStatus::Failure(error.into()), Vec::new(), paid)
}

struct Paid {
    gas: Gas,
    compute: Compute,
    tokens: Balance,
}

fn outcome(
    signed: &SignedTransaction,
    status: ExecutionStatus,
    receipt_ids: Vec<CryptoHash>,
    paid: Paid,
) -> ExecutionOutcomeWithId {
    ExecutionOutcomeWithId {
        id: signed.hash(),
        outcome: ExecutionOutcome {
            logs: Vec::new(),
            receipt_ids,
            gas_burnt: paid.gas,
            compute_usage: Some(paid.compute),
            tokens_burnt: paid.tokens,
            executor_id: signed.transaction().signer_id().clone(),
            status,
            metadata: ExecutionMetadata::V1,
        },
    }
}
