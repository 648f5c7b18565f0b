//! Access keys of every permission, and the lengths that fees are charged by.

use super::{AccessKey, AccessKeyPermission, FunctionCallPermission, GasKeyInfo};
use crate::Balance;
use borsh::BorshDeserialize;

/// Every kind of permission: JSON, borsh in hex.
const CASES: &[(&str, &str)] = &[
    (r#"{"nonce":959731882925897,"permission":"FullAccess"}"#, "491ff6fdde68030001"),
    (
        r#"{"nonce":302292783893706,"permission":{"FunctionCall":{"allowance":"604","receiver_id":"alice241.near","method_names":["method_0"]}}}"#,
        "ca8c0006ef12010000015c0200000000000000000000000000000d000000616c6963653234312e6e65617201000000080000006d6574686f645f30",
    ),
    (
        r#"{"nonce":1101031126323891,"permission":{"GasKeyFunctionCall":[{"balance":"0","num_nonces":156},{"allowance":null,"receiver_id":"zz331.near","method_names":[]}]}}"#,
        "b3d22bc961e9030002000000000000000000000000000000009c00000a0000007a7a3333312e6e65617200000000",
    ),
    (
        r#"{"nonce":1226100686840,"permission":{"GasKeyFullAccess":{"balance":"45","num_nonces":326}}}"#,
        "f8bf4b791d010000032d0000000000000000000000000000004601",
    ),
];

#[test]
fn json_and_borsh_agree() {
    for (json, borsh_hex) in CASES {
        let key: AccessKey = serde_json::from_str(json).unwrap();
        let bytes = borsh::to_vec(&key).unwrap();
        assert_eq!(hex::encode(&bytes), *borsh_hex);
        assert_eq!(AccessKey::try_from_slice(&bytes).unwrap(), key);
        assert_eq!(serde_json::to_string(&key).unwrap(), *json);
    }
}

#[test]
fn lengths_are_those_of_the_encodings() {
    let info = GasKeyInfo { balance: Balance::MAX, num_nonces: u16::MAX };
    assert_eq!(borsh::to_vec(&info).unwrap().len() as u64, GasKeyInfo::BORSH_LEN);
    let key = AccessKey { nonce: 0, permission: AccessKeyPermission::GasKeyFullAccess(info) };
    assert_eq!(borsh::to_vec(&key).unwrap().len() as u64, AccessKey::MIN_GAS_KEY_BORSH_LEN);
}

#[test]
fn permissions_tell_what_they_hold() {
    let info = GasKeyInfo { balance: Balance::ZERO, num_nonces: 3 };
    let calls = FunctionCallPermission {
        allowance: None,
        receiver_id: "contract.near".to_owned(),
        method_names: Vec::new(),
    };
    let both = AccessKeyPermission::GasKeyFunctionCall(info.clone(), calls.clone());
    assert_eq!(both.gas_key_info(), Some(&info));
    assert_eq!(both.function_call_permission(), Some(&calls));
    let full = AccessKeyPermission::FullAccess;
    assert_eq!((full.gas_key_info(), full.function_call_permission()), (None, None));
}
