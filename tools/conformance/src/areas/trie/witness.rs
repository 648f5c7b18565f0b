//! What operations read, recorded; and the same operations on what was recorded alone.

use super::keeping::{Changed, Keeper};
use super::{Change, changes_json, inputs};
use crate::encoding::Hex;
use serde::Deserialize;
use serde_json::{Value, json};
use torr_crypto::hash::{CryptoHash, sha256};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::source::{NodeSource, TrieError};
use torr_store::trie::Trie;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    content: Vec<(Hex, Hex)>,
    ops: Vec<Operation>,
    update: Vec<Change>,
    reads_on_witness: Vec<Read>,
}

#[derive(Deserialize)]
struct Operation {
    op: Kind,
    key: Hex,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Get,
    Contains,
}

#[derive(Deserialize)]
struct Read {
    key: Hex,
}

pub(super) fn rebuild<K: Keeper>(case: Value) -> Result<Value, String> {
    let given = case.get("content").cloned();
    let Inputs { name, content, ops, update, reads_on_witness } = inputs(case)?;
    let (keeper, root) = K::with_content(content)?;
    let (source, node) = keeper.trie(root)?.into_parts();
    let recorder = Recorder::new(source);
    let trie = Trie::new(&recorder, node);
    let recorded = operations(&trie, &ops, || Some(recorder.size()))?;
    let changed = Changed::of(&trie, &update)?;
    let witness = recorder.partial_state();

    // The same on the witness alone, from its encoding.
    let encoding = borsh::to_vec(&witness).map_err(|error| error.to_string())?;
    let read: PartialState = borsh::from_slice(&encoding).map_err(|error| error.to_string())?;
    let on_witness = Trie::with_root(&read, root);
    let repeated = operations(&on_witness, &ops, || None)?;
    let again = Changed::of(&on_witness, &update)?;
    let results = |operations: &[(Value, Option<u64>)]| -> Vec<Value> {
        operations.iter().map(|(result, _)| result.clone()).collect()
    };
    if read != witness || results(&repeated) != results(&recorded) {
        return Err("operations on the witness give other results".to_owned());
    }
    if again.changes != changed.changes {
        return Err("the update on the witness gives other changes".to_owned());
    }

    let nodes: Vec<String> = witness.values().iter().map(hex::encode).collect();
    let borsh = borsh::to_vec(&changed.changes).map_err(|error| error.to_string())?;
    let reads = reads_on_witness.iter().map(|Read { key: Hex(key) }| read_json(&on_witness, key));
    Ok(json!({
        "name": name,
        "content": given,
        "root": root.to_string(),
        "ops": ops.iter().zip(recorded).map(operation_json).collect::<Vec<_>>(),
        "update": changes_json(&update),
        "new_root": changed.root.to_string(),
        "witness_nodes": nodes,
        "witness_size": witness.size(),
        "trie_changes_borsh_sha256": hex::encode(sha256(&borsh)),
        "reads_on_witness": reads.collect::<Result<Vec<_>, _>>()?,
    }))
}

/// The results of operations, each with what `size` says then.
fn operations<S: NodeSource>(
    trie: &Trie<S>,
    operations: &[Operation],
    size: impl Fn() -> Option<u64>,
) -> Result<Vec<(Value, Option<u64>)>, String> {
    let result = |Operation { op, key: Hex(key) }: &Operation| {
        let result = match op {
            Kind::Get => trie.get(key).map(|value| json!(value.map(hex::encode))),
            Kind::Contains => trie.contains(key).map(|result| json!(result)),
        };
        Ok((result.map_err(|error| error.to_string())?, size()))
    };
    operations.iter().map(result).collect()
}

fn operation_json(
    (Operation { op, key: Hex(key) }, (result, size)): (&Operation, (Value, Option<u64>)),
) -> Value {
    let key = hex::encode(key);
    match op {
        Kind::Get => json!({ "op": "get", "key": key, "value": result, "recorded_size": size }),
        Kind::Contains => {
            json!({ "op": "contains", "key": key, "result": result, "recorded_size": size })
        }
    }
}

/// What comes of reading a key where something may be missing.
pub(super) fn read_json<S: NodeSource>(trie: &Trie<S>, key: &[u8]) -> Result<Value, String> {
    let missing =
        |hash: CryptoHash| json!({ "key": hex::encode(key), "missing_hash": hash.to_string() });
    match trie.get(key) {
        Ok(value) => Ok(json!({ "key": hex::encode(key), "value": value.map(hex::encode) })),
        Err(TrieError::Missing { hash }) => Ok(missing(hash)),
        Err(error) => Err(error.to_string()),
    }
}
