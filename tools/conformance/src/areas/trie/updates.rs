//! Batches of changes, one after the other.

use super::keeping::{Changed, Keeper};
use super::{Change, changes_json, inputs};
use serde::Deserialize;
use serde_json::{Value, json};
use torr_crypto::hash::sha256;
use torr_store::trie::EMPTY_ROOT;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    batches: Vec<Batch>,
}

#[derive(Deserialize)]
struct Batch {
    changes: Vec<Change>,
    /// There when insertions and deletions are given by their number only.
    trie_changes_sha256: Option<Value>,
}

pub(super) fn rebuild<K: Keeper>(case: Value) -> Result<Value, String> {
    let Inputs { name, batches } = inputs(case)?;
    let mut keeper = K::new()?;
    let mut root = EMPTY_ROOT;
    let mut rebuilt = Vec::new();
    for batch in batches {
        let changed = keeper.change(root, &batch.changes)?;
        root = changed.root;
        let keys = keeper.trie(root)?.iter().try_fold(0, |keys, entry| entry.map(|_| keys + 1));
        let mut batch_json = json!({
            "changes": changes_json(&batch.changes),
            "root": root.to_string(),
            "memory_usage": changed.memory_usage,
            "keys": keys.map_err(|error| error.to_string())?,
        });
        let of_changes = match batch.trie_changes_sha256 {
            Some(_) => changes_in_short(&changed)?,
            None => changes_in_full(&changed),
        };
        if let (Some(batch), Value::Object(of_changes)) = (batch_json.as_object_mut(), of_changes) {
            batch.extend(of_changes);
        }
        rebuilt.push(batch_json);
    }
    Ok(json!({ "name": name, "batches": rebuilt }))
}

fn changes_in_full(Changed { changes, .. }: &Changed) -> Value {
    let insertions = changes.insertions.iter().map(|insertion| {
        json!([insertion.hash.to_string(), hex::encode(&insertion.bytes), insertion.count])
    });
    let deletions = changes.deletions.iter();
    let deletions = deletions.map(|deletion| json!([deletion.hash.to_string(), deletion.count]));
    json!({
        "insertions": insertions.collect::<Vec<_>>(),
        "deletions": deletions.collect::<Vec<_>>(),
    })
}

fn changes_in_short(Changed { changes, .. }: &Changed) -> Result<Value, String> {
    let borsh = borsh::to_vec(changes).map_err(|error| error.to_string())?;
    Ok(json!({
        "insertions_count": changes.insertions.len(),
        "deletions_count": changes.deletions.len(),
        "trie_changes_sha256": hex::encode(sha256(&borsh)),
    }))
}
