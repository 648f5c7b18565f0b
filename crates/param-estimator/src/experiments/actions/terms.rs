//! What receipts and transactions are charged: for themselves, and for each of their actions.
//!
//! That is said once more here than in the runtime, in numbers of charges. Whether both agree is checked of
//! everything that is measured, to the unit of gas.

use super::kind::{Place, Side};
use crate::charges::Charges;
use crate::error::EstimatorError;
use crate::price::Price;
use crate::work::scene::Scene;
use torr_crypto::key::KeyType;
use torr_parameters::{ActionCost, Locality};
use torr_primitives::access_key::{AccessKeyPermission, FunctionCallPermission};
use torr_primitives::action::{Action, AddKeyAction};
use torr_primitives::state_init::counts;
use torr_primitives::transaction::Transaction;
use torr_primitives::trie_key::{access_key_trie_key_len, gas_key_nonce_trie_key_len};
use torr_primitives::{AccessKey, AccountId, AccountType, GasKeyInfo};

/// The price of a signature.
pub(super) const ML_DSA_65: Price = Price::of("ml_dsa_65_verification_cost");

/// Charges of a receipt that is executed, with all its actions.
pub(super) fn of_receipt(
    scene: &Scene,
    receiver_id: &AccountId,
    actions: &[Action],
) -> Result<Charges, EstimatorError> {
    let mut charges = Charges::default();
    let side = Side::Execution;
    charges.add(side.price(ActionCost::NewActionReceipt), 1.0);
    let terms = Terms { scene, side, receiver_id };
    actions.iter().for_each(|action| terms.add(action, &mut charges));
    Ok(charges)
}

/// Charges of a transaction. Of one to oneself the first action is executed, and fails.
pub(super) fn of_transaction(
    place: &Place<'_>,
    transaction: &Transaction,
) -> Result<Charges, EstimatorError> {
    let (scene, receiver_id) = (place.scene, transaction.receiver_id());
    let side = match Locality::between(transaction.signer_id(), receiver_id) {
        Locality::SenderIsReceiver => Side::ToOneself,
        Locality::SenderIsNotReceiver => Side::ToOthers,
    };
    if side != place.side {
        return Err(EstimatorError::of_work("a transaction goes to another than it should"));
    }
    let mut charges = match side {
        Side::ToOneself => {
            let first = transaction.actions().get(..1).unwrap_or_default();
            of_receipt(scene, receiver_id, first)?
        }
        Side::ToOthers | Side::Execution => Charges::default(),
    };
    charges.add(side.price(ActionCost::NewActionReceipt), 1.0);
    let terms = Terms { scene, side, receiver_id };
    transaction.actions().iter().for_each(|action| terms.add(action, &mut charges));
    if transaction.public_key().key_type() == KeyType::MlDsa65 {
        charges.add(ML_DSA_65, 1.0);
    }
    Ok(charges)
}

/// What actions are charged for on a side.
struct Terms<'a> {
    scene: &'a Scene,
    side: Side,
    receiver_id: &'a AccountId,
}

impl Terms<'_> {
    fn add(&self, action: &Action, charges: &mut Charges) {
        for (cost, count) in self.of(action) {
            charges.add(self.side.price(cost), count as f64);
        }
    }

    /// Costs of an action, each with how often. Delegate actions here delegate nothing.
    fn of(&self, action: &Action) -> Vec<(ActionCost, u64)> {
        use ActionCost as Cost;
        match action {
            Action::CreateAccount(_) => vec![(Cost::CreateAccount, 1)],
            Action::DeployContract(action) => {
                vec![(Cost::DeployContractBase, 1), (Cost::DeployContractByte, len(&action.code))]
            }
            Action::FunctionCall(action) => vec![
                (Cost::FunctionCallBase, 1),
                (Cost::FunctionCallByte, len(action.method_name.as_bytes()) + len(&action.args)),
            ],
            Action::Transfer(_) => self.of_transfer(),
            Action::Stake(_) => vec![(Cost::Stake, 1)],
            Action::AddKey(action) => self.of_added_key(action),
            Action::DeleteKey(_) => vec![(Cost::DeleteKey, 1)],
            Action::DeleteAccount(_) => vec![(Cost::DeleteAccount, 1)],
            Action::Delegate(_) | Action::DelegateV2(_) => vec![(Cost::Delegate, 1)],
            Action::DeployGlobalContract(action) => vec![
                (Cost::DeployGlobalContractBase, 1),
                (Cost::DeployGlobalContractByte, len(&action.code)),
            ],
            Action::UseGlobalContract(action) => vec![
                (Cost::UseGlobalContractBase, 1),
                (Cost::UseGlobalContractByte, action.contract_identifier.len() as u64),
            ],
            Action::DeterministicStateInit(action) => vec![
                (Cost::DeterministicStateInitBase, 1),
                (Cost::DeterministicStateInitByte, action.state_init.data_len()),
                (Cost::DeterministicStateInitEntry, action.state_init.data().len() as u64),
            ],
            Action::TransferToGasKey(action) => self.of_gas_key_transfer(
                action.public_key.wire_len() as u64,
                action.public_key.trie_id_len() as u64,
            ),
            Action::WithdrawFromGasKey(action) => self.of_gas_key_transfer(
                action.public_key.wire_len() as u64,
                action.public_key.trie_id_len() as u64,
            ),
            Action::UniversalStateInit(action) => {
                let counts = counts(action.state_init.as_ref());
                vec![
                    (Cost::UniversalStateInitBase, 1),
                    (Cost::UniversalStateInitByte, counts.num_bytes),
                    (Cost::UniversalStateInitEntry, counts.num_entries),
                    (Cost::AddFullAccessKey, counts.num_keys),
                ]
            }
        }
    }

    /// With what it may create.
    fn of_transfer(&self) -> Vec<(ActionCost, u64)> {
        let mut terms = vec![(ActionCost::Transfer, 1)];
        let account_type = self.receiver_id.account_type();
        if account_type != AccountType::Named {
            terms.push((ActionCost::CreateAccount, 1));
        }
        if account_type == AccountType::NearImplicit {
            terms.push((ActionCost::AddFullAccessKey, 1));
        }
        terms
    }

    fn of_added_key(&self, action: &AddKeyAction) -> Vec<(ActionCost, u64)> {
        let permission = &action.access_key.permission;
        let mut terms = match permission {
            AccessKeyPermission::FunctionCall(functions)
            | AccessKeyPermission::GasKeyFunctionCall(_, functions) => vec![
                (ActionCost::AddFunctionCallKeyBase, 1),
                (ActionCost::AddFunctionCallKeyByte, names_len(functions)),
            ],
            AccessKeyPermission::FullAccess | AccessKeyPermission::GasKeyFullAccess(_) => {
                vec![(ActionCost::AddFullAccessKey, 1)]
            }
        };
        let Some(GasKeyInfo { num_nonces, .. }) = permission.gas_key_info() else { return terms };
        if self.side != Side::Execution {
            terms.push((ActionCost::GasKeyByte, GasKeyInfo::BORSH_LEN));
            return terms;
        }
        let num_nonces = u64::from(*num_nonces);
        let key_len = action.public_key.trie_id_len() as u64;
        let nonce_key_len = gas_key_nonce_trie_key_len(self.receiver_id.len() as u64, key_len);
        let nonce_len = nonce_key_len + AccessKey::NONCE_BORSH_LEN;
        terms.push((ActionCost::GasKeyNonceWriteBase, num_nonces));
        terms.push((ActionCost::GasKeyByte, num_nonces * nonce_len));
        terms
    }

    fn of_gas_key_transfer(&self, wire_len: u64, trie_id_len: u64) -> Vec<(ActionCost, u64)> {
        let bytes = if self.side == Side::Execution {
            access_key_trie_key_len(self.receiver_id.len() as u64, trie_id_len)
                + AccessKey::MIN_GAS_KEY_BORSH_LEN
        } else if self.scene.config.vm.fix_ml_dsa_cost_charging {
            wire_len
        } else {
            trie_id_len
        };
        vec![(ActionCost::GasKeyTransferBase, 1), (ActionCost::GasKeyByte, bytes)]
    }
}

/// Length of all method names, each with its terminator, in bytes.
fn names_len(functions: &FunctionCallPermission) -> u64 {
    functions.method_names.iter().map(|name| len(name.as_bytes()) + 1).sum()
}

const fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}
