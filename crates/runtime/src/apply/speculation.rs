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

use super::Application;
use crate::receipt::{ExecutedReceipt, Execution, execute_receipt};
use crate::state::{ChunkState, NodeCounts, Scope, StateUpdate, TrieFork};
use std::collections::{BTreeMap, BTreeSet};
use torr_parameters::{ExtCost, RuntimeConfig};
use torr_primitives::outcome::{
    CostGasUsed, ExecutionMetadata, ExecutionOutcome, ExecutionStatus, GasProfile,
};
use torr_primitives::receipt::{Receipt, ReceiptBody};
use torr_primitives::{AccountId, Gas};
use torr_store::recorder::Recorded;

/// How many receipts are looked at together. What is in vain when a chunk is full, and what conflicts,
/// is bounded by it.
pub(super) const WINDOW: usize = 256;

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

impl Application<'_> {
    /// Executes receipts on the state as it is now, on all threads.
    pub(super) fn speculate<'r>(
        &self,
        receipts: impl IntoIterator<Item = &'r Receipt>,
    ) -> Speculations {
        let mut groups: BTreeMap<&AccountId, Vec<(usize, &Receipt)>> = BTreeMap::new();
        let mut len = 0;
        for (place, receipt) in receipts.into_iter().enumerate() {
            groups.entry(&receipt.receiver_id).or_default().push((place, receipt));
            len = place + 1;
        }
        if groups.len() < 2 {
            return Speculations::default();
        }
        let (state, execution) = (&self.state, self.execution);
        let groups = self.threads.map(groups.into_iter().collect(), |(receiver_id, receipts)| {
            let places: Vec<usize> = receipts.iter().map(|(place, _)| *place).collect();
            let receipts = receipts.into_iter().map(|(_, receipt)| receipt).collect::<Vec<_>>();
            let results = execute_group(receiver_id, &receipts, state, execution);
            places.into_iter().zip(results).collect::<Vec<_>>()
        });
        let mut results: Vec<Option<Speculation>> = Vec::new();
        results.resize_with(len, || None);
        for (place, result) in groups.into_iter().flatten() {
            if let Some(slot) = results.get_mut(place) {
                *slot = Some(result);
            }
        }
        Speculations { results, ..Speculations::default() }
    }
}

/// Executes the receipts of one receiver in order, as far as that can be foreseen.
fn execute_group(
    receiver_id: &AccountId,
    receipts: &[&Receipt],
    state: &ChunkState<'_>,
    execution: Execution<'_>,
) -> Vec<Speculation> {
    let forks: Vec<Box<dyn TrieFork + '_>> =
        receipts.iter().map(|_| state.reader().fork()).collect();
    let Some(first) = forks.first() else { return Vec::new() };
    let mut update = state.speculate(&**first, Scope::Account(receiver_id));
    let mut done = Vec::new();
    for (receipt, fork) in receipts.iter().zip(&forks) {
        update.read_through(&**fork);
        let Some(result) = execute_with_instant(receipt, execution, &mut update) else { break };
        done.push(result);
    }
    drop(update);
    let recorded = forks.into_iter().map(TrieFork::into_recorded);
    done.into_iter()
        .zip(recorded)
        .map(|((executed, instant), recorded)| Speculation { executed, instant, recorded })
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
