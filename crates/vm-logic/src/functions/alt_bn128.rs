//! Arithmetic on the curve alt_bn128, as Ethereum uses it, but little-endian. (NEP-98; protocol:
//! runtime specification, "Math API".)
//!
//! Input is a list of elements of one size; it is split before elements are paid for, and paid for
//! before any is decoded.

use crate::error::{HostError, Result, Stop};
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_crypto::alt_bn128::{
    self, G1_MULTIEXP_ELEMENT_SIZE, G1_SUM_ELEMENT_SIZE, InvalidInput, PAIRING_CHECK_ELEMENT_SIZE,
};
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the sum of points of G1, each multiplied by a scalar, to `register_id`. An element is
    /// a point of 64 bytes and a scalar of 32; numbers are little-endian; the result is a point. A
    /// length of `u64::MAX` names a register.
    #[host(pays = [alt_bn128_g1_multiexp_base], also_pays = [alt_bn128_g1_multiexp_element])]
    fn alt_bn128_g1_multiexp(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<()> {
        let elements: &[[u8; G1_MULTIEXP_ELEMENT_SIZE]] =
            self.alt_bn128_elements(value_len, value_ptr, ExtCost::AltBn128G1MultiexpElement)?;
        let point = alt_bn128::g1_multiexp(elements)?;
        self.set_register(register_id, point)
    }

    /// Writes the sum of points of G1 to `register_id`. An element is a sign, 0 to add and 1 to
    /// subtract, and a point of 64 bytes; numbers are little-endian; the result is a point. A
    /// length of `u64::MAX` names a register.
    #[host(pays = [alt_bn128_g1_sum_base], also_pays = [alt_bn128_g1_sum_element])]
    fn alt_bn128_g1_sum(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<()> {
        let elements: &[[u8; G1_SUM_ELEMENT_SIZE]] =
            self.alt_bn128_elements(value_len, value_ptr, ExtCost::AltBn128G1SumElement)?;
        let point = alt_bn128::g1_sum(elements)?;
        self.set_register(register_id, point)
    }

    /// 1 if the product of the pairings of the elements is one, else 0. An element is a point of G1
    /// of 64 bytes and one of G2 of 128; numbers are little-endian. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [alt_bn128_pairing_check_base], also_pays = [alt_bn128_pairing_check_element])]
    fn alt_bn128_pairing_check(&mut self, value_len: u64, value_ptr: u64) -> Result<u64> {
        let elements: &[[u8; PAIRING_CHECK_ELEMENT_SIZE]] =
            self.alt_bn128_elements(value_len, value_ptr, ExtCost::AltBn128PairingCheckElement)?;
        Ok(alt_bn128::pairing_check(elements)?.into())
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// The elements there, read and paid for.
    fn alt_bn128_elements<const N: usize>(
        &mut self,
        len: u64,
        ptr: u64,
        per_element: ExtCost,
    ) -> Result<&[[u8; N]]> {
        let mut guest = self.guest();
        let bytes = guest.bytes(len, ptr)?;
        let (elements, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            let len = bytes.len();
            let msg =
                format!("slice of size {len} cannot be precisely split into chunks of size {N}");
            return Err(HostError::AltBn128InvalidInput { msg }.into());
        }
        guest.gas.pay_per(per_element, elements.len() as u64)?;
        Ok(elements)
    }
}

impl From<InvalidInput> for Stop {
    fn from(error: InvalidInput) -> Stop {
        HostError::AltBn128InvalidInput { msg: error.to_string() }.into()
    }
}
