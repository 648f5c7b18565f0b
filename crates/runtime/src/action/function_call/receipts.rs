//! The receipts that a call asks for.
//!
//! Those that ask for something come first, in the order in which the contract made them, which its
//! indices count by; then those that resume yields.

use crate::action::ActionContext;
use crate::error::Fault;
use torr_crypto::hash::CryptoHash;
use torr_crypto::key::PublicKey;
use torr_primitives::action::{
    Action, AddKeyAction, CreateAccountAction, DeleteAccountAction, DeleteKeyAction,
    DeployContractAction, DeployGlobalContractAction, DeterministicStateInitAction,
    FunctionCallAction, StakeAction, TransferAction, TransferToGasKeyAction,
    UniversalStateInitAction, UseGlobalContractAction,
};
use torr_primitives::receipt::{
    ActionReceiptV2, DataReceipt, DataReceiver, PromiseYieldTimeout, Receipt, ReceiptBody,
};
use torr_primitives::state_init::{DeterministicStateInit, DeterministicStateInitV1};
use torr_primitives::{
    AccessKey, AccessKeyPermission, AccountId, ActionIndex, Balance, FunctionCallPermission,
    GasKeyInfo, ReceiptIndex,
};
use torr_vm_logic::effects::{Action as Asked, Effect, Effects};

/// What a call asks for, as the chain takes it.
#[derive(Debug)]
pub(super) struct Made {
    /// Receipts to send; their ids are not set yet.
    pub(super) receipts: Vec<Receipt>,
    /// Yields that end when their time comes.
    pub(super) timeouts: Vec<PromiseYieldTimeout>,
}

/// Makes receipts of what the contract asked for.
pub(super) fn of(effects: Effects, context: &ActionContext<'_>) -> Result<Made, Fault> {
    let mut making = Making::default();
    for effect in effects.into_list() {
        making.take(effect)?;
    }
    making.finish(context)
}

/// Receipts that are not complete yet.
#[derive(Debug, Default)]
struct Making {
    asking: Vec<Asking>,
    resuming: Vec<DataReceipt>,
}

/// A receipt that asks for something.
#[derive(Debug)]
struct Asking {
    receiver_id: AccountId,
    refund_to: Option<AccountId>,
    output_data_receivers: Vec<DataReceiver>,
    awaits: Awaits,
    actions: Vec<Action>,
}

/// What must be there before a receipt is executed.
#[derive(Debug)]
enum Awaits {
    /// Results of other receipts.
    Results(Vec<CryptoHash>),
    /// What the contract resumes it with.
    Resumption(CryptoHash),
}

const UNKNOWN: Fault = Fault::Bug { what: "a call adds to what it made before" };

impl Making {
    fn take(&mut self, effect: Effect) -> Result<(), Fault> {
        match effect {
            Effect::CreateReceipt { depends_on, receiver_id } => {
                let data_ids = depends_on.iter().map(|result| result.data_id).collect();
                for result in depends_on {
                    let (data_id, receiver_id) = (result.data_id, receiver_id.clone());
                    let waiting = DataReceiver { data_id, receiver_id };
                    self.receipt(result.receipt_index)?.output_data_receivers.push(waiting);
                }
                self.asking.push(Asking::new(receiver_id, Awaits::Results(data_ids)));
            }
            Effect::YieldCreate { receiver_id, data_id, yield_id: _ } => {
                self.asking.push(Asking::new(receiver_id, Awaits::Resumption(data_id)));
            }
            Effect::Action { receipt_index, action: asked } => {
                self.receipt(receipt_index)?.actions.push(action(asked)?);
            }
            Effect::StateInitEntry { receipt_index, action_index, key, value } => {
                self.state_init(receipt_index, action_index)?.data_mut().insert(key, value);
            }
            Effect::SetRefundTo { receipt_index, refund_to } => {
                self.receipt(receipt_index)?.refund_to = Some(refund_to);
            }
            Effect::YieldResume { data_id, data, resolved: true } => {
                self.resuming.push(DataReceipt { data_id, data: Some(data) });
            }
            Effect::YieldResume { resolved: false, .. } => {}
        }
        Ok(())
    }

    fn receipt(&mut self, index: ReceiptIndex) -> Result<&mut Asking, Fault> {
        let index = usize::try_from(index).ok();
        index.and_then(|index| self.asking.get_mut(index)).ok_or(UNKNOWN)
    }

    fn state_init(
        &mut self,
        receipt_index: ReceiptIndex,
        action_index: ActionIndex,
    ) -> Result<&mut DeterministicStateInit, Fault> {
        let receipt = self.receipt(receipt_index)?;
        let index = usize::try_from(action_index).ok();
        match index.and_then(|index| receipt.actions.get_mut(index)) {
            Some(Action::DeterministicStateInit(action)) => Ok(&mut action.state_init),
            _ => Err(UNKNOWN),
        }
    }

    fn finish(self, context: &ActionContext<'_>) -> Result<Made, Fault> {
        let account_id = &context.receipt.receiver_id;
        let send = |receiver_id, body| Receipt {
            predecessor_id: account_id.clone(),
            receiver_id,
            receipt_id: CryptoHash::default(),
            body,
        };
        let patience = context.chunk.config.vm.limits.yield_timeout_length_in_blocks;
        let expires_at = context.chunk.block.height.checked_add(patience);
        let mut made = Made { receipts: Vec::new(), timeouts: Vec::new() };
        for mut asking in self.asking {
            if let Awaits::Resumption(data_id) = asking.awaits {
                let expires_at = expires_at.ok_or(Fault::Overflow { what: "the height" })?;
                let account_id = account_id.clone();
                made.timeouts.push(PromiseYieldTimeout { account_id, data_id, expires_at });
            }
            let receiver_id = std::mem::replace(&mut asking.receiver_id, account_id.clone());
            made.receipts.push(send(receiver_id, asking.into_body(context)));
        }
        let resuming = self.resuming.into_iter().map(ReceiptBody::PromiseResume);
        made.receipts.extend(resuming.map(|body| send(account_id.clone(), body)));
        Ok(made)
    }
}

impl Asking {
    fn new(receiver_id: AccountId, awaits: Awaits) -> Asking {
        Asking {
            receiver_id,
            refund_to: None,
            output_data_receivers: Vec::new(),
            awaits,
            actions: Vec::new(),
        }
    }

    fn into_body(self, context: &ActionContext<'_>) -> ReceiptBody {
        let receipt = |input_data_ids| ActionReceiptV2 {
            signer_id: context.action_receipt.signer_id.clone(),
            refund_to: self.refund_to,
            signer_public_key: context.action_receipt.signer_public_key.clone(),
            gas_price: context.action_receipt.gas_price,
            output_data_receivers: self.output_data_receivers,
            input_data_ids,
            actions: self.actions,
        };
        match self.awaits {
            Awaits::Results(data_ids) => ReceiptBody::ActionV2(receipt(data_ids)),
            Awaits::Resumption(data_id) => ReceiptBody::PromiseYieldV2(receipt(vec![data_id])),
        }
    }
}

/// The action that a contract asked for.
fn action(asked: Asked) -> Result<Action, Fault> {
    Ok(match asked {
        Asked::CreateAccount => Action::CreateAccount(CreateAccountAction {}),
        Asked::DeployContract { code } => Action::DeployContract(DeployContractAction { code }),
        Asked::DeployGlobalContract { code, mode: deploy_mode } => {
            let action = DeployGlobalContractAction { code, deploy_mode };
            Action::DeployGlobalContract(Box::new(action))
        }
        Asked::UseGlobalContract { contract_id: contract_identifier } => {
            Action::UseGlobalContract(Box::new(UseGlobalContractAction { contract_identifier }))
        }
        Asked::DeterministicStateInit { contract_id: code, amount: deposit } => {
            let state_init = DeterministicStateInitV1 { code, data: Default::default() };
            let state_init = DeterministicStateInit::V1(state_init);
            let action = DeterministicStateInitAction { state_init, deposit };
            Action::DeterministicStateInit(Box::new(action))
        }
        Asked::UniversalStateInit { state_init, amount: deposit } => {
            let action = UniversalStateInitAction { state_init, deposit };
            Action::UniversalStateInit(Box::new(action))
        }
        Asked::FunctionCall { method_name, args, attached_deposit, prepaid_gas, gas_weight: _ } => {
            Action::FunctionCall(Box::new(FunctionCallAction {
                method_name: text(method_name)?,
                args,
                gas: prepaid_gas,
                deposit: attached_deposit,
            }))
        }
        Asked::Transfer { deposit } => Action::Transfer(TransferAction { deposit }),
        Asked::TransferToGasKey { public_key, deposit } => {
            Action::TransferToGasKey(Box::new(TransferToGasKeyAction { public_key, deposit }))
        }
        Asked::Stake { stake, public_key } => {
            Action::Stake(Box::new(StakeAction { stake, public_key }))
        }
        Asked::DeleteKey { public_key } => {
            Action::DeleteKey(Box::new(DeleteKeyAction { public_key }))
        }
        Asked::DeleteAccount { beneficiary_id } => {
            Action::DeleteAccount(DeleteAccountAction { beneficiary_id })
        }
        Asked::AddKeyWithFullAccess { .. }
        | Asked::AddKeyWithFunctionCall { .. }
        | Asked::AddGasKeyWithFullAccess { .. }
        | Asked::AddGasKeyWithFunctionCall { .. } => add_key(asked)?,
    })
}

/// The action that adds a key.
fn add_key(asked: Asked) -> Result<Action, Fault> {
    let add = |public_key: PublicKey, nonce, permission| {
        let access_key = AccessKey { nonce, permission };
        Action::AddKey(Box::new(AddKeyAction { public_key, access_key }))
    };
    let gas_key = |num_nonces| GasKeyInfo { balance: Balance::ZERO, num_nonces };
    Ok(match asked {
        Asked::AddKeyWithFullAccess { public_key, nonce } => {
            add(public_key, nonce, AccessKeyPermission::FullAccess)
        }
        Asked::AddKeyWithFunctionCall {
            public_key,
            nonce,
            allowance,
            receiver_id,
            method_names,
        } => {
            let calls = permission(allowance, &receiver_id, method_names)?;
            add(public_key, nonce, AccessKeyPermission::FunctionCall(calls))
        }
        Asked::AddGasKeyWithFullAccess { public_key, num_nonces } => {
            add(public_key, 0, AccessKeyPermission::GasKeyFullAccess(gas_key(num_nonces)))
        }
        Asked::AddGasKeyWithFunctionCall {
            public_key,
            num_nonces,
            allowance,
            receiver_id,
            method_names,
        } => {
            let calls = permission(allowance, &receiver_id, method_names)?;
            let key = gas_key(num_nonces);
            add(public_key, 0, AccessKeyPermission::GasKeyFunctionCall(key, calls))
        }
        _ => return Err(Fault::Bug { what: "only what adds a key is asked here" }),
    })
}

fn permission(
    allowance: Option<Balance>,
    receiver_id: &AccountId,
    method_names: Vec<Vec<u8>>,
) -> Result<FunctionCallPermission, Fault> {
    let method_names = method_names.into_iter().map(text).collect::<Result<_, _>>()?;
    Ok(FunctionCallPermission { allowance, receiver_id: receiver_id.to_string(), method_names })
}

fn text(method_name: Vec<u8>) -> Result<String, Fault> {
    let what = "names of methods are looked at when a contract gives them";
    String::from_utf8(method_name).map_err(|_| Fault::Bug { what })
}
