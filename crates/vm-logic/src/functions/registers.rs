//! Moving values between registers and memory.

use crate::copy;
use crate::error::Result;
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Copies the register `register_id` to `ptr` of the memory.
    #[host(pays = [base])]
    fn read_register(&mut self, register_id: u64, ptr: u64) -> Result<()> {
        let HostState { gas, registers, .. } = &mut *self.state;
        let bytes = registers.read(gas, register_id)?;
        gas.pay_base(torr_parameters::ExtCost::WriteMemoryBase)?;
        gas.pay_per(torr_parameters::ExtCost::WriteMemoryByte, bytes.len() as u64)?;
        Ok(self.memory.write(ptr, bytes).ok_or(crate::error::HostError::MemoryAccessViolation)?)
    }

    /// Length of the register `register_id` in bytes; `u64::MAX` when it is not set.
    #[host(pays = [base])]
    fn register_len(&mut self, register_id: u64) -> Result<u64> {
        Ok(self.state.registers.len(register_id).unwrap_or(u64::MAX))
    }

    /// Copies `data_len` bytes from `data_ptr` of the memory to the register `register_id`.
    #[host(pays = [base])]
    fn write_register(&mut self, register_id: u64, data_len: u64, data_ptr: u64) -> Result<()> {
        let bytes = copy::to_vec(self.guest().memory(data_len, data_ptr)?);
        self.set_register(register_id, bytes)
    }
}
