//! Arithmetic on the curve BLS12-381 (NEP-488). Numbers are big-endian, scalars little-endian;
//! points are uncompressed unless said otherwise.
//!
//! Input is a list of elements of one size. All functions but the pairing check pay for elements by
//! the length argument, before they read: a register, whose length argument is `u64::MAX`, can
//! never be paid for. Input that is well-formed as a list and wrong as points gives 1.

use crate::error::{HostError, Result, Stop};
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_crypto::bls12381::{self, InvalidLength, Subgroup};
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
}
