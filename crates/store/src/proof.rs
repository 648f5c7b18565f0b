//! Proofs of what is under keys, for who has the root alone.
//!
//! There are two readings of a proof, which differ in what they accept, not in what they can be made to
//! believe: in both, nodes count only as far as their hashes lead from the root.
//!
//! - **The protocol's**: a proof is a bag of nodes, a [`PartialState`], and reading the trie over it with
//!   [`Trie::with_root`] is all there is to it. What is missing is noticed when it is wanted; what nobody
//!   wants changes nothing. `to_partial_state` makes the bag.
//! - **The strict one**: a proof has one form only. `verify` refuses a node that is missing, altered,
//!   unused, there twice or in another place, so that two who have the same root and keys have the same
//!   proof to the last byte.
//!
//! [`KeyProof`] is of one key, [`MultiProof`] of many; [`ProofFile`] is one with its root, keys and values,
//! to be handed to others.
//!
//! **Invariant:** a proof that is accepted in either reading says what is under its keys in the trie of
//! that root, whoever made it.
//!
//! [`PartialState`]: crate::partial_state::PartialState
//! [`Trie::with_root`]: crate::trie::Trie::with_root

mod file;
mod key;
mod multi;
mod walk;

pub use file::{Claim, InvalidProofFile, MalformedPart, ProofFile, Values};
pub use key::KeyProof;
pub use multi::MultiProof;

use crate::node::{EncodedNode, InvalidNode};
use torr_crypto::hash::CryptoHash;

/// Why a proof proves nothing when it is read strictly.
///
/// A node that is there twice, or in the place of another, is seen as one that does not have the hash
/// that is expected in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProof {
    /// A node does not have the hash that the node above, or the root, says.
    #[error(
        "node {index} of the proof does not have the hash that what is above it says; \
         ask for the proof again, and check that it is for this root and these keys"
    )]
    OtherHash {
        /// Its place, from 0.
        index: usize,
    },
    /// What has the right hash is no node.
    #[error("node {index} of the proof is no node: {reason}; the root is not that of a trie")]
    InvalidNode {
        /// Its place, from 0.
        index: usize,
        /// What is wrong.
        reason: InvalidNode,
    },
    /// It is a node that no trie has, because it leads nowhere on the way to a key.
    #[error(
        "node {index} of the proof is an extension that extends nothing; \
         the root is not that of a trie"
    )]
    Endless {
        /// Its place, from 0.
        index: usize,
    },
    /// The way to a key goes on after the last node.
    #[error("the proof ends before its keys do: node {hash} is missing; ask for the proof again")]
    Missing {
        /// Hash of the node that would come next.
        hash: CryptoHash,
    },
    /// Nodes follow that are not on the way to a key.
    #[error(
        "no key needs node {index} of the proof; \
         ask for the proof again, and check that it is for these keys"
    )]
    Unused {
        /// Place of the first of them, from 0.
        index: usize,
    },
}

/// The node that a proof has in a place, if it has the hash that is expected there.
fn node_of(
    index: usize,
    bytes: &[u8],
    expected: CryptoHash,
) -> Result<EncodedNode<'_>, InvalidProof> {
    if CryptoHash::of(bytes) != expected {
        return Err(InvalidProof::OtherHash { index });
    }
    EncodedNode::parse(bytes).map_err(|reason| InvalidProof::InvalidNode { index, reason })
}
