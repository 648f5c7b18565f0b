//! What was measured. Times are microseconds per transaction of a block.

use crate::chain::Block;
use crate::workload::Workload;
use clap::ValueEnum;
use serde::Serialize;
use std::fs;
use std::time::Duration;

/// Where nodes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Store {
    /// In memory, as a structure of its own.
    Memory,
    /// By their hashes, in a database in memory.
    ByHash,
}

/// The figures of a workload in one setting.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) accounts: usize,
    pub(crate) store: Store,
    pub(crate) threads: usize,
    pub(crate) workload: Workload,
    /// Transactions alone, then what they send alone, and so on until nothing is left.
    pub(crate) stages: Vec<Stage>,
    /// Each block has new transactions and all that the block before sends.
    pub(crate) steady: Stage,
}

/// Blocks of a kind: the middle one in each respect.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Stage {
    pub(crate) transactions: usize,
    pub(crate) receipts: usize,
    /// Applying.
    pub(crate) micros: f64,
    /// Validating by the witness.
    pub(crate) validation_micros: f64,
    /// Length of the proof of a block, in bytes.
    pub(crate) proof_bytes: u64,
}

impl Stage {
    /// Of blocks that come of so many transactions each.
    pub(crate) fn of(blocks: &[Block], transactions: usize) -> Stage {
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / transactions as f64;
        Stage {
            transactions: middle(blocks.iter().map(|block| block.transactions)),
            receipts: middle(blocks.iter().map(|block| block.receipts)),
            micros: micros(middle(blocks.iter().map(|block| block.time))),
            validation_micros: micros(middle(blocks.iter().filter_map(|block| block.validation))),
            proof_bytes: middle(blocks.iter().map(|block| block.proof)),
        }
    }
}

fn middle<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Memory that this process takes, in bytes, if the system tells.
pub(crate) fn resident_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::{middle, resident_memory};

    #[test]
    fn the_middle_one_of_all() {
        assert_eq!(middle([3, 1, 2].into_iter()), 2);
        assert_eq!(middle([7].into_iter()), 7);
        assert_eq!(middle(std::iter::empty::<u64>()), 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_takes_some_memory() {
        assert!(resident_memory().is_some_and(|bytes| bytes > 100_000));
    }
}
