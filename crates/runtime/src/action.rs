//! Actions: what a receipt asks its receiver to do, one module for each.
//!
//! An action that fails is an outcome, and all actions of its receipt are taken back with it. What stops
//! the chunk is a [`Fault`].

mod function_call;

use crate::context::ChunkContext;
use crate::error::Fault;
use crate::receipt::ActionReceiptRef;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Cost;
use torr_primitives::error::ActionError;
use torr_primitives::receipt::Receipt;
use torr_primitives::{
    Account, AccountContract, AccountId, Balance, Compute, Gas, ReceiptIndex, ValidatorStake,
};
use torr_vm_logic::context::PromiseResult;
use torr_vm_logic::profile::Profile;
use torr_vm_runner::runner::Runner;

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

/// The receiver, as the actions of a receipt change it one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    /// The account; `None` while there is none.
    pub(crate) account: Option<Account>,
    /// In whose name actions are done: the sender, or the account itself once it was created.
    pub(crate) actor_id: AccountId,
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
