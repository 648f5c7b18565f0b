//! Trees of many sizes from a case file, and paths that must not prove anything else.

use super::{MerkleTree, PartialMerkleTree, root_of_path};
use borsh::BorshDeserialize;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::Value;
use torr_crypto::hash::CryptoHash;

#[test]
fn case_file() {
    check(include_str!("../../tests/data/merkle.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let items: Vec<CryptoHash> = serde_json::from_value(case["items"].clone()).unwrap();
        let tree =
            MerkleTree::of_leaves(items.iter().map(|i| CryptoHash::of(i.as_ref())).collect());
        expect(case, tree.root(), &case["root"]);
        // Large cases leave the paths out.
        for (index, path) in case["paths"].as_array().into_iter().flatten().enumerate() {
            expect(case, tree.path(index), path);
        }
        assert_eq!(tree.path(items.len()), None);

        let mut growing = PartialMerkleTree::default();
        items.iter().for_each(|item| growing.insert(*item));
        let expected = &case["partial_tree"];
        expect(case, growing.root(), &expected["root"]);
        expect(case, growing.size(), &expected["size"]);
        expect(case, growing.path(), &expected["path"]);
        let bytes = borsh::to_vec(&growing).unwrap();
        expect(case, hex::encode(&bytes), &expected["borsh"]);
        assert_eq!(PartialMerkleTree::try_from_slice(&bytes).unwrap(), growing);
        assert_eq!(growing.root(), MerkleTree::of_leaves(items).root());
    }
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}

#[test]
fn a_tree_with_another_number_of_roots_is_refused() {
    let bytes = borsh::to_vec(&(Vec::<CryptoHash>::new(), 1_u64)).unwrap();
    let error = PartialMerkleTree::try_from_slice(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "a list of 1 items is not cut into 0 trees");
}

proptest! {
    #[test]
    fn a_path_proves_its_own_leaf_only(len in 1_usize..40, which: prop::sample::Index) {
        let leaves: Vec<_> = (0..len).map(|i| CryptoHash::of(&[i as u8])).collect();
        let tree = MerkleTree::of_leaves(leaves.clone());
        let index = which.index(len);
        let path = tree.path(index).unwrap();
        for (other, leaf) in leaves.into_iter().enumerate() {
            prop_assert_eq!(root_of_path(leaf, &path) == tree.root(), other == index);
        }
    }
}
