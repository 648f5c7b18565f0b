//! A block: what happens at one height, before anything came of it.
//!
//! Its hash is that of its bytes, so a block names all that came before it.

use borsh::{BorshDeserialize, BorshSerialize};
use torr_crypto::hash::CryptoHash;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{Balance, BlockHeight, ShardId};

/// The name of a block: the hash of its bytes. That of the genesis is the hash of the genesis file.
pub(crate) type BlockHash = CryptoHash;

/// What happens at one height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Block {
    /// Its height.
    pub(crate) height: BlockHeight,
    /// The block before it.
    pub(crate) prev_hash: BlockHash,
    /// Its time, in nanoseconds since 1970.
    pub(crate) timestamp: u64,
    /// What gas costs, in yoctoNEAR per unit.
    pub(crate) gas_price: Balance,
    /// Its randomness.
    pub(crate) random_seed: CryptoHash,
    /// Shards that have no chunk in it.
    pub(crate) missing_chunks: Vec<ShardId>,
    /// Transactions, in order; each is of the shard of its signer.
    pub(crate) transactions: Vec<SignedTransaction>,
}

impl Block {
    /// Its bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory does not fail")
    }

    /// Its name.
    pub(crate) fn hash(&self) -> BlockHash {
        CryptoHash::of(&self.to_bytes())
    }
}
