//! Why a witness is refused.

use crate::error::{ApplyError, Fault};
use torr_crypto::hash::CryptoHash;
use torr_store::source::TrieError;

/// Why a witness is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// It is longer than the reader wants.
    #[error("the witness has {length} bytes, more than the {limit} allowed; raise the limit")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// It does not begin as witnesses do.
    #[error(
        "this is no witness of version 1, which begins with the line `torr witness 1`; \
         check that it is the right file, and whether it needs a newer program"
    )]
    OtherFormat,
    /// Its bytes are not those that were written.
    #[error("the witness is damaged: it does not have the checksum at its end; copy it again")]
    OtherChecksum,
    /// It was written by something that does not know how.
    #[error("the witness is not written as it should be: {reason}; tell who made it")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// A part is too long to be written.
    #[error("a witness cannot hold more than 4294967295 bytes or elements in one of its parts")]
    PartTooLong,
    /// A node or value that the chunk reads is not there.
    #[error("node or value {hash} is missing from the witness; ask for the witness again")]
    Missing {
        /// Its hash.
        hash: CryptoHash,
    },
    /// A node or value is there that the chunk does not read, or twice.
    #[error("the chunk does not need node or value {hash} of the witness; tell who made it")]
    UnusedNode {
        /// Its hash.
        hash: CryptoHash,
    },
    /// A contract is there that the chunk does not call, or that the state does not have.
    #[error("the chunk does not call contract {hash} of the witness; tell who made it")]
    UnusedContract {
        /// Its hash.
        hash: CryptoHash,
    },
    /// A contract does not have the hash under which it is there.
    #[error("the code of contract {hash} in the witness is another's; ask for the witness again")]
    AlteredContract {
        /// The hash.
        hash: CryptoHash,
    },
    /// The chunk comes to something else.
    #[error("the chunk comes to something else than the witness claims: {what}; refuse the chunk")]
    OtherResult {
        /// The first thing that is another.
        what: &'static str,
    },
    /// The chunk cannot be applied to what is there.
    #[error(transparent)]
    Apply(ApplyError),
}

impl From<ApplyError> for WitnessError {
    fn from(error: ApplyError) -> WitnessError {
        match error {
            ApplyError::Fault(fault) => fault.into(),
            other => WitnessError::Apply(other),
        }
    }
}

impl From<Fault> for WitnessError {
    fn from(fault: Fault) -> WitnessError {
        match fault {
            Fault::Trie(TrieError::Missing { hash }) => WitnessError::Missing { hash },
            other => WitnessError::Apply(other.into()),
        }
    }
}
