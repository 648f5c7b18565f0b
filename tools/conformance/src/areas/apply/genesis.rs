//! The states that scenarios begin with, from their records.
//!
//! A record is written as it is; only what the protocol keeps of a receipt that waits is made from
//! the records together.

use super::Contracts;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::{ActionReceipt, ActionReceiptV2, Receipt, ReceiptBody};
use torr_primitives::state_record::RecordEntry;
use torr_primitives::{AccountId, ShardId, StateRecord, TrieKey};
use torr_store::memory_trie::MemoryTrie;
use torr_store::trie::EMPTY_ROOT;

/// The entries of a state, by their keys.
pub(crate) type StateEntries = BTreeMap<Vec<u8>, Vec<u8>>;

/// The field `genesis` of a scenario.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Genesis {
    records: Vec<Value>,
    state_roots: Vec<ShardRoot>,
    /// The same once more when there is one shard.
    state_root: Option<CryptoHash>,
}

/// Which root the state of a shard has.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShardRoot {
    shard_id: ShardId,
    state_root: CryptoHash,
}

/// A record, with or without its contract.
#[derive(Deserialize)]
#[serde(untagged)]
enum Record {
    ByHash {
        #[serde(rename = "ContractByHash")]
        contract: ContractByHash,
    },
    Whole(StateRecord),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractByHash {
    account_id: AccountId,
    code_hash: CryptoHash,
}

impl Genesis {
    /// The states of all shards, with their roots, which are checked.
    ///
    /// Each record belongs to the shard that `shard_of` says of its account.
    pub(crate) fn states(
        &self,
        contracts: &Contracts,
        shard_of: impl Fn(&AccountId) -> ShardId,
    ) -> Result<BTreeMap<ShardId, (CryptoHash, StateEntries)>, String> {
        let mut records: BTreeMap<ShardId, Vec<StateRecord>> = BTreeMap::new();
        for (index, record) in self.records.iter().enumerate() {
            let record =
                read(record, contracts).map_err(|error| format!("record {index}: {error}"))?;
            records.entry(shard_of(record.account_id())).or_default().push(record);
        }
        let state = |&ShardRoot { shard_id, state_root }: &ShardRoot| {
            let entries = entries(records.remove(&shard_id).unwrap_or_default())?;
            let (_, root) = in_memory(&entries)?;
            match root == state_root {
                true => Ok((shard_id, (root, entries))),
                false => Err(format!("the state of shard {shard_id} has root {root} at first")),
            }
        };
        let states = self.state_roots.iter().map(state).collect::<Result<BTreeMap<_, _>, _>>()?;
        if let Some(shard_id) = records.keys().next() {
            return Err(format!("there are records of shard {shard_id}, and no root"));
        }
        let mut roots = self.state_roots.iter().map(|shard| shard.state_root);
        match self.state_root {
            Some(root) if roots.any(|other| other != root) => {
                Err("`state_root` is not that of `state_roots`".to_owned())
            }
            _ => Ok(states),
        }
    }
}

/// The trie of a state, in memory, and its root.
pub(crate) fn in_memory(entries: &StateEntries) -> Result<(MemoryTrie, CryptoHash), String> {
    let mut trie = MemoryTrie::default();
    let empty = trie.version(EMPTY_ROOT).ok_or("the empty trie is always there")?;
    let mut update = empty.update();
    for (key, value) in entries {
        update.insert(key, value).map_err(|error| error.to_string())?;
    }
    let finished = update.finish().map_err(|error| error.to_string())?;
    let root = trie.commit(&finished).map_err(|error| error.to_string())?;
    Ok((trie, root))
}

fn read(record: &Value, contracts: &Contracts) -> Result<StateRecord, String> {
    match Record::deserialize(record).map_err(|error| error.to_string())? {
        Record::Whole(record) => Ok(record),
        Record::ByHash { contract: ContractByHash { account_id, code_hash } } => {
            let code = contracts.code(&code_hash)?.to_vec();
            Ok(StateRecord::Contract { account_id, code })
        }
    }
}

/// The entries that records stand for.
fn entries(records: Vec<StateRecord>) -> Result<StateEntries, String> {
    let mut entries = StateEntries::new();
    let mut postponed = Vec::new();
    for record in records {
        if let StateRecord::PostponedReceipt(receipt) = &record {
            postponed.push((**receipt).clone());
        }
        match record.into_entry().map_err(|error| error.to_string())? {
            RecordEntry::Keyed { key, value } => {
                entries.insert(key.to_bytes(), value);
            }
            RecordEntry::Delayed(_) => return Err("delayed receipts are in no vector".to_owned()),
        }
    }
    for receipt in &postponed {
        wait(receipt, &mut entries)?;
    }
    Ok(entries)
}

/// Notes what a postponed receipt still waits for.
fn wait(receipt: &Receipt, entries: &mut StateEntries) -> Result<(), String> {
    let (ReceiptBody::Action(ActionReceipt { input_data_ids, .. })
    | ReceiptBody::ActionV2(ActionReceiptV2 { input_data_ids, .. })) = &receipt.body
    else {
        return Err("a postponed receipt is one of actions".to_owned());
    };
    let Receipt { receiver_id, receipt_id, .. } = receipt;
    let mut missing = 0_u32;
    for &data_id in input_data_ids {
        let received = TrieKey::ReceivedData { receiver_id: receiver_id.clone(), data_id };
        if !entries.contains_key(&received.to_bytes()) {
            let key = TrieKey::PostponedReceiptId { receiver_id: receiver_id.clone(), data_id };
            entries.insert(key.to_bytes(), receipt_id.as_bytes().to_vec());
            missing += 1;
        }
    }
    let (receiver_id, receipt_id) = (receiver_id.clone(), *receipt_id);
    let key = TrieKey::PendingDataCount { receiver_id, receipt_id };
    entries.insert(key.to_bytes(), missing.to_le_bytes().to_vec());
    Ok(())
}
