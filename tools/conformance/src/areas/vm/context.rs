//! The circumstances of a call, as the files write them.

use super::format::Overlay;
use crate::encoding::{Base64, Hex, HexArray};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use torr_primitives::{
    AccountContract, AccountId, Balance, BlockHeight, EpochHeight, Gas, StorageUsage,
};
use torr_vm_logic::context::{CallMode, Context, PromiseResult};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextFields {
    current_account_id: AccountId,
    signer_account_id: AccountId,
    signer_account_pk: Hex,
    predecessor_account_id: AccountId,
    refund_to_account_id: AccountId,
    input_base64: Base64,
    promise_results: Vec<PromiseResultFields>,
    block_height: BlockHeight,
    block_timestamp: u64,
    epoch_height: EpochHeight,
    account_balance: Balance,
    account_locked_balance: Balance,
    storage_usage: StorageUsage,
    account_contract: ContractFields,
    attached_deposit: Balance,
    prepaid_gas: Gas,
    random_seed_hex: Hex,
    output_data_receivers: Vec<AccountId>,
    #[serde(deserialize_with = "required")]
    view_max_gas_burnt: Option<Gas>,
}

/// An option that has to be there, if only as `null`.
fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Gas>, D::Error> {
    Option::deserialize(deserializer)
}

#[derive(Deserialize)]
enum PromiseResultFields {
    NotReady,
    Failed,
    Successful(Base64),
}

#[derive(Deserialize)]
enum ContractFields {
    None,
    Local(HexArray<32>),
    Global(HexArray<32>),
    GlobalByAccount(AccountId),
}

/// The context of which each field is that of the last of `layers` that has it; or why there is
/// none.
pub(super) fn context(layers: &[&Overlay]) -> Result<Context, String> {
    let merged: Overlay = layers
        .iter()
        .flat_map(|layer| layer.iter())
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    let fields: ContextFields = serde_json::from_value(Value::Object(merged))
        .map_err(|error| format!("context: {error}"))?;
    let promise_results = fields.promise_results.into_iter().map(|result| match result {
        PromiseResultFields::NotReady => PromiseResult::NotReady,
        PromiseResultFields::Failed => PromiseResult::Failed,
        PromiseResultFields::Successful(Base64(value)) => PromiseResult::Successful(value.into()),
    });
    Ok(Context {
        current_account_id: fields.current_account_id,
        signer_account_id: fields.signer_account_id,
        signer_account_pk: fields.signer_account_pk.0,
        predecessor_account_id: fields.predecessor_account_id,
        refund_to_account_id: fields.refund_to_account_id,
        input: fields.input_base64.0.into(),
        promise_results: promise_results.collect(),
        block_height: fields.block_height,
        block_timestamp: fields.block_timestamp,
        epoch_height: fields.epoch_height,
        account_balance: fields.account_balance,
        account_locked_balance: fields.account_locked_balance,
        storage_usage: fields.storage_usage,
        account_contract: match fields.account_contract {
            ContractFields::None => AccountContract::None,
            ContractFields::Local(hash) => AccountContract::Local(hash.0.into()),
            ContractFields::Global(hash) => AccountContract::Global(hash.0.into()),
            ContractFields::GlobalByAccount(account) => AccountContract::GlobalByAccount(account),
        },
        attached_deposit: fields.attached_deposit,
        prepaid_gas: fields.prepaid_gas,
        random_seed: fields.random_seed_hex.0,
        mode: match fields.view_max_gas_burnt {
            Some(max_gas_burnt) => CallMode::View { max_gas_burnt },
            None => CallMode::Change,
        },
        output_data_receivers: fields.output_data_receivers,
    })
}
