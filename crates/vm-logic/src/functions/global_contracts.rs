//! Global contracts: published once, used by any account (NEP-591).

use crate::effects::Action;
use crate::error::{HostError, Result};
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use torr_crypto::hash::CryptoHash;
use torr_parameters::ActionCost;
use torr_primitives::{GlobalContractDeployMode, GlobalContractIdentifier};
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Publishes a contract under the hash of its code: the code at `code_ptr` or in the register
    /// `code_ptr`.
    #[host(pays = [base], not_in_view, since = global_contract_host_fns)]
    fn promise_batch_action_deploy_global_contract(
        &mut self,
        promise_idx: u64,
        code_len: u64,
        code_ptr: u64,
    ) -> Result<()> {
        let code = self.contract_code(code_len, code_ptr)?;
        self.state.deploy_global(promise_idx, code, GlobalContractDeployMode::CodeHash)
    }

    /// Publishes a contract under the receiver's id; it takes the place of what the receiver
    /// published so before.
    #[host(pays = [base], not_in_view, since = global_contract_host_fns)]
    fn promise_batch_action_deploy_global_contract_by_account_id(
        &mut self,
        promise_idx: u64,
        code_len: u64,
        code_ptr: u64,
    ) -> Result<()> {
        let code = self.contract_code(code_len, code_ptr)?;
        self.state.deploy_global(promise_idx, code, GlobalContractDeployMode::AccountId)
    }

    /// Lets the receiver use the contract published under a hash, given as 32 bytes.
    #[host(pays = [base], not_in_view, since = global_contract_host_fns)]
    fn promise_batch_action_use_global_contract(
        &mut self,
        promise_idx: u64,
        code_hash_len: u64,
        code_hash_ptr: u64,
    ) -> Result<()> {
        let contract_id = self.contract_by_hash(code_hash_len, code_hash_ptr)?;
        self.state.use_global(promise_idx, contract_id)
    }

    /// Lets the receiver use the contract that an account published under its id.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view,
        since = global_contract_host_fns
    )]
    fn promise_batch_action_use_global_contract_by_account_id(
        &mut self,
        promise_idx: u64,
        account_id_len: u64,
        account_id_ptr: u64,
    ) -> Result<()> {
        let account_id = self.account_id(account_id_len, account_id_ptr)?;
        self.state.use_global(promise_idx, GlobalContractIdentifier::AccountId(account_id))
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// The global contract whose hash is the `len` bytes at `ptr` or in the register `ptr`.
    pub(super) fn contract_by_hash(
        &mut self,
        len: u64,
        ptr: u64,
    ) -> Result<GlobalContractIdentifier> {
        let hash = self.guest().bytes(len, ptr)?;
        let hash = hash.try_into().map_err(|_| HostError::ContractCodeHashMalformed)?;
        Ok(GlobalContractIdentifier::CodeHash(CryptoHash(hash)))
    }
}

impl HostState<'_> {
    fn deploy_global(
        &mut self,
        promise_idx: u64,
        code: Vec<u8>,
        mode: GlobalContractDeployMode,
    ) -> Result<()> {
        let target = self.target(promise_idx)?;
        self.pay_action(ActionCost::DeployGlobalContractBase, target)?;
        let length = code.len() as u64;
        self.pay_action_per(ActionCost::DeployGlobalContractByte, length, target)?;
        self.append(target, Action::DeployGlobalContract { code, mode })
    }

    fn use_global(
        &mut self,
        promise_idx: u64,
        contract_id: GlobalContractIdentifier,
    ) -> Result<()> {
        let target = self.target(promise_idx)?;
        self.pay_action(ActionCost::UseGlobalContractBase, target)?;
        let length = contract_id.len() as u64;
        self.pay_action_per(ActionCost::UseGlobalContractByte, length, target)?;
        self.append(target, Action::UseGlobalContract { contract_id })
    }
}
