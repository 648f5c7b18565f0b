//! Hashes of what a contract has. All read the value first and then pay for its length; the hash
//! goes to a register. (Protocol: runtime specification, "Math API".)

use crate::error::Result;
use crate::host::Host;
use crate::memory::GuestMemory;
use torr_crypto::hash;
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes SHA-256 of a value, 32 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [sha256_base], also_pays = [sha256_byte])]
    fn sha256(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Sha256Byte)?;
        let digest = hash::sha256(value);
        self.set_register(register_id, digest)
    }

    /// Writes Keccak-256 of a value, 32 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [keccak256_base], also_pays = [keccak256_byte])]
    fn keccak256(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Keccak256Byte)?;
        let digest = hash::keccak256(value);
        self.set_register(register_id, digest)
    }

    /// Writes Keccak-512 of a value, 64 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [keccak512_base], also_pays = [keccak512_byte])]
    fn keccak512(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Keccak512Byte)?;
        let digest = hash::keccak512(value);
        self.set_register(register_id, digest)
    }

    /// Writes SHA3-256 of a value, 32 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [sha3_256_base], also_pays = [sha3_256_byte], since = sha3_host_fns)]
    fn sha3_256(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Sha3256Byte)?;
        let digest = hash::sha3_256(value);
        self.set_register(register_id, digest)
    }

    /// Writes SHA3-384 of a value, 48 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [sha3_384_base], also_pays = [sha3_384_byte], since = sha3_host_fns)]
    fn sha3_384(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Sha3384Byte)?;
        let digest = hash::sha3_384(value);
        self.set_register(register_id, digest)
    }

    /// Writes SHA3-512 of a value, 64 bytes, to `register_id`. A length of `u64::MAX` names a
    /// register.
    #[host(pays = [sha3_512_base], also_pays = [sha3_512_byte], since = sha3_host_fns)]
    fn sha3_512(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let value = self.bytes_to_hash(value_len, value_ptr, ExtCost::Sha3512Byte)?;
        let digest = hash::sha3_512(value);
        self.set_register(register_id, digest)
    }

    /// Writes RIPEMD-160 of a value, 20 bytes, to `register_id`. Paid per block of 64 bytes. A
    /// length of `u64::MAX` names a register.
    #[host(pays = [ripemd160_base], also_pays = [ripemd160_block])]
    fn ripemd160(&mut self, value_len: u64, value_ptr: u64, register_id: u64) -> Result<()> {
        let mut guest = self.guest();
        let value = guest.bytes(value_len, value_ptr)?;
        guest.gas.pay_per(ExtCost::Ripemd160Block, ripemd160_blocks(value.len() as u64))?;
        let digest = hash::ripemd160(value);
        self.set_register(register_id, digest)
    }
}

impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// The value to hash, read and paid for.
    fn bytes_to_hash(&mut self, len: u64, ptr: u64, per_byte: ExtCost) -> Result<&[u8]> {
        let mut guest = self.guest();
        let value = guest.bytes(len, ptr)?;
        guest.gas.pay_per(per_byte, value.len() as u64)?;
        Ok(value)
    }
}

/// Blocks that are hashed for a value of `len` bytes: the value, one byte of padding and eight of
/// length, rounded up.
fn ripemd160_blocks(len: u64) -> u64 {
    const BLOCK: u64 = 64;
    const LENGTH_FIELD: u64 = 8;
    len.saturating_add(LENGTH_FIELD) / BLOCK + 1
}

#[cfg(test)]
mod tests {
    use super::ripemd160_blocks;

    #[test]
    fn ripemd160_is_paid_by_block() {
        for (len, blocks) in [(0, 1), (55, 1), (56, 2), (119, 2), (120, 3), (1_000, 16)] {
            assert_eq!(ripemd160_blocks(len), blocks, "{len} bytes");
        }
    }
}
