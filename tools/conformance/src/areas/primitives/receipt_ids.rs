//! Names of receipts and actions, and the randomness of actions.

use super::inputs::Inputs;
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;
use torr_primitives::receipt::id::{
    action_hash_of_receipt, random_seed_of_action, receipt_id_of_action, receipt_id_of_receipt,
    receipt_id_of_transaction,
};

pub(super) fn receipt_ids(case: &Inputs<'_>) -> Result<Value, String> {
    let base: CryptoHash = case.parsed("base")?;
    let block_seed: CryptoHash = case.parsed("block_random_seed")?;
    let (height, index): (u64, u64) = (case.json("height")?, case.json("index")?);
    Ok(json!({
        "base": base,
        "height": height,
        "index": index,
        "receipt_id_from_transaction": receipt_id_of_transaction(&base, height),
        "receipt_id_from_receipt_id": receipt_id_of_receipt(&base, height, index),
        "action_hash_from_receipt_id": action_hash_of_receipt(&base, height, index),
        "receipt_id_from_action_hash": receipt_id_of_action(&base, height, index),
        "block_random_seed": block_seed,
        "random_seed_from_action_hash": hex::encode(random_seed_of_action(&base, &block_seed)),
    }))
}
