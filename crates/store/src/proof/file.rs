//! Proof files: a root, keys, what is claimed of each, and the nodes that prove it, to be handed to others.
//!
//! A file is borsh between a line that says what it is and a checksum:
//!
//! | bytes | what |
//! |---|---|
//! | 13 | `torr proof 1` and a line feed |
//! | 32 | the root |
//! | 4 | number of keys, at least 1; then for each, in the order of their bytes: |
//! | 4 + length | the key |
//! | 1 | what is claimed: 0 nothing is under it, 1 a value by reference, 2 a value with its bytes |
//! | 4 + 32, or 4 + length | for 1 length and hash of the value, for 2 the value |
//! | 4 | number of nodes; then for each, in the order of [`MultiProof`]: |
//! | 4 + length | the node, as the trie encodes it |
//! | 32 | SHA-256 of all bytes before |
//!
//! Numbers are little-endian. The checksum is for damage on the way, and keeps no one from making a file:
//! what is in it is believed as far as hashes lead from the root, which has to come from elsewhere.
//!
//! **Invariant:** a file has one encoding. Bytes that are not what encoding would give are refused, and
//! reading takes memory in proportion to them.

mod encoding;

pub use encoding::MalformedPart;

use super::{InvalidProof, MultiProof};
use crate::node::ValueRef;
use crate::partial_state::PartialState;
use crate::source::{NodeSource, TrieError};
use crate::trie::Trie;
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;

/// A proof of what is under keys, with the root, the keys and what is claimed of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// The root under which it proves something.
    pub root: CryptoHash,
    /// What is claimed of each key; of at least one.
    pub claims: BTreeMap<Vec<u8>, Claim>,
    /// What proves it.
    pub proof: MultiProof,
}

/// What is claimed of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing is under it.
    Absent,
    /// A value of which length and hash are known.
    Reference(ValueRef),
    /// A value, with its bytes.
    Value(Arc<[u8]>),
}

/// How a proof file holds values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// With their bytes.
    Included,
    /// By length and hash.
    ByReference,
}

/// Why a proof file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProofFile {
    /// It is longer than the reader wants.
    #[error("the proof file has {length} bytes, more than the {limit} allowed; raise the limit")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// It does not begin as proof files do.
    #[error(
        "this is no proof file of version 1, which begins with the line `torr proof 1`; \
         check that it is the right file, and whether it needs a newer program"
    )]
    OtherFormat,
    /// Its bytes are not those that were written.
    #[error("the proof file is damaged: it does not have the checksum at its end; copy it again")]
    OtherChecksum,
    /// It was written by something that does not know how.
    #[error("byte {at} of the proof file: {part}; tell who made it")]
    Malformed {
        /// Where the part begins, in bytes from the start.
        at: usize,
        /// What is wrong with it.
        part: MalformedPart,
    },
    /// A part is too long to be written.
    #[error("a proof file cannot hold {length} keys or nodes, or bytes in one of them or a value")]
    PartTooLong {
        /// Its length.
        length: usize,
    },
    /// It proves something of another state.
    #[error("the proof file is for root {root}; ask for one for the root that you have")]
    OtherRoot {
        /// The root in the file.
        root: CryptoHash,
    },
    /// It claims nothing.
    #[error("the proof file has no keys, so it proves nothing")]
    NoKeys,
    /// Its nodes prove nothing of its keys.
    #[error(transparent)]
    Proof(#[from] InvalidProof),
    /// The proof is right, but what is claimed of a key is not what it proves.
    #[error(
        "what the proof file claims of key {} is not what its nodes prove; do not believe it",
        hex::encode(key)
    )]
    OtherClaim {
        /// The key.
        key: Vec<u8>,
    },
}

impl<S: NodeSource> Trie<S> {
    /// A proof file of what is under keys, in any order, where equal ones count once. Reads each node on
    /// their ways once, and again for each value that is to be included.
    ///
    /// # Errors
    /// When a node on the way to a key, or a value that is to be included, cannot be read.
    pub fn prove_to_file<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        values: Values,
    ) -> Result<ProofFile, TrieError> {
        let (proof, found) = self.proven(keys)?;
        let mut claims = BTreeMap::new();
        for (key, found) in keys.iter().zip(found) {
            let claim = match (found, values) {
                (None, _) => Claim::Absent,
                (Some(value), Values::ByReference) => Claim::Reference(value),
                (Some(_), Values::Included) => Claim::Value(self.get(key.as_ref())?.ok_or(LOST)?),
            };
            claims.insert(key.as_ref().to_vec(), claim);
        }
        Ok(ProofFile { root: self.root(), claims, proof })
    }
}

const LOST: TrieError = TrieError::Inconsistent { what: "a value is not there a second time" };

impl ProofFile {
    /// A limit for who has no other, in bytes: room for a dozen of the longest values that contracts can
    /// write, 4 MiB, and their proofs.
    pub const USUAL_LIMIT: usize = 64 << 20;

    /// What is under its keys in the trie with this root, read strictly.
    ///
    /// The root is to come from who is trusted, not from the file.
    ///
    /// # Errors
    /// When the file is for another root, has no keys, has a proof that is not the one of
    /// [`Trie::prove_keys`], or claims anything else than what it proves.
    pub fn verify(&self, root: CryptoHash) -> Result<&BTreeMap<Vec<u8>, Claim>, InvalidProofFile> {
        if self.root != root {
            return Err(InvalidProofFile::OtherRoot { root: self.root });
        }
        if self.claims.is_empty() {
            return Err(InvalidProofFile::NoKeys);
        }
        let keys: Vec<_> = self.claims.keys().collect();
        let proven = self.proof.verify(root, &keys)?;
        for ((key, claim), proven) in self.claims.iter().zip(proven) {
            if !claim.says(proven) {
                return Err(InvalidProofFile::OtherClaim { key: key.clone() });
            }
        }
        Ok(&self.claims)
    }

    /// Nodes and included values as the protocol reads a proof.
    pub fn to_partial_state(&self) -> PartialState {
        let value = |claim: &Claim| match claim {
            Claim::Value(value) => Some(Arc::clone(value)),
            Claim::Absent | Claim::Reference(_) => None,
        };
        let values = self.claims.values().filter_map(value);
        PartialState::new(self.proof.nodes.iter().cloned().chain(values))
    }
}

impl Claim {
    /// Whether it says what was proven. Takes a hash of a value that is included.
    fn says(&self, proven: Option<ValueRef>) -> bool {
        match self {
            Claim::Absent => proven.is_none(),
            Claim::Reference(value) => proven == Some(*value),
            Claim::Value(value) => proven.is_some() && proven == ValueRef::of(value),
        }
    }
}
