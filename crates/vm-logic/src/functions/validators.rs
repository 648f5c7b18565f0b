//! The validators' stakes.

use crate::error::Result;
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the stake of the validator with the given id, in yoctoNEAR as 16 little-endian bytes,
    /// to `stake_ptr`; zero when the account is no validator.
    #[host(pays = [base], also_pays = [validator_stake_base, utf8_decoding_base, utf8_decoding_byte])]
    fn validator_stake(
        &mut self,
        account_id_len: u64,
        account_id_ptr: u64,
        stake_ptr: u64,
    ) -> Result<()> {
        let account_id = self.account_id(account_id_len, account_id_ptr)?;
        self.state.gas.pay_base(ExtCost::ValidatorStakeBase)?;
        let stake = self.state.external.validator_stake(&account_id)?;
        self.write_balance(stake_ptr, stake.unwrap_or_default())
    }

    /// Writes the sum of all validators' stakes, in yoctoNEAR as 16 little-endian bytes, to
    /// `stake_ptr`.
    #[host(pays = [base, validator_total_stake_base])]
    fn validator_total_stake(&mut self, stake_ptr: u64) -> Result<()> {
        let stake = self.state.external.validator_total_stake()?;
        self.write_balance(stake_ptr, stake)
    }
}
