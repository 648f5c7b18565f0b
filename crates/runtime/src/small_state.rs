//! A small state and a chunk on it, to test with.

use crate::context::{BlockContext, ChunkContext, EpochContext};
use crate::state::{Overlay, RecordedTrie, Scope, StateUpdate, TouchedNodes};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::Parameters;
use torr_primitives::{AccountId, Balance, ProtocolVersion, ShardLayout, TrieKey};
use torr_store::memory_trie::{MemoryNodes, MemoryTrie};
use torr_store::recorder::Recorder;
use torr_store::trie::{EMPTY_ROOT, Trie};

/// A state in memory.
pub(crate) struct SmallState {
    trie: MemoryTrie,
    root: CryptoHash,
}

impl SmallState {
    /// The state with these entries.
    pub(crate) fn of(entries: &[(TrieKey, &[u8])]) -> SmallState {
        let mut trie = MemoryTrie::default();
        let empty = trie.version(EMPTY_ROOT).unwrap();
        let mut update = empty.update();
        for (key, value) in entries {
            update.insert(&key.to_bytes(), value).unwrap();
        }
        let finished = update.finish().unwrap();
        let root = trie.commit(&finished).unwrap();
        SmallState { trie, root }
    }

    /// Its trie.
    pub(crate) fn trie(&self) -> Trie<MemoryNodes<'_>> {
        self.trie.version(self.root).unwrap()
    }

    /// Does something with it at the beginning of a chunk, and forgets the changes.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut StateUpdate<'_>) -> T) -> T {
        let (source, root) = self.trie().into_parts();
        let reader = RecordedTrie { trie: Trie::new(Recorder::new(source), root), codes: None };
        let (before, touched) = (Overlay::default(), TouchedNodes::default());
        work(&mut StateUpdate::new(&reader, &before, &touched, Scope::Everything))
    }
}

/// A chunk of the main chain at height 100, without validators.
pub(crate) fn chunk(protocol_version: ProtocolVersion) -> ChunkContext {
    ChunkContext {
        block: BlockContext {
            height: 100,
            prev_block_hash: CryptoHash([1; 32]),
            timestamp: 1_750_000_000_000_000_000,
            gas_price: Balance::from_yoctonear(100_000_000),
            random_seed: CryptoHash([2; 32]),
        },
        epoch: Arc::new(EpochContext {
            chain_id: "mainnet".to_owned(),
            epoch_id: CryptoHash([3; 32]),
            epoch_height: 5,
            shard_layout: Arc::new(ShardLayout::single_shard()),
            validators: BTreeMap::new(),
            total_stake: Balance::ZERO,
            minimum_stake: Balance::ZERO,
        }),
        shard_id: 0,
        gas_limit: None,
        config: Parameters::builtin(protocol_version).unwrap(),
        protocol_version,
    }
}

/// The account `app.near`.
pub(crate) fn app() -> AccountId {
    "app.near".parse().unwrap()
}
