//! Actions of every kind and signed delegations, from a case file.

use super::Action;
use super::delegate::NonDelegateAction;
use borsh::BorshDeserialize;
use serde::Serialize;
use serde_json::Value;

#[test]
fn actions() {
    check(include_str!("../../tests/data/actions.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        match text(case, "kind") {
            "action" => {
                let action = check_encodings(case);
                expect(case, action.deposit(), &case["deposit"]);
                expect(case, action.prepaid_gas(), &case["prepaid_gas"]);
            }
            "delegate" => check_delegate(case),
            "action_decode" => {
                expect(case, Action::try_from_slice(&bytes(case)).is_ok(), &case["valid"]);
            }
            "non_delegate_decode" => {
                expect(
                    case,
                    NonDelegateAction::try_from_slice(&bytes(case)).is_ok(),
                    &case["valid"],
                );
            }
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

fn check_encodings(case: &Value) -> Action {
    let action: Action = serde_json::from_value(case["json"].clone()).unwrap();
    expect(case, &action, &case["json"]);
    assert_eq!(borsh::to_vec(&action).unwrap(), bytes(case), "{case}");
    assert_eq!(Action::try_from_slice(&bytes(case)).unwrap(), action, "{case}");
    assert_eq!(NonDelegateAction::try_from_slice(&bytes(case)).is_ok(), !action.is_delegate());
    action
}

fn check_delegate(case: &Value) {
    let (hash, verified) = match check_encodings(case) {
        Action::Delegate(signed) => (signed.delegate_action.signed_hash(), signed.verify()),
        Action::DelegateV2(signed) => (signed.delegate_action.signed_hash(), signed.verify()),
        action => panic!("not a delegation: {action:?}"),
    };
    expect(case, hash, &case["signed_hash"]);
    expect(case, verified, &case["verify"]);
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} in {case}"))
}

fn bytes(case: &Value) -> Vec<u8> {
    hex::decode(text(case, "borsh")).unwrap()
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}
