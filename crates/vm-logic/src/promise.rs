//! Promises: what a contract's promise indices stand for, and what building on them costs.
//!
//! A promise index names one receipt of this call or, joint, several. What an action costs depends
//! on whether its receipt goes to the account itself. Sending is burnt now; execution is reserved,
//! for the receiver to burn. (Protocol: runtime specification, "Promises API" and "Fees".)

use crate::effects::Action;
use crate::error::{Fault, HostError, Result};
use crate::host::HostState;
use torr_parameters::{ActionCost, Cost, Locality};
use torr_primitives::{AccountId, Balance, Gas, ReceiptIndex};

/// What a promise index of a contract stands for.
#[derive(Clone, Debug)]
pub(crate) enum Promise {
    /// A receipt.
    Receipt(ReceiptIndex),
    /// All of these receipts (`promise_and`).
    Joint(Vec<ReceiptIndex>),
}

impl Promise {
    /// The receipts that give its results, in order.
    pub(crate) fn receipts(&self) -> &[ReceiptIndex] {
        match self {
            Promise::Receipt(receipt_index) => std::slice::from_ref(receipt_index),
            Promise::Joint(receipt_indices) => receipt_indices,
        }
    }
}

/// The receipt that an action is added to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The receipt.
    pub(crate) receipt_index: ReceiptIndex,
    /// Whether it goes to the account itself.
    pub(crate) locality: Locality,
}

impl HostState<'_> {
    /// The promise that has the index `promise_idx`.
    pub(crate) fn promise(&self, promise_idx: u64) -> Result<&Promise, HostError> {
        usize::try_from(promise_idx)
            .ok()
            .and_then(|index| self.promises.get(index))
            .ok_or(HostError::InvalidPromiseIndex { promise_idx })
    }

    /// Adds a promise and returns its index.
    pub(crate) fn add_promise(&mut self, promise: Promise) -> Result<u64, HostError> {
        let promise_idx = self.promises.len() as u64;
        let limit = self.config.limits.max_promises_per_function_call_action;
        if promise_idx >= limit {
            let number_of_promises = promise_idx.saturating_add(1);
            return Err(HostError::NumberPromisesExceeded { number_of_promises, limit });
        }
        self.promises.push(promise);
        Ok(promise_idx)
    }

    /// The receipt that actions on the promise `promise_idx` are added to.
    pub(crate) fn target(&self, promise_idx: u64) -> Result<Target> {
        let &Promise::Receipt(receipt_index) = self.promise(promise_idx)? else {
            return Err(HostError::CannotAppendActionToJointPromise.into());
        };
        let locality = self.locality_of(self.receiver(receipt_index)?);
        Ok(Target { receipt_index, locality })
    }

    /// Receiver of a receipt that a promise stands for.
    pub(crate) fn receiver(&self, receipt_index: ReceiptIndex) -> Result<&AccountId, Fault> {
        self.effects
            .receiver(receipt_index)
            .ok_or(Fault::Bug { what: "a promise stands for receipts of its own call" })
    }

    /// The locality of receipts from the account to `receiver_id`.
    pub(crate) fn locality_of(&self, receiver_id: &AccountId) -> Locality {
        Locality::between(&self.context.current_account_id, receiver_id)
    }

    /// Adds `action` at the end of its receipt.
    pub(crate) fn append(&mut self, target: Target, action: Action) -> Result<()> {
        let mut method_names = action.method_names().iter();
        if !method_names.all(|name| self.external.accepts_method_name(name)) {
            return Err(HostError::InvalidMethodName.into());
        }
        self.effects.append(target.receipt_index, action)?;
        Ok(())
    }

    /// Charges for a receipt and for the data receipts of the results that it waits for, which come
    /// over the given localities.
    pub(crate) fn pay_new_receipt(
        &mut self,
        locality: Locality,
        dependencies: impl IntoIterator<Item = Locality>,
    ) -> Result<()> {
        let receipt = self.fees.actions[ActionCost::NewActionReceipt];
        let data = self.fees.actions[ActionCost::NewDataReceiptBase];
        // Nobody is left to pay when a result arrives, so its execution is burnt now as well. The
        // profile knows the whole sum as the receipt's.
        let send = dependencies
            .into_iter()
            .try_fold(receipt.send(locality), |sum, dependency| {
                sum.checked_add(data.send(dependency))?.checked_add(data.execution)
            })
            .ok_or(HostError::IntegerOverflow)?;
        self.gas.pay_action(ActionCost::NewActionReceipt, send, receipt.execution.gas)
    }

    /// Charges `cost` once, for an action on `target`.
    pub(crate) fn pay_action(&mut self, cost: ActionCost, target: Target) -> Result<()> {
        self.pay_action_per(cost, 1, target)
    }

    /// Charges `cost` for each of `count` bytes, entries or keys of an action on `target`.
    pub(crate) fn pay_action_per(
        &mut self,
        cost: ActionCost,
        count: u64,
        target: Target,
    ) -> Result<()> {
        let fee = self.fees.actions[cost];
        let send = fee.send(target.locality).checked_mul(count);
        let execution = fee.execution.gas.checked_mul(count);
        self.pay_action_sum(cost, send, execution)
    }

    /// Charges a computed amount as `cost`; `None` is an amount that overflowed.
    pub(crate) fn pay_action_sum(
        &mut self,
        cost: ActionCost,
        send: Option<Cost>,
        execution: Option<Gas>,
    ) -> Result<()> {
        let send = send.ok_or(HostError::IntegerOverflow)?;
        let execution = execution.ok_or(HostError::IntegerOverflow)?;
        self.gas.pay_action(cost, send, execution)
    }

    /// Takes the deposit of a function call off the account's balance.
    ///
    /// An account without any balance is given the one yoctoNEAR that many methods require as a
    /// sign of full access.
    pub(crate) fn attach_deposit(&mut self, deposit: Balance) -> Result<()> {
        let is_given = deposit == Balance::from_yoctonear(1)
            && self.config.one_yocto_on_promise
            && self.balance == Balance::ZERO;
        if !is_given {
            return self.deduct_balance(deposit);
        }
        self.subsidized_amount = self
            .subsidized_amount
            .checked_add(deposit)
            .ok_or(Fault::Bug { what: "the promises of a call are few" })?;
        Ok(())
    }
}
