//! State inits: creating accounts whose ids follow from what they begin with, deterministic ones
//! (NEP-616) and universal ones.
//!
//! A deterministic one is put together by calls, entry by entry; a universal one comes as the very
//! bytes that its account is named after.

use crate::copy;
use crate::effects::Action;
use crate::error::Result;
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use crate::promise::Target;
use torr_parameters::fees::{universal_state_init_content_terms, universal_state_init_size_terms};
use torr_parameters::{ActionCost, ExtCost, VmConfig};
use torr_primitives::state_init::{
    DecodeMode, RawStateInit, check, send_counts, universal_account_id,
};
use torr_primitives::{Balance, GlobalContractIdentifier};
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Creates the receiver, a deterministic account, with the global contract of that hash (32
    /// bytes) and balance (16 little-endian bytes at `amount_ptr`, in yoctoNEAR). Returns the
    /// action's index, to set entries of the account's first state with.
    #[host(pays = [base], not_in_view)]
    fn promise_batch_action_state_init(
        &mut self,
        promise_idx: u64,
        code_hash_len: u64,
        code_hash_ptr: u64,
        amount_ptr: u64,
    ) -> Result<u64> {
        let contract_id = self.contract_by_hash(code_hash_len, code_hash_ptr)?;
        let amount = self.guest().balance(amount_ptr)?;
        self.state.init_deterministic(promise_idx, contract_id, amount)
    }

    /// The same, with the global contract that an account published under its id.
    #[host(
        pays = [base],
        also_pays = [utf8_decoding_base, utf8_decoding_byte],
        not_in_view
    )]
    fn promise_batch_action_state_init_by_account_id(
        &mut self,
        promise_idx: u64,
        account_id_len: u64,
        account_id_ptr: u64,
        amount_ptr: u64,
    ) -> Result<u64> {
        let account_id = self.account_id(account_id_len, account_id_ptr)?;
        let amount = self.guest().balance(amount_ptr)?;
        let contract_id = GlobalContractIdentifier::AccountId(account_id);
        self.state.init_deterministic(promise_idx, contract_id, amount)
    }

    /// Adds an entry, key and value, to the state that the action `action_index` of a promise
    /// begins a deterministic account with.
    #[host(pays = [base], not_in_view)]
    fn set_state_init_data_entry(
        &mut self,
        promise_idx: u64,
        action_index: u64,
        key_len: u64,
        key_ptr: u64,
        value_len: u64,
        value_ptr: u64,
    ) -> Result<()> {
        let target = self.state.target(promise_idx)?;
        let mut guest = self.guest();
        let key = guest.bytes(key_len, key_ptr)?.to_vec();
        let value = copy::to_vec(guest.bytes(value_len, value_ptr)?);
        let length = (key.len() as u64).saturating_add(value.len() as u64);
        self.state.pay_action(ActionCost::DeterministicStateInitEntry, target)?;
        self.state.pay_action_per(ActionCost::DeterministicStateInitByte, length, target)?;
        let effects = &mut self.state.effects;
        effects.set_state_init_entry(target.receipt_index, action_index, key, value)?;
        Ok(())
    }

    /// Writes the id of the universal account that begins with the given state init to
    /// `register_id` and returns 0. Returns 1, and writes nothing, for bytes that are no state
    /// init, and 2 for bytes that are not its canonical encoding.
    #[host(
        pays = [universal_state_init_to_account_id_base],
        also_pays = [universal_state_init_to_account_id_byte],
        since = universal_accounts
    )]
    fn universal_state_init_to_account_id(
        &mut self,
        state_init_len: u64,
        state_init_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let mode = decode_mode(&self.state.config);
        let mut guest = self.guest();
        let state_init = guest.bytes(state_init_len, state_init_ptr)?;
        let length = state_init.len() as u64;
        guest.gas.pay_per(ExtCost::UniversalStateInitToAccountIdByte, length)?;
        // Before there was a canonical encoding, every string of bytes had an account id.
        if mode == DecodeMode::Strict
            && let Err(error) = check(state_init, mode)
        {
            return Ok(error.exit_status());
        }
        let account_id = universal_account_id(state_init);
        self.set_register(register_id, account_id.as_str())?;
        Ok(0)
    }

    /// Creates the receiver, a universal account, with the given state init and balance (16
    /// little-endian bytes at `amount_ptr`, in yoctoNEAR). The bytes go on as they are; whether
    /// they are a state init of the receiver is found out there.
    #[host(pays = [base], not_in_view, since = universal_accounts)]
    fn promise_batch_action_universal_state_init(
        &mut self,
        promise_idx: u64,
        state_init_len: u64,
        state_init_ptr: u64,
        amount_ptr: u64,
    ) -> Result<()> {
        let mut guest = self.guest();
        let state_init = copy::to_vec(guest.bytes(state_init_len, state_init_ptr)?);
        let amount = guest.balance(amount_ptr)?;
        let target = self.state.target(promise_idx)?;
        self.state.pay_universal_state_init(&state_init, target)?;
        self.state.deduct_balance(amount)?;
        let state_init = RawStateInit(state_init);
        self.state.append(target, Action::UniversalStateInit { state_init, amount })
    }
}

/// Which encodings of a universal state init the protocol version accepts.
fn decode_mode(config: &VmConfig) -> DecodeMode {
    if config.canonical_universal_state_init { DecodeMode::Strict } else { DecodeMode::Lenient }
}

impl HostState<'_> {
    /// Creates a deterministic account, and returns the action's index in the receipt.
    fn init_deterministic(
        &mut self,
        promise_idx: u64,
        contract_id: GlobalContractIdentifier,
        amount: Balance,
    ) -> Result<u64> {
        let target = self.target(promise_idx)?;
        self.pay_action(ActionCost::DeterministicStateInitBase, target)?;
        self.deduct_balance(amount)?;
        let action = Action::DeterministicStateInit { contract_id, amount };
        Ok(self.effects.append(target.receipt_index, action)?)
    }

    /// Charges for a universal state init: for its length first, because that pays for looking into
    /// it, then for what is in it.
    fn pay_universal_state_init(&mut self, state_init: &[u8], target: Target) -> Result<()> {
        let length = state_init.len() as u64;
        for (cost, count) in universal_state_init_size_terms(length) {
            self.pay_action_per(cost, count, target)?;
        }
        let counts = send_counts(state_init, decode_mode(&self.config));
        for (cost, count) in universal_state_init_content_terms(&counts) {
            self.pay_action_per(cost, count, target)?;
        }
        Ok(())
    }
}
