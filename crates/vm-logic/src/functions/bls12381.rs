//! Arithmetic on the curve BLS12-381 (NEP-488). Numbers are big-endian, scalars little-endian;
//! points are uncompressed unless said otherwise.
//!
//! Input is a list of items of one size. Items that are no points give 1; a list whose length is
//! not a multiple of the size ends the call as failed.
//!
//! All functions but the pairing check pay for items by the length argument, before they read. So
//! none of them can be given a register: the length argument `u64::MAX`, which names one, stands
//! for more items than anyone can pay for.

use crate::error::{HostError, Result, Stop};
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_crypto::bls12381::{self, InvalidInput, NotInGroupFix};
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the sum of points of the curve over Fp, 96 bytes, to `register_id` and returns 0; 1
    /// when an item is malformed. An item is a sign, 0 to add and 1 to subtract, and a point of 96
    /// bytes.
    #[host(pays = [bls12381_p1_sum_base], also_pays = [bls12381_p1_sum_element])]
    fn bls12381_p1_sum(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<u64> {
        let fix = self.not_in_group_fix();
        let items =
            self.bls12381_items::<97>(value_len, value_ptr, ExtCost::Bls12381P1SumElement)?;
        let sum = bls12381::p1_sum(items, fix)?;
        self.set_points(register_id, sum)
    }

    /// Writes the sum of points of the curve over Fp2, 192 bytes, to `register_id` and returns 0; 1
    /// when an item is malformed. An item is a sign, 0 to add and 1 to subtract, and a point of 192
    /// bytes.
    #[host(pays = [bls12381_p2_sum_base], also_pays = [bls12381_p2_sum_element])]
    fn bls12381_p2_sum(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<u64> {
        let fix = self.not_in_group_fix();
        let items =
            self.bls12381_items::<193>(value_len, value_ptr, ExtCost::Bls12381P2SumElement)?;
        let sum = bls12381::p2_sum(items, fix)?;
        self.set_points(register_id, sum)
    }

    /// Writes the sum of points of G1, each multiplied by a scalar, 96 bytes, to `register_id` and
    /// returns 0; 1 when an item is malformed or its point not in G1. An item is a point of 96
    /// bytes and a scalar of 32.
    #[host(pays = [bls12381_g1_multiexp_base], also_pays = [bls12381_g1_multiexp_element])]
    fn bls12381_g1_multiexp(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let items =
            self.bls12381_items::<128>(value_len, value_ptr, ExtCost::Bls12381G1MultiexpElement)?;
        let sum = bls12381::g1_multiexp(items)?;
        self.set_points(register_id, sum)
    }

    /// Writes the sum of points of G2, each multiplied by a scalar, 192 bytes, to `register_id` and
    /// returns 0; 1 when an item is malformed or its point not in G2. An item is a point of 192
    /// bytes and a scalar of 32.
    #[host(pays = [bls12381_g2_multiexp_base], also_pays = [bls12381_g2_multiexp_element])]
    fn bls12381_g2_multiexp(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let items =
            self.bls12381_items::<224>(value_len, value_ptr, ExtCost::Bls12381G2MultiexpElement)?;
        let sum = bls12381::g2_multiexp(items)?;
        self.set_points(register_id, sum)
    }

    /// Maps elements of Fp, 48 bytes each, to points of G1, writes these, 96 bytes each, to
    /// `register_id` and returns 0; 1 when an element is not less than the modulus.
    #[host(pays = [bls12381_map_fp_to_g1_base], also_pays = [bls12381_map_fp_to_g1_element])]
    fn bls12381_map_fp_to_g1(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let items =
            self.bls12381_items::<48>(value_len, value_ptr, ExtCost::Bls12381MapFpToG1Element)?;
        let points = bls12381::map_fp_to_g1(items)?;
        self.set_points(register_id, points)
    }

    /// Maps elements of Fp2, 96 bytes each, to points of G2, writes these, 192 bytes each, to
    /// `register_id` and returns 0; 1 when a part of an element is not less than the modulus.
    #[host(pays = [bls12381_map_fp2_to_g2_base], also_pays = [bls12381_map_fp2_to_g2_element])]
    fn bls12381_map_fp2_to_g2(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let items =
            self.bls12381_items::<96>(value_len, value_ptr, ExtCost::Bls12381MapFp2ToG2Element)?;
        let points = bls12381::map_fp2_to_g2(items)?;
        self.set_points(register_id, points)
    }

    /// 0 if the product of the pairings of the items is one, 2 if it is not, 1 when an item is
    /// malformed or a point not in its group. An item is a point of G1 of 96 bytes and one of G2 of
    /// 192. A length of `u64::MAX` names a register.
    #[host(pays = [bls12381_pairing_base], also_pays = [bls12381_pairing_element])]
    fn bls12381_pairing_check(&mut self, value_len: u64, value_ptr: u64) -> Result<u64> {
        const ITEM: usize = 288;
        let mut guest = self.guest();
        let items = guest.bytes(value_len, value_ptr)?;
        guest.gas.pay_per(ExtCost::Bls12381PairingElement, (items.len() / ITEM) as u64)?;
        Ok(bls12381::pairing_check(items)? as u64)
    }

    /// Writes points of the curve over Fp, given compressed in 48 bytes each, to `register_id`, 96
    /// bytes each, and returns 0; 1 when one is malformed.
    #[host(pays = [bls12381_p1_decompress_base], also_pays = [bls12381_p1_decompress_element])]
    fn bls12381_p1_decompress(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let fix = self.not_in_group_fix();
        let items =
            self.bls12381_items::<48>(value_len, value_ptr, ExtCost::Bls12381P1DecompressElement)?;
        let points = bls12381::p1_decompress(items, fix)?;
        self.set_points(register_id, points)
    }

    /// Writes points of the curve over Fp2, given compressed in 96 bytes each, to `register_id`,
    /// 192 bytes each, and returns 0; 1 when one is malformed.
    #[host(pays = [bls12381_p2_decompress_base], also_pays = [bls12381_p2_decompress_element])]
    fn bls12381_p2_decompress(
        &mut self,
        value_len: u64,
        value_ptr: u64,
        register_id: u64,
    ) -> Result<u64> {
        let fix = self.not_in_group_fix();
        let items =
            self.bls12381_items::<96>(value_len, value_ptr, ExtCost::Bls12381P2DecompressElement)?;
        let points = bls12381::p2_decompress(items, fix)?;
        self.set_points(register_id, points)
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// The bytes of items of `SIZE` bytes each, paid for by the number that the length argument
    /// stands for, and read.
    fn bls12381_items<const SIZE: u64>(
        &mut self,
        len: u64,
        ptr: u64,
        per_item: ExtCost,
    ) -> Result<&[u8]> {
        let mut guest = self.guest();
        guest.gas.pay_per(per_item, len / SIZE)?;
        guest.bytes(len, ptr)
    }

    fn not_in_group_fix(&self) -> NotInGroupFix {
        if self.state.config.bls12381_not_in_group_fix {
            NotInGroupFix::On
        } else {
            NotInGroupFix::Off
        }
    }

    /// Hands the computed points over, or says that there are none.
    fn set_points(&mut self, register_id: u64, points: Option<Vec<u8>>) -> Result<u64> {
        let Some(points) = points else { return Ok(1) };
        self.set_register(register_id, points)?;
        Ok(0)
    }
}

impl From<InvalidInput> for Stop {
    fn from(error: InvalidInput) -> Stop {
        HostError::BLS12381InvalidInput { msg: error.to_string() }.into()
    }
}
