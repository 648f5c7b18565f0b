//! Executing the actions of a receipt: all of them, or none.

use super::refund::{self, GasPrices, OVERFLOW, Settlement, price_of, refund};
use super::{ActionReceiptRef, Execution, Produced};
use crate::action::{ActionContext, ActionResult, Receiver, Returned, apply_action};
use crate::action_fees::total_deposit;
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::feature::Feature;
use crate::gas_profile::gas_profile;
use crate::state::StateUpdate;
use crate::stats::BalanceStats;
use crate::storage_stake::{StorageStakeError, check_storage_stake};
use crate::validation::{ReceiptOrigin, validate_receipt};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::ActionCost;
use torr_primitives::error::{ActionError, ActionErrorKind, TxExecutionError};
use torr_primitives::outcome::{
    ExecutionMetadata, ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus,
};
use torr_primitives::receipt::{
    DataReceipt, DataReceiver, Receipt, ReceiptBody, ReceivedData,
    id::{action_hash_of_receipt, receipt_id_of_receipt},
};
use torr_primitives::{
    Account, AccountContract, AccountId, ActionIndex, Balance, Compute, Gas, StateChangeCause,
    TrieKey, ValidatorStake,
};
use torr_vm_logic::context::PromiseResult;
use torr_vm_logic::profile::Profile;

/// Executes a receipt if all that it waits for is there, and puts it by otherwise.
pub(super) fn execute_or_postpone(
    receipt: &Receipt,
    execution: Execution<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Produced, Fault> {
    let action_receipt = of_actions(receipt)?;
    let receiver_id = &receipt.receiver_id;
    let mut pending: u32 = 0;
    for &data_id in action_receipt.input_data_ids {
        let arrived = TrieKey::ReceivedData { receiver_id: receiver_id.clone(), data_id };
        if !state.contains(&arrived)? {
            pending = pending.saturating_add(1);
            let waiting = TrieKey::PostponedReceiptId { receiver_id: receiver_id.clone(), data_id };
            state.write(&waiting, &receipt.receipt_id)?;
        }
    }
    if pending == 0 {
        return execute_actions(receipt, execution, state);
    }
    let receipt_id = receipt.receipt_id;
    let count = TrieKey::PendingDataCount { receiver_id: receiver_id.clone(), receipt_id };
    state.write(&count, &pending)?;
    let postponed = TrieKey::PostponedReceipt { receiver_id: receiver_id.clone(), receipt_id };
    state.write(&postponed, receipt)?;
    state.commit(StateChangeCause::PostponedReceipt(receipt_id));
    Ok(Produced::default())
}

/// How far the actions of a receipt have come.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) gas_burnt: Gas,
    gas_burnt_for_function_call: Gas,
    pub(super) gas_used: Gas,
    compute_usage: Compute,
    pub(super) result: Result<Returned, ActionError>,
    logs: Vec<String>,
    pub(super) new_receipts: Vec<Receipt>,
    validator_proposals: Vec<ValidatorStake>,
    profile: Profile,
    current_contracts: Vec<AccountContract>,
    tokens_burnt: Balance,
    subsidized_amount: Balance,
}

/// Executes a receipt whose results are all there.
pub(super) fn execute_actions(
    receipt: &Receipt,
    execution: Execution<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Produced, Fault> {
    let action_receipt = of_actions(receipt)?;
    let chunk = execution.chunk;
    let promise_results = take_results(&receipt.receiver_id, &action_receipt, state)?;
    state.commit(StateChangeCause::ActionReceiptProcessingStarted(receipt.receipt_id));

    let account = state.account(&receipt.receiver_id)?;
    let was_there = account.is_some();
    let mut receiver = Receiver { account, actor_id: receipt.predecessor_id.clone() };
    let mut progress = Progress::new(chunk);
    let actions = Actions { receipt, action_receipt, promise_results: &promise_results };
    actions.apply_all(execution, state, &mut receiver, &mut progress)?;
    if progress.result.is_ok()
        && let Some(account) = &receiver.account
    {
        match lacks_balance(account, chunk)? {
            None => state.set_account(&receipt.receiver_id, account)?,
            Some(amount) => progress.fail(ActionErrorKind::LackBalanceForState {
                account_id: receipt.receiver_id.clone(),
                amount,
            }),
        }
    }

    let prices = gas_prices(&action_receipt, chunk);
    let mut balance = BalanceStats::default();
    let settlement = if receipt.predecessor_id.is_system() {
        // Nobody is left to get back what could not be refunded.
        if progress.result.is_err() {
            balance.other_burnt_amount = total_deposit(action_receipt.actions).ok_or(OVERFLOW)?;
        }
        Settlement::default()
    } else {
        let is_created = !was_there && receiver.account.is_some() && progress.result.is_ok();
        let receiver =
            if is_created { refund::Receiver::Created } else { refund::Receiver::AsBefore };
        refund(receipt, &action_receipt, prices, receiver, chunk, &mut progress)?
    };
    balance.gas_deficit_amount = settlement.price_deficit;
    match &progress.result {
        Ok(_) => state.commit(StateChangeCause::ReceiptProcessing(receipt.receipt_id)),
        Err(_) => state.roll_back(),
    }

    let tokens_burnt = tokens_burnt(receipt, prices, &settlement, chunk, &progress)?;
    let reward = reward(receipt, prices, chunk, &progress, state)?;
    balance.tx_burnt_amount = tokens_burnt
        .checked_sub(reward)
        .ok_or(Fault::Bug { what: "the share of a called contract is part of what is burnt" })?;
    balance.subsidized_amount = progress.subsidized_amount;
    Ok(progress.finish(receipt, &action_receipt, chunk, tokens_burnt, balance))
}

/// The actions of a receipt, and the results that it waited for.
struct Actions<'r> {
    receipt: &'r Receipt,
    action_receipt: ActionReceiptRef<'r>,
    promise_results: &'r Arc<[PromiseResult]>,
}

impl Actions<'_> {
    /// Does one after the other, until one fails.
    fn apply_all(
        &self,
        execution: Execution<'_>,
        state: &mut StateUpdate<'_>,
        receiver: &mut Receiver,
        progress: &mut Progress,
    ) -> Result<(), Fault> {
        let (receipt, chunk) = (self.receipt, execution.chunk);
        state.begin_actions();
        for (action_index, action) in self.action_receipt.actions.iter().enumerate() {
            let index = action_index as ActionIndex;
            let context = ActionContext {
                chunk,
                runner: execution.runner,
                receipt,
                action_receipt: self.action_receipt,
                promise_results: self.promise_results,
                action_index,
                action_hash: action_hash_of_receipt(&receipt.receipt_id, chunk.block.height, index),
            };
            let mut result = apply_action(action, &context, state, receiver)?;
            check_new_receipts(&mut result, chunk);
            progress.add(result)?;
            if let (true, Some(limit)) = (progress.result.is_ok(), exceeded_limit(state, chunk)) {
                progress.fail(ActionErrorKind::ReceiptStorageProofSizeExceeded { limit });
            }
            if let Err(error) = &mut progress.result {
                error.index = Some(index);
                break;
            }
        }
        Ok(())
    }
}

/// The limit of the storage proof of a receipt, in bytes, if its actions have recorded more so far.
/// Function calls have a limit of their own while they run.
fn exceeded_limit(state: &StateUpdate<'_>, chunk: &ChunkContext) -> Option<u64> {
    if !Feature::EnforceStorageProofLimitForAllActions.is_enabled(chunk.protocol_version) {
        return None;
    }
    let limit = chunk.config.vm.limits.per_receipt_storage_proof_size_limit;
    let recorded = state.recorded_size().saturating_sub(state.recorded_size_before());
    (recorded > limit).then_some(limit)
}

fn of_actions(receipt: &Receipt) -> Result<ActionReceiptRef<'_>, Fault> {
    let what = "only receipts with actions are executed";
    ActionReceiptRef::of(&receipt.body).ok_or(Fault::Bug { what })
}

/// Takes the results that a receipt waited for out of the state.
fn take_results(
    receiver_id: &AccountId,
    action_receipt: &ActionReceiptRef<'_>,
    state: &mut StateUpdate<'_>,
) -> Result<Arc<[PromiseResult]>, Fault> {
    let mut results = Vec::with_capacity(action_receipt.input_data_ids.len());
    for &data_id in action_receipt.input_data_ids {
        let key = TrieKey::ReceivedData { receiver_id: receiver_id.clone(), data_id };
        let received: ReceivedData = state.read_present(&key)?;
        state.remove(&key);
        results.push(match received.data {
            Some(data) => PromiseResult::Successful(data.into()),
            None => PromiseResult::Failed,
        });
    }
    Ok(results.into())
}

/// An action fails if a receipt that it sends is not valid.
fn check_new_receipts(result: &mut ActionResult, chunk: &ChunkContext) {
    if result.result.is_err() {
        return;
    }
    let invalid = result.new_receipts.iter().find_map(|receipt| {
        validate_receipt(&chunk.config, receipt, chunk.protocol_version, ReceiptOrigin::New).err()
    });
    if let Some(error) = invalid {
        result.result = Err(ActionErrorKind::NewReceiptValidationError(error).into());
    }
}

/// What an account lacks to hold its storage, in yoctoNEAR; `None` if it has enough.
fn lacks_balance(account: &Account, chunk: &ChunkContext) -> Result<Option<Balance>, Fault> {
    match check_storage_stake(account, account.amount(), &chunk.config) {
        Ok(()) => Ok(None),
        Err(StorageStakeError::Lacking { amount }) => Ok(Some(amount)),
        Err(StorageStakeError::Inconsistent(what)) => Err(Fault::inconsistent(what)),
    }
}

fn gas_prices(action_receipt: &ActionReceiptRef<'_>, chunk: &ChunkContext) -> GasPrices {
    let purchase = action_receipt.gas_price;
    let burn = if Feature::AccountCostIncrease.is_enabled(chunk.protocol_version) {
        purchase.min(chunk.block.gas_price)
    } else {
        chunk.block.gas_price
    };
    GasPrices { purchase, burn }
}

/// Tokens that a receipt burns, in yoctoNEAR, with the share of the called contract.
fn tokens_burnt(
    receipt: &Receipt,
    prices: GasPrices,
    settlement: &Settlement,
    chunk: &ChunkContext,
    progress: &Progress,
) -> Result<Balance, Fault> {
    // Refunds are free.
    let gas = if receipt.predecessor_id.is_system() { Gas::ZERO } else { progress.gas_burnt };
    let surplus = if Feature::AccountCostIncrease.is_enabled(chunk.protocol_version) {
        Balance::ZERO
    } else {
        settlement.price_surplus
    };
    let of_gas = price_of(gas, prices.burn)?.checked_sub(settlement.price_deficit);
    let what = "what is missing for the price of gas is part of it";
    let parts = [
        surplus,
        settlement.refund_penalty,
        settlement.account_creation_charge,
        progress.tokens_burnt,
    ];
    let mut sum = of_gas.ok_or(Fault::Bug { what })?;
    for part in parts {
        sum = sum.checked_add(part).ok_or(OVERFLOW)?;
    }
    Ok(sum)
}

/// Gives the account of a called contract its share of the gas that it burnt; how much, in yoctoNEAR.
fn reward(
    receipt: &Receipt,
    prices: GasPrices,
    chunk: &ChunkContext,
    progress: &Progress,
    state: &mut StateUpdate<'_>,
) -> Result<Balance, Fault> {
    let share = chunk.config.fees.burnt_gas_reward;
    let gas = share
        .checked_mul_floor(u128::from(progress.gas_burnt_for_function_call.as_gas()))
        .and_then(|gas| u64::try_from(gas).ok())
        .map(Gas::from_gas)
        .ok_or(OVERFLOW)?;
    let price = if Feature::AccountCostIncrease.is_enabled(chunk.protocol_version) {
        prices.burn
    } else {
        prices.purchase
    };
    let reward = price_of(gas, price)?;
    if reward == Balance::ZERO {
        return Ok(reward);
    }
    let Some(mut account) = state.account(&receipt.receiver_id)? else { return Ok(Balance::ZERO) };
    account.set_amount(account.amount().checked_add(reward).ok_or(OVERFLOW)?);
    state.set_account(&receipt.receiver_id, &account)?;
    state.commit(StateChangeCause::ActionReceiptGasReward(receipt.receipt_id));
    Ok(reward)
}

impl Progress {
    /// Nothing done yet; the receipt itself is paid for.
    fn new(chunk: &ChunkContext) -> Progress {
        let fee = chunk.config.fees.actions[ActionCost::NewActionReceipt].execution;
        Progress {
            gas_burnt: fee.gas,
            gas_burnt_for_function_call: Gas::ZERO,
            gas_used: fee.gas,
            compute_usage: fee.compute,
            result: Ok(Returned::Nothing),
            logs: Vec::new(),
            new_receipts: Vec::new(),
            validator_proposals: Vec::new(),
            profile: Profile::default(),
            current_contracts: Vec::new(),
            tokens_burnt: Balance::ZERO,
            subsidized_amount: Balance::ZERO,
        }
    }

    /// One action more.
    fn add(&mut self, action: ActionResult) -> Result<(), Fault> {
        const OVERFLOW: Fault = Fault::Overflow { what: "the gas of a receipt" };
        let sums = [
            (&mut self.gas_burnt, action.gas_burnt),
            (&mut self.gas_burnt_for_function_call, action.gas_burnt_for_function_call),
            (&mut self.gas_used, action.gas_used),
        ];
        for (sum, more) in sums {
            *sum = sum.checked_add(more).ok_or(OVERFLOW)?;
        }
        self.compute_usage =
            self.compute_usage.checked_add(action.compute_usage).ok_or(OVERFLOW)?;
        self.profile.merge(&action.profile);
        self.current_contracts.push(action.current_contract);
        self.logs.extend(action.logs);
        match action.result {
            Ok(returned) => {
                let before = self.new_receipts.len() as u64;
                self.result = Ok(match returned {
                    Returned::Receipt(index) => Returned::Receipt(index.saturating_add(before)),
                    other => other,
                });
                self.new_receipts.extend(action.new_receipts);
                self.validator_proposals.extend(action.validator_proposals);
                let tokens = [
                    (&mut self.tokens_burnt, action.tokens_burnt),
                    (&mut self.subsidized_amount, action.subsidized_amount),
                ];
                for (sum, more) in tokens {
                    *sum = sum.checked_add(more).ok_or(refund::OVERFLOW)?;
                }
            }
            Err(error) => self.fail(error),
        }
        Ok(())
    }

    /// The receipt fails: what it would have sent and staked is forgotten; what it burnt is not.
    fn fail(&mut self, error: impl Into<ActionError>) {
        self.result = Err(error.into());
        self.new_receipts.clear();
        self.validator_proposals.clear();
        self.tokens_burnt = Balance::ZERO;
        self.subsidized_amount = Balance::ZERO;
    }

    /// Hands the result on to who waits for it, names what is sent, and makes the outcome.
    fn finish(
        mut self,
        receipt: &Receipt,
        action_receipt: &ActionReceiptRef<'_>,
        chunk: &ChunkContext,
        tokens_burnt: Balance,
        balance: BalanceStats,
    ) -> Produced {
        self.send_result(&receipt.receiver_id, action_receipt.output_data_receivers);
        let id = |index| receipt_id_of_receipt(&receipt.receipt_id, chunk.block.height, index);
        let mut receipt_ids = Vec::new();
        for (index, sent) in self.new_receipts.iter_mut().enumerate() {
            sent.receipt_id = id(index as u64);
            if ActionReceiptRef::of(&sent.body).is_some() {
                receipt_ids.push(sent.receipt_id);
            }
        }
        let status = match self.result {
            Ok(Returned::Receipt(index)) => ExecutionStatus::SuccessReceiptId(id(index)),
            Ok(Returned::Value(value)) => ExecutionStatus::SuccessValue(value),
            Ok(Returned::Nothing) => ExecutionStatus::SuccessValue(Vec::new()),
            Err(error) => ExecutionStatus::Failure(TxExecutionError::ActionError(error)),
        };
        let gas_profile = gas_profile(&self.profile);
        let metadata = if Feature::ExecutionMetadataV4.is_enabled(chunk.protocol_version) {
            let mut contracts = self.current_contracts;
            contracts.resize(action_receipt.actions.len(), AccountContract::None);
            ExecutionMetadata::V4 { gas_profile, contracts }
        } else {
            ExecutionMetadata::V3(gas_profile)
        };
        let outcome = ExecutionOutcome {
            status,
            logs: self.logs,
            receipt_ids,
            gas_burnt: self.gas_burnt,
            compute_usage: Some(self.compute_usage),
            tokens_burnt,
            executor_id: receipt.receiver_id.clone(),
            metadata,
        };
        Produced {
            outcome: Some(ExecutionOutcomeWithId { id: receipt.receipt_id, outcome }),
            sent: self.new_receipts,
            validator_proposals: self.validator_proposals,
            balance,
            compute: self.compute_usage,
        }
    }

    /// Sends the result to who waits for it, or lets them wait for the receipt that will have it.
    fn send_result(&mut self, account_id: &AccountId, waiting: &[DataReceiver]) {
        if waiting.is_empty() {
            return;
        }
        if let Ok(Returned::Receipt(index)) = self.result {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if let Some(receipt) = self.new_receipts.get_mut(index) {
                wait_for(receipt, waiting);
            }
            return;
        }
        let data = match &self.result {
            Ok(Returned::Value(value)) => Some(value.clone()),
            Ok(Returned::Nothing | Returned::Receipt(_)) => Some(Vec::new()),
            Err(_) => None,
        };
        self.new_receipts.extend(waiting.iter().map(|receiver| Receipt {
            predecessor_id: account_id.clone(),
            receiver_id: receiver.receiver_id.clone(),
            receipt_id: CryptoHash::default(),
            body: ReceiptBody::Data(DataReceipt { data_id: receiver.data_id, data: data.clone() }),
        }));
    }
}

fn wait_for(receipt: &mut Receipt, waiting: &[DataReceiver]) {
    match &mut receipt.body {
        ReceiptBody::Action(receipt) | ReceiptBody::PromiseYield(receipt) => {
            receipt.output_data_receivers.extend_from_slice(waiting);
        }
        ReceiptBody::ActionV2(receipt) | ReceiptBody::PromiseYieldV2(receipt) => {
            receipt.output_data_receivers.extend_from_slice(waiting);
        }
        ReceiptBody::Data(_)
        | ReceiptBody::PromiseResume(_)
        | ReceiptBody::GlobalContractDistribution(_) => {}
    }
}

#[cfg(test)]
mod tests;
