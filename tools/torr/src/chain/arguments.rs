//! The arguments that say what blocks are applied with.

use super::{ChainError, Machine, Witnesses};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::sync::Arc;
use torr_runtime::Threads;
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// Memory for nodes that were read of a database, in bytes.
const CACHE_BYTES: u64 = 256 << 20;

/// What blocks are applied with. None of it changes what comes of them.
#[derive(Args)]
#[command(next_help_heading = "The machine")]
pub(crate) struct EnvironmentArguments {
    /// Threads that work on a block
    #[arg(long, value_name = "COUNT", default_value = "1")]
    threads: NonZeroUsize,
    /// The engine; all of them give the same result
    #[arg(long, default_value_t = EngineKind::ALL[0], value_name = "ENGINE")]
    engine: EngineKind,
    /// How the states' tries are kept while blocks are applied
    #[arg(long, value_enum, value_name = "KIND", default_value_t = TrieKind::Memory)]
    trie: TrieKind,
}

/// How a trie is kept while it is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TrieKind {
    /// Whole in memory: faster, and read once at the start
    Memory,
    /// In the database, with a cache
    Disk,
}

impl EnvironmentArguments {
    /// The machine that they describe.
    pub(crate) fn machine(&self, witnesses: Witnesses) -> Result<Machine, ChainError> {
        Ok(Machine {
            runner: Arc::new(Runner::new(self.engine, CacheConfig::default())?),
            threads: Threads::new(self.threads)?,
            trie: self.trie,
            cache_bytes: CACHE_BYTES,
            witnesses,
        })
    }
}
