//! Tries: changes beside a map, nodes that no update would make, and proofs of any kind.

mod proofs;
mod reference_root;

pub use proofs::{check_any_proofs, check_proof_file};
pub use reference_root::{Places, reference_root, reference_trie};

use arbitrary::{Arbitrary, Result, Unstructured};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::nibbles::Nibbles;
use torr_store::node::{CHILDREN, Node, ValueRef};
use torr_store::partial_state::PartialState;
use torr_store::recorder::Recorder;
use torr_store::source::NodeSource;
use torr_store::trie::{EMPTY_ROOT, Trie};
use torr_store::trie_update::TrieUpdate;

/// Most entries that are read of a trie of any nodes: few nodes can stand for very many entries.
const MOST_ENTRIES: usize = 100;
/// Most nodes that are made.
const MOST_NODES: usize = 12;

/// A change: a key, and the value unless it is deleted.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// A key of few different bytes, so that keys are often equal or begin alike.
fn key(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let len = input.int_in_range(0..=4)?;
    (0..len).map(|_| input.choose(&[0x00, 0x01, 0x10, 0x1f, 0xff]).copied()).collect()
}

fn change(input: &mut Unstructured<'_>) -> Result<Change> {
    let value = if input.ratio(1, 3)? {
        None
    } else {
        let len = input.int_in_range(0..=40)?;
        Some(vec![input.arbitrary()?; len])
    };
    Ok((key(input)?, value))
}

/// Does batches of changes to a trie of nodes by hash and to one in memory, and compares both with a map.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
///
/// # Panics
/// When they differ.
pub fn check_changes(input: &mut Unstructured<'_>) -> Result<()> {
    let mut map = BTreeMap::new();
    let (mut state, mut memory, mut root) =
        (PartialState::default(), MemoryTrie::default(), EMPTY_ROOT);
    while !input.is_empty() {
        let count = input.int_in_range(0..=20)?;
        let changes = (0..count).map(|_| change(input)).collect::<Result<Vec<_>>>()?;
        let trie = memory.version(root).expect("it was added");
        let mut update = TrieUpdate::new(&trie);
        for (key, value) in changes {
            match value {
                Some(value) => {
                    update.set(key.clone(), &value[..]);
                    map.insert(key, value);
                }
                None => {
                    map.remove(&key);
                    update.remove(key);
                }
            }
        }
        let finished = update.finish().expect("all nodes are there");
        let by_hash = Trie::with_root(&state, root);
        let mut again = TrieUpdate::new(&by_hash);
        for (key, value) in update.changes() {
            match value {
                Some(value) => again.set(key.to_vec(), value),
                None => again.remove(key.to_vec()),
            }
        }
        let again = again.finish().expect("all nodes are there").into_changes();
        memory.commit(&finished).expect("there is room");
        memory.remove(root);
        root = finished.root();
        assert_eq!(root, reference_root(&map));
        assert_eq!(again, finished.into_changes());
        again.insertions.into_iter().for_each(|insertion| state.insert(insertion.bytes));
    }
    assert_eq!(memory.is_empty(), map.is_empty());
    Ok(())
}

/// Reads and changes a trie of any nodes that refer to one another: there is a result or an error.
///
/// # Errors
/// None that bytes can cause; drawing is fallible by its type.
///
/// # Panics
/// When something differs that has to be the same.
pub fn check_any_nodes(input: &mut Unstructured<'_>) -> Result<()> {
    let nodes = any_nodes(input)?;
    let root = nodes.last().map_or(EMPTY_ROOT, |bytes| CryptoHash::of(bytes));
    let state = PartialState::new(nodes);
    let (source, node) = Trie::with_root(&state, root).into_parts();
    let recorder = Recorder::new(source);
    let trie = Trie::new(&recorder, node);
    let key = key(input)?;
    // What is no node is not recorded, so only whether there is an error is the same.
    let read = trie.get(&key).ok();
    let witness = recorder.partial_state();
    assert_eq!(Trie::with_root(&witness, root).get(&key).ok(), read);
    if let (Ok(proof), Ok(value)) = (trie.prove(&key), trie.value_ref(&key)) {
        assert_eq!(proof.verify(root, &key), Ok(value));
    }
    let mut iterator = trie.iter();
    if iterator.seek(Bound::Included(&key)).is_ok() {
        iterator.take(MOST_ENTRIES).for_each(drop);
    }
    change_freely(input, &trie)
}

/// Changes a trie that may not be one.
fn change_freely<S: NodeSource>(input: &mut Unstructured<'_>, trie: &Trie<S>) -> Result<()> {
    let mut update = trie.update();
    for _ in 0..input.int_in_range(0..=8)? {
        let (key, value) = change(input)?;
        let done = match value {
            Some(value) => update.insert(&key, &value),
            None => update.delete(&key),
        };
        if done.is_err() {
            return Ok(());
        }
    }
    if let Ok(finished) = update.finish() {
        finished.into_changes();
    }
    Ok(())
}

/// Nodes that refer to some before them, and now and then bytes that are no node; at least one.
fn any_nodes(input: &mut Unstructured<'_>) -> Result<Vec<Arc<[u8]>>> {
    let (mut nodes, mut hashes) = (Vec::new(), Vec::new());
    for _ in 0..input.int_in_range(1..=MOST_NODES)? {
        let bytes: Arc<[u8]> = if input.ratio(1, 10)? {
            input.arbitrary::<Vec<u8>>()?.into()
        } else {
            let memory_usage = input.int_in_range(0..=2_000)?;
            node(input, &hashes)?.encode(memory_usage).into()
        };
        hashes.push(CryptoHash::of(&bytes));
        nodes.push(bytes);
    }
    Ok(nodes)
}

/// A node over some of those that were made before.
fn node(input: &mut Unstructured<'_>, below: &[CryptoHash]) -> Result<Node> {
    let path = |input: &mut Unstructured<'_>| {
        let len = input.int_in_range(0..=5)?;
        (0..len).map(|_| input.choose(&[0, 1, 15]).copied()).collect::<Result<Nibbles>>()
    };
    let child = |input: &mut Unstructured<'_>| match below {
        [] => Ok(CryptoHash(input.arbitrary()?)),
        _ => input.choose(below).copied(),
    };
    let value = |input: &mut Unstructured<'_>| {
        let length = input.int_in_range(0..=40)?;
        Ok(ValueRef { length, hash: child(input)? })
    };
    Ok(match input.int_in_range(0..=2)? {
        0 => Node::Leaf { path: path(input)?, value: value(input)? },
        1 => Node::Extension { path: path(input)?, child: child(input)? },
        _ => {
            let mut children = Box::new([None; CHILDREN]);
            for place in children.iter_mut() {
                if input.ratio(1, 4)? {
                    *place = Some(child(input)?);
                }
            }
            let value = if bool::arbitrary(input)? { Some(value(input)?) } else { None };
            Node::Branch { children, value }
        }
    })
}
