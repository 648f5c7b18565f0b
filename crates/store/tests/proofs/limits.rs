//! Long keys and values, and few nodes that stand for very many ways.

use super::cases::{Case, Key};
use std::collections::BTreeMap;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::nibbles::Nibbles;
use torr_store::node::{CHILDREN, Node, ValueRef};
use torr_store::partial_state::PartialState;
use torr_store::proof::{Claim, ProofFile, Values};
use torr_store::trie::Trie;

/// The longest key and value that contracts can write, in bytes.
const KEY_LIMIT: usize = 2_048;
const VALUE_LIMIT: usize = 4 << 20;

#[test]
fn keys_and_values_at_the_limits_of_the_protocol_and_over_are_proven() {
    let key = |length: usize, last: u8| [&vec![b'k'; length - 1][..], &[last]].concat();
    let entries = [
        (key(KEY_LIMIT, 0), vec![1; VALUE_LIMIT]),
        (key(KEY_LIMIT, 1), vec![2; VALUE_LIMIT - 1]),
        (key(KEY_LIMIT + 1, 0), vec![3; VALUE_LIMIT + 1]),
        (key(70_000, 9), vec![4]),
    ];
    let case = Case::of_map("long", BTreeMap::from(entries.clone()));
    let mut keys: Vec<Key> = entries.iter().map(|(key, _)| key.clone()).collect();
    keys.extend([key(KEY_LIMIT, 2), key(KEY_LIMIT - 1, b'k'), key(70_001, 0), vec![0; 70_000]]);
    let file = case.trie().prove_to_file(&keys, Values::Included).expect("all nodes are there");
    let bytes = file.encode().expect("it has keys");
    let read = ProofFile::decode(&bytes, ProofFile::USUAL_LIMIT).expect("it is whole");
    let claims = read.verify(case.root).expect("it is true");
    assert_eq!(claims.len(), keys.len());
    for key in &keys {
        let expected = match case.map.get(key) {
            Some(value) => Claim::Value(value[..].into()),
            None => Claim::Absent,
        };
        assert!(claims.get(key) == Some(&expected), "a key of {} bytes", key.len());
    }
    assert!(ProofFile::decode(&bytes, bytes.len() - 1).is_err());
}

/// Branches one below the other, each with the next as all sixteen children, and below them a node.
fn tower(height: usize, bottom: Vec<u8>) -> (CryptoHash, Vec<Arc<[u8]>>) {
    let mut hash = CryptoHash::of(&bottom);
    let mut nodes = vec![bottom.into()];
    for _ in 0..height {
        let children = Box::new([Some(hash); CHILDREN]);
        let bytes = Node::Branch { children, value: None }.encode(0);
        hash = CryptoHash::of(&bytes);
        nodes.push(bytes.into());
    }
    nodes.reverse();
    (hash, nodes)
}

#[test]
fn few_nodes_with_more_ways_than_atoms_are_proven_by_their_keys() {
    let value = ValueRef { length: 1, hash: CryptoHash::of(b"v") };
    let leaf = Node::<CryptoHash>::Leaf { path: Nibbles::default(), value }.encode(0);
    let (root, nodes) = tower(64, leaf);
    let state = PartialState::new(nodes.iter().cloned());
    let keys: Vec<_> =
        (0..1_000_u32).map(|number| CryptoHash::of(&number.to_le_bytes()).0).collect();
    let proof = Trie::with_root(&state, root).prove_keys(&keys).expect("all nodes are there");
    assert_eq!(proof.nodes, nodes);
    assert_eq!(proof.verify(root, &keys), Ok(vec![Some(value); keys.len()]));
}

#[test]
fn a_long_path_that_very_many_keys_lead_to_is_compared_with_what_is_left_of_them() {
    // Read again, or compared to its end, for each key, it would take minutes.
    let path: Nibbles = (0..2_000_000).map(|_| 7).collect();
    let value = ValueRef { length: 1, hash: CryptoHash::of(b"v") };
    for bottom in [
        Node::Leaf { path: path.clone(), value }.encode(0),
        Node::Extension { path, child: value.hash }.encode(0),
    ] {
        let (root, nodes) = tower(4, bottom);
        let state = PartialState::new(nodes.iter().cloned());
        let keys = (0..=u16::MAX).map(|number| [&number.to_be_bytes()[..], &[0x77]].concat());
        let keys: Vec<Key> = keys.collect();
        let proof = Trie::with_root(&state, root).prove_keys(&keys).expect("all nodes are there");
        assert_eq!(proof.nodes, nodes);
        assert_eq!(proof.verify(root, &keys), Ok(vec![None; keys.len()]));
    }
}
