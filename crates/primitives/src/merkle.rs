//! Merkle trees over lists, and proofs that an item stands in a list.
//!
//! A node is the SHA-256 of its two children, a leaf that of the borsh of an item; a node without
//! a neighbour moves up unchanged. The root of an empty list is zero (protocol specification,
//! "Merkle proofs").

mod partial;

pub use partial::{MalformedTreeError, PartialMerkleTree};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use torr_crypto::hash::CryptoHash;

/// One step from a leaf to the root.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct MerklePathItem {
    /// The neighbour.
    pub hash: CryptoHash,
    /// On which side it stands.
    pub direction: Direction,
}

/// A side.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub enum Direction {
    /// Before.
    Left,
    /// After.
    Right,
}

/// The tree over a list, with all its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerkleTree {
    /// Leaves first, the root last; each level is half as long as the one before, rounded up.
    levels: Vec<Vec<CryptoHash>>,
}

impl MerkleTree {
    /// The tree over leaves that are hashed already.
    pub fn of_leaves(leaves: Vec<CryptoHash>) -> MerkleTree {
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            let above = level.chunks(2).map(parent).collect();
            levels.push(level);
            level = above;
        }
        levels.push(level);
        MerkleTree { levels }
    }

    /// The root; zero if there are no leaves.
    pub fn root(&self) -> CryptoHash {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// Steps from a leaf to the root; `None` if there is no such leaf.
    pub fn path(&self, leaf: usize) -> Option<Vec<MerklePathItem>> {
        self.levels.first()?.get(leaf)?;
        let neighbour_on = |(height, level): (usize, &Vec<CryptoHash>)| {
            let index = leaf >> height;
            let direction =
                if index.is_multiple_of(2) { Direction::Right } else { Direction::Left };
            level.get(index ^ 1).map(|&hash| MerklePathItem { hash, direction })
        };
        Some(self.levels.iter().enumerate().filter_map(neighbour_on).collect())
    }
}

/// Where a path leads from a leaf: the root, if the leaf stands in the tree.
pub fn root_of_path(leaf: CryptoHash, path: &[MerklePathItem]) -> CryptoHash {
    path.iter().fold(leaf, |node, item| match item.direction {
        Direction::Left => combine(&item.hash, &node),
        Direction::Right => combine(&node, &item.hash),
    })
}

/// The node above one or two nodes.
fn parent(children: &[CryptoHash]) -> CryptoHash {
    match children {
        [left, right] => combine(left, right),
        [only] => *only,
        _ => CryptoHash::default(),
    }
}

fn combine(left: &CryptoHash, right: &CryptoHash) -> CryptoHash {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(left.as_bytes());
    second.copy_from_slice(right.as_bytes());
    CryptoHash::of(&bytes)
}

#[cfg(test)]
mod tests;
