//! Who calls whom with what, and when.

use crate::error::Result;
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use std::sync::Arc;
use torr_primitives::AccountContract;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the id of the account whose contract runs to `register_id`.
    #[host(pays = [base])]
    fn current_account_id(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.current_account_id.as_str())
    }

    /// Writes the chain's id to `register_id` (NEP-638).
    #[host(pays = [base], since = chain_id_host_fn)]
    fn chain_id(&mut self, register_id: u64) -> Result<()> {
        let chain_id = self.state.external.chain_id().to_owned();
        self.set_register(register_id, chain_id)
    }

    /// Writes the id of the account that signed the original transaction to `register_id`.
    #[host(pays = [base], not_in_view)]
    fn signer_account_id(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.signer_account_id.as_str())
    }

    /// Writes the borsh form of the public key that signed the original transaction to
    /// `register_id`.
    #[host(pays = [base], not_in_view)]
    fn signer_account_pk(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.signer_account_pk.as_slice())
    }

    /// Writes the id of the account that made this call to `register_id`.
    #[host(pays = [base], not_in_view)]
    fn predecessor_account_id(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.predecessor_account_id.as_str())
    }

    /// Writes the id of the account that gets the deposits of failed promises to `register_id`
    /// (NEP-616).
    #[host(pays = [base], not_in_view)]
    fn refund_to_account_id(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.refund_to_account_id.as_str())
    }

    /// Writes what identifies the account's contract to `register_id` and returns its kind: 0 none
    /// (nothing is written), 1 the hash of a contract of its own, 2 the hash of a global contract,
    /// 3 the account id of a global contract (NEP-616).
    #[host(pays = [base])]
    fn current_contract_code(&mut self, register_id: u64) -> Result<u64> {
        let (kind, bytes): (u64, &[u8]) = match &self.state.context.account_contract {
            AccountContract::None => return Ok(0),
            AccountContract::Local(hash) => (1, hash.as_bytes()),
            AccountContract::Global(hash) => (2, hash.as_bytes()),
            AccountContract::GlobalByAccount(account_id) => (3, account_id.as_str().as_bytes()),
        };
        self.set_register(register_id, bytes)?;
        Ok(kind)
    }

    /// Writes the call's arguments to `register_id`. Nothing is paid per byte.
    #[host(pays = [base])]
    fn input(&mut self, register_id: u64) -> Result<()> {
        let HostState { gas, registers, config, context, .. } = &mut *self.state;
        registers.share(gas, &config.limits, register_id, Arc::clone(&context.input))
    }

    /// Height of the block.
    #[host(pays = [base])]
    fn block_index(&mut self) -> Result<u64> {
        Ok(self.state.context.block_height)
    }

    /// Time of the block, in nanoseconds since 1970.
    #[host(pays = [base])]
    fn block_timestamp(&mut self) -> Result<u64> {
        Ok(self.state.context.block_timestamp)
    }

    /// Height of the epoch.
    #[host(pays = [base])]
    fn epoch_height(&mut self) -> Result<u64> {
        Ok(self.state.context.epoch_height)
    }

    /// Storage that the account uses, in bytes, with what this call has changed.
    #[host(pays = [base])]
    fn storage_usage(&mut self) -> Result<u64> {
        Ok(self.state.storage_usage)
    }

    /// Writes the random seed of the call, 32 bytes, to `register_id`.
    #[host(pays = [base])]
    fn random_seed(&mut self, register_id: u64) -> Result<()> {
        self.set_register(register_id, self.state.context.random_seed.as_slice())
    }
}
