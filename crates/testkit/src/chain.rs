//! A generated chain: blocks in which everything follows from a seed, applied in every way at once.
//!
//! [`Chain::step`] makes a block, applies its chunks ([`Trial`] says in how many ways), keeps the books
//! ([`balance_of_state`], [`storage_usages`]) and hands receipts on to the next block. It panics when
//! something does not add up, and says where, so that the seed brings the same block again.

mod books;
mod choices;
mod population;
mod script;
mod transactions;
mod trial;

pub use books::{balance_of_receipt, balance_of_state, storage_usages};
pub use population::Entries;
pub use script::SCRIPT;
pub use trial::{Trial, Ways};

use crate::world::{account, config_of};
use books::{decoded, parse};
use choices::Choices;
use population::{Population, TREASURY, near};
use script::choose;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::RuntimeConfig;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    Account, AccountId, Balance, BandwidthRequests, BlockBandwidthRequests, BlockCongestionInfo,
    BlockHeight, ExtendedCongestionInfo, Gas, ProtocolVersion, ShardId, ShardLayout, TrieKey,
};
use torr_runtime::{
    BalanceStats, BlockContext, ChunkContext, ChunkInput, ChunkPresence, EpochContext, StateChange,
    ValidatorAccountsUpdate,
};
use transactions::Generator;
use trial::ShardTries;

/// What a chain is made from.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What everything follows from.
    pub seed: u64,
    /// The version of the protocol.
    pub protocol_version: ProtocolVersion,
}

/// A chain.
pub struct Chain {
    settings: Settings,
    numbers: Choices,
    population: Population,
    config: Arc<RuntimeConfig>,
    epoch: EpochContext,
    height: BlockHeight,
    shards: BTreeMap<ShardId, Shard>,
    tally: Tally,
}

/// A shard, as of its last chunk.
struct Shard {
    state: Entries,
    tries: ShardTries,
    /// Receipts that have not been taken in.
    incoming: Vec<Receipt>,
    congestion: ExtendedCongestionInfo,
    requests: BandwidthRequests,
}

/// What happened on a chain, in numbers: a test that finds nothing wrong has to have seen something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Chunks that were applied.
    pub chunks: u64,
    /// Outcomes by how they ended: the name of the status, or of the error.
    pub outcomes: BTreeMap<String, u64>,
    /// Receipts that were delayed at the end of a chunk, in sum.
    pub delayed: u64,
    /// Receipts that were put into buffers.
    pub buffered: u64,
    /// Chunks that were missing.
    pub missing: u64,
    /// Yields that timed out.
    pub timeouts: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { chunks, delayed, buffered, missing, timeouts, .. } = self;
        writeln!(
            f,
            "{chunks} chunks, {missing} missing; {delayed} receipts delayed, {buffered} buffered; \
             {timeouts} timeouts; outcomes:"
        )?;
        let line = |(name, number): (&String, &u64)| format!("{number:>8} {name}");
        write!(f, "{}", self.outcomes.iter().map(line).collect::<Vec<_>>().join("\n"))
    }
}

/// A chunk before it is applied.
struct Plan {
    context: ChunkContext,
    presence: ChunkPresence,
    transactions: Vec<SignedTransaction>,
    in_time: Vec<bool>,
    incoming: Vec<Receipt>,
    update: Option<ValidatorAccountsUpdate>,
}

impl Chain {
    /// A chain of one shard or, half of the time, of three.
    ///
    /// # Panics
    /// When there are no parameters for the protocol version.
    pub fn new(settings: Settings) -> Chain {
        Chain::with_choices(settings, Choices::of_seed(settings.seed))
    }

    /// A chain of which bytes make the choices, at the version of the vectors.
    pub fn from_bytes(bytes: &[u8]) -> Chain {
        let settings = Settings { seed: 0, protocol_version: 86 };
        Chain::with_choices(settings, Choices::of_bytes(bytes))
    }

    /// Whether bytes are left that a chain was made from.
    pub fn has_bytes_left(&self) -> bool {
        self.numbers.has_bytes()
    }

    fn with_choices(settings: Settings, mut numbers: Choices) -> Chain {
        let layout = match numbers.below(2) {
            0 => ShardLayout::single_shard(),
            _ => ShardLayout::with_boundaries(vec![account("cc"), account("qq")], vec![0, 1, 2])
                .unwrap_or_else(|error| panic!("{error}")),
        };
        let population = Population::new();
        let shard = |(shard_id, state): (ShardId, Entries)| {
            let tries = ShardTries::of(&state);
            let congestion = ExtendedCongestionInfo::default();
            let requests = BandwidthRequests::empty();
            (shard_id, Shard { state, tries, incoming: Vec::new(), congestion, requests })
        };
        let shards = population.states(&layout).into_iter().map(shard).collect();
        let epoch = EpochContext {
            chain_id: "generated".to_owned(),
            epoch_id: CryptoHash([1; 32]),
            epoch_height: 7,
            shard_layout: Arc::new(layout),
            validators: BTreeMap::from([(account("bob.near"), near(60_000))]),
            total_stake: near(60_000),
            minimum_stake: near(50_000),
        };
        Chain {
            settings,
            numbers,
            population,
            config: config_of(settings.protocol_version),
            epoch,
            height: 1_000,
            shards,
            tally: Tally::default(),
        }
    }

    /// What happened so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// One block more, with `trial` of every chunk.
    ///
    /// # Panics
    /// When anything does not add up; it says what, and for which seed and block.
    pub fn step(&mut self, trial: &Trial) {
        self.height += match self.numbers.below(20) {
            0 => 201,
            _ => 1 + self.numbers.below(2),
        };
        let congestion = BlockCongestionInfo {
            shards: self.shards.iter().map(|(&id, shard)| (id, shard.congestion)).collect(),
        };
        let bandwidth_requests = BlockBandwidthRequests {
            shards: self.shards.iter().map(|(&id, shard)| (id, shard.requests.clone())).collect(),
        };
        let block = self.block();
        let settles = self.numbers.below(15) == 0;
        let mut sent = Vec::new();
        for shard_id in self.epoch.shard_layout.shard_ids().to_vec() {
            let plan = self.plan(shard_id, &block, settles);
            let input = ChunkInput {
                context: &plan.context,
                presence: plan.presence,
                transactions: &plan.transactions,
                transactions_in_time: &plan.in_time,
                incoming_receipts: &plan.incoming,
                validator_accounts_update: plan.update.as_ref(),
                congestion: &congestion,
                bandwidth_requests: &bandwidth_requests,
            };
            sent.extend(self.apply(shard_id, &plan, &input, trial));
        }
        for receipt in sent {
            let shard_id = self.epoch.shard_layout.shard_of_receipt(&receipt);
            let shard = shard_id.and_then(|shard_id| self.shards.get_mut(&shard_id));
            let shard = shard.unwrap_or_else(|| panic!("{receipt:?} goes nowhere"));
            shard.incoming.push(receipt);
        }
    }

    fn block(&mut self) -> BlockContext {
        let price = *choose(&mut self.numbers, &[100_000_000, 1_000_000_000, 7_000_000_000, 1]);
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.numbers.below(u64::MAX).to_le_bytes());
        BlockContext {
            height: self.height,
            prev_block_hash: CryptoHash(hash),
            timestamp: self.height * 1_000_000_000,
            gas_price: Balance::from_yoctonear(price),
            random_seed: CryptoHash::of(&hash),
        }
    }

    fn plan(&mut self, shard_id: ShardId, block: &BlockContext, settles: bool) -> Plan {
        let gas_limit = match self.numbers.below(6) {
            0 => Some(1 + self.numbers.below(30)),
            1 | 2 => Some(100 + self.numbers.below(900)),
            _ => None,
        };
        let context = ChunkContext {
            block: block.clone(),
            epoch: Arc::new(self.epoch.clone()),
            shard_id,
            gas_limit: gas_limit.and_then(Gas::from_teragas),
            config: Arc::clone(&self.config),
            protocol_version: self.settings.protocol_version,
        };
        let missing = self.numbers.below(12) == 0;
        let shard = self.shards.get_mut(&shard_id).unwrap_or_else(|| panic!("shard {shard_id}"));
        let update = settles.then(|| validators_update(&mut self.numbers, &shard.state));
        if missing {
            return Plan {
                context,
                presence: ChunkPresence::Missing,
                transactions: Vec::new(),
                in_time: Vec::new(),
                incoming: Vec::new(),
                update,
            };
        }
        let count = self.numbers.below(9);
        let local = accounts_of(&shard.state);
        let mut transactions: Vec<SignedTransaction> = Vec::new();
        for _ in 0..if local.is_empty() { 0 } else { count } {
            let again = self.numbers.below(40) == 0;
            let transaction = match transactions.last() {
                Some(last) if again => last.clone(),
                _ => {
                    let (population, state) = (&self.population, &shard.state);
                    Generator::new(&mut self.numbers, population, state, self.height)
                        .transaction(&local)
                }
            };
            transactions.push(transaction);
        }
        let in_time = match self.numbers.below(4) {
            0 => transactions.iter().map(|_| self.numbers.below(6) > 0).collect(),
            _ => Vec::new(),
        };
        Plan {
            context,
            presence: ChunkPresence::New,
            transactions,
            in_time,
            incoming: std::mem::take(&mut shard.incoming),
            update,
        }
    }

    /// Applies a chunk and goes on from what came of it; the receipts that it sends.
    fn apply(
        &mut self,
        shard_id: ShardId,
        plan: &Plan,
        input: &ChunkInput<'_>,
        trial: &Trial,
    ) -> Vec<Receipt> {
        let place = format!(
            "seed {}, block {} of shard {shard_id} ({} transactions, {} receipts)",
            self.settings.seed,
            self.tally.chunks,
            plan.transactions.len(),
            plan.incoming.len()
        );
        let shard = self.shards.get_mut(&shard_id).unwrap_or_else(|| panic!("{place}"));
        let result = shard.tries.apply(input, trial, &place);
        let rewards = plan.update.as_ref().map_or(0, |update| rewards(update, &shard.state));
        let before = balance_of_state(&shard.state, &self.config);
        change(&mut shard.state, &result.state_changes);
        let after = balance_of_state(&shard.state, &self.config);
        let outgoing = &result.outgoing_receipts;
        check_balance(
            &place,
            &self.config,
            plan,
            outgoing,
            &result.stats.balance,
            [before + rewards, after],
        );
        for (account_id, (counted, said)) in storage_usages(&shard.state) {
            assert_eq!(said, counted, "{place}: {account_id} says that it uses {said} bytes");
        }
        for outcome in &result.outcomes {
            let status = trial::status_name(&outcome.outcome.status);
            *self.tally.outcomes.entry(status).or_default() += 1;
        }
        self.tally.chunks += 1;
        self.tally.delayed += result.delayed_receipts_count;
        let buffered = result.stats.buffered_receipts.values().map(|stats| stats.num);
        self.tally.buffered += buffered.sum::<u64>();
        self.tally.timeouts += result.processed_yield_timeouts.len() as u64;
        if plan.presence == ChunkPresence::Missing {
            self.tally.missing += 1;
            shard.congestion.missed_chunks_count += 1;
        } else {
            shard.congestion.missed_chunks_count = 0;
        }
        let congestion = result.congestion_info.unwrap_or_else(|| panic!("{place}: unknown"));
        shard.congestion.congestion_info = congestion;
        shard.requests = result.bandwidth_requests;
        result.outgoing_receipts
    }
}

/// What was there, came in or was added, is there, went out or was burnt.
fn check_balance(
    place: &str,
    config: &RuntimeConfig,
    plan: &Plan,
    outgoing: &[Receipt],
    stats: &BalanceStats,
    [before, after]: [u128; 2],
) {
    let of_receipts = |receipts: &[Receipt]| -> u128 {
        receipts.iter().map(|receipt| balance_of_receipt(receipt, config)).sum()
    };
    let added = before + of_receipts(&plan.incoming) + stats.subsidized_amount.as_yoctonear();
    let burnt = [stats.tx_burnt_amount, stats.slashed_burnt_amount, stats.other_burnt_amount];
    let burnt: u128 = burnt.into_iter().map(Balance::as_yoctonear).sum();
    let left = after + of_receipts(outgoing) + burnt;
    assert_eq!(
        added, left,
        "{place}: tokens before and after, of which {stats:?}; transactions: {:#?}",
        plan.transactions
    );
}

fn change(state: &mut Entries, changes: &BTreeMap<Vec<u8>, Vec<StateChange>>) {
    for (key, changes) in changes {
        match changes.last().and_then(|change| change.value.as_deref()) {
            Some(value) => state.insert(key.clone(), value.to_vec()),
            None => state.remove(key),
        };
    }
}

/// The accounts of a state, in order.
fn accounts(state: &Entries) -> impl Iterator<Item = (AccountId, Account)> {
    state.iter().filter_map(|(key, value)| match parse(key) {
        key @ TrieKey::Account { .. } => {
            let account = decoded(&key, value);
            key.account_id().cloned().map(|account_id| (account_id, account))
        }
        _ => None,
    })
}

fn accounts_of(state: &Entries) -> Vec<AccountId> {
    accounts(state).map(|(account_id, _)| account_id).collect()
}

/// Rewards for who has a stake; some of it is set free.
fn validators_update(numbers: &mut Choices, state: &Entries) -> ValidatorAccountsUpdate {
    let mut update = ValidatorAccountsUpdate::default();
    for (account_id, account) in accounts(state) {
        let locked = account.locked();
        if account_id.as_str() == TREASURY {
            update.protocol_treasury_account_id = Some(account_id.clone());
            update.validator_rewards.insert(account_id, near(3));
            continue;
        }
        if locked == Balance::ZERO {
            continue;
        }
        let reward = Balance::from_yoctonear(numbers.below(u64::MAX).into());
        update.validator_rewards.insert(account_id.clone(), reward);
        let stake = if numbers.below(2) == 0 { locked } else { Balance::ZERO };
        update.stake_info.insert(account_id.clone(), stake);
        if numbers.below(2) == 0 {
            update.last_proposals.insert(account_id, near(50_000).min(locked));
        }
    }
    update
}

/// What an update adds to a state.
fn rewards(update: &ValidatorAccountsUpdate, state: &Entries) -> u128 {
    let has = |account_id: &&AccountId| {
        let key = TrieKey::Account { account_id: (*account_id).clone() };
        state.contains_key(&key.to_bytes())
    };
    let treasury = update.protocol_treasury_account_id.as_ref();
    let of = |account_id: &AccountId| update.validator_rewards.get(account_id).copied();
    let paid = update.stake_info.keys().filter(has).chain(treasury);
    paid.filter_map(of).map(Balance::as_yoctonear).sum()
}
