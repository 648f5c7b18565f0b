//! Promises: receipts that the call sends, how they wait for one another, what came of those that
//! this call was waiting for.
//!
//! A promise index is good for this call only. What a receipt is to do is said by the functions in
//! `actions.rs` and the files beside it.

use crate::context;
use crate::effects::Dependency;
use crate::error::{HostError, Result};
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use crate::outcome::ReturnData;
use crate::promise::Promise;
use std::sync::Arc;
use torr_parameters::{ExtCost, Locality};
use torr_primitives::{AccountId, ReceiptIndex};
use torr_vm_logic_macros::host_functions;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Promises a call of a method of another account and returns the promise's index:
    /// `promise_batch_create` and `promise_batch_action_function_call` in one.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view_as = PromiseBatchCreate
    )]
    fn promise_create(
        &mut self,
        account_id_len: u64,
        account_id_ptr: u64,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        amount_ptr: u64,
        gas: u64,
    ) -> Result<u64> {
        let receiver_id = self.account_id(account_id_len, account_id_ptr)?;
        let promise_idx = self.state.create_promise(receiver_id)?;
        self.promise_batch_action_function_call(
            promise_idx,
            method_name_len,
            method_name_ptr,
            arguments_len,
            arguments_ptr,
            amount_ptr,
            gas,
        )?;
        Ok(promise_idx)
    }

    /// Promises a call of a method of another account once the promise `promise_idx` has its
    /// results, and returns the new promise's index: `promise_batch_then` and
    /// `promise_batch_action_function_call` in one.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view_as = PromiseBatchThen
    )]
    fn promise_then(
        &mut self,
        promise_idx: u64,
        account_id_len: u64,
        account_id_ptr: u64,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        amount_ptr: u64,
        gas: u64,
    ) -> Result<u64> {
        let receiver_id = self.account_id(account_id_len, account_id_ptr)?;
        let new_promise_idx = self.state.create_promise_after(promise_idx, receiver_id)?;
        self.promise_batch_action_function_call(
            new_promise_idx,
            method_name_len,
            method_name_ptr,
            arguments_len,
            arguments_ptr,
            amount_ptr,
            gas,
        )?;
        Ok(new_promise_idx)
    }

    /// Joins promises, whose indices stand at `promise_idx_ptr` as 8 little-endian bytes each, and
    /// returns the index of the joint one. It can be waited for, nothing else.
    #[host(
        pays = [base],
        also_pays = [promise_and_base, promise_and_per_promise],
        not_in_view
    )]
    fn promise_and(&mut self, promise_idx_ptr: u64, promise_idx_count: u64) -> Result<u64> {
        self.state.gas.pay_base(ExtCost::PromiseAndBase)?;
        let length = promise_idx_count
            .checked_mul(size_of::<u64>() as u64)
            .ok_or(HostError::IntegerOverflow)?;
        // The cost is per promise by name; the protocol charges it per byte of the list.
        self.state.gas.pay_per(ExtCost::PromiseAndPerPromise, length)?;
        let list = self.guest().memory(length, promise_idx_ptr)?;
        let (promise_indices, _) = list.as_chunks();
        let promise_indices: Vec<u64> =
            promise_indices.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        let receipt_indices = self.state.join(promise_indices)?;
        Ok(self.state.add_promise(Promise::Joint(receipt_indices))?)
    }

    /// Promises a receipt for an account, without actions yet, and returns the promise's index.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_batch_create(&mut self, account_id_len: u64, account_id_ptr: u64) -> Result<u64> {
        let receiver_id = self.account_id(account_id_len, account_id_ptr)?;
        self.state.create_promise(receiver_id)
    }

    /// Promises a receipt for an account, without actions yet, that waits for the results of the
    /// promise `promise_idx`, and returns the new promise's index.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_batch_then(
        &mut self,
        promise_idx: u64,
        account_id_len: u64,
        account_id_ptr: u64,
    ) -> Result<u64> {
        let receiver_id = self.account_id(account_id_len, account_id_ptr)?;
        self.state.create_promise_after(promise_idx, receiver_id)
    }

    /// Lets the deposits of a promise go to the given account, should it fail (NEP-616).
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_set_refund_to(
        &mut self,
        promise_idx: u64,
        account_id_len: u64,
        account_id_ptr: u64,
    ) -> Result<()> {
        let refund_to = self.account_id(account_id_len, account_id_ptr)?;
        let &Promise::Receipt(receipt_index) = self.state.promise(promise_idx)? else {
            return Err(HostError::CannotSetRefundToOnJointPromise.into());
        };
        self.state.effects.set_refund_to(receipt_index, refund_to);
        Ok(())
    }

    /// Number of promises that this call was waiting for; 0 when it is no callback.
    #[host(pays = [base], not_in_view)]
    fn promise_results_count(&mut self) -> Result<u64> {
        Ok(self.state.context.promise_results.len() as u64)
    }

    /// How promise number `result_idx` of those that this call was waiting for ended: 0 not yet,
    /// 1 with a value, which goes to `register_id`, 2 with a failure. Nothing is paid per byte.
    #[host(pays = [base], not_in_view)]
    fn promise_result(&mut self, result_idx: u64, register_id: u64) -> Result<u64> {
        let HostState { gas, registers, config, context, .. } = &mut *self.state;
        let result = usize::try_from(result_idx)
            .ok()
            .and_then(|index| context.promise_results.get(index))
            .ok_or(HostError::InvalidPromiseResultIndex { result_idx })?;
        match result {
            context::PromiseResult::NotReady => Ok(0),
            context::PromiseResult::Successful(value) => {
                registers.share(gas, &config.limits, register_id, Arc::clone(value))?;
                Ok(1)
            }
            context::PromiseResult::Failed => Ok(2),
        }
    }

    /// Lets the result of the promise `promise_idx` be the call's result.
    #[host(pays = [base, promise_return], not_in_view)]
    fn promise_return(&mut self, promise_idx: u64) -> Result<()> {
        let &Promise::Receipt(receipt_index) = self.state.promise(promise_idx)? else {
            return Err(HostError::CannotReturnJointPromise.into());
        };
        self.state.return_data = ReturnData::Receipt(receipt_index);
        Ok(())
    }
}

impl HostState<'_> {
    /// Charges for a receipt that waits for nothing, and makes it.
    fn create_promise(&mut self, receiver_id: AccountId) -> Result<u64> {
        self.pay_new_receipt(self.locality_of(&receiver_id), [])?;
        let receipt_index = self.effects.create_receipt(Vec::new(), receiver_id);
        Ok(self.add_promise(Promise::Receipt(receipt_index))?)
    }

    /// Charges for a receipt that waits for the results of `promise_idx`, and makes it.
    fn create_promise_after(&mut self, promise_idx: u64, receiver_id: AccountId) -> Result<u64> {
        let receipt_indices = self.promise(promise_idx)?.receipts().to_vec();
        let localities = receipt_indices
            .iter()
            .map(|index| Ok(Locality::between(self.receiver(*index)?, &receiver_id)))
            .collect::<Result<Vec<_>>>()?;
        self.pay_new_receipt(self.locality_of(&receiver_id), localities)?;
        let depends_on = receipt_indices
            .into_iter()
            .map(|receipt_index| {
                Ok(Dependency { receipt_index, data_id: self.external.generate_data_id()? })
            })
            .collect::<Result<_>>()?;
        let receipt_index = self.effects.create_receipt(depends_on, receiver_id);
        Ok(self.add_promise(Promise::Receipt(receipt_index))?)
    }

    /// The receipts of all these promises. Stops as soon as they are too many: joint promises can
    /// be joined again, and would double in number each time.
    fn join(&self, promise_indices: Vec<u64>) -> Result<Vec<ReceiptIndex>> {
        let limit = self.config.limits.max_number_input_data_dependencies;
        let mut receipt_indices = Vec::new();
        for promise_idx in promise_indices {
            receipt_indices.extend_from_slice(self.promise(promise_idx)?.receipts());
            let number_of_input_data_dependencies = receipt_indices.len() as u64;
            if number_of_input_data_dependencies > limit {
                return Err(HostError::NumberInputDataDependenciesExceeded {
                    number_of_input_data_dependencies,
                    limit,
                }
                .into());
            }
        }
        Ok(receipt_indices)
    }
}
