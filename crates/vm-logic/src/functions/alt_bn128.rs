//! Arithmetic on the curve alt_bn128, as Ethereum uses it, but little-endian. (NEP-98; protocol:
//! runtime specification, "Math API".)
//!
//! Input is a list of items of one size; it is split before items are paid for, and paid for before
//! any is decoded.

use crate::error::{HostError, Result, Stop};
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_crypto::alt_bn128::{self, InvalidInput};
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the sum of points of G1, each multiplied by a scalar, to `register_id`. An item is
    /// a point of 64 bytes and a scalar of 32; numbers are little-endian; the result is a point. A
    /// length of `u64::MAX` names a register.
    #[host(pays = [alt_bn128_g1_multiexp_base], also_pays = [alt_bn128_g1_multiexp_element])]
    fn alt_bn128_g1_multiexp(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<()> {
        let items =
            self.alt_bn128_items(value_len, value_ptr, ExtCost::AltBn128G1MultiexpElement)?;
        let point = alt_bn128::g1_multiexp(items)?;
        self.set_register(register_id, point)
    }

    /// Writes the sum of points of G1 to `register_id`. An item is a sign, 0 to add and 1 to
    /// subtract, and a point of 64 bytes; numbers are little-endian; the result is a point. A
    /// length of `u64::MAX` names a register.
    #[host(pays = [alt_bn128_g1_sum_base], also_pays = [alt_bn128_g1_sum_element])]
    fn alt_bn128_g1_sum(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let items = self.alt_bn128_items(value_len, value_ptr, ExtCost::AltBn128G1SumElement)?;
        let point = alt_bn128::g1_sum(items)?;
        self.set_register(register_id, point)
    }

    /// 1 if the product of the pairings of the items is one, else 0. An item is a point of G1
    /// of 64 bytes and one of G2 of 128; numbers are little-endian. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [alt_bn128_pairing_check_base], also_pays = [alt_bn128_pairing_check_element])]
    fn alt_bn128_pairing_check(&mut self, value_len: u64, value_ptr: u64) -> Result<u64> {
        let items =
            self.alt_bn128_items(value_len, value_ptr, ExtCost::AltBn128PairingCheckElement)?;
        Ok(alt_bn128::pairing_check(items)?.into())
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// The items there, read and paid for. Their size follows from what they are for.
    fn alt_bn128_items<const N: usize>(
        &mut self,
        len: u64,
        ptr: u64,
        per_item: ExtCost,
    ) -> Result<&[[u8; N]]> {
        let mut guest = self.guest();
        let items = alt_bn128::items(guest.bytes(len, ptr)?)?;
        guest.gas.pay_per(per_item, items.len() as u64)?;
        Ok(items)
    }
}

impl From<InvalidInput> for Stop {
    fn from(error: InvalidInput) -> Stop {
        HostError::AltBn128InvalidInput { msg: error.to_string() }.into()
    }
}
