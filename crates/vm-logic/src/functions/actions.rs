//! Actions of a promised receipt: creating and deleting the account, its contract, calls,
//! transfers, stake.
//!
//! Each function adds one action at the end of the receipt. What it says is read first, then the
//! promise is looked up, then the action is paid for, then deposits leave the account. Access keys,
//! gas keys, global contracts and state inits have files of their own.

use crate::copy;
use crate::effects::Action;
use crate::error::{HostError, Result};
use crate::host::{Guest, Host, HostState};
use crate::memory::GuestMemory;
use crate::promise::Target;
use torr_parameters::ActionCost;
use torr_parameters::fees::{transfer_execution_fee, transfer_send_fee};
use torr_primitives::{Balance, Gas, GasWeight};
use torr_vm_logic_macros::host_functions;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Creates the receiver.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_create_account(&mut self, promise_idx: u64) -> Result<()> {
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::CreateAccount, target)?;
        self.state.append(target, Action::CreateAccount)
    }

    /// Gives the receiver a contract: the code at `code_ptr` or in the register `code_ptr`.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_deploy_contract(
        &mut self,
        promise_idx: u64,
        code_len: u64,
        code_ptr: u64,
    ) -> Result<()> {
        let code = self.contract_code(code_len, code_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::DeployContractBase, target)?;
        let length = code.len() as u64;
        self.state.pay_action_per(ActionCost::DeployContractByte, length, target)?;
        self.state.append(target, Action::DeployContract { code })
    }

    /// Calls a method of the receiver's contract with arguments, a deposit (16 little-endian bytes
    /// at `amount_ptr`, in yoctoNEAR) and gas.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_function_call(
        &mut self,
        promise_idx: u64,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        amount_ptr: u64,
        gas: u64,
    ) -> Result<()> {
        let method_name = (method_name_len, method_name_ptr);
        let arguments = (arguments_len, arguments_ptr);
        self.append_function_call(promise_idx, method_name, arguments, amount_ptr, gas, 0)
    }

    /// The same; beside `gas`, the method gets a share of the gas that is left over when this call
    /// ends, in proportion to `gas_weight` (NEP-264).
    #[host(pays = [base], not_in_view_as = PromiseBatchActionFunctionCall)]
    fn promise_batch_action_function_call_weight(
        &mut self,
        promise_idx: u64,
        method_name_len: u64,
        method_name_ptr: u64,
        arguments_len: u64,
        arguments_ptr: u64,
        amount_ptr: u64,
        gas: u64,
        gas_weight: u64,
    ) -> Result<()> {
        let method_name = (method_name_len, method_name_ptr);
        let arguments = (arguments_len, arguments_ptr);
        self.append_function_call(promise_idx, method_name, arguments, amount_ptr, gas, gas_weight)
    }

    /// Gives the receiver balance: 16 little-endian bytes at `amount_ptr`, in yoctoNEAR. Where that
    /// may create the receiver, it is paid for.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_transfer(&mut self, promise_idx: u64, amount_ptr: u64) -> Result<()> {
        let deposit = self.guest().balance(amount_ptr)?;
        let target = self.state.target(promise_idx)?;
        let HostState { fees, config, .. } = &*self.state;
        let receiver = self.state.receiver(target.receipt_index)?.account_type();
        let send = transfer_send_fee(fees, config, target.locality, receiver);
        let execution = transfer_execution_fee(fees, config, receiver).map(|cost| cost.gas);
        self.state.pay_action_sum(ActionCost::Transfer, send, execution)?;
        self.state.deduct_balance(deposit)?;
        self.state.append(target, Action::Transfer { deposit })
    }

    /// Stakes balance of the receiver: 16 little-endian bytes at `amount_ptr`, in yoctoNEAR, with
    /// the validator key of which the borsh form is given.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_stake(
        &mut self,
        promise_idx: u64,
        amount_ptr: u64,
        public_key_len: u64,
        public_key_ptr: u64,
    ) -> Result<()> {
        let stake = self.guest().balance(amount_ptr)?;
        let public_key = self.claimed_key(public_key_len, public_key_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::Stake, target)?;
        let public_key = public_key.decode()?;
        self.state.append(target, Action::Stake { stake, public_key })
    }

    /// Deletes the receiver; what is left of its balance goes to the given account.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_batch_action_delete_account(
        &mut self,
        promise_idx: u64,
        beneficiary_id_len: u64,
        beneficiary_id_ptr: u64,
    ) -> Result<()> {
        let beneficiary_id = self.account_id(beneficiary_id_len, beneficiary_id_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_action(ActionCost::DeleteAccount, target)?;
        self.state.append(target, Action::DeleteAccount { beneficiary_id })
    }
}

/// Which method is called with what.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method_name: Vec<u8>,
    arguments: Vec<u8>,
}

impl Call {
    /// Length of the method's name and the arguments, in bytes: what a call is charged by.
    pub(super) fn len(&self) -> u64 {
        (self.method_name.len() as u64).saturating_add(self.arguments.len() as u64)
    }

    /// The action that makes the call.
    pub(super) fn into_action(
        self,
        attached_deposit: Balance,
        prepaid_gas: Gas,
        gas_weight: GasWeight,
    ) -> Action {
        let Call { method_name, arguments: args } = self;
        Action::FunctionCall { method_name, args, attached_deposit, prepaid_gas, gas_weight }
    }
}

impl<M: GuestMemory + ?Sized> Guest<'_, M> {
    /// The call of the given method with the given arguments; both are length and pointer. Any
    /// bytes will do as a name: whether the receiver has such a method is found out there.
    pub(super) fn call(&mut self, method_name: (u64, u64), arguments: (u64, u64)) -> Result<Call> {
        let method_name = self.bytes(method_name.0, method_name.1)?;
        if method_name.is_empty() {
            return Err(HostError::EmptyMethodName.into());
        }
        let arguments = self.bytes(arguments.0, arguments.1)?;
        Ok(Call { method_name: method_name.to_vec(), arguments: copy::to_vec(arguments) })
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Adds a function call to a promise; method and arguments are length and pointer.
    fn append_function_call(
        &mut self,
        promise_idx: u64,
        method_name: (u64, u64),
        arguments: (u64, u64),
        amount_ptr: u64,
        gas: u64,
        gas_weight: u64,
    ) -> Result<()> {
        let mut guest = self.guest();
        let deposit = guest.balance(amount_ptr)?;
        let call = guest.call(method_name, arguments)?;
        let gas = Gas::from_gas(gas);
        let target = self.state.target(promise_idx)?;
        self.state.pay_call(&call, target)?;
        self.state.gas.reserve(gas)?;
        self.state.attach_deposit(deposit)?;
        self.state.append(target, call.into_action(deposit, gas, GasWeight(gas_weight)))
    }

    /// The contract of `len` bytes at `ptr` of the memory or in the register `ptr`.
    pub(super) fn contract_code(&mut self, len: u64, ptr: u64) -> Result<Vec<u8>> {
        let limit = self.state.config.limits.max_contract_size;
        let code = self.guest().bytes(len, ptr)?;
        let size = code.len() as u64;
        if size > limit {
            return Err(HostError::ContractSizeExceeded { size, limit }.into());
        }
        Ok(copy::to_vec(code))
    }
}

impl HostState<'_> {
    /// Charges for a function call; gas and deposit that go with it are not part of this.
    pub(super) fn pay_call(&mut self, call: &Call, target: Target) -> Result<()> {
        self.pay_action(ActionCost::FunctionCallBase, target)?;
        self.pay_action_per(ActionCost::FunctionCallByte, call.len(), target)
    }
}
