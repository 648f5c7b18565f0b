//! Account ids: validity, relations, derivation.

use super::inputs::{Inputs, borsh_hex};
use serde_json::{Value, json};
use torr_crypto::key::{KeyType, PublicKey};
use torr_primitives::state_init::DeterministicStateInit;
use torr_primitives::{AccountId, AccountIdError, AccountType};

pub(super) fn valid(case: &Inputs<'_>) -> Result<Value, String> {
    let id: AccountId = case.parsed("id")?;
    let decoded: AccountId = case.borsh("borsh")?;
    Ok(json!({
        "kind": "valid",
        "id": decoded,
        "type": type_name(id.account_type()),
        "is_top_level": id.is_top_level(),
        "is_system": id.is_system(),
        "parent": id.parent(),
        "borsh": borsh_hex(&id)?,
    }))
}

pub(super) fn invalid(case: &Inputs<'_>) -> Result<Value, String> {
    let id = case.text("id")?;
    Ok(json!({
        "kind": "invalid",
        "id": id,
        "error": AccountId::validate(id).err().map(error_name),
        "borsh": borsh_hex(&id)?,
        "borsh_accepted": case.borsh::<AccountId>("borsh").is_ok(),
    }))
}

pub(super) fn sub_account(case: &Inputs<'_>) -> Result<Value, String> {
    let (parent, child): (AccountId, AccountId) = (case.parsed("parent")?, case.parsed("child")?);
    Ok(json!({
        "kind": "sub_account",
        "is_sub_account": child.is_sub_account_of(&parent),
        "parent": parent,
        "child": child,
    }))
}

/// The kind follows from the key.
pub(super) fn implicit_of_key(case: &Inputs<'_>) -> Result<Value, String> {
    let key: PublicKey = case.parsed("public_key")?;
    Ok(json!({
        "kind": match key.key_type() {
            KeyType::Ed25519 => "near_implicit_of_key",
            KeyType::Secp256k1 => "eth_implicit_of_key",
            KeyType::MlDsa65 => "no_implicit_of_key",
        },
        "public_key": key.to_string(),
        "id": AccountId::of_public_key(&key),
    }))
}

pub(super) fn deterministic_of_state_init(case: &Inputs<'_>) -> Result<Value, String> {
    let state_init: DeterministicStateInit = case.json("state_init")?;
    let decoded: DeterministicStateInit = case.borsh("borsh")?;
    Ok(json!({
        "kind": "deterministic_of_state_init",
        "state_init": decoded,
        "borsh": borsh_hex(&state_init)?,
        "id": state_init.account_id(),
    }))
}

fn type_name(account_type: AccountType) -> &'static str {
    match account_type {
        AccountType::Named => "named",
        AccountType::NearImplicit => "near_implicit",
        AccountType::EthImplicit => "eth_implicit",
        AccountType::NearDeterministic => "near_deterministic",
        AccountType::Universal => "universal",
    }
}

fn error_name(error: AccountIdError) -> &'static str {
    match error {
        AccountIdError::TooShort { .. } => "TooShort",
        AccountIdError::TooLong { .. } => "TooLong",
        AccountIdError::RedundantSeparator { .. } => "RedundantSeparator",
        AccountIdError::InvalidChar { .. } => "InvalidChar",
    }
}
