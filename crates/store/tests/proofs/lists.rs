//! Lists of nodes that are not the proof: other bytes, fewer nodes, more, in another order; and the proof
//! with another root or other keys.

use super::cases::{Case, Key, Numbers, cases, replaced};
use std::sync::Arc;
use torr_crypto::hash::CryptoHash;
use torr_store::nibbles::Nibbles;
use torr_store::node::{CHILDREN, InvalidNode, Node, ValueRef};
use torr_store::partial_state::PartialState;
use torr_store::proof::{InvalidProof, KeyProof, MultiProof};
use torr_store::trie::{EMPTY_ROOT, Trie};

type Nodes = Vec<Arc<[u8]>>;

fn prove(case: &Case, keys: &[Key]) -> MultiProof {
    case.trie().prove_keys(keys).expect("all nodes are there")
}

/// Strict reading, of many keys and, if there is only one, of that.
fn strictly(case: &Case, keys: &[Key], nodes: &Nodes) -> Result<(), InvalidProof> {
    let many = MultiProof { nodes: nodes.clone() }.verify(case.root, keys);
    if let [key] = keys {
        let one = KeyProof { nodes: nodes.clone() }.verify(case.root, key);
        assert_eq!(one.map(|value| vec![value]), many, "{}: {keys:?}", case.name);
    }
    many.map(|_| ())
}

/// The protocol's reading says of a key, with its value, what is there, or fails.
fn bag_says_nothing_else(case: &Case, keys: &[Key], state: &PartialState) {
    let read = Trie::with_root(state, case.root);
    for key in keys {
        if let Ok(value) = read.value_ref(key) {
            assert_eq!(value, case.value_ref(key), "{}: {key:?} of {keys:?}", case.name);
        }
        if let Ok(value) = read.get(key) {
            assert_eq!(value.as_deref(), case.map.get(key).map(Vec::as_slice), "{}", case.name);
        }
    }
}

/// The values of keys that have one.
fn values(case: &Case, keys: &[Key]) -> Nodes {
    keys.iter().filter_map(|key| case.map.get(key)).map(|value| value[..].into()).collect()
}

#[test]
fn no_changed_byte_is_believed_in_either_reading() {
    let mut numbers = Numbers(86);
    for case in cases() {
        for keys in case.key_sets() {
            let (proof, values) = (prove(&case, &keys), values(&case, &keys));
            for (index, bytes) in proof.nodes.iter().enumerate() {
                for changed in numbers.changed(bytes) {
                    let nodes = replaced(&proof.nodes, index, changed);
                    let expected = Err(InvalidProof::OtherHash { index });
                    assert_eq!(strictly(&case, &keys, &nodes), expected, "{}", case.name);
                    let state = PartialState::new(nodes.into_iter().chain(values.iter().cloned()));
                    bag_says_nothing_else(&case, &keys, &state);
                }
            }
            for (index, bytes) in values.iter().enumerate() {
                for changed in numbers.changed(bytes) {
                    let values = replaced(&values, index, changed);
                    let state = PartialState::new(proof.nodes.iter().cloned().chain(values));
                    bag_says_nothing_else(&case, &keys, &state);
                }
            }
        }
    }
}

#[test]
fn no_dropped_node_or_value_is_believed_in_either_reading() {
    for case in cases() {
        for keys in case.key_sets() {
            let proof = prove(&case, &keys);
            let whole = [&proof.nodes[..], &values(&case, &keys)].concat();
            for index in 0..proof.nodes.len() {
                let mut nodes = proof.nodes.clone();
                nodes.remove(index);
                let result = strictly(&case, &keys, &nodes);
                assert!(result.is_err(), "{}: {keys:?} without {index}", case.name);
            }
            for end in 0..proof.nodes.len() {
                let hash = CryptoHash::of(&proof.nodes[end]);
                let nodes = proof.nodes[..end].to_vec();
                let expected = Err(InvalidProof::Missing { hash });
                assert_eq!(strictly(&case, &keys, &nodes), expected, "{}", case.name);
            }
            for index in 0..whole.len() {
                let mut left = whole.clone();
                left.remove(index);
                bag_says_nothing_else(&case, &keys, &PartialState::new(left));
            }
        }
    }
}

#[test]
fn the_strict_reading_refuses_a_node_more_anywhere_and_the_bag_does_not_mind() {
    let foreign: Arc<[u8]> = Case::new("another", &[(b"\x99", b"9")]).state.values()[0].clone();
    for case in cases() {
        for keys in case.key_sets() {
            let proof = prove(&case, &keys);
            // Nodes of the proof again, nodes that are not needed, values, and what no trie here has.
            let more = case.state.values().into_iter().chain([foreign.clone(), Arc::from(&[][..])]);
            for more in more {
                for place in 0..=proof.nodes.len() {
                    let mut nodes = proof.nodes.clone();
                    nodes.insert(place, more.clone());
                    let expected = match place == proof.nodes.len() {
                        true => InvalidProof::Unused { index: place },
                        false => InvalidProof::OtherHash { index: place },
                    };
                    // Twice the same node in a row: the second is the one that is out of place.
                    let expected = match proof.nodes.get(place) == Some(&more) {
                        true if place + 1 == proof.nodes.len() => {
                            InvalidProof::Unused { index: place + 1 }
                        }
                        true => InvalidProof::OtherHash { index: place + 1 },
                        false => expected,
                    };
                    assert_eq!(strictly(&case, &keys, &nodes), Err(expected), "{}", case.name);
                }
                let bag = PartialState::new(proof.nodes.iter().cloned().chain([more]));
                let read = Trie::with_root(&bag, case.root);
                for key in &keys {
                    let value = read.value_ref(key).expect("the nodes on its way are there");
                    assert_eq!(value, case.value_ref(key), "{}", case.name);
                }
            }
        }
    }
}

/// All other orders of a few nodes; of many, any two exchanged, all turned round, or each moved to the end.
fn other_orders(nodes: &Nodes) -> Vec<Nodes> {
    if nodes.len() <= 5 {
        let mut orders: Vec<Nodes> = vec![vec![]];
        for node in nodes {
            let longer = |order: &Nodes| -> Vec<Nodes> {
                let with = |place| {
                    let mut order = order.clone();
                    order.insert(place, node.clone());
                    order
                };
                (0..=order.len()).map(with).collect()
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        orders.retain(|order| order != nodes);
        return orders;
    }
    let mut orders = vec![nodes.iter().rev().cloned().collect::<Nodes>()];
    for one in 0..nodes.len() {
        for other in 0..one {
            let mut exchanged = nodes.clone();
            exchanged.swap(one, other);
            orders.push(exchanged);
        }
        let mut moved = nodes.clone();
        moved[one..].rotate_left(1);
        orders.extend((moved != *nodes).then_some(moved));
    }
    orders
}

#[test]
fn the_strict_reading_refuses_every_other_order_and_the_bag_does_not_mind() {
    for case in cases() {
        for keys in case.key_sets() {
            let proof = prove(&case, &keys);
            let bag = proof.to_partial_state();
            for nodes in other_orders(&proof.nodes) {
                let result = strictly(&case, &keys, &nodes);
                assert!(matches!(result, Err(InvalidProof::OtherHash { .. })), "{}", case.name);
                assert_eq!(PartialState::new(nodes), bag);
            }
        }
    }
}

#[test]
fn a_proof_is_for_one_root() {
    let cases = cases();
    for case in &cases {
        for keys in case.key_sets() {
            let proof = prove(case, &keys);
            for other in cases.iter().filter(|other| other.root != case.root) {
                assert!(proof.verify(other.root, &keys).is_err(), "{}, {}", case.name, other.name);
            }
        }
    }
}

#[test]
fn other_keys_are_refused_unless_they_have_the_same_nodes_and_then_told_truly() {
    for case in cases() {
        let sets = case.key_sets();
        for keys in &sets {
            let proof = prove(&case, keys);
            for others in &sets {
                let expected = (prove(&case, others) == proof).then(|| case.value_refs(others));
                assert_eq!(proof.verify(case.root, others).ok(), expected, "{}", case.name);
            }
        }
    }
}

#[test]
fn nodes_that_no_trie_has_are_named() {
    let value = ValueRef { length: 1, hash: CryptoHash([7; 32]) };
    let leaf = |nibbles: &[u8]| Node::Leaf { path: nibbles.iter().copied().collect(), value };
    let leaf_bytes = leaf(&[2]).encode(0);
    let endless = Node::Extension { path: Nibbles::default(), child: CryptoHash::of(&leaf_bytes) };
    for (top, expected) in [
        (endless.encode(0), InvalidProof::Endless { index: 0 }),
        (
            vec![9],
            InvalidProof::InvalidNode { index: 0, reason: InvalidNode::UnknownKind { tag: 9 } },
        ),
        (vec![], InvalidProof::InvalidNode { index: 0, reason: InvalidNode::TooShort }),
    ] {
        let root = CryptoHash::of(&top);
        let nodes = vec![top.into(), leaf_bytes.clone().into()];
        assert_eq!(KeyProof { nodes: nodes.clone() }.verify(root, &[0x12]), Err(expected));
        let keys = [[0x12], [0x22]];
        assert_eq!(MultiProof { nodes }.verify(root, &keys), Err(expected));
    }
}

#[test]
fn an_endless_node_that_is_met_again_is_named_by_its_place() {
    let endless = Node::Extension { path: Nibbles::default(), child: EMPTY_ROOT }.encode(0);
    let mut children = Box::new([None; CHILDREN]);
    children[1] = Some(CryptoHash::of(&endless));
    children[2] = children[1];
    let top = Node::Branch { children, value: None }.encode(0);
    let root = CryptoHash::of(&top);
    let proof = MultiProof { nodes: vec![top.into(), endless.into()] };
    let expected = Err(InvalidProof::Endless { index: 1 });
    assert_eq!(proof.verify(root, &[[0x10], [0x20]]), expected);
}
