//! Trie changes of a running sequence, in their encoding.

use super::keeping::Keeper;
use super::{Change, changes_json, inputs};
use crate::encoding::Hex;
use serde::Deserialize;
use serde_json::{Value, json};
use torr_store::trie::{EMPTY_ROOT, TrieChanges};

#[derive(Deserialize)]
struct Inputs {
    name: String,
    changes: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    changes: Vec<Change>,
    trie_changes_borsh: Hex,
}

pub(super) fn rebuild<K: Keeper>(case: Value) -> Result<Value, String> {
    let Inputs { name, changes } = inputs(case)?;
    let mut keeper = K::new()?;
    let mut root = EMPTY_ROOT;
    let mut rebuilt = Vec::new();
    for Step { changes, trie_changes_borsh: Hex(given) } in changes {
        let changed = keeper.change(root, &changes)?;
        let borsh = borsh::to_vec(&changed.changes).map_err(|error| error.to_string())?;
        let decoded: TrieChanges = borsh::from_slice(&given).map_err(|error| error.to_string())?;
        if decoded != changed.changes {
            return Err("the encoding does not decode to the changes".to_owned());
        }
        rebuilt.push(json!({
            "old_root": root.to_string(),
            "changes": changes_json(&changes),
            "new_root": changed.root.to_string(),
            "trie_changes_borsh": hex::encode(borsh),
        }));
        root = changed.root;
    }
    Ok(json!({ "name": name, "changes": rebuilt }))
}
