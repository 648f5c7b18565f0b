//! Layouts of every form, from a case file.

use super::ShardLayout;
use crate::{AccountId, ShardId};
use borsh::BorshDeserialize;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    json: Value,
    borsh: String,
    shard_uids: Vec<String>,
    accounts: Vec<(AccountId, ShardId)>,
}

#[test]
fn shard_layouts() {
    check(include_str!("../../tests/data/shard-layouts.json"));
}

fn check(file: &str) {
    let file: File = serde_json::from_str(file).unwrap();
    for case in file.cases {
        let layout: ShardLayout = serde_json::from_value(case.json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&layout).unwrap(), case.json);
        assert_eq!(hex::encode(borsh::to_vec(&layout).unwrap()), case.borsh, "{}", case.json);
        let bytes = hex::decode(&case.borsh).unwrap();
        assert_eq!(ShardLayout::try_from_slice(&bytes).unwrap(), layout);
        let uids: Vec<String> = layout.shard_uids().map(|uid| uid.to_string()).collect();
        assert_eq!(uids, case.shard_uids);
        for (account_id, shard_id) in case.accounts {
            assert_eq!(layout.shard_of_account(&account_id), shard_id, "{account_id}");
        }
    }
}
