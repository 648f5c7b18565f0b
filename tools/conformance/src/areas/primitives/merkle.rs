//! Merkle trees over lists of hashes, and trees that only grow.

use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;
use torr_primitives::merkle::{MerkleTree, PartialMerkleTree};

/// Leaves of the tree are hashes of the items; the growing tree takes the items themselves. Cases of
/// long lists leave the paths out.
pub(super) fn merkle(case: &Inputs<'_>) -> Result<Value, String> {
    let items: Vec<CryptoHash> = case.json("items")?;
    let leaves = items.iter().map(|item| CryptoHash::of(item.as_ref())).collect();
    let tree = MerkleTree::of_leaves(leaves);
    let mut rebuilt = json!({
        "items": items,
        "root": tree.root(),
        "partial_tree": partial_tree(&items, &Inputs(case.value("partial_tree")))?,
    });
    if !case.value("paths").is_null() {
        let paths: Option<Vec<_>> = (0..items.len()).map(|index| tree.path(index)).collect();
        rebuilt["paths"] = json!(paths);
    }
    Ok(rebuilt)
}

fn partial_tree(items: &[CryptoHash], case: &Inputs<'_>) -> Result<Value, String> {
    let mut grown = PartialMerkleTree::default();
    items.iter().for_each(|item| grown.insert(*item));
    let decoded: PartialMerkleTree = case.borsh("borsh")?;
    Ok(json!({
        "root": decoded.root(),
        "size": decoded.size(),
        "path": decoded.path(),
        "borsh": borsh_hex(&grown)?,
    }))
}
