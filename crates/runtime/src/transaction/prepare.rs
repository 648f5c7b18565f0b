//! All that can be said of a transaction without the state, for many of them at once.

use super::validate::validate_unsigned;
use super::{TransactionCost, accepted_outcome, receipt};
use crate::context::ChunkContext;
use crate::threads::Threads;
use torr_primitives::error::InvalidTxError;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;

/// As many transactions as a thread takes at once: their signatures take less time together.
const TOGETHER: usize = 32;

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
    let parts = transactions.chunks(TOGETHER).enumerate().collect();
    let prepared = threads.map(parts, |(part, transactions): (usize, &[SignedTransaction])| {
        prepare_part(chunk, transactions, |index| is_expired(part * TOGETHER + index))
    });
    prepared.into_iter().flatten().collect()
}

fn prepare_part(
    chunk: &ChunkContext,
    transactions: &[SignedTransaction],
    is_expired: impl Fn(usize) -> bool,
) -> Vec<Result<PreparedTransaction, InvalidTxError>> {
    let check = |(index, signed)| match is_expired(index) {
        true => Err(InvalidTxError::Expired),
        false => validate_unsigned(&chunk.config, signed, chunk.protocol_version),
    };
    let checked: Vec<_> = transactions.iter().enumerate().map(check).collect();
    let valid = transactions.iter().zip(&checked).filter(|(_, checked)| checked.is_ok());
    let valid: Vec<_> = valid.map(|(signed, _)| signed).collect();
    let mut are_signed = SignedTransaction::verify_all(&valid).into_iter();
    let prepare = |(signed, checked): (&SignedTransaction, Result<(), InvalidTxError>)| {
        checked?;
        match are_signed.next() {
            Some(true) => prepare(chunk, signed),
            Some(false) | None => Err(InvalidTxError::InvalidSignature),
        }
    };
    transactions.iter().zip(checked).map(prepare).collect()
}

/// Prepares a transaction that is valid.
fn prepare(
    chunk: &ChunkContext,
    signed: &SignedTransaction,
) -> Result<PreparedTransaction, InvalidTxError> {
    let cost = TransactionCost::of(&chunk.config, signed.transaction(), chunk.block.gas_price);
    let cost = cost.ok_or(InvalidTxError::CostOverflow)?;
    let receipt = receipt(signed, cost.receipt_gas_price, chunk.block.height);
    let outcome = accepted_outcome(signed, &cost, receipt.receipt_id);
    Ok(PreparedTransaction { cost, receipt, outcome })
}
