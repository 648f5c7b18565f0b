//! Storage of contracts, in a state in memory and in one on disk.
//!
//! A contract goes through keys that stand far apart, in receipts of a chunk that is applied: so it is all
//! in it, from finding nodes to hashing the changed trie and recording what a witness needs. Laps take
//! turns among parts of the storage, so that a database reads what its cache does not have.

use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::experiment::{Bound, Case, Experiment, Work};
use crate::price::Price;
use crate::work::chunks::{Chunk, Chunks};
use crate::work::contract::{FULL, IDLE, Script, Step};
use crate::work::requests::call_receipt;
use crate::work::scene::Scene;
use crate::work::states::{Nodes, STORE, account_id, account_records, secret_key, stored_key};
use torr_parameters::ExtCost;
use torr_primitives::{AccountId, StateRecord};

/// Where the contract finds which keys it goes through.
const START: u32 = 0;
/// Where keys are: the part that differs, and before it what keys of a deep trie share.
const KEY: u32 = 4_096;
/// Where values are.
const VALUE: u64 = 131_073;
/// Pages that hold the longest value.
const PAGES: u64 = 70;
/// Chunks that laps take turns among.
const TURNS: u64 = 8;

/// Experiments on storage, in the order of dependence.
pub(super) fn all() -> Vec<Experiment> {
    vec![has_key(), read(), nodes(), write(), remove()]
}

/// Keys that a contract goes through.
#[derive(Clone, Copy, Debug)]
struct Keys {
    /// Their length, in bytes; of these the last eight differ.
    length: u64,
    /// Length of their values, in bytes; `None`: they are in no state.
    value: Option<u64>,
    /// How many there are; 0: all that the storage has.
    count: u64,
}

/// Keys that all states have.
const STORED: Keys =
    Keys { length: 8, value: Some(crate::work::states::VALUE_LEN as u64), count: 0 };

impl Keys {
    /// How many a lap goes through.
    fn of_lap(self, scene: &Scene) -> u64 {
        let most = match self.count {
            0 => 256,
            count => count / TURNS,
        };
        most.min(scene.scale.chunk_len as u64 * 2).max(1)
    }

    /// The records of those that are not in every state.
    fn records(self, account_id: &AccountId) -> Vec<StateRecord> {
        let Some(value) = self.value.filter(|_| self.count > 0) else { return Vec::new() };
        (0..self.count)
            .map(|number| StateRecord::Data {
                account_id: account_id.clone(),
                data_key: self.key(number),
                value: vec![number as u8; value as usize],
            })
            .collect()
    }

    fn key(self, number: u64) -> Vec<u8> {
        let mut key = vec![b'k'; self.length.saturating_sub(8) as usize];
        key.extend(stored_key(number));
        key
    }

    /// The steps that make the next key.
    fn next(self) -> Step {
        Step::NextKey(KEY + self.length.saturating_sub(8) as u32)
    }

    /// The first number of a lap's keys.
    fn start(self, scene: &Scene, nodes: Nodes, turn: u64) -> u64 {
        let each = self.of_lap(scene);
        match (self.count, self.value) {
            // Numbers that no state has.
            (_, None) => (1 << 40) + turn * each,
            (0, _) => turn * (scene.states.stored_entries(nodes) / TURNS).max(each),
            _ => turn * each,
        }
    }
}

/// What is done with each key.
type Access = fn(Keys) -> Step;

/// A case that does something with each of some keys.
fn case(series: &'static str, nodes: Nodes, size: u64, keys: Keys, access: Access) -> Case {
    case_of(series, nodes, size, keys, vec![access], Reads::Flat)
}

/// Whether reading pays for the nodes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// It does not.
    Flat,
    /// It does.
    ByNodes,
}

fn case_of(
    series: &'static str,
    nodes: Nodes,
    size: u64,
    keys: Keys,
    accesses: Vec<Access>,
    reads: Reads,
) -> Case {
    Case::new(series, size, move |scene| {
        let account_id = account_id(STORE)?;
        let each = keys.of_lap(scene);
        let mut steps = vec![keys.next()];
        steps.extend(accesses.iter().map(|access| access(keys)));
        let contract = contract(keys, steps);
        let code = contract.code(each)?;
        let mut records = account_records(&account_id, secret_key(0)?.public_key(), Some(code));
        records.extend(keys.records(&account_id));
        let state = scene.states.with(nodes, records)?;
        let chunk = |turn: u64, method: &str| {
            let start = keys.start(scene, nodes, turn);
            Ok::<Chunk, EstimatorError>(Chunk {
                transactions: Vec::new(),
                receipts: vec![call_receipt(&account_id, method, start.to_le_bytes().to_vec())?],
            })
        };
        let chunks = (0..TURNS).map(|turn| chunk(turn, FULL)).collect::<Result<_, _>>()?;
        let work = Chunks::new(scene, state, chunks, each, Charges::default())?;
        let work = work.with_idle(chunk(0, IDLE)?).with_functions(contract.functions());
        let work = if reads == Reads::ByNodes { work.with_reads_by_nodes() } else { work };
        Ok(Box::new(work) as Box<dyn Work + '_>)
    })
}

/// A contract that goes through keys from the number that its input says.
fn contract(keys: Keys, steps: Vec<Step>) -> Script {
    let prefix = vec![b'k'; keys.length.saturating_sub(8) as usize];
    Script::repeating(steps).with_pages(PAGES).with_data(KEY, prefix).after_steps(vec![
        Step::call("input", &[0]),
        Step::call("read_register", &[0, START.into()]),
        Step::KeysFrom(START),
    ])
}

const WHERE: [(&str, &str, Nodes); 2] = [
    ("in memory", "in memory, absent", Nodes::Memory),
    ("on disk", "on disk, absent", Nodes::Database),
];

/// Lengths of keys, in bytes, up to the longest that there may be.
const KEY_LENGTHS: [u64; 3] = [8, 256, 2_048];

/// Cases for keys of all lengths, and for absent ones, in memory and on disk.
fn by_key(access: Access) -> Vec<Case> {
    let mut cases = Vec::new();
    for (present, absent, nodes) in WHERE {
        cases.push(case(present, nodes, 8, STORED, access));
        for length in KEY_LENGTHS.into_iter().skip(1) {
            let keys = Keys { length, value: Some(100), count: 512 };
            cases.push(case(present, nodes, length, keys, access));
        }
        for length in KEY_LENGTHS {
            let keys = Keys { length, value: None, count: 512 };
            cases.push(case(absent, nodes, length, keys, access));
        }
    }
    cases
}

/// Cases for values of a length, in bytes, in memory and on disk.
fn by_value(series: [&'static str; 2], lengths: &[u64], access: Access) -> Vec<Case> {
    let nodes = [Nodes::Memory, Nodes::Database];
    let mut cases = Vec::new();
    for (series, nodes) in series.into_iter().zip(nodes) {
        for length in lengths {
            // Some megabytes for each case.
            let count = ((8 << 20) / length.max(&1)).clamp(TURNS, 512);
            let keys = Keys { length: 8, value: Some(*length), count };
            cases.push(case(series, nodes, *length, keys, access));
        }
    }
    cases
}

/// Lengths of values, in bytes: longer than 4 000 are kept apart from their keys.
const VALUES: [u64; 4] = [3_999, 4_096, 100_000, 1_000_000];

fn has_key() -> Experiment {
    Experiment {
        name: "storage_has_key",
        about: "Asks for keys that stand far apart, of lengths up to the longest, present and absent, in \
                memory and on disk.",
        finds: [ExtCost::StorageHasKeyBase, ExtCost::StorageHasKeyByte].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Storage,
        cases: by_key(|keys| Step::call("storage_has_key", &[keys.length, KEY.into()])),
    }
}

fn read_step(keys: Keys) -> Step {
    Step::call("storage_read", &[keys.length, KEY.into(), 1])
}

fn read() -> Experiment {
    let mut cases = by_key(read_step);
    cases.extend(by_value(["values in memory", "values on disk"], &VALUES, read_step));
    Experiment {
        name: "storage_read",
        about: "Reads keys that stand far apart, of lengths up to the longest, present and absent, and \
                values of up to a megabyte, in memory and on disk.",
        finds: [
            ExtCost::StorageReadBase,
            ExtCost::StorageReadKeyByte,
            ExtCost::StorageReadValueByte,
            ExtCost::StorageLargeReadOverheadBase,
            ExtCost::StorageLargeReadOverheadByte,
        ]
        .map(Price::host)
        .into(),
        apart: Vec::new(),
        bound: Bound::Storage,
        cases,
    }
}

/// Keys each of which begins with the one before have a node for every byte.
fn nodes() -> Experiment {
    let mut cases = Vec::new();
    for (series, _, nodes) in WHERE {
        cases.push(case_of(series, nodes, 1, STORED, vec![read_step], Reads::ByNodes));
        let twice = vec![read_step as Access, read_step];
        let series = match nodes {
            Nodes::Memory => "in memory, twice",
            Nodes::Database => "on disk, twice",
        };
        cases.push(case_of(series, nodes, 2, STORED, twice, Reads::ByNodes));
    }
    Experiment {
        name: "trie_nodes",
        about: "Reads keys under the rule by which reading pays for every node on its way, once and \
                twice; the second time the nodes are known.",
        finds: [ExtCost::TouchingTrieNode, ExtCost::ReadCachedTrieNode].map(Price::host).into(),
        apart: Vec::new(),
        bound: Bound::Storage,
        cases,
    }
}

fn write_step(keys: Keys) -> Step {
    let length = keys.value.unwrap_or(100);
    Step::call("storage_write", &[keys.length, KEY.into(), length, VALUE, 1])
}

fn write() -> Experiment {
    let mut cases = by_key(write_step);
    cases.extend(by_value(["values in memory", "values on disk"], &VALUES, write_step));
    // An old value that is longer than the new one.
    let evict: Access = |keys| Step::call("storage_write", &[keys.length, KEY.into(), 1, VALUE, 1]);
    cases.extend(by_value(["old values in memory", "old values on disk"], &VALUES, evict));
    Experiment {
        name: "storage_write",
        about: "Writes new keys and over old ones, of lengths up to the longest, and values of up to a \
                megabyte. Hashing the changed nodes is in it.",
        finds: [
            ExtCost::StorageWriteBase,
            ExtCost::StorageWriteKeyByte,
            ExtCost::StorageWriteValueByte,
            ExtCost::StorageWriteEvictedByte,
        ]
        .map(Price::host)
        .into(),
        apart: Vec::new(),
        bound: Bound::Storage,
        cases,
    }
}

fn remove() -> Experiment {
    let access: Access = |keys| Step::call("storage_remove", &[keys.length, KEY.into(), 1]);
    let mut cases = by_key(access);
    cases.extend(by_value(["values in memory", "values on disk"], &VALUES, access));
    Experiment {
        name: "storage_remove",
        about: "Removes keys that stand far apart, of lengths up to the longest, and absent ones, and \
                values of up to a megabyte. Hashing the changed nodes is in it.",
        finds: [
            ExtCost::StorageRemoveBase,
            ExtCost::StorageRemoveKeyByte,
            ExtCost::StorageRemoveRetValueByte,
        ]
        .map(Price::host)
        .into(),
        apart: Vec::new(),
        bound: Bound::Storage,
        cases,
    }
}
