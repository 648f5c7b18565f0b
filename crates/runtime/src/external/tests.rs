//! What accesses to storage pay for, how results are named, and how yields stand in the state.

use super::External;
use crate::error::Fault;
use crate::small_state::{SmallState, app, chunk};
use crate::state::{Overlay, RecordedTrie, Scope, StateUpdate, TouchedNodes};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ExtCost, RuntimeConfig};
use torr_primitives::receipt::PromiseYieldStatus;
use torr_primitives::receipt::id::receipt_id_of_action;
use torr_primitives::{Gas, TrieKey, YieldId};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::source::TrieError;
use torr_store::trie::Trie;
use torr_vm_logic::error::{HostError, Stop};
use torr_vm_logic::external::{External as _, StorageMeter};
use torr_vm_logic::gas::GasCounter;

const ACTION: CryptoHash = CryptoHash([7; 32]);

fn data(key: &[u8]) -> TrieKey {
    TrieKey::ContractData { account_id: app(), key: key.to_vec() }
}

/// `a` has `one`, `b` has `two`. The way to either is an extension, as `a` and `b` have their first
/// four bits in common, a branch and a leaf; to others it ends at the branch.
fn state() -> SmallState {
    SmallState::of(&[(data(b"a"), b"one"), (data(b"b"), b"two")])
}

fn with_gas(config: &RuntimeConfig, gas: Gas) -> GasCounter {
    GasCounter::new(Arc::clone(&config.vm), Gas::MAX, gas)
}

fn much(config: &RuntimeConfig) -> GasCounter {
    with_gas(config, Gas::from_teragas(1_000).unwrap())
}

/// How often a cost was paid.
fn times(gas: &GasCounter, config: &RuntimeConfig, cost: ExtCost) -> u64 {
    gas.profile().host(cost).as_gas() / config.vm.ext_costs[cost].gas.as_gas()
}

/// Nodes and values that were paid for as touched for the first time, and again.
fn nodes(gas: &GasCounter, config: &RuntimeConfig) -> (u64, u64) {
    let touched = times(gas, config, ExtCost::TouchingTrieNode);
    (touched, times(gas, config, ExtCost::ReadCachedTrieNode))
}

/// Does accesses of one call, each with its meter.
macro_rules! accesses {
    ($chunk:ident, $state:expr, |$external:ident, $gas:ident| $body:block) => {
        $state.change(|state| {
            let account_id = app();
            #[allow(unused_mut, reason = "not all accesses change something")]
            let mut $external = External::new(&account_id, ACTION, &$chunk, state);
            let mut $gas = much(&$chunk.config);
            $body
        })
    };
}

#[test]
fn reading_pays_for_no_node_and_leaves_the_value_touched() {
    let (chunk, state) = (chunk(86), state());
    accesses!(chunk, state, |external, gas| {
        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_read(b"a", meter).unwrap().unwrap(), b"one");
        assert_eq!(external.storage_read(b"c", meter).unwrap(), None);
        assert!(external.storage_has_key(b"b", meter).unwrap());
        assert!(!external.storage_has_key(b"c", meter).unwrap());
        assert_eq!(nodes(&gas, &chunk.config), (0, 0));
        assert_eq!(times(&gas, &chunk.config, ExtCost::StorageReadValueByte), 3);

        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_write(b"a", b"new", meter).unwrap().unwrap(), b"one");
        assert_eq!(nodes(&gas, &chunk.config), (3, 1));
        assert_eq!(times(&gas, &chunk.config, ExtCost::StorageWriteEvictedByte), 3);
    });
}

#[test]
fn what_was_changed_takes_no_way_through_the_trie() {
    let (chunk, state) = (chunk(86), state());
    accesses!(chunk, state, |external, gas| {
        let meter = &mut StorageMeter::new(&mut gas);
        external.storage_write(b"a", b"longer", meter).unwrap();
        external.storage_remove(b"b", meter).unwrap();
        let before = nodes(&gas, &chunk.config);
        assert_eq!(before, (6, 2));

        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_write(b"a", b"x", meter).unwrap().unwrap(), b"longer");
        assert_eq!(external.storage_read(b"a", meter).unwrap().unwrap(), b"x");
        assert_eq!(external.storage_remove(b"b", meter).unwrap(), None);
        assert_eq!(external.storage_read(b"b", meter).unwrap(), None);
        assert!(!external.storage_has_key(b"b", meter).unwrap());
        assert_eq!(nodes(&gas, &chunk.config), before);
        assert_eq!(times(&gas, &chunk.config, ExtCost::StorageWriteEvictedByte), 3 + 6);
        assert_eq!(times(&gas, &chunk.config, ExtCost::StorageRemoveRetValueByte), 3);
    });
}

#[test]
fn writing_where_nothing_is_pays_for_the_way_there() {
    let (chunk, state) = (chunk(86), state());
    accesses!(chunk, state, |external, gas| {
        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_write(b"c", b"", meter).unwrap(), None);
        assert_eq!(nodes(&gas, &chunk.config), (2, 0));
        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_remove(b"d", meter).unwrap(), None);
        assert_eq!(nodes(&gas, &chunk.config), (2, 2));
    });
}

#[test]
fn what_was_looked_at_counts_as_touched_when_the_gas_runs_out() {
    let (chunk, state) = (chunk(86), state());
    let config = &chunk.config;
    let byte = config.vm.ext_costs[ExtCost::StorageWriteEvictedByte].gas;
    accesses!(chunk, state, |external, gas| {
        let size = external.recorded_storage_size();
        let mut short = with_gas(config, byte.checked_mul(2).unwrap());
        let written = external.storage_write(b"a", b"", &mut StorageMeter::new(&mut short));
        assert!(matches!(written, Err(Stop::Contract(HostError::GasExceeded))), "{written:?}");
        assert_eq!(nodes(&short, config), (0, 0));
        assert!(external.recorded_storage_size() > size);

        // Nothing was written, and the value is not touched, as it was not read.
        let meter = &mut StorageMeter::new(&mut gas);
        assert_eq!(external.storage_write(b"a", b"", meter).unwrap().unwrap(), b"one");
        assert_eq!(nodes(&gas, config), (1, 3));
    });
}

#[test]
fn a_value_is_gone_before_its_nodes_are_paid_for() {
    let (chunk, state) = (chunk(86), state());
    let config = &chunk.config;
    let byte = config.vm.ext_costs[ExtCost::StorageRemoveRetValueByte].gas;
    accesses!(chunk, state, |external, gas| {
        let size = external.recorded_storage_size();
        let mut short = with_gas(config, byte.checked_mul(3).unwrap());
        let removed = external.storage_remove(b"a", &mut StorageMeter::new(&mut short));
        assert!(matches!(removed, Err(Stop::Contract(HostError::GasExceeded))), "{removed:?}");
        assert!(!external.storage_has_key(b"a", &mut StorageMeter::new(&mut gas)).unwrap());
        assert!(external.recorded_storage_size() >= size + 2000);
        assert_eq!(external.recorded_storage_size_before_receipt(), size);
    });
}

#[test]
fn reading_pays_for_the_way_if_the_parameters_say_so() {
    let mut chunk = chunk(86);
    let mut config = (*chunk.config).clone();
    let mut vm = (*config.vm).clone();
    vm.flat_storage_reads = false;
    config.vm = Arc::new(vm);
    chunk.config = Arc::new(config);
    accesses!(chunk, state(), |external, gas| {
        let meter = &mut StorageMeter::new(&mut gas);
        external.storage_read(b"a", meter).unwrap();
        external.storage_has_key(b"c", meter).unwrap();
        assert_eq!(nodes(&gas, &chunk.config), (3, 2));
    });
}

#[test]
fn results_and_yields_are_numbered_together() {
    let (chunk, state) = (chunk(86), state());
    accesses!(chunk, state, |external, _gas| {
        let ids = [
            external.generate_data_id().unwrap(),
            external.create_yield(None).unwrap().unwrap(),
            external.create_yield(Some(YieldId([1; 32]))).unwrap().unwrap(),
            external.generate_data_id().unwrap(),
        ];
        let names = [0, 1, 2, 3].map(|number| receipt_id_of_action(&ACTION, 100, number));
        assert_eq!(ids, names);
    });
}

#[test]
fn a_yield_is_resumed_by_either_name() {
    let (chunk, state) = (chunk(86), state());
    let name = YieldId([9; 32]);
    state.change(|state| {
        let account_id = app();
        let mut external = External::new(&account_id, ACTION, &chunk, state);
        let data_id = external.create_yield(Some(name)).unwrap().unwrap();
        assert_eq!(external.create_yield(Some(name)).unwrap(), None, "the name is taken");
        assert_eq!(external.yield_data_id(&name).unwrap(), Some(data_id));
        assert_eq!(external.yield_data_id(&YieldId([8; 32])).unwrap(), None);
        let status = TrieKey::PromiseYieldStatus { receiver_id: account_id.clone(), data_id };
        let stands = |external: &External<'_, '_>| external.state.read(&status).unwrap();
        assert_eq!(stands(&external), Some(PromiseYieldStatus::Yielded));
        assert!(external.resume_yield(data_id, b"").unwrap());
        assert_eq!(stands(&external), Some(PromiseYieldStatus::ResumeInitiated));
        assert!(external.resume_yield(data_id, b"").unwrap(), "again, while it is on its way");
        assert!(!external.resume_yield(CryptoHash([4; 32]), b"").unwrap());
        let named: Option<YieldId> =
            external.state.read(&TrieKey::DataIdToYieldId { receiver_id: app(), data_id }).unwrap();
        assert_eq!(named, Some(name));
    });
}

#[test]
fn why_the_state_cannot_be_read_is_kept() {
    let (chunk, account_id) = (chunk(86), app());
    let root = CryptoHash([5; 32]);
    let nothing = PartialState::default();
    let (source, root_node) = Trie::with_root(&nothing, root).into_parts();
    let trie = Trie::new(Recorder::new(source), root_node);
    let reader = RecordedTrie { trie, codes: None };
    let (before, touched) = (Overlay::default(), TouchedNodes::default());
    let state = || StateUpdate::new(&reader, &before, &touched, Scope::Everything);
    let check = |external: External<'_, '_>| {
        let fault = external.fault.into_inner();
        let is_kept =
            |fault: &_| matches!(fault, Fault::Trie(TrieError::Missing { hash }) if *hash == root);
        assert!(fault.as_ref().is_some_and(is_kept), "{fault:?}");
    };

    let mut reading = state();
    let mut external = External::new(&account_id, ACTION, &chunk, &mut reading);
    let mut gas = much(&chunk.config);
    let read = external.storage_read(b"a", &mut StorageMeter::new(&mut gas));
    assert!(matches!(read, Err(Stop::Fault(_))), "{read:?}");
    check(external);

    let mut resuming = state();
    let mut external = External::new(&account_id, ACTION, &chunk, &mut resuming);
    assert!(external.resume_yield(root, b"").is_err());
    check(external);
}
