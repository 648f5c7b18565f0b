//! Actions and signed delegations: JSON, view, borsh.

use super::inputs::{Inputs, borsh_hex, sha256, to_json};
use serde_json::{Value, json};
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::Signature;
use torr_primitives::action::Action;
use torr_primitives::action::delegate::NonDelegateAction;
use torr_primitives::view::ActionView;

pub(super) fn action(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: Action = case.borsh("borsh")?;
    let mut rebuilt = both_forms("action", &decoded, case)?;
    rebuilt["deposit"] = json!(decoded.deposit());
    rebuilt["prepaid_gas"] = json!(decoded.prepaid_gas());
    Ok(rebuilt)
}

/// What is signed follows from the JSON, whether it is signed from the bytes.
pub(super) fn delegate(case: &Inputs<'_>) -> Result<Value, String> {
    let decoded: Action = case.borsh("borsh")?;
    let (_, verified, signature) = signed(&decoded)?;
    let from_json: Action = case.json("json")?;
    let (signed_hash, _, _) = signed(&from_json)?;
    let mut rebuilt = both_forms("delegate", &decoded, case)?;
    rebuilt["signed_hash"] = json!(signed_hash);
    rebuilt["verify"] = json!(verified);
    rebuilt["key_type"] = json!(signature.key_type().name());
    Ok(rebuilt)
}

/// What a delegation signs, whether it is signed, and how.
fn signed(action: &Action) -> Result<(CryptoHash, bool, &Signature), String> {
    match action {
        Action::Delegate(signed) => {
            Ok((signed.delegate_action.signed_hash(), signed.verify(), &signed.signature))
        }
        Action::DelegateV2(signed) => {
            Ok((signed.delegate_action.signed_hash(), signed.verify(), &signed.signature))
        }
        _ => Err("the action is no delegation".to_owned()),
    }
}

/// The name follows from the JSON: it is what an action's fields stand under.
fn both_forms(kind: &str, decoded: &Action, case: &Inputs<'_>) -> Result<Value, String> {
    let from_json: Action = case.json("json")?;
    let shown = to_json(decoded)?;
    let name = shown.as_object().and_then(|only| only.keys().next());
    Ok(json!({
        "kind": kind,
        "name": name,
        "json": shown,
        "view": to_json(&ActionView::from(decoded))?,
        "borsh": borsh_hex(&from_json)?,
        "sha256": sha256(&from_json)?,
    }))
}

pub(super) fn action_decode(case: &Inputs<'_>) -> Result<Value, String> {
    let accepted = case.borsh::<Action>("borsh").is_ok();
    decoding("action_decode", case, accepted)
}

pub(super) fn non_delegate_decode(case: &Inputs<'_>) -> Result<Value, String> {
    let accepted = case.borsh::<NonDelegateAction>("borsh").is_ok();
    decoding("non_delegate_decode", case, accepted)
}

fn decoding(kind: &str, case: &Inputs<'_>, accepted: bool) -> Result<Value, String> {
    Ok(json!({ "kind": kind, "borsh": hex::encode(case.bytes("borsh")?), "valid": accepted }))
}
