//! Yields: receipts for the account itself that wait until a later call resumes them with data
//! (NEP-519).
//!
//! What resumes one is its data id, which the protocol gives, or its yield id, which the contract
//! chose. Data that never comes is a failed promise result, after a number of blocks.

use super::actions::Call;
use crate::error::{Fault, HostError, Result};
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use crate::promise::{Promise, Target};
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ExtCost, Locality};
use torr_primitives::{Balance, Gas, GasWeight, ReceiptIndex, YieldId};
use torr_vm_logic_macros::host_functions;

/// The index that stands for no promise: the yield id is taken.
const NO_PROMISE: u64 = u64::MAX;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Promises a call of a method of this account that waits to be resumed, with a share of the
    /// gas left over in proportion to `gas_weight`. Writes the data id that resumes it to
    /// `register_id` and returns the promise's index.
    #[host(pays = [base], also_pays = [yield_create_base, yield_create_byte], not_in_view)]
    fn promise_yield_create(
        &mut self,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        gas: u64,
        gas_weight: u64,
        register_id: u64,
    ) -> Result<u64> {
        self.state.gas.pay_base(ExtCost::YieldCreateBase)?;
        let method_name = (method_name_len, method_name_ptr);
        let call = self.guest().call(method_name, (arguments_len, arguments_ptr))?;
        self.state.gas.pay_per(ExtCost::YieldCreateByte, call.len())?;
        let gas = Gas::from_gas(gas);
        self.state.gas.reserve(gas)?;
        self.state.pay_yield()?;
        let Some((receipt_index, data_id)) = self.state.create_yield(None)? else {
            return Err(Fault::Bug { what: "a yield without an id can always be made" }.into());
        };
        let (promise_idx, target) = self.state.promise_yield(receipt_index, &call)?;
        self.state.append(target, call.into_action(Balance::ZERO, gas, GasWeight(gas_weight)))?;
        self.set_register(register_id, *data_id.as_bytes())?;
        Ok(promise_idx)
    }

    /// Promises a call of a method of this account that waits to be resumed, under a yield id (32
    /// bytes) of the contract's choice and with a deposit (16 little-endian bytes at `amount_ptr`,
    /// in yoctoNEAR). Returns the promise's index; `u64::MAX`, and nothing is promised, when a
    /// waiting one has the yield id already.
    #[host(
        pays = [base],
        also_pays = [yield_create_with_id_base, yield_create_byte],
        not_in_view,
        since = yield_with_id_host_fns
    )]
    fn promise_yield_create_with_id(
        &mut self,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        amount_ptr: u64,
        gas: u64,
        gas_weight: u64,
        yield_id_len: u64,
        yield_id_ptr: u64,
    ) -> Result<u64> {
        self.state.gas.pay_base(ExtCost::YieldCreateWithIdBase)?;
        let mut guest = self.guest();
        let deposit = guest.balance(amount_ptr)?;
        let method_name = (method_name_len, method_name_ptr);
        let call = guest.call(method_name, (arguments_len, arguments_ptr))?;
        let yield_id = decode_yield_id(guest.bytes(yield_id_len, yield_id_ptr)?)?;
        self.state.gas.pay_per(ExtCost::YieldCreateByte, call.len())?;
        // Whether the id is taken is free to know; the receipt is paid for only if it is made.
        let Some((receipt_index, _)) = self.state.create_yield(Some(yield_id))? else {
            return Ok(NO_PROMISE);
        };
        let gas = Gas::from_gas(gas);
        self.state.gas.reserve(gas)?;
        self.state.pay_yield()?;
        let (promise_idx, target) = self.state.promise_yield(receipt_index, &call)?;
        self.state.attach_deposit(deposit)?;
        self.state.append(target, call.into_action(deposit, gas, GasWeight(gas_weight)))?;
        Ok(promise_idx)
    }

    /// Resumes the receipt that waits under a data id (32 bytes) with a payload; 1 if there is one,
    /// else 0. The payload is paid for by the length as given, so it cannot be in a register.
    #[host(pays = [base], also_pays = [yield_resume_base, yield_resume_byte], not_in_view)]
    fn promise_yield_resume(
        &mut self,
        data_id_len: u64,
        data_id_ptr: u64,
        payload_len: u64,
        payload_ptr: u64,
    ) -> Result<u32> {
        let id = (data_id_len, data_id_ptr);
        let (data_id, payload) = self.id_and_payload(id, (payload_len, payload_ptr))?;
        let data_id = data_id.try_into().map_err(|_| HostError::DataIdMalformed)?;
        self.state.resume_yield(CryptoHash(data_id), payload)
    }

    /// Resumes the receipt that waits under a yield id (32 bytes) with a payload; 1 if there is
    /// one, else 0. The payload cannot be in a register here either.
    #[host(
        pays = [base],
        also_pays = [yield_resume_base, yield_resume_byte],
        not_in_view,
        since = yield_with_id_host_fns
    )]
    fn promise_yield_resume_with_yield_id(
        &mut self,
        yield_id_len: u64,
        yield_id_ptr: u64,
        payload_len: u64,
        payload_ptr: u64,
    ) -> Result<u32> {
        let id = (yield_id_len, yield_id_ptr);
        let (yield_id, payload) = self.id_and_payload(id, (payload_len, payload_ptr))?;
        let yield_id = decode_yield_id(&yield_id)?;
        match self.state.external.yield_data_id(&yield_id)? {
            Some(data_id) => self.state.resume_yield(data_id, payload),
            None => Ok(0),
        }
    }
}

fn decode_yield_id(bytes: &[u8]) -> Result<YieldId> {
    Ok(YieldId(bytes.try_into().map_err(|_| HostError::YieldIdMalformed)?))
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Reads, against the fee for resuming, an id and a payload, each of length and pointer. The
    /// payload's length is checked here, the id's by the caller.
    fn id_and_payload(
        &mut self,
        id: (u64, u64),
        payload: (u64, u64),
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let limit = self.state.config.limits.max_yield_payload_size;
        let mut guest = self.guest();
        guest.gas.pay_base(ExtCost::YieldResumeBase)?;
        guest.gas.pay_per(ExtCost::YieldResumeByte, payload.0)?;
        let id = guest.bytes(id.0, id.1)?;
        let payload = guest.bytes(payload.0, payload.1)?;
        let length = payload.len() as u64;
        if length > limit {
            return Err(HostError::YieldPayloadLength { length, limit }.into());
        }
        Ok((id.to_vec(), payload.to_vec()))
    }
}

impl HostState<'_> {
    /// Charges for the receipt of a yield: from the account to itself, with one result to wait for.
    fn pay_yield(&mut self) -> Result<()> {
        self.pay_new_receipt(Locality::SenderIsReceiver, [Locality::SenderIsReceiver])
    }

    /// Makes the receipt of a yield; nothing when its yield id is taken.
    fn create_yield(
        &mut self,
        yield_id: Option<YieldId>,
    ) -> Result<Option<(ReceiptIndex, CryptoHash)>> {
        let Some(data_id) = self.external.create_yield(yield_id)? else { return Ok(None) };
        let receiver_id = self.context.current_account_id.clone();
        let receipt_index = self.effects.create_yield(receiver_id, data_id, yield_id);
        Ok(Some((receipt_index, data_id)))
    }

    /// Makes the receipt of a yield a promise and charges for its call.
    fn promise_yield(&mut self, receipt_index: ReceiptIndex, call: &Call) -> Result<(u64, Target)> {
        let promise_idx = self.add_promise(Promise::Receipt(receipt_index))?;
        let target = Target { receipt_index, locality: Locality::SenderIsReceiver };
        self.pay_call(call, target)?;
        Ok((promise_idx, target))
    }

    /// Hands `data` to what waits for it; 1 if there is such a receipt, else 0.
    fn resume_yield(&mut self, data_id: CryptoHash, data: Vec<u8>) -> Result<u32> {
        let resolved = self.external.resume_yield(data_id, &data)?;
        self.effects.resume_yield(data_id, data, resolved);
        Ok(u32::from(resolved))
    }
}
