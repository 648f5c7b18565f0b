//! Keys in their order.

use super::inputs;
use super::keeping::Keeper;
use crate::encoding::Hex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::Bound;
use torr_store::source::NodeSource;
use torr_store::trie::Trie;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    content: Vec<(Hex, Hex)>,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Query {
    Prefix { seek_prefix: Hex },
    Seek { seek: Hex, bound: BoundKind, limit: usize },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BoundKind {
    Included,
    Excluded,
}

pub(super) fn rebuild<K: Keeper>(case: Value) -> Result<Value, String> {
    let given = case.get("content").cloned();
    let Inputs { name, content, queries } = inputs(case)?;
    let (keeper, root) = K::with_content(content)?;
    let trie = keeper.trie(root)?;
    let queries = queries.iter().map(|query| match query {
        Query::Prefix { seek_prefix: Hex(prefix) } => Ok(json!({
            "seek_prefix": hex::encode(prefix),
            "keys": hex_keys(trie.iter_prefix(prefix).map_err(|error| error.to_string())?)?,
        })),
        Query::Seek { seek: Hex(key), bound, limit } => {
            let (bound, bound_name) = match bound {
                BoundKind::Included => (Bound::Included(&key[..]), "included"),
                BoundKind::Excluded => (Bound::Excluded(&key[..]), "excluded"),
            };
            Ok(json!({
                "seek": hex::encode(key),
                "bound": bound_name,
                "limit": limit,
                "keys": from(&trie, bound, *limit)?,
            }))
        }
    });
    let queries = queries.collect::<Result<Vec<_>, String>>()?;
    Ok(json!({
        "name": name,
        "content": given,
        "root": root.to_string(),
        "keys_in_order": hex_keys(trie.iter())?,
        "queries": queries,
    }))
}

fn from<S: NodeSource>(
    trie: &Trie<S>,
    bound: Bound<&[u8]>,
    limit: usize,
) -> Result<Vec<String>, String> {
    let mut iterator = trie.iter();
    iterator.seek(bound).map_err(|error| error.to_string())?;
    hex_keys(iterator.take(limit))
}

fn hex_keys<V, E: ToString>(
    entries: impl Iterator<Item = Result<(Vec<u8>, V), E>>,
) -> Result<Vec<String>, String> {
    entries.map(|entry| Ok(hex::encode(entry.map_err(|error| error.to_string())?.0))).collect()
}
