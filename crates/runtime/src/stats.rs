//! What happened in a chunk, in numbers.

use crate::error::Fault;
use serde::Serialize;
use std::collections::BTreeMap;
use torr_primitives::{Balance, Gas, ShardId};

/// What became of tokens, in yoctoNEAR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BalanceStats {
    /// Burnt by transactions and receipts, without the share of called contracts.
    pub tx_burnt_amount: Balance,
    /// Burnt as a punishment.
    pub slashed_burnt_amount: Balance,
    /// Burnt otherwise, such as refunds to accounts that are no more.
    pub other_burnt_amount: Balance,
    /// Missing because gas was bought at less than it was burnt at.
    pub gas_deficit_amount: Balance,
    /// Given to contracts that attached deposits without having them.
    pub subsidized_amount: Balance,
}

impl BalanceStats {
    /// Both together.
    pub(crate) fn add(&mut self, other: &BalanceStats) -> Result<(), Fault> {
        let sums = [
            (&mut self.tx_burnt_amount, other.tx_burnt_amount),
            (&mut self.slashed_burnt_amount, other.slashed_burnt_amount),
            (&mut self.other_burnt_amount, other.other_burnt_amount),
            (&mut self.gas_deficit_amount, other.gas_deficit_amount),
            (&mut self.subsidized_amount, other.subsidized_amount),
        ];
        for (sum, more) in sums {
            *sum = sum.checked_add(more).ok_or(Fault::Overflow { what: "burnt tokens" })?;
        }
        Ok(())
    }
}

/// Receipts for one shard, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReceiptsStats {
    /// How many.
    pub num: u64,
    /// Their size in bytes.
    pub total_size: u64,
    /// Their gas.
    pub total_gas: u128,
}

impl ReceiptsStats {
    /// One more.
    pub(crate) fn add(&mut self, size: u64, gas: Gas) {
        self.num = self.num.saturating_add(1);
        self.total_size = self.total_size.saturating_add(size);
        self.total_gas = self.total_gas.saturating_add(u128::from(gas.as_gas()));
    }
}

/// What may be sent to a shard in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OutgoingLimit {
    /// In bytes.
    pub size: u64,
    /// In gas.
    pub gas: Gas,
}

/// What happened in a chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChunkStats {
    /// Transactions that the chunk has.
    pub transactions_num: u64,
    /// Receipts that came in.
    pub incoming_receipts_num: u64,
    /// What became of tokens.
    pub balance: BalanceStats,
    /// What could be sent to each shard at the beginning.
    pub outgoing_limits: BTreeMap<ShardId, OutgoingLimit>,
    /// What was sent.
    pub forwarded_receipts: BTreeMap<ShardId, ReceiptsStats>,
    /// What was put by because a limit was reached.
    pub buffered_receipts: BTreeMap<ShardId, ReceiptsStats>,
    /// What is put by in the end.
    pub final_outgoing_buffers: BTreeMap<ShardId, ReceiptsStats>,
    /// What every shard may send to every other, in bytes, by sender and receiver.
    pub granted_bandwidth: BTreeMap<(ShardId, ShardId), u64>,
}
