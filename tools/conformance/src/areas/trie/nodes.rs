//! Single encodings.

use super::inputs;
use crate::encoding::Hex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::{CryptoHash, sha256};
use torr_store::flat::FlatValue;
use torr_store::nibbles::Nibbles;
use torr_store::node::{Node, ValueRef};
use torr_store::partial_state::PartialState;

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Inputs {
    Leaf {
        nibbles: String,
        value_length: u32,
        value_hash: String,
        memory_usage: u64,
    },
    BranchNoValue {
        children: BTreeMap<String, String>,
        memory_usage: u64,
    },
    BranchWithValue {
        children: BTreeMap<String, String>,
        value_length: u32,
        value_hash: String,
        memory_usage: u64,
    },
    Extension {
        nibbles: String,
        child: String,
        memory_usage: u64,
    },
    FlatValue {
        value_length: usize,
        value_rule: String,
    },
    PartialState {
        values: Vec<Hex>,
    },
}

pub(super) fn rebuild(case: Value) -> Result<Value, String> {
    let kind = case.get("kind").cloned().unwrap_or_default();
    let mut rebuilt = match inputs(case)? {
        Inputs::Leaf { nibbles, value_length, value_hash, memory_usage } => {
            let value = value_ref(value_length, &value_hash)?;
            of_node(&Node::Leaf { path: path(&nibbles)?, value }, memory_usage)?
        }
        Inputs::BranchNoValue { children, memory_usage } => {
            let children = children_of(&children)?;
            of_node(&Node::Branch { children, value: None }, memory_usage)?
        }
        Inputs::BranchWithValue { children, value_length, value_hash, memory_usage } => {
            let value = Some(value_ref(value_length, &value_hash)?);
            let children = children_of(&children)?;
            of_node(&Node::Branch { children, value }, memory_usage)?
        }
        Inputs::Extension { nibbles, child, memory_usage } => {
            let node = Node::Extension { path: path(&nibbles)?, child: hash(&child)? };
            of_node(&node, memory_usage)?
        }
        Inputs::FlatValue { value_length, value_rule } => flat_value(value_length, &value_rule)?,
        Inputs::PartialState { values } => partial_state(values)?,
    };
    if let Some(rebuilt) = rebuilt.as_object_mut() {
        rebuilt.insert("kind".to_owned(), kind);
    }
    Ok(rebuilt)
}

/// A node by way of its encoding.
fn of_node(node: &Node, memory_usage: u64) -> Result<Value, String> {
    let bytes = node.encode(memory_usage);
    let (node, memory_usage) = Node::decode(&bytes).map_err(|error| error.to_string())?;
    let mut rebuilt = json!({
        "memory_usage": memory_usage,
        "borsh": hex::encode(&bytes),
        "hash": CryptoHash::of(&bytes).to_string(),
    });
    let mut put = |name: &str, value| {
        if let Some(rebuilt) = rebuilt.as_object_mut() {
            rebuilt.insert(name.to_owned(), value);
        }
    };
    if let Some(ValueRef { length, hash }) = node.value() {
        put("value_length", json!(length));
        put("value_hash", json!(hash.to_string()));
    }
    match &node {
        Node::Leaf { path, .. } => put("nibbles", json!(text(path))),
        Node::Branch { .. } => {
            let child = |(nibble, hash): (Option<u8>, &CryptoHash)| {
                (format!("{:x}", nibble.unwrap_or_default()), hash.to_string())
            };
            put("children", json!(node.children().map(child).collect::<BTreeMap<_, _>>()));
        }
        Node::Extension { path, child } => {
            put("nibbles", json!(text(path)));
            put("child", json!(child.to_string()));
        }
    }
    Ok(rebuilt)
}

fn flat_value(length: usize, rule: &str) -> Result<Value, String> {
    let start = rule
        .strip_prefix("byte i = (31*i + ")
        .and_then(|rest| rest.strip_suffix(") mod 256"))
        .and_then(|start| start.parse::<u8>().ok())
        .ok_or_else(|| format!("unknown rule `{rule}`"))?;
    let bytes: Vec<u8> = (0..length)
        .scan(start, |next, _| Some(std::mem::replace(next, next.wrapping_add(31))))
        .collect();
    let flat = FlatValue::of(&bytes).ok_or("the value is too long")?;
    let borsh = borsh::to_vec(&flat).map_err(|error| error.to_string())?;
    let value_ref = borsh::to_vec(&ValueRef::of(&bytes)).map_err(|error| error.to_string())?;
    Ok(json!({
        "value_length": length,
        "value_rule": rule,
        "inlined": matches!(flat, FlatValue::Inlined(_)),
        "borsh_sha256": hex::encode(sha256(&borsh)),
        "borsh_prefix": hex::encode(borsh.get(..PREFIX_LEN).unwrap_or(&borsh)),
        // Behind the tag of something that is there.
        "value_ref_borsh": hex::encode(value_ref.get(1..).unwrap_or_default()),
    }))
}

/// Bytes of an encoding that are given as they are.
const PREFIX_LEN: usize = 5;

fn partial_state(values: Vec<Hex>) -> Result<Value, String> {
    let state = PartialState::new(values.into_iter().map(|Hex(value)| Arc::from(value)));
    let borsh = borsh::to_vec(&state).map_err(|error| error.to_string())?;
    let values: Vec<String> = state.values().iter().map(hex::encode).collect();
    Ok(json!({ "values": values, "borsh": hex::encode(borsh) }))
}

fn hash(text: &str) -> Result<CryptoHash, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn value_ref(length: u32, text: &str) -> Result<ValueRef, String> {
    Ok(ValueRef { length, hash: hash(text)? })
}

fn nibble(digit: char) -> Result<u8, String> {
    let nibble = digit.to_digit(16).and_then(|nibble| u8::try_from(nibble).ok());
    nibble.ok_or_else(|| format!("`{digit}` is no nibble"))
}

fn path(text: &str) -> Result<Nibbles, String> {
    let nibbles = text.chars().map(nibble).collect::<Result<Vec<_>, _>>()?;
    Nibbles::new(nibbles).ok_or_else(|| "a nibble is above 15".to_owned())
}

fn text(path: &Nibbles) -> String {
    path.as_slice().iter().map(|nibble| format!("{nibble:x}")).collect()
}

fn children_of(given: &BTreeMap<String, String>) -> Result<Box<[Option<CryptoHash>; 16]>, String> {
    let mut children = Box::new([None; 16]);
    for (digit, child) in given {
        let [digit] = digit.chars().collect::<Vec<_>>()[..] else {
            return Err(format!("`{digit}` is not one digit"));
        };
        children[usize::from(nibble(digit)?)] = Some(hash(child)?);
    }
    Ok(children)
}
