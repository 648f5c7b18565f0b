//! Distributions to one shard after another, in any order.

use super::{Distributed, distribute};
use crate::action::tests::fixture::{Finish, HEIGHT, World, id};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV1, GlobalContractDistributionV2,
    Receipt, ReceiptBody, id::receipt_id_of_receipt,
};
use torr_primitives::shard_layout::ShardLayout;
use torr_primitives::{AccountId, GlobalContractIdentifier, ShardId, TrieKey};

fn name() -> GlobalContractIdentifier {
    GlobalContractIdentifier::AccountId(id("contracts.near"))
}

fn v2(nonce: u64, code: &[u8], to: ShardId, delivered: &[ShardId]) -> GlobalContractDistribution {
    GlobalContractDistribution::V2(GlobalContractDistributionV2 {
        id: name(),
        target_shard: to,
        already_delivered_shards: delivered.to_vec(),
        code: code.to_vec(),
        nonce,
    })
}

fn v1(code: &[u8], to: ShardId, delivered: &[ShardId]) -> GlobalContractDistribution {
    GlobalContractDistribution::V1(GlobalContractDistributionV1 {
        id: name(),
        target_shard: to,
        already_delivered_shards: delivered.to_vec(),
        code: code.to_vec(),
    })
}

fn receipt(distribution: &GlobalContractDistribution) -> Receipt {
    Receipt {
        predecessor_id: id("contracts.near"),
        receiver_id: AccountId::system(),
        receipt_id: CryptoHash([8; 32]),
        body: ReceiptBody::GlobalContractDistribution(distribution.clone()),
    }
}

fn take(world: &mut World, distribution: &GlobalContractDistribution) -> Distributed {
    let mut distributed = None;
    world.update(|world, state| {
        let receipt = receipt(distribution);
        let done = distribute(&receipt, distribution, &world.chunk, &world.runner, state).unwrap();
        distributed = Some(done);
        // What has been committed stays.
        Finish::RollBack
    });
    distributed.unwrap()
}

fn stored(world: &World) -> Option<(Vec<u8>, u64)> {
    let code = TrieKey::GlobalContractCode { identifier: name() };
    let nonce = TrieKey::GlobalContractNonce { identifier: name() };
    let code = world.state.get(&code.to_bytes())?.clone();
    Some((code, world.read(&nonce).unwrap()))
}

/// Contracts that arrive one after the other, with what is there after each.
#[test]
fn the_greatest_nonce_stays() {
    let mut world = World::at(86);
    let fees = world.chunk.config.fees.clone();
    let cost = |bytes: u64| {
        fees.deploy_global_contract_execution_base
            + fees.deploy_global_contract_execution_per_byte * bytes
    };
    for (distribution, compute, code, nonce) in [
        (v1(b"first", 0, &[]), cost(5), "first", 0),
        (v1(b"as old", 0, &[]), cost(6), "as old", 0),
        (v2(4, b"fourth", 0, &[]), cost(6), "fourth", 4),
        (v2(3, b"third", 0, &[]), 0, "fourth", 4),
        (v1(b"first", 0, &[]), 0, "fourth", 4),
        (v2(4, b"the same", 0, &[]), cost(8), "the same", 4),
        (v2(5, b"", 0, &[]), cost(0), "", 5),
    ] {
        let distributed = take(&mut world, &distribution);
        assert_eq!(distributed.compute, compute, "{distribution:?}");
        assert_eq!(distributed.forward, [], "there is one shard");
        assert_eq!(stored(&world), Some((code.as_bytes().to_vec(), nonce)));
    }
}

/// Of shards 4, 2 and 7 in this order, each sends on to the first that has had nothing.
#[test]
fn every_shard_gets_the_contract_once() {
    let boundaries = vec![id("bb"), id("cc")];
    let layout = Arc::new(ShardLayout::with_boundaries(boundaries, vec![4, 2, 7]).unwrap());
    let code = b"code";
    for (shard_id, distribution, next) in [
        (2, v2(1, code, 2, &[]), Some(v2(1, code, 4, &[2]))),
        (4, v2(1, code, 4, &[2]), Some(v2(1, code, 7, &[2, 4]))),
        (7, v2(1, code, 7, &[2, 4]), None),
        (4, v1(code, 4, &[]), Some(v1(code, 2, &[4]))),
        // It stays on its way when a newer one has overtaken it, and when shards have changed.
        (2, v2(0, code, 2, &[9, 4]), Some(v2(0, code, 7, &[2, 4, 9]))),
    ] {
        let mut world = World::at(86);
        world.change_epoch(|epoch| epoch.shard_layout = Arc::clone(&layout));
        world.chunk.shard_id = shard_id;
        world.put(&TrieKey::GlobalContractNonce { identifier: name() }, &1_u64);
        let distributed = take(&mut world, &distribution);
        let expected = next.map(|next| Receipt {
            receipt_id: receipt_id_of_receipt(&CryptoHash([8; 32]), HEIGHT, 0),
            ..receipt(&next)
        });
        assert_eq!(distributed.forward, Vec::from_iter(expected));
    }
}

/// The receipt that a shard is taken in with names the state's change.
#[test]
fn taking_in_is_committed() {
    let mut world = World::at(86);
    take(&mut world, &v2(1, b"code", 0, &[]));
    assert_eq!(stored(&world), Some((b"code".to_vec(), 1)));
}
