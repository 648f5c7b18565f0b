//! A scenario that is ready to run: the states of all shards, and chunks that are applied one after the
//! other.

use super::error::error_json;
use super::format::{
    CongestionFields, Encoded, EntryFields, EpochFields, IncomingReceipt, ScenarioFields, Shared,
    joined,
};
use super::keeping::Keeper;
use super::{Detail, States};
use crate::case::{Failure, Verdict, verdict};
use crate::difference::{Difference, differences};
use serde_json::{Value, json};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{Parameters, RuntimeConfig};
use torr_primitives::congestion::CongestionInfoV1;
use torr_primitives::receipt::Receipt;
use torr_primitives::transaction::SignedTransaction;
use torr_primitives::{
    Balance, BlockBandwidthRequests, BlockCongestionInfo, CongestionInfo, ExtendedCongestionInfo,
    ShardLayout,
};
use torr_runtime::{
    BlockContext, ChunkContext, ChunkInput, ChunkPresence, Environment, EpochContext,
    ValidatorAccountsUpdate,
};

/// A scenario.
pub(super) struct Scenario {
    /// The states at first.
    pub(super) states: States,
    pub(super) layout: Arc<ShardLayout>,
    entries: Vec<Entry>,
    detail: Detail,
}

/// A chunk that is applied.
pub(super) struct Entry {
    /// What it is called in a difference.
    label: String,
    pub(super) prev_state_root: CryptoHash,
    pub(super) context: ChunkContext,
    presence: ChunkPresence,
    transactions: Vec<SignedTransaction>,
    transactions_in_time: Vec<bool>,
    incoming_receipts: Vec<Receipt>,
    validator_accounts_update: Option<ValidatorAccountsUpdate>,
    congestion: BlockCongestionInfo,
    bandwidth_requests: BlockBandwidthRequests,
    expect: Value,
}

impl Entry {
    pub(super) fn input(&self) -> ChunkInput<'_> {
        ChunkInput {
            context: &self.context,
            presence: self.presence,
            transactions: &self.transactions,
            transactions_in_time: &self.transactions_in_time,
            incoming_receipts: &self.incoming_receipts,
            validator_accounts_update: self.validator_accounts_update.as_ref(),
            congestion: &self.congestion,
            bandwidth_requests: &self.bandwidth_requests,
        }
    }
}

impl Scenario {
    /// The scenario that is written so; or why it is none.
    pub(super) fn read(shared: &Shared, case: Value) -> Result<Scenario, String> {
        let fields: ScenarioFields =
            serde_path_to_error::deserialize(case).map_err(|error| error.to_string())?;
        let layout = Arc::new(fields.shard_layout.clone());
        let states = fields
            .genesis
            .states(&shared.contracts, |account_id| layout.shard_of_account(account_id))?;
        let config =
            Parameters::builtin(shared.protocol_version).map_err(|error| error.to_string())?;
        let reader = EntryReader { fields: &fields, shared, layout: &layout, config: &config };
        let entries = fields.blocks.iter().enumerate();
        let entries = entries.map(|(index, entry)| {
            reader.read(index, entry).map_err(|reason| format!("entry {index}: {reason}"))
        });
        let entries = entries.collect::<Result<_, _>>()?;
        let detail = if fields.lean { Detail::Lean } else { Detail::Full };
        Ok(Scenario { states, layout, entries, detail })
    }

    /// Applies every chunk to what `keeper` keeps and compares with what it expects, up to the first that
    /// differs, from which those after it would differ too.
    ///
    /// # Errors
    /// The differences.
    pub(super) fn check(&self, keeper: &mut dyn Keeper, environment: &Environment<'_>) -> Verdict {
        for entry in &self.entries {
            let not_run = |reason: String| Failure::NotRun(format!("{}: {reason}", entry.label));
            let given = match keeper.apply(entry, environment, self.detail).map_err(not_run)? {
                Ok(given) => given,
                Err(error) => json!({ "error": error_json(&error) }),
            };
            let found = differences(&entry.expect, &given);
            if !found.is_empty() {
                return verdict(explaining_first(found, &entry.label));
            }
        }
        Ok(())
    }
}

/// The differences of an entry, those first that explain most of the others.
fn explaining_first(mut found: Vec<Difference>, label: &str) -> Vec<Difference> {
    found.sort_by_key(|difference| {
        let first =
            ["error", "outcomes", "processed_receipts", "outgoing_receipts", "state_changes"];
        first.iter().position(|field| difference.path.starts_with(field)).unwrap_or(first.len())
    });
    found.into_iter().map(|difference| difference.within(label)).collect()
}

/// What reading an entry takes.
struct EntryReader<'a> {
    fields: &'a ScenarioFields,
    shared: &'a Shared,
    layout: &'a Arc<ShardLayout>,
    config: &'a Arc<RuntimeConfig>,
}

impl EntryReader<'_> {
    fn read(&self, index: usize, entry: &EntryFields) -> Result<Entry, String> {
        let EntryFields { height, shard_id, .. } = entry;
        let transactions = entry.transactions.iter().map(|transaction| transaction.decode());
        let receipts = entry.incoming_receipts.iter().map(|receipt| self.receipt(index, receipt));
        let update = entry.validator_accounts_update.as_ref();
        let update = update.map(|update| ValidatorAccountsUpdate {
            stake_info: update.stake_info.clone(),
            validator_rewards: update.validator_rewards.clone(),
            last_proposals: update.last_proposals.clone(),
            protocol_treasury_account_id: update.protocol_treasury_account_id.clone(),
        });
        let requests = entry.bandwidth_requests.iter();
        let requests = requests.map(|fields| Ok((fields.shard_id, fields.requests.decode()?)));
        Ok(Entry {
            label: format!("entry {index} (shard {shard_id} at height {height})"),
            prev_state_root: entry.prev_state_root,
            context: self.context(entry)?,
            presence: if entry.is_new_chunk { ChunkPresence::New } else { ChunkPresence::Missing },
            transactions: transactions.collect::<Result<_, _>>()?,
            transactions_in_time: entry.transaction_in_validity_period.clone(),
            incoming_receipts: receipts.collect::<Result<_, _>>()?,
            validator_accounts_update: update,
            congestion: congestion(&entry.congestion_info)?,
            bandwidth_requests: BlockBandwidthRequests {
                shards: requests.collect::<Result<_, String>>()?,
            },
            expect: joined(entry.expect.clone())?,
        })
    }

    fn context(&self, entry: &EntryFields) -> Result<ChunkContext, String> {
        let EpochFields { chain_id, validators, minimum_stake } = &self.fields.epoch_info;
        let total_stake = validators
            .values()
            .try_fold(Balance::ZERO, |sum, stake| sum.checked_add(*stake))
            .ok_or("the total stake overflows")?;
        let epoch = EpochContext {
            chain_id: chain_id.clone(),
            epoch_id: entry.epoch_id,
            epoch_height: entry.epoch_height,
            shard_layout: Arc::clone(self.layout),
            validators: validators.clone(),
            total_stake,
            minimum_stake: *minimum_stake,
        };
        let block = BlockContext {
            height: entry.height,
            prev_block_hash: entry.prev_block_hash,
            timestamp: entry.timestamp()?,
            gas_price: entry.gas_price,
            random_seed: entry.random_seed,
        };
        Ok(ChunkContext {
            block,
            epoch: Arc::new(epoch),
            shard_id: entry.shard_id,
            gas_limit: entry.gas_limit,
            config: Arc::clone(self.config),
            protocol_version: self.shared.protocol_version,
        })
    }

    /// A receipt that comes in to the entry with this index.
    fn receipt(&self, index: usize, receipt: &IncomingReceipt) -> Result<Receipt, String> {
        let (entry, place) = match receipt {
            IncomingReceipt::Encoded(bytes) => return bytes.decode(),
            IncomingReceipt::Outgoing(receipt) => receipt.outgoing,
        };
        let none = || format!("no earlier entry {entry} has sent a receipt {place}");
        let earlier = self.fields.blocks.get(entry).filter(|_| entry < index).ok_or_else(none)?;
        let sent = earlier.expect.get("outgoing_receipts").and_then(|sent| sent.get(place));
        let bytes = sent.and_then(|sent| sent.get("borsh")).ok_or_else(none)?;
        let bytes: Encoded =
            serde_json::from_value(bytes.clone()).map_err(|error| error.to_string())?;
        bytes.decode()
    }
}

fn congestion(fields: &[CongestionFields]) -> Result<BlockCongestionInfo, String> {
    let info = |fields: &CongestionFields| {
        let (delayed_receipts_gas, buffered_receipts_gas) = fields.gas()?;
        let congestion_info = CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas,
            buffered_receipts_gas,
            receipt_bytes: fields.receipt_bytes,
            allowed_shard: fields.allowed_shard,
        });
        let missed_chunks_count = fields.missed_chunks_count;
        Ok((fields.shard_id, ExtendedCongestionInfo { congestion_info, missed_chunks_count }))
    };
    let shards = fields.iter().map(info).collect::<Result<_, String>>()?;
    Ok(BlockCongestionInfo { shards })
}
