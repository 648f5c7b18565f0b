//! What applying blocks came to.

use crate::chain::{AppliedBlock, AppliedChunk, Block, Chain};
use crate::figure::{counted, grouped};
use crate::output;
use crate::state::line;
use crate::style::{DIM, GOOD, TITLE};
use serde::Serialize;
use std::time::Duration;
use torr_crypto::hash::CryptoHash;
use torr_primitives::{BlockHeight, ShardId};

/// What applying blocks came to.
#[derive(Debug, Serialize)]
pub(super) struct ApplyReport {
    /// Blocks that were applied now.
    blocks: u64,
    transactions: u64,
    /// Outcomes of transactions and receipts.
    outcomes: OutcomesReport,
    /// Gas that was burnt; a number that may have more digits than JSON's readers take.
    gas_burnt: String,
    #[serde(skip)]
    gas: u128,
    /// Whether Ctrl-C came before the end.
    stopped: bool,
    /// Height at which it began.
    from_height: BlockHeight,
    /// The last block.
    height: BlockHeight,
    hash: CryptoHash,
    shards: Vec<ShardReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<Speed>,
}

#[derive(Debug, Default, Serialize)]
struct OutcomesReport {
    successful: u64,
    failed: u64,
}

#[derive(Debug, Serialize)]
struct ShardReport {
    shard: ShardId,
    state_root: CryptoHash,
    outcome_root: CryptoHash,
    /// Receipts that its next chunk takes in.
    pending_receipts: u64,
    /// Receipts that wait for gas.
    delayed_receipts: u64,
}

/// How fast it was.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Speed {
    milliseconds: u64,
    pub(super) blocks_per_second: u64,
    pub(super) transactions_per_second: u64,
    outcomes_per_second: u64,
    gas_per_second: u64,
}

impl ApplyReport {
    /// Nothing was applied yet.
    pub(super) fn new(chain: &Chain) -> ApplyReport {
        ApplyReport {
            blocks: 0,
            transactions: 0,
            outcomes: OutcomesReport::default(),
            gas_burnt: String::new(),
            gas: 0,
            stopped: false,
            from_height: chain.head().height,
            height: chain.head().height,
            hash: chain.head().hash,
            shards: Vec::new(),
            speed: None,
        }
    }

    /// Whether as many blocks were applied as were wanted.
    pub(super) fn is_at(&self, limit: Option<u64>) -> bool {
        limit.is_some_and(|limit| self.blocks >= limit)
    }

    /// Ctrl-C came.
    pub(super) fn stopped(&mut self) {
        self.stopped = true;
    }

    /// A block was applied.
    pub(super) fn count(&mut self, block: &Block, applied: &AppliedBlock) {
        self.blocks += 1;
        self.transactions += block.transactions.len() as u64;
        for chunk in applied.chunks() {
            let failed = chunk.failures() as u64;
            self.outcomes.failed += failed;
            self.outcomes.successful += chunk.outcomes.len() as u64 - failed;
            self.gas = self.gas.saturating_add(chunk.gas_burnt());
        }
        let delayed = |shard_id| {
            let of_shard = |chunk: &&AppliedChunk| chunk.shard_id == shard_id;
            applied.chunks().iter().find(of_shard).map_or(0, |chunk| chunk.delayed_receipts)
        };
        let shards = applied.record().shards.iter().map(|shard| ShardReport {
            shard: shard.shard_id,
            state_root: shard.state_root,
            outcome_root: shard.outcome_root,
            pending_receipts: shard.pending.len() as u64,
            delayed_receipts: delayed(shard.shard_id),
        });
        self.shards = shards.collect();
    }

    /// No more blocks are applied.
    pub(super) fn end(&mut self, chain: &Chain, taken: Option<Duration>) {
        self.height = chain.head().height;
        self.hash = chain.head().hash;
        self.gas_burnt = self.gas.to_string();
        self.speed = taken.map(|taken| self.speed(taken));
        if self.shards.is_empty() {
            let shards = chain.head().shards.iter().map(|shard| ShardReport {
                shard: shard.shard_id,
                state_root: shard.state_root,
                outcome_root: shard.outcome_root,
                pending_receipts: shard.pending.len() as u64,
                delayed_receipts: 0,
            });
            self.shards = shards.collect();
        }
    }

    /// How fast it was up to now.
    pub(super) fn speed(&self, taken: Duration) -> Speed {
        let per_second = |count: u128| {
            let per_second = count.saturating_mul(1_000_000) / taken.as_micros().max(1);
            u64::try_from(per_second).unwrap_or(u64::MAX)
        };
        Speed {
            milliseconds: u64::try_from(taken.as_millis()).unwrap_or(u64::MAX),
            blocks_per_second: per_second(self.blocks.into()),
            transactions_per_second: per_second(self.transactions.into()),
            outcomes_per_second: per_second(
                u128::from(self.outcomes.successful) + u128::from(self.outcomes.failed),
            ),
            gas_per_second: per_second(self.gas),
        }
    }

    pub(super) fn text(&self) -> String {
        let blocks = counted(self.blocks, "block");
        let mut text = format!("{GOOD}✓{GOOD:#} applied {TITLE}{blocks}{TITLE:#}");
        text += &format!(" {DIM}· {}{DIM:#}\n", counted(self.transactions, "transaction"));
        text += &line("height", format!("{} → {}", self.from_height, self.height));
        text += &line("block", self.hash);
        let OutcomesReport { successful, failed } = &self.outcomes;
        let outcomes = format!("{} successful, {} failed", grouped(*successful), grouped(*failed));
        text += &line("outcomes", outcomes);
        text += &line("gas", grouped(self.gas));
        for shard in &self.shards {
            text += &line("shard", shard.shard);
            text += &line("root", shard.state_root);
            let (pending, delayed) =
                (grouped(shard.pending_receipts), grouped(shard.delayed_receipts));
            text += &line("receipts", format!("{pending} on their way, {delayed} delayed"));
        }
        if let Some(speed) = &self.speed {
            let seconds =
                format!("{}.{:03} s", speed.milliseconds / 1_000, speed.milliseconds % 1_000);
            text += &line("time", seconds);
            text += &line(
                "speed",
                format!(
                    "{} blocks/s, {} transactions/s, {} outcomes/s, {} Tgas/s",
                    grouped(speed.blocks_per_second),
                    grouped(speed.transactions_per_second),
                    grouped(speed.outcomes_per_second),
                    grouped(speed.gas_per_second / 1_000_000_000_000),
                ),
            );
        }
        if self.stopped {
            text += &output::hint("stopped by a signal; the same command goes on from here");
        }
        text
    }
}
