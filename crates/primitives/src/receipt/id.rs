//! Names of receipts and actions, and the randomness each action gets.
//!
//! A name is the SHA-256 of a name before it, the height of the block, and a number. Names of
//! transactions are unique, and heights tell forks apart, so all names are. Names of actions and
//! names of receipts of the same receipt count from opposite ends.

use crate::{ActionIndex, BlockHeight, ReceiptIndex};
use torr_crypto::hash::CryptoHash;

/// The receipt that a transaction becomes.
pub fn receipt_id_of_transaction(transaction: &CryptoHash, height: BlockHeight) -> CryptoHash {
    name(transaction, height, 0)
}

/// A receipt that follows from another without an action having sent it, such as a refund.
pub fn receipt_id_of_receipt(
    receipt_id: &CryptoHash,
    height: BlockHeight,
    index: ReceiptIndex,
) -> CryptoHash {
    name(receipt_id, height, index)
}

/// An action of a receipt.
pub fn action_hash_of_receipt(
    receipt_id: &CryptoHash,
    height: BlockHeight,
    index: ActionIndex,
) -> CryptoHash {
    name(receipt_id, height, u64::MAX - index)
}

/// A receipt that an action sends.
pub fn receipt_id_of_action(
    action_hash: &CryptoHash,
    height: BlockHeight,
    index: ReceiptIndex,
) -> CryptoHash {
    name(action_hash, height, index)
}

/// The randomness that an action gets out of that of its block.
pub fn random_seed_of_action(action_hash: &CryptoHash, block_seed: &CryptoHash) -> [u8; 32] {
    CryptoHash::of(&[*action_hash.as_bytes(), *block_seed.as_bytes()].concat()).0
}

fn name(base: &CryptoHash, height: BlockHeight, number: u64) -> CryptoHash {
    let [height, number] = [height.to_le_bytes(), number.to_le_bytes()];
    CryptoHash::of(&[base.as_ref(), &height, &number].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn case_file() {
        check(include_str!("../../tests/data/receipt-ids.json"));
    }

    fn check(file: &str) {
        let file: Value = serde_json::from_str(file).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let hash = |field: &str| case[field].as_str().unwrap().parse::<CryptoHash>().unwrap();
            let base = &hash("base");
            let height = case["height"].as_u64().unwrap();
            let index = case["index"].as_u64().unwrap();
            for (actual, field) in [
                (receipt_id_of_transaction(base, height), "receipt_id_from_transaction"),
                (receipt_id_of_receipt(base, height, index), "receipt_id_from_receipt_id"),
                (action_hash_of_receipt(base, height, index), "action_hash_from_receipt_id"),
                (receipt_id_of_action(base, height, index), "receipt_id_from_action_hash"),
            ] {
                assert_eq!(actual, hash(field), "{field} in {case}");
            }
            let seed = random_seed_of_action(base, &hash("block_random_seed"));
            assert_eq!(hex::encode(seed), case["random_seed_from_action_hash"], "{case}");
        }
    }
}
