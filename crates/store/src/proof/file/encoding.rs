//! Proof files as bytes.
//!
//! Numbers that the bytes say reserve no room; it grows with what is there.

use super::{Claim, InvalidProofFile, ProofFile};
use crate::node::ValueRef;
use crate::proof::MultiProof;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// What a file begins with. The number is the version of the format.
const MAGIC: [u8; 13] = *b"torr proof 1\n";

/// Tags of claims.
const ABSENT: u8 = 0;
const REFERENCE: u8 = 1;
const VALUE: u8 = 2;

/// What is wrong with a part of a proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedPart {
    /// It goes on behind the end of the file.
    #[error("the file ends too early")]
    TooShort,
    /// Nothing begins there.
    #[error("something follows the last node")]
    TooLong,
    /// There are no keys.
    #[error("there are no keys")]
    NoKeys,
    /// A key is the one before or sorts below it.
    #[error("the keys are not in order, or one is there twice")]
    KeyOutOfOrder,
    /// There is no such claim.
    #[error("there is no claim of kind {tag}")]
    UnknownClaim {
        /// Its tag.
        tag: u8,
    },
}

impl ProofFile {
    /// The file as bytes.
    ///
    /// # Errors
    /// When it has no keys, or has more of anything than 4294967295.
    pub fn encode(&self) -> Result<Vec<u8>, InvalidProofFile> {
        if self.claims.is_empty() {
            return Err(InvalidProofFile::NoKeys);
        }
        let mut bytes = [&MAGIC[..], self.root.as_bytes()].concat();
        put_number(self.claims.len(), &mut bytes)?;
        for (key, claim) in &self.claims {
            put(key, &mut bytes)?;
            match claim {
                Claim::Absent => bytes.push(ABSENT),
                Claim::Reference(value) => {
                    bytes.push(REFERENCE);
                    bytes.extend_from_slice(&value.length.to_le_bytes());
                    bytes.extend_from_slice(value.hash.as_bytes());
                }
                Claim::Value(value) => {
                    bytes.push(VALUE);
                    put(value, &mut bytes)?;
                }
            }
        }
        put_number(self.proof.nodes.len(), &mut bytes)?;
        for node in &self.proof.nodes {
            put(node, &mut bytes)?;
        }
        let checksum = CryptoHash::of(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        Ok(bytes)
    }

    /// Reads a file of at most `limit` bytes. Whether it proves what it claims is another question, which
    /// [`ProofFile::verify`] answers.
    ///
    /// # Errors
    /// When the bytes are not what [`ProofFile::encode`] gives for some file, or too many.
    pub fn decode(bytes: &[u8], limit: usize) -> Result<ProofFile, InvalidProofFile> {
        if bytes.len() > limit {
            return Err(InvalidProofFile::TooLong { length: bytes.len(), limit });
        }
        if !bytes.starts_with(&MAGIC) {
            return Err(InvalidProofFile::OtherFormat);
        }
        let (content, checksum) =
            bytes.split_last_chunk().ok_or(InvalidProofFile::OtherChecksum)?;
        if CryptoHash::of(content) != CryptoHash(*checksum) {
            return Err(InvalidProofFile::OtherChecksum);
        }
        let mut rest = Rest { bytes: content, at: 0 };
        let read = rest.file();
        read.map_err(|part| InvalidProofFile::Malformed { at: rest.at, part })
    }
}

fn put_number(number: usize, bytes: &mut Vec<u8>) -> Result<(), InvalidProofFile> {
    let too_long = |_| InvalidProofFile::PartTooLong { length: number };
    bytes.extend_from_slice(&u32::try_from(number).map_err(too_long)?.to_le_bytes());
    Ok(())
}

fn put(part: &[u8], bytes: &mut Vec<u8>) -> Result<(), InvalidProofFile> {
    put_number(part.len(), bytes)?;
    bytes.extend_from_slice(part);
    Ok(())
}

/// What is not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    /// Where what is read last begins.
    at: usize,
}

impl<'a> Rest<'a> {
    fn file(&mut self) -> Result<ProofFile, MalformedPart> {
        let whole = self.bytes.len();
        self.take::<{ MAGIC.len() }>()?;
        let root = CryptoHash(self.take()?);
        let mut claims = BTreeMap::new();
        let count = self.number()?;
        if count == 0 {
            return Err(MalformedPart::NoKeys);
        }
        for _ in 0..count {
            self.at = whole - self.bytes.len();
            let key = self.part()?;
            if claims.last_key_value().is_some_and(|(last, _): (&Vec<u8>, _)| last[..] >= *key) {
                return Err(MalformedPart::KeyOutOfOrder);
            }
            let claim = self.claim()?;
            claims.insert(key.to_vec(), claim);
        }
        let mut nodes = Vec::new();
        for _ in 0..self.number()? {
            self.at = whole - self.bytes.len();
            nodes.push(Arc::from(self.part()?));
        }
        self.at = whole - self.bytes.len();
        let file = ProofFile { root, claims, proof: MultiProof { nodes } };
        if self.bytes.is_empty() { Ok(file) } else { Err(MalformedPart::TooLong) }
    }

    fn claim(&mut self) -> Result<Claim, MalformedPart> {
        let [tag] = self.take()?;
        match tag {
            ABSENT => Ok(Claim::Absent),
            REFERENCE => {
                let length = self.number()?;
                Ok(Claim::Reference(ValueRef { length, hash: CryptoHash(self.take()?) }))
            }
            VALUE => Ok(Claim::Value(self.part()?.into())),
            tag => Err(MalformedPart::UnknownClaim { tag }),
        }
    }

    fn number(&mut self) -> Result<u32, MalformedPart> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn part(&mut self) -> Result<&'a [u8], MalformedPart> {
        let length = usize::try_from(self.number()?).map_err(|_| MalformedPart::TooShort)?;
        let (part, rest) = self.bytes.split_at_checked(length).ok_or(MalformedPart::TooShort)?;
        self.bytes = rest;
        Ok(part)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], MalformedPart> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(MalformedPart::TooShort)?;
        self.bytes = rest;
        Ok(*taken)
    }
}
