//! Why a chunk is not applied: the input is bad, or this node cannot go on.
//!
//! A contract or a transaction that fails is neither; it has an outcome. Nothing of a chunk that is not
//! applied is kept.

use torr_store::source::TrieError;

/// This node cannot go on with the chunk. Nothing of it counts, and the state is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The state cannot be read. In a witness, something is missing from it.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The state says something impossible.
    #[error("the state is inconsistent: {what}; restore the node's state from a snapshot")]
    InconsistentState {
        /// What does not fit.
        what: String,
    },
    /// The contract VM failed.
    #[error(transparent)]
    Vm(#[from] torr_vm_logic::error::Fault),
    /// Amounts came to more than there can be.
    #[error("{what} came to more than there can be; the state or the parameters are wrong")]
    Overflow {
        /// Which amount.
        what: &'static str,
    },
    /// An invariant of this code does not hold.
    #[error("this is a bug, please report it: {what}")]
    Bug {
        /// The invariant.
        what: &'static str,
    },
}

impl Fault {
    /// The state says something impossible.
    pub(crate) fn inconsistent(what: impl Into<String>) -> Fault {
        Fault::InconsistentState { what: what.into() }
    }
}
