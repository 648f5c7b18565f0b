//! Queues of receipts in the state: who is first, and who waits until when.

use crate::{AccountId, BlockHeight, ShardId};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;

/// Which entries of a queue exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct QueueIndices {
    /// The first entry, unless the queue is empty.
    pub first_index: u64,
    /// Where the next entry goes.
    pub next_available_index: u64,
}

impl QueueIndices {
    /// Number of entries. Zero for indices that no queue has.
    pub const fn len(self) -> u64 {
        self.next_available_index.saturating_sub(self.first_index)
    }

    /// Whether there are no entries.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Queues of receipts that wait for room in other shards, by receiving shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BufferedReceiptIndices {
    /// Which entries each queue has.
    pub shard_buffers: BTreeMap<ShardId, QueueIndices>,
}

/// A yield that ends at a certain height if it has not been resumed (NEP-519).
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PromiseYieldTimeout {
    /// Who waits.
    pub account_id: AccountId,
    /// For what.
    pub data_id: CryptoHash,
    /// Until which height.
    pub expires_at: BlockHeight,
}

/// How far a yield has come, while it has not ended (NEP-519).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PromiseYieldStatus {
    /// It waits.
    Yielded,
    /// The contract has resumed it, and what resumes it is on its way. A timeout is too late now.
    ResumeInitiated,
}
