//! When and how far a shard holds back (NEP-539).
//!
//! Each chunk says how much waits in its shard. From that all others work out how much gas they may
//! send there in the next chunk, and whether they still take transactions for it; the shard itself
//! works out how many transactions it takes in. Everything here is a function of the parameters and of
//! what the last chunks said.
//!
//! **Invariant:** a fully congested shard is sent gas by one shard at a time, whose turn it is by the
//! height, so that every queue moves on some day.

mod level;

pub use level::CongestionLevel;

use torr_parameters::CongestionControlConfig;
use torr_primitives::congestion::ExtendedCongestionInfo;
use torr_primitives::{BlockHeight, Gas, ShardId, ShardLayout};

/// What holds for one shard after its last chunk.
#[derive(Clone, Copy, Debug)]
pub struct CongestionControl<'a> {
    config: &'a CongestionControlConfig,
    shard: ExtendedCongestionInfo,
}

/// Whether transactions for a shard are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionAdmission {
    /// They are.
    Accepted,
    /// They are not, until the shard has less to do.
    Refused {
        /// What there is most of. If there is as much of several, the first in the order of the causes.
        cause: CongestionCause,
        /// How congested the shard is.
        level: CongestionLevel,
    },
}

/// What makes a shard congested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CongestionCause {
    /// Blocks without a chunk of the shard.
    MissedChunks {
        /// How many in a row.
        missed_chunks: u64,
    },
    /// Gas of delayed receipts.
    Incoming,
    /// Gas of receipts that wait for room in other shards.
    Outgoing,
    /// Size of stored receipts.
    Memory,
}

impl<'a> CongestionControl<'a> {
    /// For a shard that said this in its last chunk.
    pub const fn new(
        config: &'a CongestionControlConfig,
        shard: ExtendedCongestionInfo,
    ) -> CongestionControl<'a> {
        CongestionControl { config, shard }
    }

    /// How congested the shard is: as much as by any of the causes.
    pub fn level(&self) -> CongestionLevel {
        let [missed, incoming, outgoing, memory] = self.causes().map(|(_, level)| level);
        missed.max(incoming).max(outgoing).max(memory)
    }

    /// Gas that another shard may send to this one in its next chunk.
    pub fn outgoing_gas_limit(&self, sender: ShardId) -> Gas {
        let level = self.level();
        match level.is_full() {
            true if self.is_allowed(sender) => self.config.allowed_shard_outgoing_gas,
            true => Gas::ZERO,
            false => gas_between(level, self.config.max_outgoing_gas, self.config.min_outgoing_gas),
        }
    }

    /// Bytes of receipts that another shard may put into its next chunk for this one, whatever
    /// bandwidth it has been granted.
    pub fn outgoing_size_limit(&self, sender: ShardId) -> u64 {
        match self.is_allowed(sender) {
            true => self.config.outgoing_receipts_big_size_limit,
            false => self.config.outgoing_receipts_usual_size_limit,
        }
    }

    /// Gas that the shard itself may spend on new transactions in its next chunk.
    pub fn transaction_gas_limit(&self) -> Gas {
        gas_between(self.incoming(), self.config.max_tx_gas, self.config.min_tx_gas)
    }

    /// Whether new transactions that have their receiver in the shard are taken, in any shard.
    pub fn transaction_admission(&self) -> TransactionAdmission {
        let level = self.level();
        if level < CongestionLevel::of_ratio(self.config.reject_tx_congestion_threshold) {
            return TransactionAdmission::Accepted;
        }
        let decisive = self.causes().into_iter().find(|(_, by_cause)| *by_cause == level);
        let (cause, level) = decisive.expect("the level is that of one of the causes");
        TransactionAdmission::Refused { cause, level }
    }

    /// Every cause and how congested the shard is by it.
    fn causes(&self) -> [(CongestionCause, CongestionLevel); 4] {
        let (config, info) = (self.config, &self.shard.congestion_info);
        let missed_chunks = self.shard.missed_chunks_count;
        // One missed chunk is nothing out of the ordinary.
        let missed = match missed_chunks {
            0 | 1 => CongestionLevel::NONE,
            _ => {
                CongestionLevel::fraction(missed_chunks.into(), config.max_congestion_missed_chunks)
            }
        };
        let outgoing = CongestionLevel::fraction(
            info.buffered_receipts_gas(),
            config.max_congestion_outgoing_gas.as_gas(),
        );
        let memory = CongestionLevel::fraction(
            info.receipt_bytes().into(),
            config.max_congestion_memory_consumption,
        );
        [
            (CongestionCause::MissedChunks { missed_chunks }, missed),
            (CongestionCause::Incoming, self.incoming()),
            (CongestionCause::Outgoing, outgoing),
            (CongestionCause::Memory, memory),
        ]
    }

    fn incoming(&self) -> CongestionLevel {
        CongestionLevel::fraction(
            self.shard.congestion_info.delayed_receipts_gas(),
            self.config.max_congestion_incoming_gas.as_gas(),
        )
    }

    /// Whether it is this shard's turn to send.
    fn is_allowed(&self, sender: ShardId) -> bool {
        sender == ShardId::from(self.shard.congestion_info.allowed_shard())
    }
}

/// Gas between what there is without congestion and what there is just short of full congestion.
fn gas_between(level: CongestionLevel, without: Gas, full: Gas) -> Gas {
    Gas::from_gas(level.between(without.as_gas(), full.as_gas()))
}

/// The shard that may send to `own_shard` if it is fully congested after its chunk at `height`: every
/// shard has its turn, another one for each shard at the same height. `None` if the layout does not
/// have the shard.
pub fn allowed_shard(layout: &ShardLayout, own_shard: ShardId, height: BlockHeight) -> Option<u16> {
    let shards = layout.shard_ids();
    let own_index = u64::try_from(layout.shard_index(own_shard)?).ok()?;
    let turn = height.wrapping_add(own_index).checked_rem(u64::try_from(shards.len()).ok()?)?;
    let allowed = *shards.get(usize::try_from(turn).ok()?)?;
    u16::try_from(allowed).ok()
}

#[cfg(test)]
mod tests;
