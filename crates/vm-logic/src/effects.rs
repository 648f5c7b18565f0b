//! What a call asks of the chain: receipts, their actions, yields, in the order it asked.
//!
//! Nothing here happens unless the call succeeds; a runtime turns the list into receipts, tools
//! print it. Receipts are numbered from 0 in the order they are created.

use crate::error::HostError;
use serde::Serialize;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_primitives::state_init::RawStateInit;
use torr_primitives::{
    AccountId, ActionIndex, Balance, Gas, GasWeight, GlobalContractDeployMode,
    GlobalContractIdentifier, Nonce, NonceIndex, ReceiptIndex, YieldId,
};

/// One thing that a call asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// A receipt for `receiver_id`, to run when all of `depends_on` is there.
    CreateReceipt {
        /// The results it waits for.
        depends_on: Vec<Dependency>,
        /// Who receives it.
        receiver_id: AccountId,
    },
    /// An action at the end of a receipt.
    Action {
        /// The receipt.
        receipt_index: ReceiptIndex,
        /// The action.
        action: Action,
    },
    /// An entry of the state with which a deterministic account begins.
    StateInitEntry {
        /// The receipt.
        receipt_index: ReceiptIndex,
        /// The action of kind [`Action::DeterministicStateInit`] in it.
        action_index: ActionIndex,
        /// Storage key.
        key: Vec<u8>,
        /// Storage value.
        value: Vec<u8>,
    },
    /// Where the deposits of a receipt go when it fails.
    SetRefundTo {
        /// The receipt.
        receipt_index: ReceiptIndex,
        /// The account.
        refund_to: AccountId,
    },
    /// A receipt for the account itself that waits to be resumed (NEP-519).
    YieldCreate {
        /// Who receives it: the account itself.
        receiver_id: AccountId,
        /// What resumes it.
        data_id: CryptoHash,
        /// The name the contract gave it.
        yield_id: Option<YieldId>,
    },
    /// Resuming a waiting receipt.
    YieldResume {
        /// The data id that the contract gave, or the one that its yield id stands for.
        data_id: CryptoHash,
        /// What it is resumed with.
        data: Vec<u8>,
        /// Whether there was a receipt to resume.
        resolved: bool,
    },
}

/// A result that a receipt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// The receipt of this call that gives the result.
    pub receipt_index: ReceiptIndex,
    /// What the result is delivered under.
    pub data_id: CryptoHash,
}

/// An action of a receipt, as a contract can ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are the protocol's, documented with its actions")]
pub enum Action {
    /// Creates the receiver.
    CreateAccount,
    /// Gives the receiver a contract.
    DeployContract { code: Vec<u8> },
    /// Publishes a contract for all accounts (NEP-591).
    DeployGlobalContract { code: Vec<u8>, mode: GlobalContractDeployMode },
    /// Lets the receiver use a published contract (NEP-591).
    UseGlobalContract { contract_id: GlobalContractIdentifier },
    /// Creates an account whose id follows from its contract and state (NEP-616).
    DeterministicStateInit { contract_id: GlobalContractIdentifier, amount: Balance },
    /// Creates an account whose id follows from all it begins with.
    UniversalStateInit { state_init: RawStateInit, amount: Balance },
    /// Calls a method of the receiver's contract.
    FunctionCall {
        method_name: Vec<u8>,
        args: Vec<u8>,
        attached_deposit: Balance,
        prepaid_gas: Gas,
        gas_weight: GasWeight,
    },
    /// Gives the receiver balance.
    Transfer { deposit: Balance },
    /// Gives a gas key of the receiver balance (NEP-611).
    TransferToGasKey { public_key: PublicKey, deposit: Balance },
    /// Stakes the receiver's balance.
    Stake { stake: Balance, public_key: PublicKey },
    /// Adds a key that may do anything.
    AddKeyWithFullAccess { public_key: PublicKey, nonce: Nonce },
    /// Adds a key that may call methods.
    AddKeyWithFunctionCall {
        public_key: PublicKey,
        nonce: Nonce,
        allowance: Option<Balance>,
        receiver_id: AccountId,
        method_names: Vec<Vec<u8>>,
    },
    /// Adds a gas key that may do anything (NEP-611).
    AddGasKeyWithFullAccess { public_key: PublicKey, num_nonces: NonceIndex },
    /// Adds a gas key that may call methods (NEP-611).
    AddGasKeyWithFunctionCall {
        public_key: PublicKey,
        num_nonces: NonceIndex,
        allowance: Option<Balance>,
        receiver_id: AccountId,
        method_names: Vec<Vec<u8>>,
    },
    /// Takes a key away.
    DeleteKey { public_key: PublicKey },
    /// Deletes the receiver; its balance goes to the beneficiary.
    DeleteAccount { beneficiary_id: AccountId },
}

impl Action {
    /// Names of methods that it holds.
    pub(crate) fn method_names(&self) -> &[Vec<u8>] {
        match self {
            Action::FunctionCall { method_name, .. } => std::slice::from_ref(method_name),
            Action::AddKeyWithFunctionCall { method_names, .. }
            | Action::AddGasKeyWithFunctionCall { method_names, .. } => method_names,
            Action::CreateAccount
            | Action::DeployContract { .. }
            | Action::DeployGlobalContract { .. }
            | Action::UseGlobalContract { .. }
            | Action::DeterministicStateInit { .. }
            | Action::UniversalStateInit { .. }
            | Action::Transfer { .. }
            | Action::TransferToGasKey { .. }
            | Action::Stake { .. }
            | Action::AddKeyWithFullAccess { .. }
            | Action::AddGasKeyWithFullAccess { .. }
            | Action::DeleteKey { .. }
            | Action::DeleteAccount { .. } => &[],
        }
    }
}

/// All that a call asked for, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Effects {
    list: Vec<Effect>,
    #[serde(skip)]
    receipts: Vec<ReceiptDraft>,
}

/// What later host calls need to know of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ReceiptDraft {
    receiver_id: AccountId,
    actions: u64,
    /// Keys set so far, by the action that initialises a deterministic account.
    state_inits: std::collections::BTreeMap<ActionIndex, std::collections::BTreeSet<Vec<u8>>>,
}

impl Effects {
    /// What was asked for, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Effect> {
        self.list.iter()
    }

    /// What was asked for, in order, to keep.
    pub fn into_list(self) -> Vec<Effect> {
        self.list
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Receiver of a receipt.
    pub(crate) fn receiver(&self, receipt_index: ReceiptIndex) -> Option<&AccountId> {
        self.draft(receipt_index).map(|draft| &draft.receiver_id)
    }

    pub(crate) fn create_receipt(
        &mut self,
        depends_on: Vec<Dependency>,
        receiver_id: AccountId,
    ) -> ReceiptIndex {
        let index = self.add_draft(receiver_id.clone());
        self.list.push(Effect::CreateReceipt { depends_on, receiver_id });
        index
    }

    pub(crate) fn create_yield(
        &mut self,
        receiver_id: AccountId,
        data_id: CryptoHash,
        yield_id: Option<YieldId>,
    ) -> ReceiptIndex {
        let index = self.add_draft(receiver_id.clone());
        self.list.push(Effect::YieldCreate { receiver_id, data_id, yield_id });
        index
    }

    pub(crate) fn resume_yield(&mut self, data_id: CryptoHash, data: Vec<u8>, resolved: bool) {
        self.list.push(Effect::YieldResume { data_id, data, resolved });
    }

    /// Appends `action` and returns its index in the receipt.
    pub(crate) fn append(
        &mut self,
        receipt_index: ReceiptIndex,
        action: Action,
    ) -> Result<ActionIndex, HostError> {
        let draft = self.draft_mut(receipt_index)?;
        let action_index = draft.actions;
        draft.actions += 1;
        if matches!(action, Action::DeterministicStateInit { .. }) {
            draft.state_inits.insert(action_index, Default::default());
        }
        self.list.push(Effect::Action { receipt_index, action });
        Ok(action_index)
    }

    /// Adds an entry to the state init `action_index`.
    pub(crate) fn set_state_init_entry(
        &mut self,
        receipt_index: ReceiptIndex,
        action_index: ActionIndex,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<(), HostError> {
        let keys = self
            .draft_mut(receipt_index)?
            .state_inits
            .get_mut(&action_index)
            .ok_or(HostError::InvalidActionIndex { receipt_index, action_index })?;
        if !keys.insert(key.clone()) {
            return Err(HostError::DataEntryAlreadyExists);
        }
        self.list.push(Effect::StateInitEntry { receipt_index, action_index, key, value });
        Ok(())
    }

    pub(crate) fn set_refund_to(&mut self, receipt_index: ReceiptIndex, refund_to: AccountId) {
        self.list.push(Effect::SetRefundTo { receipt_index, refund_to });
    }

    /// Shares `unused` gas out among the function calls that have a weight, in proportion, the
    /// remainder to the last one; returns what is left when none has (NEP-264).
    pub fn distribute_unused_gas(&mut self, unused: Gas) -> Gas {
        let weights = self.list.iter().filter_map(weight);
        let sum: u128 = weights.map(u128::from).sum();
        if sum == 0 {
            return unused;
        }
        let share = |weight: u64| {
            let gas = u128::from(unused.as_gas()) * u128::from(weight) / sum;
            Gas::from_gas(u64::try_from(gas).unwrap_or(u64::MAX))
        };
        let mut left = unused;
        let mut last = None;
        for effect in &mut self.list {
            let (Some(weight), Effect::Action { action, .. }) = (weight(effect), effect) else {
                continue;
            };
            let Action::FunctionCall { prepaid_gas, .. } = action else { continue };
            let gas = share(weight);
            *prepaid_gas = prepaid_gas.saturating_add(gas);
            left = left.saturating_sub(gas);
            last = Some(prepaid_gas);
        }
        if let Some(last) = last {
            *last = last.saturating_add(left);
        }
        Gas::ZERO
    }

    fn add_draft(&mut self, receiver_id: AccountId) -> ReceiptIndex {
        let draft = ReceiptDraft { receiver_id, actions: 0, state_inits: Default::default() };
        self.receipts.push(draft);
        self.receipts.len() as u64 - 1
    }

    fn draft(&self, receipt_index: ReceiptIndex) -> Option<&ReceiptDraft> {
        self.receipts.get(usize::try_from(receipt_index).ok()?)
    }

    fn draft_mut(&mut self, receipt_index: ReceiptIndex) -> Result<&mut ReceiptDraft, HostError> {
        usize::try_from(receipt_index)
            .ok()
            .and_then(|index| self.receipts.get_mut(index))
            .ok_or(HostError::InvalidReceiptIndex { receipt_index })
    }
}

/// Weight of a function call that takes part in the sharing.
fn weight(effect: &Effect) -> Option<u64> {
    match effect {
        Effect::Action { action: Action::FunctionCall { gas_weight, .. }, .. }
            if gas_weight.0 > 0 =>
        {
            Some(gas_weight.0)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
