//! The rules of the simulated chain, one test each. What the charges come to is read off a gas
//! counter.

use super::SimulatedChain;
use crate::error::{HostError, Result, Stop};
use crate::external::{External, StorageMeter};
use crate::gas::GasCounter;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_parameters::{ExtCost, Parameters};
use torr_primitives::{Balance, Gas, YieldId};

fn counter(prepaid: Gas) -> GasCounter {
    let parameters = Parameters::builtin(88).expect("a version that ships");
    GasCounter::new(Arc::clone(&parameters.vm), Gas::MAX, prepaid)
}

fn price(cost: ExtCost, count: u64) -> Gas {
    let parameters = Parameters::builtin(88).expect("a version that ships");
    parameters.vm.ext_costs[cost].gas.checked_mul(count).expect("a small number")
}

/// A chain on which `key` has a value of five bytes.
fn chain() -> SimulatedChain {
    let mut chain = SimulatedChain { trie_nodes_touched: 2, ..SimulatedChain::default() };
    chain.storage.insert(b"key".to_vec(), b"value".to_vec());
    chain
}

type Access = fn(&mut SimulatedChain, &mut StorageMeter<'_>) -> Result<bool>;

const READ: Access = |chain, meter| Ok(chain.storage_read(b"key", meter)?.is_some());
const WRITE: Access = |chain, meter| Ok(chain.storage_write(b"key", b"new", meter)?.is_some());
const REMOVE: Access = |chain, meter| Ok(chain.storage_remove(b"key", meter)?.is_some());
const HAS_KEY: Access = |chain, meter| chain.storage_has_key(b"key", meter);

#[test]
fn an_access_pays_for_nodes_and_old_values() {
    let nodes = [(ExtCost::TouchingTrieNode, 2), (ExtCost::ReadCachedTrieNode, 7)];
    let cases: [(Access, Option<ExtCost>); 4] = [
        (READ, Some(ExtCost::StorageReadValueByte)),
        (WRITE, Some(ExtCost::StorageWriteEvictedByte)),
        (REMOVE, Some(ExtCost::StorageRemoveRetValueByte)),
        (HAS_KEY, None),
    ];
    for (number, (access, per_byte)) in cases.into_iter().enumerate() {
        let mut chain = SimulatedChain { trie_nodes_cached: 7, ..chain() };
        let mut gas = counter(Gas::MAX);
        let found = access(&mut chain, &mut StorageMeter::new(&mut gas)).expect("enough gas");
        assert!(found, "access {number}");
        let mut charged: Vec<_> = gas.profile().host_costs().collect();
        charged.sort();
        let mut expected: Vec<_> = per_byte
            .map(|cost| (cost, 5))
            .into_iter()
            .chain(nodes)
            .map(|(cost, count)| (cost, price(cost, count)))
            .collect();
        expected.sort();
        assert_eq!(charged, expected, "access {number}");
    }
}

/// What of an access has happened when the gas suffices for the old value and not for the nodes.
#[test]
fn a_removal_happens_before_the_nodes_are_paid_and_a_write_after() {
    let evicted = price(ExtCost::StorageWriteEvictedByte, 5);
    let removed = price(ExtCost::StorageRemoveRetValueByte, 5);
    let cases: [(Access, Gas, Option<&[u8]>); 4] = [
        (WRITE, evicted, Some(b"value")),
        (WRITE, Gas::MAX, Some(b"new")),
        (REMOVE, removed, None),
        (REMOVE, Gas::ZERO, Some(b"value")),
    ];
    for (number, (access, prepaid, left)) in cases.into_iter().enumerate() {
        let mut chain = chain();
        let mut gas = counter(prepaid);
        let result = access(&mut chain, &mut StorageMeter::new(&mut gas));
        match result {
            Ok(found) => assert!(found && prepaid == Gas::MAX, "access {number}"),
            Err(Stop::Contract(error)) => assert_eq!(error, HostError::GasExceeded),
            Err(Stop::Fault(fault)) => panic!("{fault}"),
        }
        assert_eq!(chain.storage.get(&b"key"[..]).map(Vec::as_slice), left, "access {number}");
    }
}

#[test]
fn every_access_makes_the_proof_grow() {
    let mut chain = SimulatedChain { proof_size_before: 10, proof_size_per_access: 3, ..chain() };
    for access in [READ, WRITE, HAS_KEY, REMOVE, HAS_KEY] {
        // What was read is in the proof whether or not it can be paid for.
        let _ = access(&mut chain, &mut StorageMeter::new(&mut counter(Gas::ZERO)));
    }
    assert_eq!(chain.recorded_storage_size(), 25);
    assert_eq!(chain.recorded_storage_size_before_receipt(), 10);
    chain.begin_receipt();
    assert_eq!(chain.recorded_storage_size(), 25);
    assert_eq!(chain.recorded_storage_size_before_receipt(), 25);
}

#[test]
fn data_ids_of_yields_are_hashes_of_a_counter() {
    let mut chain = SimulatedChain::default();
    let dependencies = [(); 2].map(|()| chain.generate_data_id().expect("a fresh chain"));
    let yields = [(); 2].map(|()| chain.create_yield(None).expect("a fresh chain"));
    assert_eq!(yields, [0u64, 1].map(|number| Some(CryptoHash::of(&number.to_le_bytes()))));
    assert_ne!(dependencies[0], dependencies[1]);
    assert!(dependencies.iter().all(|id| !yields.contains(&Some(*id))));
}

#[test]
fn a_yield_id_is_taken_once_and_resuming_keeps_it() {
    let (taken, free) = (YieldId([1; 32]), YieldId([2; 32]));
    let waiting = CryptoHash([7; 32]);
    let mut chain = SimulatedChain::default();
    chain.pending_yields.insert(waiting);
    chain.pending_yield_ids.insert(taken, waiting);

    assert_eq!(chain.create_yield(Some(taken)).expect("no fault"), None);
    assert_eq!(chain.yields, 0, "an id that is taken uses up no data id");
    let created = chain.create_yield(Some(free)).expect("no fault").expect("the id is free");
    assert_eq!(chain.yield_data_id(&free).expect("no fault"), Some(created));
    assert_eq!(chain.create_yield(Some(free)).expect("no fault"), None);

    for (data_id, resolved) in [(waiting, true), (created, true), (CryptoHash([8; 32]), false)] {
        for _ in 0..2 {
            assert_eq!(chain.resume_yield(data_id, b"data").expect("no fault"), resolved);
        }
    }
}

#[test]
fn stakes_are_summed_up() {
    let [alice, bob] = ["alice.near", "bob.near"].map(|id| id.parse().expect("a valid id"));
    let mut chain = SimulatedChain::default();
    chain.validators.insert(alice, Balance::from_yoctonear(5));
    assert_eq!(chain.validator_stake(&bob).expect("no fault"), None);
    chain.validators.insert(bob, Balance::from_yoctonear(7));
    assert_eq!(chain.validator_total_stake().expect("no fault"), Balance::from_yoctonear(12));
    chain.validators.values_mut().for_each(|stake| *stake = Balance::MAX);
    assert!(chain.validator_total_stake().is_err(), "no state has so much balance");
}
