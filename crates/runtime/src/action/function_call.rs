//! Calling a function of the receiver's contract.
//!
//! Whatever the contract does, gas is burnt as far as it came. What it did to its state, sent and
//! yielded counts only if it succeeded. (Protocol: runtime specification, "FunctionCall".)

mod receipts;

use super::{ActionContext, ActionResult, Returned};
use crate::contract::Contract;
use crate::error::Fault;
use crate::external::External;
use crate::state::StateUpdate;
use std::sync::Arc;
use torr_primitives::action::FunctionCallAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::id::random_seed_of_action;
use torr_primitives::{Account, TrieKey};
use torr_vm_logic::context::{CallMode, Context};
use torr_vm_logic::error::{CompilationError, ContractError};
use torr_vm_logic::outcome::{Outcome, ReturnData};

/// Calls the function.
pub(crate) fn call(
    action: &FunctionCallAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Fault> {
    let mut outcome = run(action, context, state, account)?;
    let unused = action.gas.saturating_sub(outcome.gas_used);
    let left = outcome.effects.distribute_unused_gas(unused);
    let given = unused.saturating_sub(left);
    outcome.gas_used = outcome.gas_used.checked_add(given).ok_or(OVERFLOW)?;
    count(&mut outcome, result)?;
    match outcome.error.take() {
        Some(error) => {
            result.result = Err(ActionErrorKind::FunctionCallError(error.in_outcome()).into());
            Ok(())
        }
        None => succeed(outcome, context, state, account, result),
    }
}

const OVERFLOW: Fault = Fault::Overflow { what: "the gas of a call" };

/// Runs the contract.
fn run(
    action: &FunctionCallAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &Account,
) -> Result<Outcome, Fault> {
    let (account_id, chunk) = (&context.receipt.receiver_id, context.chunk);
    let contract = Contract::of(account_id, account, &chunk.epoch.chain_id, state)?;
    let code = match &contract {
        Some(contract) => {
            state.note_access(&contract.key, contract.code_hash)?;
            contract.code(chunk, state)?
        }
        None => None,
    };
    let Some(code) = code else {
        let account_id = account_id.clone();
        let error = CompilationError::CodeDoesNotExist { account_id };
        return Ok(Outcome::nothing_happened(ContractError::CompilationError(error)));
    };
    let vm_context = vm_context(action, context, account)?;
    External::new(account_id, context.action_hash, chunk, state).run(
        context.runner,
        &code,
        &action.method_name,
        &vm_context,
    )
}

/// What the contract is told.
fn vm_context(
    action: &FunctionCallAction,
    context: &ActionContext<'_>,
    account: &Account,
) -> Result<Context, Fault> {
    let ActionContext { receipt, action_receipt, chunk, .. } = context;
    // Who waits for the receipt gets what its last action returns.
    let is_last = context.action_index.saturating_add(1) == action_receipt.actions.len();
    let receivers = if is_last { action_receipt.output_data_receivers } else { &[] };
    let signer_account_pk = borsh::to_vec(action_receipt.signer_public_key)
        .map_err(|_| Fault::Bug { what: "memory takes any public key" })?;
    Ok(Context {
        current_account_id: receipt.receiver_id.clone(),
        signer_account_id: action_receipt.signer_id.clone(),
        signer_account_pk,
        predecessor_account_id: receipt.predecessor_id.clone(),
        refund_to_account_id: receipt.refund_receiver().clone(),
        input: action.args.as_slice().into(),
        promise_results: Arc::clone(context.promise_results),
        block_height: chunk.block.height,
        block_timestamp: chunk.block.timestamp,
        epoch_height: chunk.epoch.epoch_height,
        account_balance: account.amount(),
        account_locked_balance: account.locked(),
        storage_usage: account.storage_usage(),
        account_contract: account.contract(),
        attached_deposit: action.deposit,
        prepaid_gas: action.gas,
        random_seed: random_seed_of_action(&context.action_hash, &chunk.block.random_seed).to_vec(),
        mode: CallMode::Change,
        output_data_receivers: receivers.iter().map(|to| to.receiver_id.clone()).collect(),
    })
}

/// Counts what a call burnt, used and logged, whether or not it succeeded.
fn count(outcome: &mut Outcome, result: &mut ActionResult) -> Result<(), Fault> {
    let sums = [
        (&mut result.gas_burnt, outcome.gas_burnt),
        (&mut result.gas_burnt_for_function_call, outcome.gas_burnt),
        (&mut result.gas_used, outcome.gas_used),
    ];
    for (sum, gas) in sums {
        *sum = sum.checked_add(gas).ok_or(OVERFLOW)?;
    }
    let compute = result.compute_usage.checked_add(outcome.compute_usage);
    result.compute_usage = compute.ok_or(Fault::Overflow { what: "the compute of a call" })?;
    result.logs.append(&mut outcome.logs);
    result.profile.merge(&outcome.profile);
    Ok(())
}

/// Lets happen what the contract asked for.
fn succeed(
    outcome: Outcome,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Fault> {
    // The queue of yields is the chunk's, but the protocol looks at it here: it is part of the proof.
    state.get(&TrieKey::PromiseYieldIndices)?;
    let made = receipts::of(outcome.effects, context)?;
    for timeout in made.timeouts {
        state.enqueue_yield_timeout(timeout);
    }
    result.new_receipts.extend(made.receipts);
    account.set_amount(outcome.balance);
    account.set_storage_usage(outcome.storage_usage);
    let subsidized = result.subsidized_amount.checked_add(outcome.subsidized_amount);
    result.subsidized_amount =
        subsidized.ok_or(Fault::Overflow { what: "what is attached for free" })?;
    result.result = Ok(match outcome.return_data {
        ReturnData::None => Returned::Nothing,
        ReturnData::Value(value) => Returned::Value(value),
        ReturnData::Receipt(index) => Returned::Receipt(index),
    });
    Ok(())
}
