//! Actions from damaged bytes, and delegations inside of delegations.

use super::Action;
use super::delegate::{NestedDelegateError, NonDelegateAction};
use borsh::BorshDeserialize;
use proptest::prelude::*;
use serde_json::Value;

/// Encodings of the case file.
fn encodings() -> Vec<Vec<u8>> {
    let file: Value = serde_json::from_str(include_str!("../../tests/data/actions.json")).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    cases.map(|case| hex::decode(case["borsh"].as_str().unwrap()).unwrap()).collect()
}

#[test]
fn delegations_do_not_nest() {
    let delegations: Vec<Action> = encodings()
        .iter()
        .filter_map(|bytes| Action::try_from_slice(bytes).ok())
        .filter(Action::is_delegate)
        .collect();
    assert!(!delegations.is_empty());
    for action in delegations {
        let json = serde_json::to_value(&action).unwrap();
        assert!(serde_json::from_value::<NonDelegateAction>(json).is_err());
        let bytes = borsh::to_vec(&action).unwrap();
        let error = NonDelegateAction::try_from_slice(&bytes).unwrap_err();
        assert_eq!(error.to_string(), NestedDelegateError.to_string());
        assert_eq!(NonDelegateAction::try_from(action), Err(NestedDelegateError));
    }
}

proptest! {
    #[test]
    fn what_decodes_from_damaged_bytes_encodes_again(
        which: prop::sample::Index, at: prop::sample::Index, byte: u8,
    ) {
        let encodings = encodings();
        let mut bytes = which.get(&encodings).clone();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(action) = Action::try_from_slice(&bytes) {
            let again = borsh::to_vec(&action).unwrap();
            prop_assert_eq!(Action::try_from_slice(&again).unwrap(), action);
        }
    }
}
