//! Beginning accounts whose names are hashes of what they begin with.

use super::contracts::global_contract;
use super::kind::{Kind, Line, Place, Request, names};
use crate::error::EstimatorError;
use crate::work::contract::SPREAD;
use crate::work::requests::{near, public_key};
use crate::work::states::account_id;
use std::collections::{BTreeMap, BTreeSet};
use torr_crypto::key::{KeyType, PublicKeyHandle};
use torr_parameters::ActionCost;
use torr_primitives::GlobalContractIdentifier;
use torr_primitives::action::{Action, DeterministicStateInitAction, UniversalStateInitAction};
use torr_primitives::state_init::{
    DeterministicStateInit, DeterministicStateInitV1, RawStateInit, universal_account_id,
};

/// Entries of an initial state that is as small as any with some. It is a line of its own, with as many accounts
/// in a chunk as there may be: the price of a base is found of it.
const ONE_ENTRY: &[u64] = &[1];
/// Entries of an initial state; a receipt has no more than 1500.
const ENTRIES: &[u64] = &[100, 1_500];
/// Entries of one that is sent.
const SENT_ENTRIES: &[u64] = &[100, 1_500];
/// Bytes of a value.
const BYTES: &[u64] = &[1_000, 100_000, 1_500_000, 4_190_000];
/// Bytes of a value that is sent.
const SENT_BYTES: &[u64] = &[100_000, 1_500_000];
/// Keys of an initial state; a receipt has no more than 1024.
const KEYS: &[u64] = &[1, 100, 1_024];
/// Keys of one that is sent.
const SENT_KEYS: &[u64] = &[100, 1_024];
/// Actions of a transaction, each with one entry.
const ACTIONS: &[u64] = &[100, 1_000];
/// Accounts that begin in a chunk: some begin with much.
const BEGUN: usize = 20;

/// What an account begins with.
struct Initial {
    data: BTreeMap<Vec<u8>, Vec<u8>>,
    keys: BTreeSet<PublicKeyHandle>,
}

impl Initial {
    /// Entries with short keys and no values: the most work for each byte.
    fn with_entries(count: u64, place: &Place<'_>) -> Initial {
        let data = (0..count).map(|index| (key(index, place), Vec::new())).collect();
        Initial { data, keys: BTreeSet::new() }
    }

    /// One entry.
    fn with_value(bytes: u64, place: &Place<'_>) -> Initial {
        let data = BTreeMap::from([(key(0, place), vec![7; bytes as usize])]);
        Initial { data, keys: BTreeSet::new() }
    }

    /// One entry, and keys.
    fn with_keys(count: u64, place: &Place<'_>) -> Result<Initial, EstimatorError> {
        let keys = (0..count).map(|index| {
            Ok(PublicKeyHandle::from(&public_key(KeyType::Ed25519, place.number, index)?))
        });
        let keys = keys.collect::<Result<_, EstimatorError>>()?;
        Ok(Initial { keys, ..Initial::with_entries(1, place) })
    }
}

/// A key of an entry, another for each request and index.
fn key(index: u64, place: &Place<'_>) -> Vec<u8> {
    let number = (place.number as u64) << 32 | index;
    number.wrapping_mul(SPREAD).to_le_bytes().to_vec()
}

fn contract() -> Result<GlobalContractIdentifier, EstimatorError> {
    Ok(GlobalContractIdentifier::AccountId(account_id("global.near")?))
}

pub(super) fn deterministic() -> Kind {
    Kind {
        names: names!("deterministic_state_init"),
        about: "Begins deterministic accounts with many short entries and with one long value. The name is \
                a hash of all of it, which is made again wherever the action goes.",
        costs: &[
            ActionCost::DeterministicStateInitBase,
            ActionCost::DeterministicStateInitByte,
            ActionCost::DeterministicStateInitEntry,
        ],
        free_to_send: &[],
        lines: vec![
            Line::new("with an entry", |count, place| {
                deterministic_of(1, Initial::with_entries(count, place))
            })
            .executed(ONE_ENTRY),
            Line::new("with entries", |count, place| {
                deterministic_of(1, Initial::with_entries(count, place))
            })
            .executed(ENTRIES)
            .sent(SENT_ENTRIES)
            .at_most(BEGUN),
            Line::new("with a value", |bytes, place| {
                deterministic_of(1, Initial::with_value(bytes, place))
            })
            .executed(BYTES)
            .sent(SENT_BYTES)
            .at_most(BEGUN),
            Line::new("again and again", |count, place| {
                deterministic_of(count, Initial::with_entries(1, place))
            })
            .sent(ACTIONS)
            .at_most(BEGUN),
        ],
    }
}

fn deterministic_of(count: u64, initial: Initial) -> Result<Request, EstimatorError> {
    let code = contract()?;
    let entries = global_contract(&code);
    let state_init =
        DeterministicStateInit::V1(DeterministicStateInitV1 { code, data: initial.data });
    let receiver = Some(state_init.account_id());
    let action = DeterministicStateInitAction { state_init, deposit: near(1_000) };
    let request = Request::repeated(count, Action::DeterministicStateInit(Box::new(action)));
    Ok(Request { receiver, entries, ..request })
}

pub(super) fn universal() -> Kind {
    Kind {
        names: names!("universal_state_init"),
        about: "Begins universal accounts with many short entries, with one long value and with many \
                keys. The name is a hash of all of it, which is made again wherever the action goes.",
        costs: &[
            ActionCost::UniversalStateInitBase,
            ActionCost::UniversalStateInitByte,
            ActionCost::UniversalStateInitEntry,
        ],
        free_to_send: &[],
        lines: vec![
            Line::new("with an entry", |count, place| {
                universal_of(1, Initial::with_entries(count, place))
            })
            .executed(ONE_ENTRY),
            Line::new("with entries", |count, place| {
                universal_of(1, Initial::with_entries(count, place))
            })
            .executed(ENTRIES)
            .sent(SENT_ENTRIES)
            .at_most(BEGUN),
            Line::new("with a value", |bytes, place| {
                universal_of(1, Initial::with_value(bytes, place))
            })
            .executed(BYTES)
            .sent(SENT_BYTES)
            .at_most(BEGUN),
            Line::new("with keys", |count, place| {
                universal_of(1, Initial::with_keys(count, place)?)
            })
            .executed(KEYS)
            .sent(SENT_KEYS)
            .at_most(BEGUN),
            Line::new("again and again", |count, place| {
                universal_of(count, Initial::with_entries(1, place))
            })
            .sent(ACTIONS)
            .at_most(BEGUN),
        ],
    }
}

fn universal_of(count: u64, initial: Initial) -> Result<Request, EstimatorError> {
    let code = contract()?;
    let entries = global_contract(&code);
    let version = 0_u8;
    let bytes = borsh::to_vec(&(version, Some(code), initial.data, initial.keys))
        .map_err(|error| EstimatorError::of_work(error.to_string()))?;
    let receiver = Some(universal_account_id(&bytes));
    let (state_init, deposit) = (RawStateInit(bytes), near(1_000));
    let action = UniversalStateInitAction { state_init, deposit };
    let request = Request::repeated(count, Action::UniversalStateInit(Box::new(action)));
    Ok(Request { receiver, entries, ..request })
}
