//! Actions: what a receipt asks its receiver to do, one module for each.
//!
//! An action that fails is an outcome, and all actions of its receipt are taken back with it. What stops
//! the chunk is a [`Fault`].

mod add_key;
mod create_account;
mod delegate;
mod delete_account;
mod delete_key;
mod deploy_contract;
mod deploy_global_contract;
mod deterministic_state_init;
mod function_call;
mod gas_key_transfer;
mod preconditions;
mod stake;
mod state_init;
mod storage_usage;
mod transfer;
mod universal_state_init;
mod use_global_contract;

use crate::action_fees::execution_fee;
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::receipt::ActionReceiptRef;
use crate::state::StateUpdate;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Cost;
use torr_primitives::action::Action;
use torr_primitives::error::{ActionError, ActionErrorKind};
use torr_primitives::receipt::Receipt;
use torr_primitives::{
    Account, AccountContract, AccountId, Balance, Compute, Gas, ReceiptIndex, ValidatorStake,
};
use torr_vm_logic::context::PromiseResult;
use torr_vm_logic::profile::Profile;
use torr_vm_runner::runner::Runner;

/// Does an action: charges for it, and if it may be done to the receiver as it is, does it.
pub(crate) fn apply_action(
    action: &Action,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
) -> Result<ActionResult, Fault> {
    let fee = execution_fee(&context.chunk.config, action, context.receiver_id())
        .ok_or(Fault::Overflow { what: "the cost of an action" })?;
    let contract = receiver.account.as_ref().map(Account::contract).unwrap_or_default();
    let mut result = ActionResult::costing(fee, contract);
    match check_and_do(action, context, state, receiver, &mut result) {
        Ok(()) => {}
        Err(Stop::Failed(kind)) => result.result = Err((*kind).into()),
        Err(Stop::Fault(fault)) => return Err(fault),
    }
    Ok(result)
}

fn check_and_do(
    action: &Action,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    receiver: &mut Receiver,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    preconditions::check(action, context, receiver)?;
    match action {
        Action::CreateAccount(_) => create_account::create(context, receiver)?,
        Action::DeployContract(action) => {
            deploy_contract::deploy(action, context, state, receiver.existing()?)?;
        }
        Action::FunctionCall(action) => {
            function_call::call(action, context, state, receiver.existing()?, result)?;
        }
        Action::Transfer(action) => transfer::transfer(action, context, state, receiver)?,
        Action::Stake(action) => stake::stake(action, context, receiver.existing()?, result)?,
        Action::AddKey(action) => add_key::add(action, context, state, receiver.existing()?)?,
        Action::DeleteKey(action) => {
            delete_key::delete(action, context, state, receiver.existing()?, result)?;
        }
        Action::DeleteAccount(action) => {
            delete_account::delete(action, context, state, receiver, result)?;
        }
        Action::Delegate(_) | Action::DelegateV2(_) => {
            delegate::delegate(action, context, state, result)?;
        }
        Action::DeployGlobalContract(action) => {
            let account = receiver.existing()?;
            deploy_global_contract::deploy(action, context, state, account, result)?;
        }
        Action::UseGlobalContract(action) => {
            let (receiver_id, account) = (context.receiver_id(), receiver.existing()?);
            use_global_contract::use_contract(
                &action.contract_identifier,
                receiver_id,
                state,
                account,
            )?;
        }
        Action::DeterministicStateInit(action) => {
            deterministic_state_init::init(action, context, state, receiver, result)?;
        }
        Action::TransferToGasKey(action) => {
            gas_key_transfer::deposit(action, context, state)?;
        }
        Action::WithdrawFromGasKey(action) => {
            gas_key_transfer::withdraw(action, context, state, receiver.existing()?)?;
        }
        Action::UniversalStateInit(action) => {
            universal_state_init::init(action, context, state, receiver, result)?;
        }
    }
    Ok(())
}

/// Why an action is not done.
#[derive(Debug)]
enum Stop {
    /// It fails, which is an outcome.
    Failed(Box<ActionErrorKind>),
    /// This node cannot go on.
    Fault(Fault),
}

impl From<ActionErrorKind> for Stop {
    fn from(kind: ActionErrorKind) -> Stop {
        Stop::Failed(Box::new(kind))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// What an action is done in.
pub(crate) struct ActionContext<'a> {
    /// The chunk.
    pub(crate) chunk: &'a ChunkContext,
    /// What runs contracts.
    pub(crate) runner: &'a Runner,
    /// The receipt that the action is in.
    pub(crate) receipt: &'a Receipt,
    /// What the receipt says.
    pub(crate) action_receipt: ActionReceiptRef<'a>,
    /// The results that the receipt waited for.
    pub(crate) promise_results: &'a Arc<[PromiseResult]>,
    /// The action's place in the receipt.
    pub(crate) action_index: usize,
    /// The action's name, from which names of what it sends are made.
    pub(crate) action_hash: CryptoHash,
}

impl<'a> ActionContext<'a> {
    /// To whom it is done.
    pub(crate) fn receiver_id(&self) -> &'a AccountId {
        &self.receipt.receiver_id
    }

    /// Whether the receipt gives tokens back, which is free and creates nothing.
    fn is_refund(&self) -> bool {
        self.receipt.predecessor_id.is_system()
    }

    /// Whether the receipt asks for nothing else.
    fn is_only_action(&self) -> bool {
        self.action_receipt.actions.len() == 1
    }
}

/// The receiver, as the actions of a receipt change it one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    /// The account; `None` while there is none.
    pub(crate) account: Option<Account>,
    /// In whose name actions are done: the sender, or the account itself once it was created.
    pub(crate) actor_id: AccountId,
}

impl Receiver {
    /// The account, which is there because [`preconditions::check`] has passed.
    fn existing(&mut self) -> Result<&mut Account, Fault> {
        let what = "an action that needs an account is only done to one";
        self.account.as_mut().ok_or(Fault::Bug { what })
    }
}

/// What an action came to.
#[derive(Debug)]
pub(crate) struct ActionResult {
    /// Gas burnt.
    pub(crate) gas_burnt: Gas,
    /// The part of it that contracts burnt, of which their accounts get a share.
    pub(crate) gas_burnt_for_function_call: Gas,
    /// Gas burnt and gas given to receipts that it sends.
    pub(crate) gas_used: Gas,
    /// Compute used.
    pub(crate) compute_usage: Compute,
    /// How it ended.
    pub(crate) result: Result<Returned, ActionError>,
    /// Texts that were logged.
    pub(crate) logs: Vec<String>,
    /// Receipts that it sends; their ids are not set yet.
    pub(crate) new_receipts: Vec<Receipt>,
    /// Stakes that it proposes.
    pub(crate) validator_proposals: Vec<ValidatorStake>,
    /// Where the gas of contracts went.
    pub(crate) profile: Profile,
    /// The contract of the account before the action.
    pub(crate) current_contract: AccountContract,
    /// Tokens burnt beside the price of gas, in yoctoNEAR.
    pub(crate) tokens_burnt: Balance,
    /// Tokens that contracts attached without having them, in yoctoNEAR.
    pub(crate) subsidized_amount: Balance,
}

const GAS_OVERFLOW: Fault = Fault::Overflow { what: "the gas of an action" };

/// What an action returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    /// Nothing.
    Nothing,
    /// A value.
    Value(Vec<u8>),
    /// What a receipt will return: one of [`ActionResult::new_receipts`].
    Receipt(ReceiptIndex),
}

impl ActionResult {
    /// Burns tokens, in yoctoNEAR.
    fn burn(&mut self, tokens: Balance) -> Result<(), Fault> {
        const OVERFLOW: Fault = Fault::Overflow { what: "the sum of burnt tokens" };
        self.tokens_burnt = self.tokens_burnt.checked_add(tokens).ok_or(OVERFLOW)?;
        Ok(())
    }

    /// Burns gas that was bought with the receipt.
    fn burn_gas(&mut self, cost: Cost) -> Result<(), Fault> {
        self.gas_burnt = self.gas_burnt.checked_add(cost.gas).ok_or(GAS_OVERFLOW)?;
        self.use_gas(cost.gas)?;
        self.use_compute(cost.compute)
    }

    /// Gives gas that was bought with the receipt to one that is sent.
    fn use_gas(&mut self, gas: Gas) -> Result<(), Fault> {
        self.gas_used = self.gas_used.checked_add(gas).ok_or(GAS_OVERFLOW)?;
        Ok(())
    }

    /// Uses compute that no gas is burnt for.
    fn use_compute(&mut self, compute: Compute) -> Result<(), Fault> {
        self.compute_usage = self.compute_usage.checked_add(compute).ok_or(GAS_OVERFLOW)?;
        Ok(())
    }

    /// Of an action that succeeds and costs this.
    pub(crate) fn costing(cost: Cost, current_contract: AccountContract) -> ActionResult {
        ActionResult {
            gas_burnt: cost.gas,
            gas_burnt_for_function_call: Gas::ZERO,
            gas_used: cost.gas,
            compute_usage: cost.compute,
            result: Ok(Returned::Nothing),
            logs: Vec::new(),
            new_receipts: Vec::new(),
            validator_proposals: Vec::new(),
            profile: Profile::default(),
            current_contract,
            tokens_burnt: Balance::ZERO,
            subsidized_amount: Balance::ZERO,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
