//! Actions as the RPC shows them: deployed code by its hash, and one name for each way of using or
//! deploying a global contract.

use super::AccessKeyView;
use crate::action::Action;
use crate::action::delegate::{DelegateAction, VersionedDelegateAction};
use crate::state_init::RawStateInit;
use crate::{
    AccountId, Balance, Gas, GlobalContractDeployMode, GlobalContractIdentifier, base64_json,
};
use serde::Serialize;
use std::collections::BTreeMap;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::{PublicKey, Signature};

/// An action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "fields are those of the actions; `code` is the hash of the code")]
pub enum ActionView<'a> {
    /// Creates the receiving account.
    CreateAccount,
    /// Gives the account a contract of its own.
    DeployContract {
        #[serde(serialize_with = "serialize_code")]
        code: CryptoHash,
    },
    /// Calls a function of the account's contract.
    FunctionCall {
        method_name: &'a str,
        #[serde(serialize_with = "base64_json::serialize")]
        args: &'a [u8],
        gas: Gas,
        deposit: Balance,
    },
    /// Moves tokens to the account.
    Transfer { deposit: Balance },
    /// Stakes the account's tokens.
    Stake { stake: Balance, public_key: &'a PublicKey },
    /// Adds an access key.
    AddKey { public_key: &'a PublicKey, access_key: AccessKeyView<'a> },
    /// Removes an access key.
    DeleteKey { public_key: &'a PublicKey },
    /// Removes the account.
    DeleteAccount { beneficiary_id: &'a AccountId },
    /// Does what another account has signed. The actions inside are no views.
    Delegate { delegate_action: &'a DelegateAction, signature: &'a Signature },
    /// Does what another account has signed, with a gas key perhaps. The actions inside are no views.
    DelegateV2 { delegate_action: &'a VersionedDelegateAction, signature: &'a Signature },
    /// Deploys a contract for all accounts to use, under its hash.
    DeployGlobalContract {
        #[serde(serialize_with = "serialize_code")]
        code: CryptoHash,
    },
    /// Deploys a contract for all accounts to use, under the account's name.
    DeployGlobalContractByAccountId {
        #[serde(serialize_with = "serialize_code")]
        code: CryptoHash,
    },
    /// Gives the account the global contract with this hash.
    UseGlobalContract { code_hash: CryptoHash },
    /// Gives the account the global contract that another deployed last.
    UseGlobalContractByAccountId { account_id: &'a AccountId },
    /// Begins a deterministic account.
    DeterministicStateInit {
        code: &'a GlobalContractIdentifier,
        #[serde(serialize_with = "base64_json::map::serialize")]
        data: &'a BTreeMap<Vec<u8>, Vec<u8>>,
        deposit: Balance,
    },
    /// Moves tokens to a gas key of the account.
    TransferToGasKey { public_key: &'a PublicKey, deposit: Balance },
    /// Moves tokens from a gas key to its account.
    WithdrawFromGasKey { public_key: &'a PublicKey, amount: Balance },
    /// Begins a universal account.
    UniversalStateInit { state_init: &'a RawStateInit, deposit: Balance },
}

impl<'a> From<&'a Action> for ActionView<'a> {
    fn from(action: &'a Action) -> ActionView<'a> {
        match action {
            Action::CreateAccount(_) => ActionView::CreateAccount,
            Action::DeployContract(action) => {
                ActionView::DeployContract { code: CryptoHash::of(&action.code) }
            }
            Action::FunctionCall(action) => ActionView::FunctionCall {
                method_name: &action.method_name,
                args: &action.args,
                gas: action.gas,
                deposit: action.deposit,
            },
            Action::Transfer(action) => ActionView::Transfer { deposit: action.deposit },
            Action::Stake(action) => {
                ActionView::Stake { stake: action.stake, public_key: &action.public_key }
            }
            Action::AddKey(action) => ActionView::AddKey {
                public_key: &action.public_key,
                access_key: AccessKeyView::from(&action.access_key),
            },
            Action::DeleteKey(action) => ActionView::DeleteKey { public_key: &action.public_key },
            Action::DeleteAccount(action) => {
                ActionView::DeleteAccount { beneficiary_id: &action.beneficiary_id }
            }
            Action::Delegate(signed) => ActionView::Delegate {
                delegate_action: &signed.delegate_action,
                signature: &signed.signature,
            },
            Action::DelegateV2(signed) => ActionView::DelegateV2 {
                delegate_action: &signed.delegate_action,
                signature: &signed.signature,
            },
            Action::DeployGlobalContract(action) => {
                let code = CryptoHash::of(&action.code);
                match action.deploy_mode {
                    GlobalContractDeployMode::CodeHash => ActionView::DeployGlobalContract { code },
                    GlobalContractDeployMode::AccountId => {
                        ActionView::DeployGlobalContractByAccountId { code }
                    }
                }
            }
            Action::UseGlobalContract(action) => match &action.contract_identifier {
                GlobalContractIdentifier::CodeHash(code_hash) => {
                    ActionView::UseGlobalContract { code_hash: *code_hash }
                }
                GlobalContractIdentifier::AccountId(account_id) => {
                    ActionView::UseGlobalContractByAccountId { account_id }
                }
            },
            Action::DeterministicStateInit(action) => ActionView::DeterministicStateInit {
                code: action.state_init.code(),
                data: action.state_init.data(),
                deposit: action.deposit,
            },
            Action::TransferToGasKey(action) => ActionView::TransferToGasKey {
                public_key: &action.public_key,
                deposit: action.deposit,
            },
            Action::WithdrawFromGasKey(action) => ActionView::WithdrawFromGasKey {
                public_key: &action.public_key,
                amount: action.amount,
            },
            Action::UniversalStateInit(action) => ActionView::UniversalStateInit {
                state_init: &action.state_init,
                deposit: action.deposit,
            },
        }
    }
}

/// The hash in place of the code, and so in base 64 as the code would be.
pub(super) fn serialize_code<S: serde::Serializer>(
    code: &CryptoHash,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    base64_json::serialize(code.as_bytes(), serializer)
}
