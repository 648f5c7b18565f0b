//! Layouts that came about by splits, and forms that are no layouts.

use super::{InvalidShardLayout, ShardLayout};
use crate::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV1, Receipt, ReceiptBody,
};
use crate::{Balance, GlobalContractIdentifier, ShardId};
use borsh::BorshDeserialize;
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;

/// Shards by index: 0 became 0 and 1, 1 became 2.
fn numbered() -> Value {
    json!({"V1": {
        "boundary_accounts": ["bb", "cc"],
        "shards_split_map": [[0, 1], [2]],
        "to_parent_shard_map": [0, 0, 1],
        "version": 1,
    }})
}

/// Shards by name: 7 stayed, 1 became 8 and 9.
fn named() -> Value {
    json!({"V2": {
        "boundary_accounts": ["bb", "cc"],
        "shard_ids": [8, 9, 7],
        "id_to_index_map": {"7": 2, "8": 0, "9": 1},
        "index_to_id_map": {"0": 8, "1": 9, "2": 7},
        "shards_split_map": {"1": [8, 9], "7": [7]},
        "shards_parent_map": {"7": 7, "8": 1, "9": 1},
        "version": 3,
    }})
}

/// All splits: 1 became 2 and 3; then 3 became 4 and 5; 0 stayed.
fn with_history() -> Value {
    json!({"V3": {
        "boundary_accounts": ["bb", "cc", "dd"],
        "shard_ids": [0, 2, 4, 5],
        "id_to_index_map": {"0": 0, "2": 1, "4": 2, "5": 3},
        "shards_split_map": {"1": [2, 3], "3": [4, 5]},
        "last_split": 3,
    }})
}

fn layout(json: &Value) -> ShardLayout {
    serde_json::from_value(json.clone()).unwrap()
}

#[test]
fn splits_lead_back_and_forth() {
    let parents = |layout: &ShardLayout| -> Vec<Option<ShardId>> {
        layout.shard_ids().iter().map(|shard| layout.parent_shard(*shard)).collect()
    };
    for (json, expected, split, heirs) in [
        (
            numbered(),
            [Some(0), Some(0), Some(1)].as_slice(),
            &[0, 1][..],
            &[(0, Some(0)), (9, None)][..],
        ),
        (named(), &[Some(1), Some(1), Some(7)], &[1], &[(7, Some(7)), (1, Some(8)), (0, None)]),
        (
            with_history(),
            &[Some(0), Some(2), Some(3), Some(3)],
            &[3],
            &[(1, Some(2)), (3, Some(4)), (5, Some(5)), (6, None)],
        ),
    ] {
        let layout = layout(&json);
        assert_eq!(parents(&layout), expected, "{json}");
        assert_eq!(layout.split_parents().into_iter().collect::<Vec<_>>(), split, "{json}");
        for &(shard, heir) in heirs {
            assert_eq!(layout.current_shard(shard), heir, "{shard} in {json}");
        }
        assert_eq!(layout.parent_shard(60_000), None);
        assert_eq!(layout.shard_index(60_000), None);
    }
}

#[test]
fn a_receipt_goes_to_its_receiver_or_to_the_heir_of_the_shard_it_is_meant_for() {
    let layout = layout(&with_history());
    let mut receipt = Receipt::balance_refund("cc.near".parse().unwrap(), Balance::ZERO);
    assert_eq!(layout.shard_of_receipt(&receipt), Some(4));
    for (target_shard, expected) in [(0, Some(0)), (1, Some(2)), (3, Some(4)), (9, None)] {
        let distribution = GlobalContractDistributionV1 {
            id: GlobalContractIdentifier::CodeHash(CryptoHash::default()),
            target_shard,
            already_delivered_shards: Vec::new(),
            code: Vec::new(),
        };
        let distribution = GlobalContractDistribution::V1(distribution);
        receipt.body = ReceiptBody::GlobalContractDistribution(distribution);
        assert_eq!(layout.shard_of_receipt(&receipt), expected);
    }
}

#[test]
fn a_layout_before_all_splits_has_no_parents() {
    let layout = ShardLayout::single_shard();
    assert_eq!((layout.parent_shard(0), layout.current_shard(1)), (None, None));
    assert!(layout.split_parents().is_empty());
    let spread: ShardLayout =
        serde_json::from_value(json!({"V0": {"num_shards": 2, "version": 0}})).unwrap();
    assert_eq!((spread.parent_shard(0), spread.current_shard(2)), (None, None));
}

#[test]
fn borsh_carries_the_maps_that_follow() {
    let number = |number: u64| hex::encode(number.to_le_bytes());
    let len = |len: u32| hex::encode(len.to_le_bytes());
    let list = |list: &[u64]| {
        let items: String = list.iter().map(|item| number(*item)).collect();
        len(list.len().try_into().unwrap()) + &items
    };
    let name = |name: &str| len(name.len().try_into().unwrap()) + &hex::encode(name);
    let expected = [
        "03".to_owned(),
        len(3) + &name("bb") + &name("cc") + &name("dd"),
        list(&[0, 2, 4, 5]),
        len(4) + &[0, 0, 2, 1, 4, 2, 5, 3].map(number).concat(),
        len(2) + &number(1) + &list(&[2, 3]) + &number(3) + &list(&[4, 5]),
        number(3),
        len(4) + &number(0) + &list(&[]) + &number(2) + &list(&[1]),
        number(4) + &list(&[3, 1]) + &number(5) + &list(&[3, 1]),
    ]
    .concat();
    assert_eq!(hex::encode(borsh::to_vec(&layout(&with_history())).unwrap()), expected);
    for json in [numbered(), named(), with_history()] {
        let layout = layout(&json);
        assert_eq!(serde_json::to_value(&layout).unwrap(), json);
        let bytes = borsh::to_vec(&layout).unwrap();
        assert_eq!(ShardLayout::try_from_slice(&bytes).unwrap(), layout);
    }
}

#[test]
fn ancestors_in_borsh_have_to_be_right() {
    let bytes = borsh::to_vec(&layout(&with_history())).unwrap();
    // The last number is an ancestor of the last shard.
    let (rest, _) = bytes.split_last_chunk::<8>().unwrap();
    let wrong = [rest, &2_u64.to_le_bytes()].concat();
    let error = ShardLayout::try_from_slice(&wrong).unwrap_err();
    assert_eq!(error.to_string(), InvalidShardLayout::Inconsistent.to_string());
}

#[test]
fn what_is_no_layout_is_refused() {
    let impossible = |shard_id| InvalidShardLayout::ImpossibleSplit { shard_id };
    let with = |mut json: Value, place: &str, value: Value| {
        *json.pointer_mut(place).unwrap() = value;
        json
    };
    let spread = json!({"V0": {"num_shards": 2, "version": 0}});
    for (json, error) in [
        (
            with(spread.clone(), "/V0/num_shards", json!(0)),
            InvalidShardLayout::CannotSpread { shards: 0 },
        ),
        (
            with(spread, "/V0/num_shards", json!(65_537)),
            InvalidShardLayout::CannotSpread { shards: 65_537 },
        ),
        (with(numbered(), "/V1/to_parent_shard_map/2", json!(0)), InvalidShardLayout::Inconsistent),
        (
            with(numbered(), "/V1/to_parent_shard_map", Value::Null),
            InvalidShardLayout::Inconsistent,
        ),
        (
            with(numbered(), "/V1/boundary_accounts/0", json!("dd")),
            InvalidShardLayout::UnsortedBoundaries { account_id: "cc".parse().unwrap() },
        ),
        (
            with(
                with(numbered(), "/V1/shards_split_map/0", json!([0])),
                "/V1/to_parent_shard_map",
                json!([0, 1]),
            ),
            impossible(1),
        ),
        (
            with(named(), "/V2/boundary_accounts", json!(["bb"])),
            InvalidShardLayout::WrongNumberOfShards { boundaries: 1, shards: 3 },
        ),
        (
            with(named(), "/V2/shard_ids/0", json!(7)),
            InvalidShardLayout::RepeatedShard { shard_id: 7 },
        ),
        (
            with(named(), "/V2/shard_ids/0", json!(65_536)),
            InvalidShardLayout::ShardIdTooLarge { shard_id: 65_536 },
        ),
        (with(named(), "/V2/id_to_index_map/7", json!(1)), InvalidShardLayout::Inconsistent),
        (with(named(), "/V2/index_to_id_map/0", json!(9)), InvalidShardLayout::Inconsistent),
        (with(named(), "/V2/shards_parent_map/9", json!(7)), InvalidShardLayout::Inconsistent),
        (with(named(), "/V2/shards_split_map", json!({"1": [8, 9], "5": [7]})), impossible(5)),
        (with(named(), "/V2/shards_split_map", json!({"7": [8, 9]})), impossible(7)),
        (with(with_history(), "/V3/id_to_index_map/0", json!(1)), InvalidShardLayout::Inconsistent),
        (with(with_history(), "/V3/last_split", json!(2)), impossible(2)),
        (with(with_history(), "/V3/last_split", json!(1)), impossible(1)),
        (with(with_history(), "/V3/shards_split_map/1", json!([2])), impossible(1)),
        (with(with_history(), "/V3/shards_split_map/1", json!([2, 4])), impossible(4)),
        // 1 came from 6 and 6 from 1.
        (
            with(
                with_history(),
                "/V3/shards_split_map",
                json!({"1": [2, 6], "3": [4, 5], "6": [1, 8]}),
            ),
            impossible(1),
        ),
    ] {
        let refused = serde_json::from_value::<ShardLayout>(json.clone()).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string(), "{json}");
    }
}
