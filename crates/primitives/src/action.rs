//! Actions: what transactions and receipts ask an account to do.
//!
//! The tags of the encoding are fixed by the protocol ("Actions", RuntimeSpec/Actions); each
//! variant names the NEP that added it. Bytes from outside cannot make decoding recurse: an action
//! that wraps others ([`delegate`]) takes only such that do not.

pub mod delegate;

use crate::state_init::{DeterministicStateInit, RawStateInit};
use crate::{
    AccessKey, AccountId, Balance, Gas, GlobalContractDeployMode, GlobalContractIdentifier,
    base64_json,
};
use borsh::{BorshDeserialize, BorshSerialize};
use delegate::{SignedDelegateAction, VersionedSignedDelegateAction};
use serde::{Deserialize, Serialize};
use torr_crypto::key::PublicKey;

/// Something that a transaction or a receipt asks its receiver to do.
///
/// Large actions are boxed, so that lists of actions stay small.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Action {
    /// Creates the receiving account.
    CreateAccount(CreateAccountAction) = 0,
    /// Gives the account a contract of its own.
    DeployContract(DeployContractAction) = 1,
    /// Calls a function of the account's contract.
    FunctionCall(Box<FunctionCallAction>) = 2,
    /// Moves tokens to the account.
    Transfer(TransferAction) = 3,
    /// Stakes the account's tokens, to become a validator.
    Stake(Box<StakeAction>) = 4,
    /// Adds an access key.
    AddKey(Box<AddKeyAction>) = 5,
    /// Removes an access key.
    DeleteKey(Box<DeleteKeyAction>) = 6,
    /// Removes the account and sends what it has to another.
    DeleteAccount(DeleteAccountAction) = 7,
    /// Does what another account has signed (NEP-366).
    Delegate(Box<SignedDelegateAction>) = 8,
    /// Deploys a contract for all accounts to use (NEP-591).
    DeployGlobalContract(Box<DeployGlobalContractAction>) = 9,
    /// Gives the account a global contract (NEP-591).
    UseGlobalContract(Box<UseGlobalContractAction>) = 10,
    /// Begins a deterministic account (NEP-616).
    DeterministicStateInit(Box<DeterministicStateInitAction>) = 11,
    /// Moves tokens to a gas key of the account (NEP-611).
    TransferToGasKey(Box<TransferToGasKeyAction>) = 12,
    /// Moves tokens from a gas key to its account (NEP-611).
    WithdrawFromGasKey(Box<WithdrawFromGasKeyAction>) = 13,
    /// Does what another account has signed, with a gas key perhaps (NEP-611).
    DelegateV2(Box<VersionedSignedDelegateAction>) = 14,
    /// Begins a universal account.
    UniversalStateInit(Box<UniversalStateInitAction>) = 15,
}

/// Transactions hold many actions; a tag and a vector must do.
const _: () = assert!(size_of::<Action>() <= 4 * size_of::<u64>());

impl Action {
    /// Whether it wraps actions that another account has signed.
    pub const fn is_delegate(&self) -> bool {
        matches!(self, Action::Delegate(_) | Action::DelegateV2(_))
    }

    /// Tokens that go from the sender to the receiver, in yoctoNEAR. Tokens that wrapped actions
    /// move come from another account and do not count.
    pub const fn deposit(&self) -> Balance {
        match self {
            Action::FunctionCall(action) => action.deposit,
            Action::Transfer(action) => action.deposit,
            Action::DeterministicStateInit(action) => action.deposit,
            Action::TransferToGasKey(action) => action.deposit,
            Action::UniversalStateInit(action) => action.deposit,
            Action::CreateAccount(_)
            | Action::DeployContract(_)
            | Action::Stake(_)
            | Action::AddKey(_)
            | Action::DeleteKey(_)
            | Action::DeleteAccount(_)
            | Action::Delegate(_)
            | Action::DeployGlobalContract(_)
            | Action::UseGlobalContract(_)
            | Action::WithdrawFromGasKey(_)
            | Action::DelegateV2(_) => Balance::ZERO,
        }
    }

    /// Gas bought for the function that is called; that of wrapped actions does not count.
    pub const fn prepaid_gas(&self) -> Gas {
        match self {
            Action::FunctionCall(action) => action.gas,
            Action::CreateAccount(_)
            | Action::DeployContract(_)
            | Action::Transfer(_)
            | Action::Stake(_)
            | Action::AddKey(_)
            | Action::DeleteKey(_)
            | Action::DeleteAccount(_)
            | Action::Delegate(_)
            | Action::DeployGlobalContract(_)
            | Action::UseGlobalContract(_)
            | Action::DeterministicStateInit(_)
            | Action::TransferToGasKey(_)
            | Action::WithdrawFromGasKey(_)
            | Action::DelegateV2(_)
            | Action::UniversalStateInit(_) => Gas::ZERO,
        }
    }
}

/// Fields of [`Action::CreateAccount`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CreateAccountAction {}

/// Fields of [`Action::DeployContract`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeployContractAction {
    /// The contract, as WebAssembly.
    #[serde(with = "base64_json")]
    pub code: Vec<u8>,
}

/// Fields of [`Action::FunctionCall`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct FunctionCallAction {
    /// The function.
    pub method_name: String,
    /// What it is given.
    #[serde(with = "base64_json")]
    pub args: Vec<u8>,
    /// Gas it may use.
    pub gas: Gas,
    /// Tokens it is given, in yoctoNEAR.
    pub deposit: Balance,
}

/// Fields of [`Action::Transfer`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TransferAction {
    /// Tokens to move, in yoctoNEAR.
    pub deposit: Balance,
}

/// Fields of [`Action::Stake`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct StakeAction {
    /// Tokens that shall be staked, in yoctoNEAR, in place of those that are.
    pub stake: Balance,
    /// The key that the validator signs with.
    pub public_key: PublicKey,
}

/// Fields of [`Action::AddKey`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AddKeyAction {
    /// The key.
    pub public_key: PublicKey,
    /// What it may do.
    pub access_key: AccessKey,
}

/// Fields of [`Action::DeleteKey`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeleteKeyAction {
    /// The key.
    pub public_key: PublicKey,
}

/// Fields of [`Action::DeleteAccount`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeleteAccountAction {
    /// Who gets the tokens that are left.
    pub beneficiary_id: AccountId,
}

/// Fields of [`Action::DeployGlobalContract`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeployGlobalContractAction {
    /// The contract, as WebAssembly.
    #[serde(with = "base64_json")]
    pub code: Vec<u8>,
    /// Under which name it can be used.
    pub deploy_mode: GlobalContractDeployMode,
}

/// Fields of [`Action::UseGlobalContract`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct UseGlobalContractAction {
    /// The global contract.
    pub contract_identifier: GlobalContractIdentifier,
}

/// Fields of [`Action::DeterministicStateInit`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DeterministicStateInitAction {
    /// What the account begins with.
    pub state_init: DeterministicStateInit,
    /// Tokens it begins with, in yoctoNEAR.
    pub deposit: Balance,
}

/// Fields of [`Action::TransferToGasKey`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TransferToGasKeyAction {
    /// The gas key.
    pub public_key: PublicKey,
    /// Tokens to move, in yoctoNEAR.
    pub deposit: Balance,
}

/// Fields of [`Action::WithdrawFromGasKey`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct WithdrawFromGasKeyAction {
    /// The gas key.
    pub public_key: PublicKey,
    /// Tokens to move, in yoctoNEAR.
    pub amount: Balance,
}

/// Fields of [`Action::UniversalStateInit`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct UniversalStateInitAction {
    /// What the account begins with, in the encoding that it is named after.
    pub state_init: RawStateInit,
    /// Tokens it begins with, in yoctoNEAR.
    pub deposit: Balance,
}

#[cfg(test)]
mod case_file;
#[cfg(test)]
mod tests;
