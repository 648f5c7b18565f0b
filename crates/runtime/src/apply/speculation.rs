//! Receipts executed before it is their turn, on all threads.
//!
//! What a receipt does depends on what belongs to its receiver. So receipts for different receivers are
//! executed at the same time, those for one in order; and then what they came to is taken in the
//! protocol's order. A result is used only if nothing that it depends on has changed in between:
//!
//! - it read and changed nothing but what belongs to its receiver, and shared things that only receipts
//!   change which nothing is speculated across;
//! - what came before for the same receiver was used too;
//! - no limit on the proof could have been reached with what was recorded by others;
//! - contracts paid the right price for each node. It depends on what was touched before in the chunk. If
//!   both prices are the same, only the profile is put right.
//!
//! Otherwise the receipt is executed again in its turn. So the result is that of one thread, whatever
//! was guessed.
//!
//! Nothing more is executed ahead once what was would fill the chunk. So of what one thread would never
//! have begun as much is done as fits in a chunk, and a receipt for each thread.

use super::Application;
use crate::receipt::{ExecutedReceipt, Execution, execute_receipt};
use crate::state::{ChunkState, NodeCounts, Scope, StateUpdate, TrieFork};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use torr_parameters::{ExtCost, RuntimeConfig};
use torr_primitives::outcome::{
    CostGasUsed, ExecutionMetadata, ExecutionOutcome, ExecutionStatus, GasProfile,
};
use torr_primitives::receipt::{Receipt, ReceiptBody};
use torr_primitives::{AccountId, Compute, Gas};
use torr_store::recorder::Recorded;

/// How many receipts are looked at together: many, because threads wait for each other at the end of each
/// window, and no more than can be kept in memory.
pub(super) const WINDOW: usize = 1024;

/// What some receipts came to, by their places among them.
#[derive(Debug, Default)]
pub(super) struct Speculations {
    results: Vec<Option<Speculation>>,
    /// Receivers for which something was done that was not foreseen.
    changed: BTreeSet<AccountId>,
    /// Whether something was done that all may depend on.
    is_void: bool,
}

/// What a receipt came to, and those that it sent to be executed at once.
#[derive(Debug)]
pub(super) struct Speculation {
    pub(super) executed: ExecutedReceipt,
    pub(super) instant: Vec<(Receipt, ExecutedReceipt)>,
    pub(super) recorded: Recorded,
}

impl Speculations {
    /// The result for the receipt at a place, if it can be used. The receipt is taken to be executed in
    /// any case.
    pub(super) fn take(
        &mut self,
        place: usize,
        receipt: &Receipt,
        state: &ChunkState<'_>,
        config: &RuntimeConfig,
    ) -> Option<Speculation> {
        let result = self.results.get_mut(place).and_then(Option::take);
        let stands = !self.is_void && !self.changed.contains(&receipt.receiver_id);
        let result = result.filter(|_| stands).and_then(|result| result.settle(state, config));
        if result.is_none() {
            self.note(receipt);
        }
        result
    }

    /// Notes that a receipt is executed in its turn.
    pub(super) fn note(&mut self, receipt: &Receipt) {
        if matches!(receipt.body, ReceiptBody::GlobalContractDistribution(_)) {
            self.is_void = true;
        }
        self.changed.insert(receipt.receiver_id.clone());
    }
}

impl Speculation {
    /// The same with the right prices of nodes; `None` if it would have been another then.
    fn settle(mut self, state: &ChunkState<'_>, config: &RuntimeConfig) -> Option<Speculation> {
        let effects = &self.executed.effects;
        let counts = state.count(effects.visits());
        if counts != effects.counts() {
            let outcome = &mut self.executed.outcome.as_mut()?.outcome;
            put_right(outcome, counts, config)?;
        }
        let limit = config.vm.limits.per_receipt_storage_proof_size_limit;
        let all = std::iter::once(&self.executed).chain(self.instant.iter().map(|(_, done)| done));
        let removals = all.map(|done| done.effects.removal_bytes());
        let bytes = removals.fold(self.recorded.size(), u64::saturating_add);
        let others_are_free = self.instant.iter().all(|(_, done)| done.effects.visits().is_empty());
        (bytes < limit && others_are_free).then_some(self)
    }
}

/// Says in the profile what nodes cost; `None` if the outcome would be another with these prices.
fn put_right(
    outcome: &mut ExecutionOutcome,
    counts: NodeCounts,
    config: &RuntimeConfig,
) -> Option<()> {
    let costs = &config.vm.ext_costs;
    let price = costs[ExtCost::TouchingTrieNode];
    // One that fails may have run out of gas between the two.
    let has_failed = matches!(outcome.status, ExecutionStatus::Failure(_));
    if price != costs[ExtCost::ReadCachedTrieNode] || has_failed {
        return None;
    }
    let profile = match &mut outcome.metadata {
        ExecutionMetadata::V3(profile) | ExecutionMetadata::V4 { gas_profile: profile, .. } => {
            profile
        }
        ExecutionMetadata::V1 | ExecutionMetadata::V2(_) => return None,
    };
    let of_nodes = [
        (ExtCost::TouchingTrieNode.name(), counts.touched),
        (ExtCost::ReadCachedTrieNode.name(), counts.cached),
    ];
    let is_of_node = |charge: &CostGasUsed| of_nodes.iter().any(|(name, _)| charge.cost == *name);
    let category = profile.costs().iter().find(|charge| is_of_node(charge))?.cost_category;
    let others = profile.costs().iter().filter(|charge| !is_of_node(charge)).cloned();
    let mut charges: Vec<CostGasUsed> = others.collect();
    for (name, count) in of_nodes {
        let gas_used: Gas = price.gas.checked_mul(count)?;
        charges.push(CostGasUsed { cost_category: category, cost: name.into(), gas_used });
    }
    *profile = charges.into_iter().collect::<GasProfile>();
    Some(())
}

/// What receipts that are executed ahead may still take of the chunk. Threads share it. Which receipts
/// they come to before it is used up is left to chance, and changes no result.
#[derive(Debug)]
struct Room {
    compute: AtomicU64,
    proof: AtomicU64,
}

impl Room {
    fn is_used_up(&self) -> bool {
        [&self.compute, &self.proof].iter().any(|left| left.load(Ordering::Relaxed) == 0)
    }

    fn take(&self, compute: Compute, proof: u64) {
        for (left, taken) in [(&self.compute, compute), (&self.proof, proof)] {
            let less = |left: u64| Some(left.saturating_sub(taken));
            let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }
}

impl Application<'_> {
    fn room(&self) -> Room {
        let compute = self.compute_limit().saturating_sub(self.totals.compute);
        // The chunk is full when it has recorded more than this.
        let proof = self.proof_limit().saturating_add(1);
        let proof = proof.saturating_sub(self.state.recorded_size());
        Room { compute: AtomicU64::new(compute), proof: AtomicU64::new(proof) }
    }

    /// Executes receipts on the state as it is now, on all threads.
    pub(super) fn speculate<'r>(
        &self,
        receipts: impl IntoIterator<Item = &'r Receipt>,
    ) -> Speculations {
        let mut groups: Vec<Vec<(usize, &Receipt)>> = Vec::new();
        let mut group_of: BTreeMap<&AccountId, usize> = BTreeMap::new();
        let mut len = 0;
        for (place, receipt) in receipts.into_iter().enumerate() {
            let group = *group_of.entry(&receipt.receiver_id).or_insert(groups.len());
            match groups.get_mut(group) {
                Some(group) => group.push((place, receipt)),
                None => groups.push(vec![(place, receipt)]),
            }
            len = place + 1;
        }
        if groups.len() < 2 {
            return Speculations::default();
        }
        let (state, execution, room) = (&self.state, self.execution, &self.room());
        // Threads take groups in their order, because those at the end may be in vain.
        let next = AtomicUsize::new(0);
        let done = self.threads.map(groups.iter().collect(), |_| {
            let group = groups.get(next.fetch_add(1, Ordering::Relaxed));
            group.map_or_else(Vec::new, |group| execute_group(group, state, execution, room))
        });
        let mut results = Vec::new();
        results.resize_with(len, || None);
        for (place, result) in done.into_iter().flatten() {
            if let Some(slot) = results.get_mut(place) {
                *slot = Some(result);
            }
        }
        Speculations { results, ..Speculations::default() }
    }
}

/// Executes the receipts of one receiver in order, as far as that can be foreseen; what they came to, with
/// their places.
fn execute_group(
    receipts: &[(usize, &Receipt)],
    state: &ChunkState<'_>,
    execution: Execution<'_>,
    room: &Room,
) -> Vec<(usize, Speculation)> {
    if room.is_used_up() {
        return Vec::new();
    }
    let forks: Vec<Box<dyn TrieFork + '_>> =
        receipts.iter().map(|_| state.reader().fork()).collect();
    let (Some(fork), Some((_, receipt))) = (forks.first(), receipts.first()) else {
        return Vec::new();
    };
    let mut update = state.speculate(&**fork, Scope::Account(&receipt.receiver_id));
    let mut done = Vec::new();
    for ((place, receipt), fork) in receipts.iter().zip(&forks) {
        if room.is_used_up() {
            break;
        }
        update.read_through(&**fork);
        let Some(result) = execute_with_instant(receipt, execution, &mut update) else { break };
        room.take(result.0.compute, fork.recorded_size());
        done.push((*place, result));
    }
    drop(update);
    let recorded = forks.into_iter().map(TrieFork::into_recorded);
    done.into_iter()
        .zip(recorded)
        .map(|((place, (executed, instant)), recorded)| {
            (place, Speculation { executed, instant, recorded })
        })
        .collect()
}

/// Executes a receipt and those that it sends to be executed at once; `None` if that cannot be foreseen.
fn execute_with_instant(
    receipt: &Receipt,
    execution: Execution<'_>,
    update: &mut StateUpdate<'_>,
) -> Option<(ExecutedReceipt, Vec<(Receipt, ExecutedReceipt)>)> {
    if matches!(receipt.body, ReceiptBody::GlobalContractDistribution(_)) {
        return None;
    }
    // Whatever went wrong goes wrong again, or was in vain.
    let executed = execute_receipt(receipt, execution, update).ok()?;
    let mut waiting: std::collections::VecDeque<Receipt> =
        executed.sent.iter().filter(|sent| sent.is_instant()).cloned().collect();
    let mut instant = Vec::new();
    while let Some(next) = waiting.pop_front() {
        if next.receiver_id != receipt.receiver_id {
            return None;
        }
        let executed = execute_receipt(&next, execution, update).ok()?;
        waiting.extend(executed.sent.iter().filter(|sent| sent.is_instant()).cloned());
        instant.push((next, executed));
    }
    (!update.has_left_scope()).then_some((executed, instant))
}

#[cfg(test)]
mod tests {
    use super::{AtomicU64, Room};

    #[test]
    fn room_is_used_up_by_what_is_scarcest() {
        let room = |compute: u64, proof: u64| Room {
            compute: AtomicU64::new(compute),
            proof: AtomicU64::new(proof),
        };
        let some = room(100, 50);
        some.take(99, 10);
        assert!(!some.is_used_up());
        some.take(u64::MAX, 10);
        assert!(some.is_used_up());
        let without_proof = room(100, 50);
        without_proof.take(1, 50);
        assert!(without_proof.is_used_up());
        assert!(room(0, 50).is_used_up(), "a chunk that is full from the start");
    }
}
