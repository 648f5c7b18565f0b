//! Layouts of shards: both encodings, names of shards, and where accounts are.

use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use torr_primitives::{AccountId, ShardId, ShardLayout};

pub(super) fn shard_layout(case: &Inputs<'_>) -> Result<Value, String> {
    let from_json: ShardLayout = case.json("json")?;
    let from_borsh: ShardLayout = case.borsh("borsh")?;
    let accounts: Vec<(AccountId, ShardId)> = case.json("accounts")?;
    let shard_of = |(account_id, _)| {
        let shard_id = from_borsh.shard_of_account(&account_id);
        (account_id, shard_id)
    };
    Ok(json!({
        "json": from_borsh,
        "borsh": borsh_hex(&from_json)?,
        "shard_uids": from_json.shard_uids().collect::<Vec<_>>(),
        "accounts": accounts.into_iter().map(shard_of).collect::<Vec<_>>(),
    }))
}
