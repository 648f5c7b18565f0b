//! What the account and the call have: balances and gas.

use crate::error::Result;
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the account's balance, in yoctoNEAR as 16 little-endian bytes, to `balance_ptr`. The
    /// attached deposit is in it, deposits of promises are not.
    #[host(pays = [base])]
    fn account_balance(&mut self, balance_ptr: u64) -> Result<()> {
        self.write_balance(balance_ptr, self.state.balance)
    }

    /// Writes the account's locked balance, in yoctoNEAR as 16 little-endian bytes, to
    /// `balance_ptr`.
    #[host(pays = [base])]
    fn account_locked_balance(&mut self, balance_ptr: u64) -> Result<()> {
        self.write_balance(balance_ptr, self.state.context.account_locked_balance)
    }

    /// Writes the attached deposit, in yoctoNEAR as 16 little-endian bytes, to `balance_ptr`.
    #[host(pays = [base])]
    fn attached_deposit(&mut self, balance_ptr: u64) -> Result<()> {
        self.write_balance(balance_ptr, self.state.context.attached_deposit)
    }

    /// Gas that was attached to the call.
    #[host(pays = [base], not_in_view)]
    fn prepaid_gas(&mut self) -> Result<u64> {
        Ok(self.state.context.prepaid_gas.as_gas())
    }

    /// Gas that the call has burnt and reserved for promises, this charge included.
    #[host(pays = [base], not_in_view)]
    fn used_gas(&mut self) -> Result<u64> {
        Ok(self.state.gas.used().as_gas())
    }

    /// Burns the gas of `opcodes` Wasm instructions, and nothing for the call itself. Contracts
    /// metered by their own code used it; metering is the host's now, and a call burns all the same.
    #[host]
    fn gas(&mut self, opcodes: u32) -> Result<()> {
        self.state.gas.pay_instructions(opcodes)
    }
}
