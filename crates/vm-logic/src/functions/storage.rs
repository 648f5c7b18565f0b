//! The contract's storage. Costs below the host function, of trie nodes and old values, are charged
//! by the store through [`StorageMeter`].

use crate::error::{Fault, HostError, Result};
use crate::external::StorageMeter;
use crate::host::{Host, HostState};
use crate::memory::GuestMemory;
use torr_parameters::{ExtCost, Limits};
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes a value under a key; 1 if the key had a value, which then goes to `register_id`, else
    /// 0. Lengths of `u64::MAX` name registers.
    #[host(
        pays = [base],
        also_pays = [
            storage_write_base,
            storage_write_key_byte,
            storage_write_value_byte,
            storage_write_evicted_byte,
        ],
        not_in_view
    )]
    fn storage_write(
        &mut self,
        key_len: u64,
        key_ptr: u64,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        self.state.gas.pay_base(ExtCost::StorageWriteBase)?;
        let (mut guest, external, config) = self.guest_and_external();
        let key = guest.bytes(key_len, key_ptr)?;
        check_key(key, &config.limits)?;
        let value = guest.bytes(value_len, value_ptr)?;
        let (length, limit) = (value.len() as u64, config.limits.max_length_storage_value);
        if length > limit {
            return Err(HostError::ValueLengthExceeded { length, limit }.into());
        }
        guest.gas.pay_per(ExtCost::StorageWriteKeyByte, key.len() as u64)?;
        guest.gas.pay_per(ExtCost::StorageWriteValueByte, length)?;
        let key_length = key.len() as u64;
        let old = external.storage_write(key, value, &mut StorageMeter::new(guest.gas))?;
        self.check_proof_size()?;
        match old {
            None => {
                self.grow_storage(self.record_length(key_length, length))?;
                Ok(0)
            }
            Some(old) => {
                self.shrink_storage(Some(old.len() as u64))?;
                self.grow_storage(Some(length))?;
                self.set_register(register_id, old)?;
                Ok(1)
            }
        }
    }

    /// Reads the value under a key to `register_id`; 1 if there is one, else 0. A length of
    /// `u64::MAX` names a register.
    #[host(
        pays = [base, storage_read_base],
        also_pays = [
            storage_read_key_byte,
            storage_read_value_byte,
            storage_large_read_overhead_base,
            storage_large_read_overhead_byte,
        ]
    )]
    fn storage_read(&mut self, key_len: u64, key_ptr: u64, register_id: u64) -> Result<u64> {
        let (mut guest, external, config) = self.guest_and_external();
        let key = guest.bytes(key_len, key_ptr)?;
        check_key(key, &config.limits)?;
        guest.gas.pay_per(ExtCost::StorageReadKeyByte, key.len() as u64)?;
        let value = external.storage_read(key, &mut StorageMeter::new(guest.gas))?;
        self.check_proof_size()?;
        match value {
            None => Ok(0),
            Some(value) => {
                self.set_register(register_id, value)?;
                Ok(1)
            }
        }
    }

    /// Removes a key; 1 if it had a value, which then goes to `register_id`, else 0. A length of
    /// `u64::MAX` names a register.
    #[host(
        pays = [base],
        also_pays = [storage_remove_base, storage_remove_key_byte, storage_remove_ret_value_byte],
        not_in_view
    )]
    fn storage_remove(&mut self, key_len: u64, key_ptr: u64, register_id: u64) -> Result<u64> {
        self.state.gas.pay_base(ExtCost::StorageRemoveBase)?;
        let (mut guest, external, config) = self.guest_and_external();
        let key = guest.bytes(key_len, key_ptr)?;
        check_key(key, &config.limits)?;
        guest.gas.pay_per(ExtCost::StorageRemoveKeyByte, key.len() as u64)?;
        let key_length = key.len() as u64;
        let old = external.storage_remove(key, &mut StorageMeter::new(guest.gas))?;
        self.check_proof_size()?;
        match old {
            None => Ok(0),
            Some(old) => {
                self.shrink_storage(self.record_length(key_length, old.len() as u64))?;
                self.set_register(register_id, old)?;
                Ok(1)
            }
        }
    }

    /// 1 if there is a value under a key, else 0. A length of `u64::MAX` names a register.
    #[host(pays = [base, storage_has_key_base], also_pays = [storage_has_key_byte])]
    fn storage_has_key(&mut self, key_len: u64, key_ptr: u64) -> Result<u64> {
        let (mut guest, external, config) = self.guest_and_external();
        let key = guest.bytes(key_len, key_ptr)?;
        check_key(key, &config.limits)?;
        guest.gas.pay_per(ExtCost::StorageHasKeyByte, key.len() as u64)?;
        let result = external.storage_has_key(key, &mut StorageMeter::new(guest.gas));
        // The size of the proof is looked at even when the gas ran out.
        self.check_proof_size()?;
        Ok(u64::from(result?))
    }

    /// No longer part of the protocol; fails.
    #[host]
    fn storage_iter_prefix(&mut self, _prefix_len: u64, _prefix_ptr: u64) -> Result<u64> {
        Err(deprecated(self.state.current_function()))
    }

    /// No longer part of the protocol; fails.
    #[host]
    fn storage_iter_range(
        &mut self,
        _start_len: u64,
        _start_ptr: u64,
        _end_len: u64,
        _end_ptr: u64,
    ) -> Result<u64> {
        Err(deprecated(self.state.current_function()))
    }

    /// No longer part of the protocol; fails.
    #[host]
    fn storage_iter_next(
        &mut self,
        _iterator_id: u64,
        _key_register_id: u64,
        _value_register_id: u64,
    ) -> Result<u64> {
        Err(deprecated(self.state.current_function()))
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Storage that a record of a key and a value counts as.
    fn record_length(&self, key_length: u64, value_length: u64) -> Option<u64> {
        let extra = self.state.fees.storage_usage.num_extra_bytes_record;
        key_length.checked_add(value_length)?.checked_add(extra)
    }

    fn grow_storage(&mut self, length: Option<u64>) -> Result<(), Fault> {
        let usage = length.and_then(|length| self.state.storage_usage.checked_add(length));
        self.set_storage_usage(usage)
    }

    fn shrink_storage(&mut self, length: Option<u64>) -> Result<(), Fault> {
        let usage = length.and_then(|length| self.state.storage_usage.checked_sub(length));
        self.set_storage_usage(usage)
    }

    fn set_storage_usage(&mut self, usage: Option<u64>) -> Result<(), Fault> {
        self.state.storage_usage =
            usage.ok_or(Fault::InconsistentState { what: "storage usage" })?;
        Ok(())
    }

    /// Fails when the storage proof that this receipt adds is longer than a receipt's may be.
    fn check_proof_size(&self) -> Result<()> {
        let HostState { external, config, .. } = &*self.state;
        let limit = config.limits.per_receipt_storage_proof_size_limit;
        let size = external
            .recorded_storage_size()
            .checked_sub(external.recorded_storage_size_before_receipt())
            .ok_or(Fault::InconsistentState { what: "storage proof size" })?;
        if size > limit {
            return Err(HostError::RecordedStorageExceeded { limit }.into());
        }
        Ok(())
    }
}

fn check_key(key: &[u8], limits: &Limits) -> Result<()> {
    let (length, limit) = (key.len() as u64, limits.max_length_storage_key);
    if length > limit {
        return Err(HostError::KeyLengthExceeded { length, limit }.into());
    }
    Ok(())
}

fn deprecated(function: Option<&'static str>) -> crate::error::Stop {
    HostError::Deprecated { method_name: function.unwrap_or_default().to_owned() }.into()
}
