//! Proofs of single keys, and proofs that prove nothing.

use super::inputs;
use super::keeping::Keeper;
use super::witness::read_json;
use crate::encoding::Hex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::node::ValueRef;
use torr_store::partial_state::PartialState;
use torr_store::proof::KeyProof;
use torr_store::trie::Trie;

#[derive(Deserialize)]
struct Inputs {
    name: String,
    content: Vec<(Hex, Hex)>,
    proofs: Vec<Proof>,
}

#[derive(Deserialize)]
struct Proof {
    key: Hex,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Invalid {
    kind: String,
    nodes: Vec<Hex>,
}

pub(super) fn rebuild<K: Keeper>(case: Value) -> Result<Value, String> {
    let given = case.get("content").cloned();
    let Inputs { name, content, proofs } = inputs(case)?;
    let (keeper, root) = K::with_content(content)?;
    let trie = keeper.trie(root)?;
    let proof = |Proof { key: Hex(key), invalid }: &Proof| {
        let proof = trie.prove(key).map_err(|error| error.to_string())?;
        let value = trie.get(key).map_err(|error| error.to_string())?;
        let proven = proof.verify(root, key).map_err(|error| error.to_string())?;
        if proven != value.as_deref().and_then(ValueRef::of) {
            return Err("the proof proves another value".to_owned());
        }
        let invalid = invalid.iter().map(|invalid| verdict(root, key, value.clone(), invalid));
        Ok(json!({
            "key": hex::encode(key),
            "value": value.as_ref().map(hex::encode),
            "nodes": proof.nodes.iter().map(hex::encode).collect::<Vec<_>>(),
            "invalid": invalid.collect::<Result<Vec<_>, _>>()?,
        }))
    };
    let proofs = proofs.iter().map(proof).collect::<Result<Vec<_>, String>>()?;
    Ok(json!({ "name": name, "content": given, "root": root.to_string(), "proofs": proofs }))
}

/// What an altered proof is read as.
fn verdict(
    root: CryptoHash,
    key: &[u8],
    value: Option<Arc<[u8]>>,
    Invalid { kind, nodes }: &Invalid,
) -> Result<Value, String> {
    let nodes = nodes.iter().map(|Hex(node)| Arc::from(&node[..]));
    let proof = KeyProof { nodes: nodes.collect() };
    if proof.verify(root, key).is_ok() {
        return Err(format!("a proof with a {kind} is accepted when it is read strictly"));
    }
    let state = PartialState::new(proof.nodes.iter().cloned().chain(value));
    let mut verdict = read_json(&Trie::with_root(&state, root), key)?;
    if let Some(verdict) = verdict.as_object_mut() {
        verdict.remove("key");
    }
    let nodes: Vec<String> = proof.nodes.iter().map(hex::encode).collect();
    Ok(json!({ "kind": kind, "nodes": nodes, "verdict": verdict }))
}
