//! Transactions from damaged bytes.

use super::SignedTransaction;
use borsh::BorshDeserialize;
use proptest::prelude::*;
use serde_json::Value;

proptest! {
    #[test]
    fn what_decodes_from_damaged_bytes_encodes_again(
        which: prop::sample::Index, at: prop::sample::Index, byte: u8,
    ) {
        let file = include_str!("../../tests/data/transactions.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let case = which.get(file["cases"].as_array().unwrap());
        let mut bytes = hex::decode(case["borsh"].as_str().unwrap()).unwrap();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(signed) = SignedTransaction::try_from_slice(&bytes) {
            let again = borsh::to_vec(&signed).unwrap();
            prop_assert_eq!(again.len() as u64, signed.wire_size());
            prop_assert_eq!(SignedTransaction::try_from_slice(&again).unwrap(), signed);
        }
    }
}
