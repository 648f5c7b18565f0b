//! What proofs say when they are whole, and which they are.

use super::cases::{Case, Key, cases};
use arbitrary::Unstructured;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::memory_trie::MemoryTrie;
use torr_store::partial_state::PartialState;
use torr_store::proof::MultiProof;
use torr_store::source::{HashedBytes, TrieError};
use torr_store::trie::{EMPTY_ROOT, Trie};
use torr_testkit::trie::{check_any_proofs, check_proof_file};

/// A proof of these keys says what the map says, in both readings.
fn says_what_is_there(case: &Case, keys: &[Key]) -> MultiProof {
    let proof = case.trie().prove_keys(keys).expect("all nodes are there");
    let (name, expected) = (case.name, case.value_refs(keys));
    assert_eq!(proof.verify(case.root, keys), Ok(expected.clone()), "{name}: {keys:?}");
    let state = proof.to_partial_state();
    let read = Trie::with_root(&state, case.root);
    for (key, expected) in keys.iter().zip(expected) {
        let read = read.value_ref(key).expect("the nodes on its way are there");
        assert_eq!(read, expected, "{name}: {key:?} of {keys:?}");
    }
    proof
}

/// It has the nodes of the proofs of each key, and no more.
fn is_the_union_of_single_ones(case: &Case, keys: &[Key], proof: &MultiProof) {
    let single = |key: &Key| {
        let proof = case.trie().prove(key).expect("all nodes are there");
        assert_eq!(proof.verify(case.root, key), Ok(case.value_ref(key)), "{}", case.name);
        proof
    };
    let single: Vec<_> = keys.iter().flat_map(|key| single(key).nodes).collect();
    let size: u64 = single.iter().map(|node| node.len() as u64).sum();
    let nodes: BTreeSet<_> = proof.nodes.iter().collect();
    assert_eq!(nodes.len(), proof.nodes.len(), "{}: a node stands twice", case.name);
    assert_eq!(nodes, single.iter().collect(), "{}: {keys:?}", case.name);
    assert!(proof.size() <= size);
}

#[test]
fn a_proof_says_what_is_under_its_keys_and_has_the_nodes_of_single_proofs() {
    for case in cases() {
        for keys in case.key_sets() {
            let proof = says_what_is_there(&case, &keys);
            is_the_union_of_single_ones(&case, &keys, &proof);
        }
    }
}

#[test]
fn a_proof_of_one_key_is_its_key_proof() {
    for case in cases() {
        for key in case.keys() {
            let many = case.trie().prove_keys(&[&key]).expect("all nodes are there");
            let one = case.trie().prove(&key).expect("all nodes are there");
            assert_eq!(many.nodes, one.nodes, "{}: {key:?}", case.name);
        }
    }
}

#[test]
fn the_order_and_repetition_of_keys_does_not_change_a_proof_only_the_order_of_answers() {
    for case in cases() {
        let keys = case.keys();
        let proof = case.trie().prove_keys(&keys).expect("all nodes are there");
        let backwards: Vec<_> = keys.iter().rev().cloned().collect();
        let twice = [&backwards[..], &keys].concat();
        for keys in [backwards, twice] {
            assert_eq!(says_what_is_there(&case, &keys), proof, "{}", case.name);
        }
    }
}

#[test]
fn a_walk_goes_down_first_and_then_on_by_nibbles() {
    // One branch over two, each over two leaves.
    let entries: [(&[u8], &[u8]); 4] =
        [(b"\x11", b"1"), (b"\x12", b"2"), (b"\x21", b"3"), (b"\x22", b"4")];
    let case = Case::new("two branches", &entries);
    let keys: Vec<Key> = case.map.keys().rev().cloned().collect();
    let proof = case.trie().prove_keys(&keys).expect("all nodes are there");
    let single = |key| case.trie().prove(key).expect("all nodes are there").nodes;
    let [one, two, three, four] = entries.map(|(key, _)| single(key));
    let expected = [&one[..], &two[2..], &three[1..], &four[2..]].concat();
    assert_eq!(proof.nodes, expected);
    assert_eq!(proof.nodes.len(), 7);
}

#[test]
fn a_proof_of_no_key_has_no_node_and_says_nothing() {
    for case in cases() {
        let none: [&[u8]; 0] = [];
        let proof = case.trie().prove_keys(&none).expect("all nodes are there");
        assert_eq!(proof, MultiProof::default());
        assert_eq!(proof.verify(case.root, &none), Ok(vec![]));
    }
}

/// A state that notes what is read of it.
struct Noting<'s> {
    state: &'s PartialState,
    read: RefCell<Vec<CryptoHash>>,
}

impl HashedBytes for Noting<'_> {
    fn bytes(&self, hash: &CryptoHash) -> Result<Arc<[u8]>, TrieError> {
        self.read.borrow_mut().push(*hash);
        self.state.bytes(hash)
    }
}

#[test]
fn proving_reads_each_node_once_and_no_value() {
    for case in cases() {
        for keys in case.key_sets() {
            let noting = Noting { state: &case.state, read: RefCell::default() };
            let proof = Trie::with_root(&noting, case.root).prove_keys(&keys);
            let nodes = proof.expect("all nodes are there").nodes;
            let expected: Vec<_> = nodes.iter().map(|node| CryptoHash::of(node)).collect();
            assert_eq!(noting.read.into_inner(), expected, "{}: {keys:?}", case.name);
        }
    }
}

#[test]
fn a_trie_in_memory_gives_the_same_proofs() {
    for case in cases() {
        let mut memory = MemoryTrie::default();
        let trie = memory.version(EMPTY_ROOT).expect("it is always there");
        let mut update = trie.update();
        for (key, value) in &case.map {
            update.insert(key, value).expect("all nodes are there");
        }
        let finished = update.finish().expect("all nodes are there");
        memory.commit(&finished).expect("there is room");
        let trie = memory.version(case.root).expect("it was added");
        for keys in case.key_sets() {
            let expected = case.trie().prove_keys(&keys).expect("all nodes are there");
            assert_eq!(trie.prove_keys(&keys).expect("all nodes are there"), expected);
        }
    }
}

#[test]
fn nodes_that_are_missing_end_in_an_error() {
    for case in cases() {
        let keys = case.keys();
        let proof = case.trie().prove_keys(&keys).expect("all nodes are there");
        for index in 0..proof.nodes.len() {
            let mut nodes = proof.nodes.clone();
            let missing = CryptoHash::of(&nodes.remove(index));
            let state = PartialState::new(nodes);
            let result = Trie::with_root(&state, case.root).prove_keys(&keys);
            assert!(matches!(result, Err(TrieError::Missing { hash }) if hash == missing));
        }
    }
}

fn content() -> impl Strategy<Value = Vec<(Key, Vec<u8>)>> {
    let value = prop::collection::vec(any::<u8>(), 0..3);
    prop::collection::vec((key(), value), 0..30)
}

fn key() -> impl Strategy<Value = Key> {
    prop::collection::vec(prop::sample::select(vec![0x00, 0x01, 0x10, 0xff]), 0..4)
}

proptest! {
    #[test]
    fn proofs_of_any_content_and_keys_say_what_is_there(
        content in content(), keys in prop::collection::vec(key(), 0..12),
    ) {
        let case = Case::of_map("any", content.into_iter().collect());
        let proof = says_what_is_there(&case, &keys);
        is_the_union_of_single_ones(&case, &keys, &proof);
    }

    #[test]
    fn any_nodes_as_proofs_say_what_a_trie_over_them_says(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        // Bytes that run out are no finding.
        let _ = check_any_proofs(&mut Unstructured::new(&bytes));
    }

    #[test]
    fn any_bytes_as_proof_files_are_refused_or_written_again(
        content in content(), keys in prop::collection::vec(key(), 1..5),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        check_proof_file(&bytes);
        let case = Case::of_map("any", content.into_iter().collect());
        let file = case.trie().prove_to_file(&keys, torr_store::proof::Values::Included);
        let mut file = file.expect("all nodes are there").encode().expect("it has keys");
        check_proof_file(&file);
        for (index, value) in changes {
            let at = index.index(file.len());
            file[at] = value;
        }
        check_proof_file(&file);
    }
}
