//! All that can be said of a transaction without the state, for many of them at once.

use super::{TransactionCost, accepted_outcome, receipt, validate};
use crate::context::ChunkContext;
use crate::threads::Threads;
use torr_primitives::error::InvalidTxError;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;

/// What a transaction costs and comes to, if its signer can pay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedTransaction {
    /// Its costs.
    pub cost: TransactionCost,
    /// The receipt that it becomes.
    pub receipt: Receipt,
    /// Its outcome.
    pub outcome: ExecutionOutcomeWithId,
}

/// Checks many transactions without the state, and prepares what they come to: for each, in order, or the
/// reason to refuse it.
///
/// Of the transaction with index `i`, `is_expired(i)` says whether the block it names is too old; then
/// nothing else of it is looked at. The work is shared among `threads`.
pub fn prepare_all(
    chunk: &ChunkContext,
    transactions: &[SignedTransaction],
    threads: &Threads,
    is_expired: impl Fn(usize) -> bool + Sync + Send,
) -> Vec<Result<PreparedTransaction, InvalidTxError>> {
    threads.map(transactions.iter().enumerate().collect(), |(index, signed)| {
        match is_expired(index) {
            true => Err(InvalidTxError::Expired),
            false => prepare(chunk, signed),
        }
    })
}

fn prepare(
    chunk: &ChunkContext,
    signed: &SignedTransaction,
) -> Result<PreparedTransaction, InvalidTxError> {
    let config = &chunk.config;
    validate(config, signed, chunk.protocol_version)?;
    let cost = TransactionCost::of(config, signed.transaction(), chunk.block.gas_price);
    let cost = cost.ok_or(InvalidTxError::CostOverflow)?;
    let receipt = receipt(signed, cost.receipt_gas_price, chunk.block.height);
    let outcome = accepted_outcome(signed, &cost, receipt.receipt_id);
    Ok(PreparedTransaction { cost, receipt, outcome })
}
