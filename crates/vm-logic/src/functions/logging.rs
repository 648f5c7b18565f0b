//! What a contract says: logs, panics, the returned value.

use crate::copy;
use crate::error::{HostError, Result};
use crate::host::Host;
use crate::memory::GuestMemory;
use crate::outcome::ReturnData;
use torr_parameters::{ActionCost, Cost, ExtCost, Locality};
use torr_primitives::Gas;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Returns `value_len` bytes at `value_ptr`, or the register `value_ptr`, as the call's value.
    /// A later call replaces the value. Accounts that wait for it are paid for per byte.
    #[host(pays = [base])]
    fn value_return(&mut self, value_len: u64, value_ptr: u64) -> Result<()> {
        let value = copy::to_vec(self.guest().bytes(value_len, value_ptr)?);
        let (length, limit) =
            (value.len() as u64, self.state.config.limits.max_length_returned_data);
        if length > limit {
            return Err(HostError::ReturnedValueLengthExceeded { length, limit }.into());
        }
        let cost = self.data_receipts_cost(length).ok_or(HostError::IntegerOverflow)?;
        self.state.gas.pay_action(ActionCost::NewDataReceiptByte, cost, Gas::ZERO)?;
        self.state.return_data = ReturnData::Value(value);
        Ok(())
    }

    /// Ends the call as failed, with a fixed message.
    #[host(pays = [base])]
    fn panic(&mut self) -> Result<()> {
        Err(HostError::GuestPanic { panic_msg: "explicit guest panic".to_owned() }.into())
    }

    /// Ends the call as failed, with the message of `len` bytes of UTF-8 at `ptr`; with `len` of
    /// `u64::MAX`, up to the first zero byte.
    #[host(pays = [base], also_pays = [utf8_decoding_base, utf8_decoding_byte])]
    fn panic_utf8(&mut self, len: u64, ptr: u64) -> Result<()> {
        let panic_msg = self.utf8_text(len, ptr)?;
        Err(HostError::GuestPanic { panic_msg }.into())
    }

    /// Logs `len` bytes of UTF-8 at `ptr`; with `len` of `u64::MAX`, up to the first zero byte.
    #[host(pays = [base], also_pays = [utf8_decoding_base, utf8_decoding_byte, log_base, log_byte])]
    fn log_utf8(&mut self, len: u64, ptr: u64) -> Result<()> {
        self.check_room_for_log()?;
        let text = self.utf8_text(len, ptr)?;
        self.pay_log(&text)?;
        self.push_log(text)
    }

    /// Logs `len` bytes of UTF-16, little-endian, at `ptr`; with `len` of `u64::MAX`, up to the
    /// first zero unit.
    #[host(pays = [base], also_pays = [utf16_decoding_base, utf16_decoding_byte, log_base, log_byte])]
    fn log_utf16(&mut self, len: u64, ptr: u64) -> Result<()> {
        self.check_room_for_log()?;
        let text = self.utf16_text(len, ptr)?;
        self.pay_log(&text)?;
        self.push_log(text)
    }

    /// Ends the call as failed, logging where: what AssemblyScript compiles a failed assertion to.
    /// The texts are UTF-16; their lengths in bytes stand in the four bytes before them.
    #[host(pays = [base], also_pays = [utf16_decoding_base, utf16_decoding_byte, log_base, log_byte])]
    fn abort(&mut self, msg_ptr: u32, filename_ptr: u32, line: u32, col: u32) -> Result<()> {
        let (Some(msg_len_ptr), Some(filename_len_ptr)) =
            (msg_ptr.checked_sub(4), filename_ptr.checked_sub(4))
        else {
            return Err(HostError::BadUTF16.into());
        };
        self.check_room_for_log()?;
        let msg_len = u32::from_le_bytes(self.guest().array(msg_len_ptr.into())?);
        let filename_len = u32::from_le_bytes(self.guest().array(filename_len_ptr.into())?);
        let msg = self.utf16_text(msg_len.into(), msg_ptr.into())?;
        let filename = self.utf16_text(filename_len.into(), filename_ptr.into())?;
        let panic_msg = format!("{msg}, filename: \"{filename}\" line: {line} col: {col}");
        self.pay_log(&panic_msg)?;
        self.push_log(format!("ABORT: {panic_msg}"))?;
        Err(HostError::GuestPanic { panic_msg }.into())
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// What sending a value of `length` bytes to all that wait for it costs. Sending and execution
    /// are both burnt now: the value may arrive after the receipt that waited has run.
    fn data_receipts_cost(&self, length: u64) -> Option<Cost> {
        let fee = self.state.fees.actions[ActionCost::NewDataReceiptByte];
        let context = self.state.context;
        context.output_data_receivers.iter().try_fold(Cost::ZERO, |sum, receiver| {
            let locality = Locality::between(&context.current_account_id, receiver);
            let per_byte = fee.send(locality).checked_add(fee.execution)?;
            sum.checked_add(per_byte.checked_mul(length)?)
        })
    }

    fn check_room_for_log(&self) -> Result<()> {
        let limit = self.state.config.limits.max_number_logs;
        if self.state.logs.len() as u64 >= limit {
            return Err(HostError::NumberOfLogsExceeded { limit }.into());
        }
        Ok(())
    }

    fn pay_log(&mut self, text: &str) -> Result<()> {
        self.state.gas.pay_base(ExtCost::LogBase)?;
        self.state.gas.pay_per(ExtCost::LogByte, text.len() as u64)
    }

    fn push_log(&mut self, text: String) -> Result<()> {
        let length = self.state.logs_length.saturating_add(text.len() as u64);
        if length > self.state.config.limits.max_total_log_length {
            // The protocol counts the text twice in this message: it was added before the check.
            self.state.logs_length = length;
            return Err(self.logs_too_long(text.len() as u64));
        }
        self.state.logs_length = length;
        self.state.logs.push(text);
        Ok(())
    }

    fn logs_too_long(&self, added: u64) -> crate::error::Stop {
        let limit = self.state.config.limits.max_total_log_length;
        let length = self.state.logs_length.saturating_add(added);
        HostError::TotalLogLengthExceeded { length, limit }.into()
    }

    /// Bytes that logs may still have.
    fn log_room(&self) -> u64 {
        self.state.config.limits.max_total_log_length.saturating_sub(self.state.logs_length)
    }

    fn utf8_text(&mut self, len: u64, ptr: u64) -> Result<String> {
        self.state.gas.pay_base(ExtCost::Utf8DecodingBase)?;
        let room = self.log_room();
        let bytes = if len == u64::MAX {
            self.bytes_to_zero(ptr, room)?
        } else if len > room {
            return Err(self.logs_too_long(len));
        } else {
            copy::to_vec(self.guest().memory(len, ptr)?)
        };
        self.state.gas.pay_per(ExtCost::Utf8DecodingByte, bytes.len() as u64)?;
        String::from_utf8(bytes).map_err(|_| HostError::BadUTF8.into())
    }

    /// The bytes from `ptr` up to a zero byte, at most `room`; each is paid for like a read of its
    /// own.
    fn bytes_to_zero(&mut self, ptr: u64, room: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let length = bytes.len() as u64;
            let at = ptr.checked_add(length).ok_or(HostError::MemoryAccessViolation)?;
            let [byte] = self.guest().array(at)?;
            if byte == 0 {
                return Ok(bytes);
            }
            if length >= room {
                return Err(self.logs_too_long(room.saturating_add(1)));
            }
            bytes.push(byte);
        }
    }

    fn utf16_text(&mut self, len: u64, ptr: u64) -> Result<String> {
        self.state.gas.pay_base(ExtCost::Utf16DecodingBase)?;
        let room = self.log_room();
        let bytes = if len == u64::MAX {
            let len = self.utf16_length(ptr, room)?;
            self.guest().memory_for_free(len, ptr)?
        } else {
            self.guest().memory(len, ptr)?
        };
        let (units, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(HostError::BadUTF16.into());
        }
        let text = char::decode_utf16(units.iter().map(|&unit| u16::from_le_bytes(unit)));
        let length = bytes.len() as u64;
        // A text too long for the logs is not decoded, and not paid for.
        let text = (length <= room).then(|| text.collect::<Result<String, _>>());
        let Some(text) = text else { return Err(self.logs_too_long(length)) };
        self.state.gas.pay_per(ExtCost::Utf16DecodingByte, length)?;
        text.map_err(|_| HostError::BadUTF16.into())
    }

    /// Length in bytes of the UTF-16 text at `ptr` up to a zero unit, at most `room`; each unit is
    /// paid for like a read of its own.
    fn utf16_length(&mut self, ptr: u64, room: u64) -> Result<u64> {
        let mut length = 0u64;
        loop {
            let at = ptr.checked_add(length).ok_or(HostError::MemoryAccessViolation)?;
            if self.guest().array(at)? == [0, 0] {
                return Ok(length);
            }
            length = length.saturating_add(2);
            if length > room {
                return Err(self.logs_too_long(length));
            }
        }
    }
}
