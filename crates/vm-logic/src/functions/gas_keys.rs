//! Gas keys: access keys with a balance of their own to pay for gas, and with several nonces
//! (NEP-611).
//!
//! Contracts can add and fund them, but not withdraw from them: only transactions may, so that
//! whoever accepts transactions sees every balance go down.

use super::access_keys::{ClaimedKey, FunctionCallAccess};
use crate::effects::Action;
use crate::error::{HostError, Result};
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use crate::promise::Target;
use torr_parameters::fees::{
    gas_key_add_execution_fee, gas_key_add_send_fee, gas_key_transfer_execution_fee,
    gas_key_transfer_send_fee,
};
use torr_parameters::{ActionCost, Cost};
use torr_primitives::NonceIndex;
use torr_vm_logic_macros::host_functions;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Gives a gas key of the receiver balance: 16 little-endian bytes at `amount_ptr`, in
    /// yoctoNEAR. The key is given in borsh form.
    #[host(pays = [base], not_in_view, since = gas_key_host_fns)]
    fn promise_batch_action_transfer_to_gas_key(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
        amount_ptr: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let deposit = self.guest().balance(amount_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_gas_key_transfer(&public_key, target)?;
        self.state.deduct_balance(deposit)?;
        let public_key = public_key.decode()?;
        self.state.append(target, Action::TransferToGasKey { public_key, deposit })
    }

    /// Adds a gas key that may do anything, with `num_nonces` nonces. The key is given in borsh
    /// form.
    #[host(pays = [base], not_in_view, since = gas_key_host_fns)]
    fn promise_batch_action_add_gas_key_with_full_access(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
        num_nonces: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let num_nonces = checked_nonces(num_nonces)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::AddFullAccessKey, target)?;
        self.state.pay_gas_key_nonces(&public_key, num_nonces, target)?;
        let public_key = public_key.decode()?;
        self.state.append(target, Action::AddGasKeyWithFullAccess { public_key, num_nonces })
    }

    /// Adds a gas key that may call methods of one account, with `num_nonces` nonces. The rest is
    /// given as to `promise_batch_action_add_key_with_function_call`.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view,
        since = gas_key_host_fns
    )]
    fn promise_batch_action_add_gas_key_with_function_call(
        &mut self,
        promise_idx: u64,
        public_key_len: u64,
        public_key_ptr: u64,
        num_nonces: u64,
        allowance_ptr: u64,
        receiver_id_len: u64,
        receiver_id_ptr: u64,
        method_names_len: u64,
        method_names_ptr: u64,
    ) -> Result<()> {
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let num_nonces = checked_nonces(num_nonces)?;
        let receiver_id = (receiver_id_len, receiver_id_ptr);
        let method_names = (method_names_len, method_names_ptr);
        let access = self.function_call_access(allowance_ptr, receiver_id, method_names)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_function_call_key(&access, target)?;
        self.state.pay_gas_key_nonces(&public_key, num_nonces, target)?;
        let public_key = public_key.decode()?;
        let FunctionCallAccess { allowance, receiver_id, method_names } = access;
        let action = Action::AddGasKeyWithFunctionCall {
            public_key,
            num_nonces,
            allowance,
            receiver_id,
            method_names,
        };
        self.state.append(target, action)
    }
}

/// How many nonces a gas key gets. The protocol's limit is lower and the receiver's to check; this
/// is what can be expressed.
fn checked_nonces(num_nonces: u64) -> Result<NonceIndex> {
    Ok(NonceIndex::try_from(num_nonces).map_err(|_| HostError::IntegerOverflow)?)
}

impl HostState<'_> {
    /// Charges for a transfer to a gas key.
    fn pay_gas_key_transfer(&mut self, key: &ClaimedKey, target: Target) -> Result<()> {
        let receiver_len = self.receiver_len(target)?;
        let stored_len = key.stored_len(&self.config);
        let send = gas_key_transfer_send_fee(&self.fees, target.locality, key.wire_len())
            .ok_or(HostError::IntegerOverflow)?;
        let execution = gas_key_transfer_execution_fee(&self.fees, receiver_len, stored_len)
            .ok_or(HostError::IntegerOverflow)?;
        self.gas.pay_action(ActionCost::GasKeyTransferBase, send.base, execution.base.gas)?;
        self.gas.pay_action(ActionCost::GasKeyByte, send.bytes, execution.bytes.gas)
    }

    /// Charges for what a gas key is beyond an access key: its balance and its nonces.
    fn pay_gas_key_nonces(
        &mut self,
        key: &ClaimedKey,
        num_nonces: NonceIndex,
        target: Target,
    ) -> Result<()> {
        let receiver_len = self.receiver_len(target)?;
        let stored_len = key.stored_len(&self.config);
        let send =
            gas_key_add_send_fee(&self.fees, target.locality).ok_or(HostError::IntegerOverflow)?;
        let execution = gas_key_add_execution_fee(&self.fees, receiver_len, stored_len, num_nonces)
            .ok_or(HostError::IntegerOverflow)?;
        let nonces = execution.base.gas;
        self.gas.pay_action(ActionCost::GasKeyNonceWriteBase, Cost::ZERO, nonces)?;
        self.gas.pay_action(ActionCost::GasKeyByte, send, execution.bytes.gas)
    }

    /// Length of the receiver's id, in bytes.
    fn receiver_len(&self, target: Target) -> Result<u64> {
        Ok(self.receiver(target.receipt_index)?.len() as u64)
    }
}
