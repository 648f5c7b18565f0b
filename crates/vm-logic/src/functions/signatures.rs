//! Checks of signatures. Each reads signature, message and key in an order that can be observed by
//! the gas that is left, and refuses a part of the wrong length at once; a signature that is merely
//! wrong gives 0. (Protocol: runtime specification, "Math API"; P-256: NEP-635.)

use crate::error::{HostError, Result, Stop};
use crate::host::{Guest, Host};
use crate::memory::GuestMemory;
use torr_crypto::signature::{
    self, EcrecoverError, Ed25519Signature, ML_DSA_65_PUBLIC_KEY_LENGTH,
    ML_DSA_65_SIGNATURE_LENGTH, Malleability, P256Signature, RecoveryId,
};
use torr_parameters::ExtCost;
use torr_vm_logic_macros::host_functions;

#[host_functions]
#[expect(clippy::too_many_arguments, reason = "the parameters are those of the import")]
impl<M: GuestMemory + ?Sized> Host<'_, '_, M> {
    /// Writes the secp256k1 public key, 64 bytes, that made a signature of a 32-byte hash to
    /// `register_id` and returns 1; returns 0 when there is none. The signature is 64 bytes, `v`
    /// its recovery id from 0 to 3; a `malleability_flag` of 1 refuses a signature with a high `s`,
    /// 0 takes it. Lengths of `u64::MAX` name registers.
    #[host(pays = [ecrecover_base])]
    fn ecrecover(
        &mut self,
        hash_len: u64,
        hash_ptr: u64,
        sig_len: u64,
        sig_ptr: u64,
        v: u64,
        malleability_flag: u64,
        register_id: u64,
    ) -> Result<u64> {
        let mut guest = self.guest();
        let signature = guest.exactly(sig_len, sig_ptr, |length| {
            EcrecoverError::SignatureLength { length }.into()
        })?;
        let recovery_id = RecoveryId::new(v)?;
        let hash = guest
            .exactly(hash_len, hash_ptr, |length| EcrecoverError::HashLength { length }.into())?;
        let malleability = Malleability::from_flag(malleability_flag)?;
        match signature::ecrecover(hash, signature, recovery_id, malleability) {
            None => Ok(0),
            Some(public_key) => {
                self.set_register(register_id, public_key)?;
                Ok(1)
            }
        }
    }

    /// 1 if a signature of 64 bytes is the ed25519 signature of a message under a public key of 32
    /// bytes, else 0. Lengths of `u64::MAX` name registers.
    #[host(pays = [ed25519_verify_base], also_pays = [ed25519_verify_byte])]
    fn ed25519_verify(
        &mut self,
        signature_len: u64,
        signature_ptr: u64,
        message_len: u64,
        message_ptr: u64,
        public_key_len: u64,
        public_key_ptr: u64,
    ) -> Result<u64> {
        let refused = |msg: &str| HostError::Ed25519VerifyInvalidInput { msg: msg.to_owned() };
        let mut guest = self.guest();
        let signature =
            guest.exactly(signature_len, signature_ptr, |_| refused(SIGNATURE_LENGTH).into())?;
        // A malformed signature is told before anything else is read and paid for.
        let Some(signature) = Ed25519Signature::parse(signature) else { return Ok(0) };
        let message = guest.message(message_len, message_ptr, ExtCost::Ed25519VerifyByte)?;
        let public_key =
            guest.exactly(public_key_len, public_key_ptr, |_| refused(PUBLIC_KEY_LENGTH).into())?;
        Ok(signature.verify(message, public_key).into())
    }

    /// 1 if a signature of 64 bytes, `r || s`, is the P-256 signature of a hash under a compressed
    /// public key of 33 bytes, else 0 (NEP-635). The message is the hash; it is not hashed again.
    /// Lengths of `u64::MAX` name registers.
    #[host(pays = [p256_verify_base], also_pays = [p256_verify_byte], since = p256_verify_host_fn)]
    fn p256_verify(
        &mut self,
        signature_len: u64,
        signature_ptr: u64,
        message_len: u64,
        message_ptr: u64,
        public_key_len: u64,
        public_key_ptr: u64,
    ) -> Result<u64> {
        let refused = |msg: &str| HostError::P256VerifyInvalidInput { msg: msg.to_owned() };
        let mut guest = self.guest();
        let signature =
            guest.exactly(signature_len, signature_ptr, |_| refused(SIGNATURE_LENGTH).into())?;
        let Some(signature) = P256Signature::parse(signature) else { return Ok(0) };
        let message = guest.message(message_len, message_ptr, ExtCost::P256VerifyByte)?;
        let public_key =
            guest.exactly(public_key_len, public_key_ptr, |_| refused(PUBLIC_KEY_LENGTH).into())?;
        Ok(signature.verify(message, public_key).into())
    }

    /// 1 if a signature of 3309 bytes is the ML-DSA-65 signature, with an empty context, of a
    /// message under a public key of 1952 bytes, else 0. Lengths of `u64::MAX` name registers.
    #[host(
        pays = [ml_dsa_verify_base],
        also_pays = [ml_dsa_verify_byte],
        since = ml_dsa_verify_host_fn
    )]
    fn ml_dsa_verify(
        &mut self,
        signature_len: u64,
        signature_ptr: u64,
        message_len: u64,
        message_ptr: u64,
        public_key_len: u64,
        public_key_ptr: u64,
    ) -> Result<u64> {
        let mut guest = self.guest();
        let signature = guest.exactly(signature_len, signature_ptr, |length| {
            ml_dsa_length("signature", ML_DSA_65_SIGNATURE_LENGTH, length)
        })?;
        let message = guest.message(message_len, message_ptr, ExtCost::MlDsaVerifyByte)?;
        let public_key = guest.exactly(public_key_len, public_key_ptr, |length| {
            ml_dsa_length("key", ML_DSA_65_PUBLIC_KEY_LENGTH, length)
        })?;
        Ok(signature::ml_dsa_65_verify(signature, message, public_key).into())
    }
}

// The texts of failures are part of the outcome, and so of the protocol.
const SIGNATURE_LENGTH: &str = "invalid signature length";
const PUBLIC_KEY_LENGTH: &str = "invalid public key length";

fn ml_dsa_length(part: &str, expected: usize, given: usize) -> Stop {
    let msg = format!(
        "invalid {part} length: expected the input of {expected} bytes, but {given} was given"
    );
    HostError::MlDsaVerifyInvalidInput { msg }.into()
}

impl From<EcrecoverError> for Stop {
    fn from(error: EcrecoverError) -> Stop {
        HostError::ECRecoverError { msg: error.to_string() }.into()
    }
}

impl<'h, M: GuestMemory + ?Sized> Guest<'h, M> {
    /// The bytes there, if they are `N`; else the failure for the number that they are.
    fn exactly<const N: usize>(
        &mut self,
        len: u64,
        ptr: u64,
        wrong_length: impl FnOnce(usize) -> Stop,
    ) -> Result<&'h [u8; N]> {
        let bytes = self.bytes(len, ptr)?;
        bytes.try_into().map_err(|_| wrong_length(bytes.len()))
    }

    /// The signed message, read and paid for.
    fn message(&mut self, len: u64, ptr: u64, per_byte: ExtCost) -> Result<&'h [u8]> {
        let message = self.bytes(len, ptr)?;
        self.gas.pay_per(per_byte, message.len() as u64)?;
        Ok(message)
    }
}
