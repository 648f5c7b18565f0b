//! What a call asked of the chain, as the files write it.

use crate::encoding::{base64, or_digest};
use serde_json::{Value, json};
use torr_crypto::key::PublicKey;
use torr_primitives::{GlobalContractDeployMode, GlobalContractIdentifier};
use torr_vm_logic::effects::{Action, Effect, Effects};

/// Longer ones are given by their digest, in bytes.
const MAX_BLOB_BYTES: usize = 512;

/// What was asked, in order.
pub(super) fn actions(effects: &Effects) -> Vec<Value> {
    let mut receipts = 0u64;
    effects.iter().map(|effect| written(effect, &mut receipts)).collect()
}

/// One effect; `receipts` counts the receipts before it.
fn written(effect: &Effect, receipts: &mut u64) -> Value {
    match effect {
        Effect::CreateReceipt { depends_on, receiver_id } => json!({ "CreateReceipt": {
            "receipt_index": next(receipts),
            "receipt_indices": depends_on.iter().map(|one| one.receipt_index).collect::<Vec<_>>(),
            "receiver_id": receiver_id,
        } }),
        Effect::YieldCreate { receiver_id, data_id, yield_id } => json!({ "YieldCreate": {
            "receipt_index": next(receipts),
            "receiver_id": receiver_id,
            "data_id": hex::encode(data_id),
            "yield_id": yield_id.map(|id| hex::encode(id.0)),
        } }),
        Effect::YieldResume { data_id, data, resolved } => json!({ "YieldResume": {
            "data_id": hex::encode(data_id),
            "data": blob(data),
            "resolved": resolved,
        } }),
        Effect::StateInitEntry { receipt_index, action_index, key, value } => {
            json!({ "StateInitEntry": {
                "receipt_index": receipt_index,
                "action_index": action_index,
                "key": blob(key),
                "value": blob(value),
            } })
        }
        Effect::SetRefundTo { receipt_index, refund_to } => json!({ "SetRefundTo": {
            "receipt_index": receipt_index,
            "refund_to": refund_to,
        } }),
        Effect::Action { receipt_index, action } => {
            let (kind, mut fields) = action_fields(action);
            fields["receipt_index"] = json!(receipt_index);
            json!({ kind: fields })
        }
    }
}

fn next(receipts: &mut u64) -> u64 {
    let index = *receipts;
    *receipts += 1;
    index
}

/// Name and fields of an action, the receipt apart.
fn action_fields(action: &Action) -> (&'static str, Value) {
    match action {
        Action::CreateAccount => ("CreateAccount", json!({})),
        Action::DeployContract { code } => ("DeployContract", json!({ "code": blob(code) })),
        Action::DeployGlobalContract { code, mode } => {
            ("DeployGlobalContract", json!({ "code": blob(code), "mode": deploy_mode(*mode) }))
        }
        Action::UseGlobalContract { contract_id } => {
            ("UseGlobalContract", json!({ "contract_id": contract(contract_id) }))
        }
        Action::DeterministicStateInit { contract_id, amount } => (
            "DeterministicStateInit",
            json!({ "contract_id": contract(contract_id), "amount": amount }),
        ),
        Action::UniversalStateInit { state_init, amount } => (
            "UniversalStateInit",
            json!({ "state_init": blob(state_init.as_ref()), "amount": amount }),
        ),
        Action::FunctionCall { method_name, args, attached_deposit, prepaid_gas, gas_weight } => (
            "FunctionCallWeight",
            json!({
                "method_name": blob(method_name),
                "args": blob(args),
                "attached_deposit": attached_deposit,
                "prepaid_gas": prepaid_gas,
                "gas_weight": gas_weight.0,
            }),
        ),
        Action::Transfer { deposit } => ("Transfer", json!({ "deposit": deposit })),
        Action::Stake { stake, public_key } => {
            ("Stake", json!({ "stake": stake, "public_key": key(public_key) }))
        }
        Action::DeleteAccount { beneficiary_id } => {
            ("DeleteAccount", json!({ "beneficiary_id": beneficiary_id }))
        }
        Action::TransferToGasKey { public_key, deposit } => {
            ("TransferToGasKey", json!({ "public_key": key(public_key), "deposit": deposit }))
        }
        Action::AddKeyWithFullAccess { public_key, nonce } => {
            ("AddKeyWithFullAccess", json!({ "public_key": key(public_key), "nonce": nonce }))
        }
        Action::AddKeyWithFunctionCall {
            public_key,
            nonce,
            allowance,
            receiver_id,
            method_names,
        } => (
            "AddKeyWithFunctionCall",
            json!({
                "public_key": key(public_key),
                "nonce": nonce,
                "allowance": allowance,
                "receiver_id": receiver_id,
                "method_names": blobs(method_names),
            }),
        ),
        Action::AddGasKeyWithFullAccess { public_key, num_nonces } => (
            "AddGasKeyWithFullAccess",
            json!({ "public_key": key(public_key), "num_nonces": num_nonces }),
        ),
        Action::AddGasKeyWithFunctionCall {
            public_key,
            num_nonces,
            allowance,
            receiver_id,
            method_names,
        } => (
            "AddGasKeyWithFunctionCall",
            json!({
                "public_key": key(public_key),
                "num_nonces": num_nonces,
                "allowance": allowance,
                "receiver_id": receiver_id,
                "method_names": blobs(method_names),
            }),
        ),
        Action::DeleteKey { public_key } => ("DeleteKey", json!({ "public_key": key(public_key) })),
    }
}

fn blob(bytes: &[u8]) -> Value {
    or_digest(bytes, MAX_BLOB_BYTES, base64)
}

fn blobs(list: &[Vec<u8>]) -> Vec<Value> {
    list.iter().map(|bytes| blob(bytes)).collect()
}

/// A public key: the blob of its borsh form.
fn key(public_key: &PublicKey) -> Value {
    // Writing to memory cannot fail.
    blob(&borsh::to_vec(public_key).unwrap_or_default())
}

fn contract(identifier: &GlobalContractIdentifier) -> Value {
    match identifier {
        GlobalContractIdentifier::CodeHash(hash) => json!({ "CodeHash": hex::encode(hash) }),
        GlobalContractIdentifier::AccountId(account_id) => json!({ "AccountId": account_id }),
    }
}

fn deploy_mode(mode: GlobalContractDeployMode) -> &'static str {
    match mode {
        GlobalContractDeployMode::CodeHash => "CodeHash",
        GlobalContractDeployMode::AccountId => "AccountId",
    }
}
