//! A tree that only grows, and keeps no more than it needs to.
//!
//! The list is cut into full trees of falling size, one for each bit that is set in its length;
//! only their roots are kept.

use super::combine;
use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::Serialize;
use torr_crypto::hash::CryptoHash;

/// The roots of the full trees that a list is cut into.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, Serialize)]
pub struct PartialMerkleTree {
    /// Roots, the largest tree first.
    path: Vec<CryptoHash>,
    /// Length of the list.
    size: u64,
}

/// Another number of roots than the length of the list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list of {size} items is not cut into {roots} trees")]
pub struct MalformedTreeError {
    /// Number of roots.
    pub roots: usize,
    /// Length of the list.
    pub size: u64,
}

impl PartialMerkleTree {
    /// Puts a node at the end of the list.
    pub fn insert(&mut self, leaf: CryptoHash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.path.pop() {
                node = combine(&left, &node);
            }
        }
        self.path.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the whole; zero if the list is empty.
    pub fn root(&self) -> CryptoHash {
        let smallest_first = self.path.iter().rev().copied();
        smallest_first.reduce(|right, left| combine(&left, &right)).unwrap_or_default()
    }

    /// Length of the list.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the full trees, the largest first.
    pub fn path(&self) -> &[CryptoHash] {
        &self.path
    }
}

impl BorshDeserialize for PartialMerkleTree {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<PartialMerkleTree> {
        let path = Vec::<CryptoHash>::deserialize_reader(reader)?;
        let size = u64::deserialize_reader(reader)?;
        if path.len() != size.count_ones() as usize {
            let error = MalformedTreeError { roots: path.len(), size };
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(PartialMerkleTree { path, size })
    }
}
