//! Actions of a receipt, as data: one flat shape for all kinds, so that a program can look for a
//! field without knowing every kind.

use crate::bytes::BytesReport;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_primitives::{
    AccountId, Balance, Gas, GlobalContractDeployMode, GlobalContractIdentifier, Nonce, NonceIndex,
};
use torr_vm_logic::effects::Action;

/// An action; fields that its kind does not have are left out.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ActionReport {
    /// Which action, by the protocol's name in snake case.
    pub(crate) kind: &'static str,
    /// Method called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method_name: Option<String>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) args: Option<BytesReport>,
    /// Gas attached, the share of what was left over included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gas: Option<Gas>,
    /// Share of what was left over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gas_share: Option<Gas>,
    /// Balance attached, transferred or staked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Balance>,
    /// Key added, deleted, staked with or funded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<PublicKey>,
    /// First nonce of an added key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<Nonce>,
    /// Number of nonces of an added gas key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_nonces: Option<NonceIndex>,
    /// What an added key may spend; absent: without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allowance: Option<Balance>,
    /// Whom an added key may call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receiver_id: Option<AccountId>,
    /// What an added key may call; empty: everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method_names: Option<Vec<String>>,
    /// Who gets the balance of a deleted account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beneficiary_id: Option<AccountId>,
    /// Length and hash of deployed code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<CodeReport>,
    /// How a global contract is deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deploy_mode: Option<GlobalContractDeployMode>,
    /// Global contract that is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contract_id: Option<GlobalContractIdentifier>,
    /// Entries or encoded bytes that an account begins with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) state_init: Vec<EntryReport>,
}

/// Deployed code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CodeReport {
    /// Its length in bytes.
    pub(crate) len: u64,
    /// Its hash.
    pub(crate) hash: CryptoHash,
}

/// An entry that an account's storage begins with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntryReport {
    /// Storage key.
    pub(crate) key: BytesReport,
    /// Storage value.
    pub(crate) value: BytesReport,
}

impl ActionReport {
    /// The report of `action`, which got `gas_share` of what the call left over.
    ///
    /// Longer than a function should be, and one `match`, so that no new kind is forgotten.
    pub(crate) fn new(action: &Action, gas_share: Option<Gas>) -> ActionReport {
        match action {
            Action::CreateAccount => of_kind("create_account"),
            Action::DeployContract { code } => {
                ActionReport { code: Some(CodeReport::new(code)), ..of_kind("deploy_contract") }
            }
            Action::DeployGlobalContract { code, mode } => ActionReport {
                code: Some(CodeReport::new(code)),
                deploy_mode: Some(*mode),
                ..of_kind("deploy_global_contract")
            },
            Action::UseGlobalContract { contract_id } => ActionReport {
                contract_id: Some(contract_id.clone()),
                ..of_kind("use_global_contract")
            },
            Action::DeterministicStateInit { contract_id, amount } => ActionReport {
                contract_id: Some(contract_id.clone()),
                amount: Some(*amount),
                ..of_kind("deterministic_state_init")
            },
            Action::UniversalStateInit { amount, .. } => {
                ActionReport { amount: Some(*amount), ..of_kind("universal_state_init") }
            }
            Action::FunctionCall { method_name, args, attached_deposit, prepaid_gas, .. } => {
                ActionReport {
                    method_name: Some(text(method_name)),
                    args: Some(BytesReport::new(args)),
                    gas: Some(prepaid_gas.saturating_add(gas_share.unwrap_or_default())),
                    gas_share,
                    amount: Some(*attached_deposit),
                    ..of_kind("function_call")
                }
            }
            Action::Transfer { deposit } => {
                ActionReport { amount: Some(*deposit), ..of_kind("transfer") }
            }
            Action::TransferToGasKey { public_key, deposit } => {
                ActionReport { amount: Some(*deposit), ..of_key("transfer_to_gas_key", public_key) }
            }
            Action::Stake { stake, public_key } => {
                ActionReport { amount: Some(*stake), ..of_key("stake", public_key) }
            }
            Action::AddKeyWithFullAccess { public_key, nonce } => ActionReport {
                nonce: Some(*nonce),
                ..of_key("add_key_with_full_access", public_key)
            },
            Action::AddKeyWithFunctionCall {
                public_key,
                nonce,
                allowance,
                receiver_id,
                method_names,
            } => ActionReport {
                nonce: Some(*nonce),
                ..of_key("add_key_with_function_call", public_key).limited(
                    *allowance,
                    receiver_id,
                    method_names,
                )
            },
            Action::AddGasKeyWithFullAccess { public_key, num_nonces } => ActionReport {
                num_nonces: Some(*num_nonces),
                ..of_key("add_gas_key_with_full_access", public_key)
            },
            Action::AddGasKeyWithFunctionCall {
                public_key,
                num_nonces,
                allowance,
                receiver_id,
                method_names,
            } => ActionReport {
                num_nonces: Some(*num_nonces),
                ..of_key("add_gas_key_with_function_call", public_key).limited(
                    *allowance,
                    receiver_id,
                    method_names,
                )
            },
            Action::DeleteKey { public_key } => of_key("delete_key", public_key),
            Action::DeleteAccount { beneficiary_id } => ActionReport {
                beneficiary_id: Some(beneficiary_id.clone()),
                ..of_kind("delete_account")
            },
        }
    }

    /// The same, for a key that may only call methods.
    fn limited(
        self,
        allowance: Option<Balance>,
        receiver_id: &AccountId,
        method_names: &[Vec<u8>],
    ) -> ActionReport {
        ActionReport {
            allowance,
            receiver_id: Some(receiver_id.clone()),
            method_names: Some(method_names.iter().map(|name| text(name)).collect()),
            ..self
        }
    }
}

fn of_kind(kind: &'static str) -> ActionReport {
    ActionReport { kind, ..ActionReport::default() }
}

fn of_key(kind: &'static str, public_key: &PublicKey) -> ActionReport {
    ActionReport { public_key: Some(public_key.clone()), ..of_kind(kind) }
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl CodeReport {
    fn new(code: &[u8]) -> CodeReport {
        CodeReport { len: code.len() as u64, hash: CryptoHash::of(code) }
    }
}
