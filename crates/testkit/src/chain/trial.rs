//! A chunk applied in every way, which comes to the same: on any number of threads, any engine, any kind
//! of trie, once more, and from its own witness alone.

use super::population::Entries;
use std::num::NonZeroUsize;
use torr_crypto::hash::CryptoHash;
use torr_primitives::error::TxExecutionError;
use torr_primitives::outcome::ExecutionStatus;
use torr_runtime::witness::{self, Witness};
use torr_runtime::{ApplyResult, ChunkInput, Environment, Threads, apply};
use torr_store::memory_trie::{MemoryPlace, MemoryTrie};
use torr_store::partial_state::PartialState;
use torr_store::source::SharedNodeSource;
use torr_store::trie::{EMPTY_ROOT, Trie};
use torr_vm_runner::{CacheConfig, EngineKind, Runner};

/// How chunks are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// With the first engine, on one thread and more, on both kinds of tries and from the witness.
    Usual,
    /// With every other engine too.
    Engines,
}

/// What chunks are tried with.
pub struct Trial {
    runners: Vec<Runner>,
    one: Threads,
    more: Vec<Threads>,
    /// How the next chunks are tried.
    pub ways: Ways,
}

impl Trial {
    /// With all engines, and 1, 2 and 8 threads.
    ///
    /// # Panics
    /// When the machine does not give them.
    pub fn new() -> Trial {
        let runner = |kind: EngineKind| {
            Runner::new(kind, CacheConfig::default()).unwrap_or_else(|error| panic!("{error}"))
        };
        let threads = |count| {
            let count = NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
            Threads::new(count).unwrap_or_else(|error| panic!("{error}"))
        };
        Trial {
            runners: [EngineKind::Wasmer, EngineKind::Wasmtime, EngineKind::Wasmi]
                .map(runner)
                .into(),
            one: Threads::one(),
            more: vec![threads(2), threads(8)],
            ways: Ways::Usual,
        }
    }
}

impl Default for Trial {
    fn default() -> Trial {
        Trial::new()
    }
}

/// The state of a shard, in both kinds of tries.
pub(super) struct ShardTries {
    memory: MemoryTrie,
    nodes: PartialState,
    root: CryptoHash,
}

impl ShardTries {
    pub(super) fn of(state: &Entries) -> ShardTries {
        let mut memory = MemoryTrie::default();
        let finished = {
            let empty = memory.version(EMPTY_ROOT).unwrap_or_else(|| panic!("the empty trie"));
            let mut update = empty.update();
            for (key, value) in state {
                update.insert(key, value).unwrap_or_else(|error| panic!("{error}"));
            }
            update.finish().unwrap_or_else(|error| panic!("{error}"))
        };
        let root = memory.commit(&finished).unwrap_or_else(|error| panic!("{error}"));
        let new = finished.into_changes().insertions.into_iter().map(|node| node.bytes);
        ShardTries { memory, nodes: PartialState::new(new), root }
    }

    /// Applies a chunk in every way and goes on from there.
    pub(super) fn apply(
        &mut self,
        input: &ChunkInput<'_>,
        trial: &Trial,
        place: &str,
    ) -> ApplyResult<MemoryPlace> {
        let memory = self.memory.version(self.root).unwrap_or_else(|| panic!("{place}: no root"));
        let [first, others @ ..] = trial.runners.as_slice() else { panic!("no engine") };
        let usual = Environment::new(first, &trial.one);
        let result = apply(&memory, input, &usual)
            .unwrap_or_else(|error| panic!("{place}: {error}; {:#?}", input.transactions));
        let run = |way: &str, environment: &Environment<'_>| {
            same(place, way, &result, &memory, input, environment);
        };
        for threads in &trial.more {
            let way = format!("{} threads", threads.count());
            run(&way, &Environment::new(first, threads));
        }
        if trial.ways == Ways::Engines {
            for runner in others {
                run("another engine", &Environment::new(runner, &trial.one));
            }
        }
        let by_hash = Trie::with_root(&self.nodes, self.root);
        same(place, "nodes by hash", &result, &by_hash, input, &usual);
        let (witness, _) = Witness::produce(&memory, input, &usual)
            .unwrap_or_else(|error| panic!("{place}, making a witness: {error}"));
        for threads in [&trial.one, &trial.more[0]] {
            let environment = Environment::new(first, threads);
            let validated = witness::validate(&witness, &input.context.config, &environment)
                .unwrap_or_else(|error| panic!("{place}, from the witness: {error}"));
            equal(place, "from the witness", &result, validated.result, input);
        }
        self.keep(&result, place);
        result
    }

    fn keep(&mut self, result: &ApplyResult<MemoryPlace>, place: &str) {
        let finished = &result.trie_update;
        let root = self.memory.commit(finished).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(root, result.state_root, "{place}: the root of what is kept");
        if root != self.root {
            self.memory.remove(self.root);
        }
        for insertion in finished.clone().into_changes().insertions {
            self.nodes.insert(insertion.bytes);
        }
        self.root = root;
    }
}

/// Applies a chunk in another way, and insists on the same.
fn same<S>(
    place: &str,
    way: &str,
    expected: &ApplyResult<MemoryPlace>,
    trie: &Trie<S>,
    input: &ChunkInput<'_>,
    environment: &Environment<'_>,
) where
    S: SharedNodeSource,
{
    let result = apply(trie, input, environment)
        .unwrap_or_else(|error| panic!("{place}, {way}: {error}; {:#?}", input.transactions));
    equal(place, way, expected, result, input);
}

/// Insists that a chunk has come to the same in another way.
fn equal<P: Clone>(
    place: &str,
    way: &str,
    expected: &ApplyResult<MemoryPlace>,
    result: ApplyResult<P>,
    input: &ChunkInput<'_>,
) {
    let transactions = input.transactions;
    // Taken apart, so that a new field is not forgotten.
    let ApplyResult {
        state_root,
        trie_update,
        outcomes,
        outgoing_receipts,
        state_changes,
        processed_receipts,
        processed_yield_timeouts,
        validator_proposals,
        delayed_receipts_count,
        stats,
        congestion_info,
        bandwidth_requests,
        bandwidth_scheduler_state_hash,
        contract_accesses,
        contract_deployments,
        contract_keys,
        proof,
    } = result;
    macro_rules! equal {
        ($($field:ident),*) => {$(
            assert!(
                $field == expected.$field,
                "{place}, {way}: {} is {:#?} and not {:#?}; transactions: {:#?}",
                stringify!($field), $field, expected.$field, transactions
            );
        )*};
    }
    equal!(
        outcomes,
        outgoing_receipts,
        state_changes,
        processed_receipts,
        processed_yield_timeouts,
        validator_proposals,
        delayed_receipts_count,
        stats,
        congestion_info,
        bandwidth_requests,
        bandwidth_scheduler_state_hash,
        contract_accesses,
        contract_deployments,
        contract_keys,
        state_root,
        proof
    );
    assert_eq!(
        trie_update.into_changes(),
        expected.trie_update.clone().into_changes(),
        "{place}, {way}: changes of the trie"
    );
}

/// How something ended, in a few words.
pub(super) fn status_name(status: &ExecutionStatus) -> String {
    let text = match status {
        ExecutionStatus::Failure(TxExecutionError::ActionError(error)) => {
            format!("{:?}", error.kind)
        }
        ExecutionStatus::Failure(TxExecutionError::InvalidTxError(error)) => format!("{error:?}"),
        ExecutionStatus::SuccessValue(_) => "SuccessValue".to_owned(),
        ExecutionStatus::SuccessReceiptId(_) => "SuccessReceiptId".to_owned(),
        ExecutionStatus::Unknown => "Unknown".to_owned(),
    };
    let end = text.find([' ', '{', ',', '[']).unwrap_or(text.len());
    text.chars().take(end).take(60).collect()
}
