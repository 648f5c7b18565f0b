//! Witnesses as bytes. (`docs/witness.md` is the specification.)
//!
//! **Invariant:** a witness has one encoding. Bytes that are not what encoding would give are refused, and
//! reading takes memory in proportion to them.

use super::{Witness, WitnessError};
use torr_crypto::hash::CryptoHash;

/// What a witness begins with. The number is the version of the format.
const MAGIC: [u8; 15] = *b"torr witness 1\n";

impl Witness {
    /// A limit for who has no other, in bytes: the protocol's limits on receipts, transactions and proofs
    /// allow less.
    pub const USUAL_LIMIT: usize = 64 << 20;

    /// The witness as bytes.
    ///
    /// # Errors
    /// When one of its parts is too long.
    pub fn encode(&self) -> Result<Vec<u8>, WitnessError> {
        let mut bytes = MAGIC.to_vec();
        borsh::to_writer(&mut bytes, self).map_err(|_| WitnessError::PartTooLong)?;
        let checksum = CryptoHash::of(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        Ok(bytes)
    }

    /// Reads a witness of at most `limit` bytes. Whether it proves what it claims is another question,
    /// which [`validate`](super::validate) answers.
    ///
    /// # Errors
    /// When the bytes are not what [`Witness::encode`] gives for some witness, or too many.
    pub fn decode(bytes: &[u8], limit: usize) -> Result<Witness, WitnessError> {
        if bytes.len() > limit {
            return Err(WitnessError::TooLong { length: bytes.len(), limit });
        }
        let rest = bytes.strip_prefix(&MAGIC).ok_or(WitnessError::OtherFormat)?;
        let (content, checksum) = rest.split_last_chunk().ok_or(WitnessError::OtherChecksum)?;
        let sealed = bytes.get(..MAGIC.len() + content.len()).unwrap_or_default();
        if CryptoHash::of(sealed) != CryptoHash(*checksum) {
            return Err(WitnessError::OtherChecksum);
        }
        let malformed = |reason: String| WitnessError::Malformed { reason };
        let witness: Witness =
            borsh::from_slice(content).map_err(|error| malformed(error.to_string()))?;
        // Maps and sets can be written in several orders, of which one is right.
        if witness.encode()? != bytes {
            return Err(malformed("entries are not in order, or one is there twice".to_owned()));
        }
        Ok(witness)
    }
}
