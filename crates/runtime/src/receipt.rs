//! Receipts: what becomes of each kind.
//!
//! What a receipt does depends on the receipt, the chunk it is in and what belongs to its receiver.
//! What it comes to is returned; queues and limits are the chunk's.

mod action_receipt;
mod data;
mod execute;
mod global_contract;
mod refund;

pub(crate) use action_receipt::ActionReceiptRef;

use crate::context::ChunkContext;
use crate::error::Fault;
use crate::state::{StateEffects, StateUpdate};
use crate::stats::BalanceStats;
use torr_primitives::outcome::ExecutionOutcomeWithId;
use torr_primitives::receipt::{Receipt, ReceiptBody};
use torr_primitives::{Compute, Gas, StateChangeCause, TrieKey, ValidatorStake};
use torr_vm_runner::runner::Runner;

/// What receipts are executed in.
#[derive(Clone, Copy)]
pub(crate) struct Execution<'a> {
    /// The chunk.
    pub(crate) chunk: &'a ChunkContext,
    /// What runs contracts.
    pub(crate) runner: &'a Runner,
}

/// What a receipt came to.
#[derive(Debug)]
pub(crate) struct ExecutedReceipt {
    /// What it did to the state.
    pub(crate) effects: StateEffects,
    /// Its outcome, or that of the receipt that waited for it; `None` if nothing was executed.
    pub(crate) outcome: Option<ExecutionOutcomeWithId>,
    /// Receipts that it sends, in order, those that are executed at once among them.
    pub(crate) sent: Vec<Receipt>,
    /// Stakes that it proposes.
    pub(crate) validator_proposals: Vec<ValidatorStake>,
    /// What became of tokens.
    pub(crate) balance: BalanceStats,
    /// Gas that counts for the chunk.
    pub(crate) gas: Gas,
    /// Compute that counts for the chunk.
    pub(crate) compute: Compute,
}

/// What a receipt came to beside its changes of the state.
#[derive(Debug, Default)]
struct Produced {
    outcome: Option<ExecutionOutcomeWithId>,
    sent: Vec<Receipt>,
    validator_proposals: Vec<ValidatorStake>,
    balance: BalanceStats,
    compute: Compute,
}

/// Executes a receipt, or puts it by until what it waits for is there.
pub(crate) fn execute_receipt(
    receipt: &Receipt,
    execution: Execution<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<ExecutedReceipt, Fault> {
    let produced = match &receipt.body {
        ReceiptBody::Action(_) | ReceiptBody::ActionV2(_) => {
            execute::execute_or_postpone(receipt, execution, state)?
        }
        ReceiptBody::Data(data) => data::deliver(receipt, data, execution, state)?,
        ReceiptBody::PromiseYield(_) | ReceiptBody::PromiseYieldV2(_) => {
            put_yield_by(receipt, state)?;
            Produced::default()
        }
        ReceiptBody::PromiseResume(data) => data::resume(receipt, data, execution, state)?,
        ReceiptBody::GlobalContractDistribution(distribution) => {
            let distributed = global_contract::distribute(
                receipt,
                distribution,
                execution.chunk,
                execution.runner,
                state,
            )?;
            Produced {
                sent: distributed.forward,
                compute: distributed.compute,
                ..Produced::default()
            }
        }
    };
    state.check_balance(receipt, &produced.sent, &produced.balance, &execution.chunk.config)?;
    let gas = produced.outcome.as_ref().map_or(Gas::ZERO, |outcome| outcome.outcome.gas_burnt);
    Ok(ExecutedReceipt {
        effects: state.take_effects(),
        outcome: produced.outcome,
        sent: produced.sent,
        validator_proposals: produced.validator_proposals,
        balance: produced.balance,
        gas,
        compute: produced.compute,
    })
}

/// Puts a yielded receipt by until it is resumed.
fn put_yield_by(receipt: &Receipt, state: &mut StateUpdate<'_>) -> Result<(), Fault> {
    let awaited = ActionReceiptRef::of(&receipt.body).map(|receipt| receipt.input_data_ids);
    let Some([data_id]) = awaited else {
        return Err(Fault::inconsistent("a yielded receipt waits for one result"));
    };
    let receiver_id = receipt.receiver_id.clone();
    let key = TrieKey::PromiseYieldReceipt { receiver_id, data_id: *data_id };
    state.write(&key, receipt)?;
    state.commit(StateChangeCause::PostponedReceipt(receipt.receipt_id));
    Ok(())
}
