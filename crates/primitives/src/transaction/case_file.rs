//! Signed transactions of both versions, and bytes that are none, from a case file.

use super::{NonceMode, SignedTransaction, Transaction};
use borsh::BorshDeserialize;
use serde::Serialize;
use serde_json::{Value, json};

#[test]
fn transactions() {
    check(include_str!("../../tests/data/transactions.json"));
}

fn check(file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let bytes = bytes(case, "borsh");
        match case["kind"].as_str().unwrap() {
            "signed_transaction" => check_signed(case, &bytes),
            "decode" => {
                let decoded = SignedTransaction::try_from_slice(&bytes);
                expect(case, decoded.is_ok(), &case["valid"]);
            }
            kind => panic!("unknown kind of case: {kind}"),
        }
    }
}

fn check_signed(case: &Value, bytes: &[u8]) {
    let signed = SignedTransaction::try_from_slice(bytes).unwrap();
    assert_eq!(borsh::to_vec(&signed).unwrap(), bytes);
    let unsigned = self::bytes(case, "unsigned_borsh");
    assert_eq!(borsh::to_vec(signed.transaction()).unwrap(), unsigned);
    assert_eq!(Transaction::try_from_slice(&unsigned).unwrap(), *signed.transaction());
    let json = serde_json::to_string(&signed).unwrap();
    assert_eq!(serde_json::from_str::<SignedTransaction>(&json).unwrap(), signed);

    expect(case, signed.hash(), &case["hash"]);
    expect(case, signed.size(), &case["size"]);
    expect(case, signed.wire_size(), &case["wire_size"]);
    expect(case, signed.verify(), &case["signature_valid"]);
    let view = &case["view"];
    let transaction = signed.transaction();
    let version = match transaction {
        Transaction::V0(_) => 0,
        Transaction::V1(_) => 1,
    };
    expect(case, version, &case["version"]);
    expect(case, transaction.signer_id(), &view["signer_id"]);
    expect(case, transaction.receiver_id(), &view["receiver_id"]);
    expect(case, transaction.public_key(), &view["public_key"]);
    expect(case, signed.signature(), &view["signature"]);
    expect(case, transaction.nonce().nonce(), &view["nonce"]);
    expect(case, transaction.nonce().nonce_index(), &view["nonce_index"]);
    let monotonic = json!(NonceMode::Monotonic);
    expect(case, transaction.nonce_mode(), view.get("nonce_mode").unwrap_or(&monotonic));
    expect(case, transaction.actions().len(), &json!(view["actions"].as_array().unwrap().len()));
}

fn bytes(case: &Value, field: &str) -> Vec<u8> {
    hex::decode(case[field].as_str().unwrap()).unwrap()
}

fn expect(case: &Value, actual: impl Serialize, expected: &Value) {
    assert_eq!(serde_json::to_value(actual).unwrap(), *expected, "{case}");
}
