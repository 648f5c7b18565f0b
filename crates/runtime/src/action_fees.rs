//! What actions cost: fees to send and to execute them, gas and tokens that come with them.
//!
//! What is sent is paid when it is sent. Gas for executing it is bought at the same time and burnt by
//! the receiver, or given back ("Fees", RuntimeSpec/Fees). A delegate action (NEP-366) is sent twice:
//! whoever brings it pays for the actions in it both times.
//!
//! **Invariant:** the sums are the same for the one who buys gas and for the one who gives it back.
//! `None` always means that a sum does not fit its type.

use crate::delegation::Delegation;
use torr_crypto::key::PublicKey;
use torr_parameters::fees::{
    gas_key_add_execution_fee, gas_key_add_send_fee, gas_key_transfer_execution_fee,
    gas_key_transfer_send_fee, transfer_execution_fee, transfer_send_fee,
    universal_state_init_execution_fee, universal_state_init_send_fee,
};
use torr_parameters::{ActionCost, Cost, FeesConfig, Locality, RuntimeConfig};
use torr_primitives::access_key::{AccessKeyPermission, FunctionCallPermission};
use torr_primitives::action::{Action, AddKeyAction};
use torr_primitives::{AccountId, Balance, Compute, Gas, state_init};

/// Cost of sending `actions` to `receiver`, those that they delegate included.
pub fn send_fees<'a>(
    config: &RuntimeConfig,
    locality: Locality,
    actions: impl IntoIterator<Item = &'a Action>,
    receiver: &AccountId,
) -> Option<Cost> {
    sum_costs(actions, |action| {
        let fee = send_fee(config, locality, action, receiver)?;
        let Some(delegation) = Delegation::of(action) else { return Some(fee) };
        // The way of the delegate action counts here, not that of what is in it.
        let delegated = sum_costs(delegation.actions(), |action| {
            send_fee(config, locality, action, delegation.receiver_id)
        })?;
        fee.checked_add(delegated)
    })
}

/// Cost of sending on what `actions` delegate: bought by whoever brings the delegate action, burnt by
/// the account that sends on.
pub fn prepaid_send_fees<'a>(
    config: &RuntimeConfig,
    actions: impl IntoIterator<Item = &'a Action>,
) -> Option<Cost> {
    sum_costs(actions, |action| {
        let Some(delegation) = Delegation::of(action) else { return Some(Cost::ZERO) };
        let locality = Locality::between(delegation.sender_id, delegation.receiver_id);
        sum_costs(delegation.actions(), |action| {
            send_fee(config, locality, action, delegation.receiver_id)
        })
    })
}

/// Cost of executing `actions` at `receiver`, and what they delegate wherever it goes. That of the
/// receipt around `actions` is not in it; those of receipts around what is delegated are.
pub fn prepaid_execution_fees<'a>(
    config: &RuntimeConfig,
    actions: impl IntoIterator<Item = &'a Action>,
    receiver: &AccountId,
) -> Option<Cost> {
    sum_costs(actions, |action| {
        let fee = execution_fee(config, action, receiver)?;
        let Some(delegation) = Delegation::of(action) else { return Some(fee) };
        let delegated = sum_costs(delegation.actions(), |action| {
            execution_fee(config, action, delegation.receiver_id)
        })?;
        let receipt = config.fees.actions[ActionCost::NewActionReceipt].execution;
        fee.checked_add(delegated)?.checked_add(receipt)
    })
}

/// Gas attached to the function calls of `actions` and of what they delegate.
pub fn prepaid_gas<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Option<Gas> {
    actions.into_iter().try_fold(Gas::ZERO, |sum, action| match Delegation::of(action) {
        None => sum.checked_add(action.prepaid_gas()),
        Some(delegation) => {
            delegation.actions().try_fold(sum, |sum, action| sum.checked_add(action.prepaid_gas()))
        }
    })
}

/// Tokens that `actions` and what they delegate move, in yoctoNEAR. Whoever brings a delegate action
/// pays its deposits; if they come back, they come back to its sender.
pub fn total_deposit<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Option<Balance> {
    actions.into_iter().try_fold(Balance::ZERO, |sum, action| match Delegation::of(action) {
        None => sum.checked_add(action.deposit()),
        Some(delegation) => {
            delegation.actions().try_fold(sum, |sum, action| sum.checked_add(action.deposit()))
        }
    })
}

/// Cost of verifying the signatures of a transaction, its own by `signer_key` and those of delegate
/// actions, beyond what every receipt pays for.
pub fn signature_verification_cost<'a>(
    config: &RuntimeConfig,
    signer_key: &PublicKey,
    actions: impl IntoIterator<Item = &'a Action>,
) -> Option<Cost> {
    let own = verification_cost(&config.fees, signer_key);
    actions.into_iter().filter_map(Delegation::of).try_fold(own, |sum, delegation| {
        let mut cost = verification_cost(&config.fees, delegation.public_key);
        if config.vm.fix_ml_dsa_cost_charging {
            // Where the signature is verified the time counts, see `delegated_verification_compute`.
            cost.compute = 0;
        }
        sum.checked_add(cost)
    })
}

/// Compute that executing a delegate action signed by `key` takes for verifying the signature; its
/// gas was burnt by the transaction.
pub fn delegated_verification_compute(config: &RuntimeConfig, key: &PublicKey) -> Compute {
    if config.vm.fix_ml_dsa_cost_charging {
        verification_cost(&config.fees, key).compute
    } else {
        0
    }
}

fn verification_cost(fees: &FeesConfig, key: &PublicKey) -> Cost {
    match key {
        PublicKey::Ed25519(_) | PublicKey::Secp256k1(_) => Cost::ZERO,
        PublicKey::MlDsa65(_) => fees.ml_dsa_65_verification_cost,
    }
}

/// Cost of sending `action` itself to `receiver`; what it delegates is not in it.
pub fn send_fee(
    config: &RuntimeConfig,
    locality: Locality,
    action: &Action,
    receiver: &AccountId,
) -> Option<Cost> {
    fee(config, Side::Send(locality), action, receiver)
}

/// Cost of executing `action` itself at `receiver`; what it delegates is not in it, nor what a
/// function call burns beyond.
pub fn execution_fee(
    config: &RuntimeConfig,
    action: &Action,
    receiver: &AccountId,
) -> Option<Cost> {
    fee(config, Side::Execution, action, receiver)
}

/// Which part of a fee is asked for.
#[derive(Clone, Copy)]
enum Side {
    Send(Locality),
    Execution,
}

fn fee(config: &RuntimeConfig, side: Side, action: &Action, receiver: &AccountId) -> Option<Cost> {
    let fees = &config.fees;
    match action {
        Action::CreateAccount(_) => side.sum(fees, &[(ActionCost::CreateAccount, 1)]),
        Action::DeployContract(action) => side.sum(
            fees,
            &[
                (ActionCost::DeployContractBase, 1),
                (ActionCost::DeployContractByte, len(&action.code)),
            ],
        ),
        Action::FunctionCall(action) => {
            let num_bytes = len(action.method_name.as_bytes()).checked_add(len(&action.args))?;
            side.sum(
                fees,
                &[(ActionCost::FunctionCallBase, 1), (ActionCost::FunctionCallByte, num_bytes)],
            )
        }
        Action::Transfer(_) => match side {
            Side::Send(locality) => {
                transfer_send_fee(fees, &config.vm, locality, receiver.account_type())
            }
            Side::Execution => transfer_execution_fee(fees, &config.vm, receiver.account_type()),
        },
        Action::Stake(_) => side.sum(fees, &[(ActionCost::Stake, 1)]),
        Action::AddKey(action) => add_key_fee(fees, side, action, receiver),
        Action::DeleteKey(_) => side.sum(fees, &[(ActionCost::DeleteKey, 1)]),
        Action::DeleteAccount(_) => side.sum(fees, &[(ActionCost::DeleteAccount, 1)]),
        Action::Delegate(_) | Action::DelegateV2(_) => side.sum(fees, &[(ActionCost::Delegate, 1)]),
        Action::DeployGlobalContract(action) => side.sum(
            fees,
            &[
                (ActionCost::DeployGlobalContractBase, 1),
                (ActionCost::DeployGlobalContractByte, len(&action.code)),
            ],
        ),
        Action::UseGlobalContract(action) => side.sum(
            fees,
            &[
                (ActionCost::UseGlobalContractBase, 1),
                (ActionCost::UseGlobalContractByte, action.contract_identifier.len() as u64),
            ],
        ),
        Action::DeterministicStateInit(action) => side.sum(
            fees,
            &[
                (ActionCost::DeterministicStateInitBase, 1),
                (ActionCost::DeterministicStateInitByte, action.state_init.data_len()),
                (ActionCost::DeterministicStateInitEntry, action.state_init.data().len() as u64),
            ],
        ),
        Action::TransferToGasKey(action) => {
            gas_key_transfer_fee(config, side, &action.public_key, receiver)
        }
        Action::WithdrawFromGasKey(action) => {
            gas_key_transfer_fee(config, side, &action.public_key, receiver)
        }
        Action::UniversalStateInit(action) => {
            let counts = state_init::counts(action.state_init.as_ref());
            match side {
                Side::Send(locality) => universal_state_init_send_fee(fees, locality, &counts),
                Side::Execution => universal_state_init_execution_fee(fees, &counts),
            }
        }
    }
}

fn add_key_fee(
    fees: &FeesConfig,
    side: Side,
    action: &AddKeyAction,
    receiver: &AccountId,
) -> Option<Cost> {
    let permission = &action.access_key.permission;
    let key = match permission {
        AccessKeyPermission::FunctionCall(functions)
        | AccessKeyPermission::GasKeyFunctionCall(_, functions) => side.sum(
            fees,
            &[
                (ActionCost::AddFunctionCallKeyBase, 1),
                (ActionCost::AddFunctionCallKeyByte, method_names_len(functions)?),
            ],
        ),
        AccessKeyPermission::FullAccess | AccessKeyPermission::GasKeyFullAccess(_) => {
            side.sum(fees, &[(ActionCost::AddFullAccessKey, 1)])
        }
    }?;
    let Some(gas_key) = permission.gas_key_info() else { return Some(key) };
    let gas_key = match side {
        Side::Send(locality) => gas_key_add_send_fee(fees, locality),
        Side::Execution => {
            let key_len = action.public_key.trie_id_len() as u64;
            gas_key_add_execution_fee(fees, receiver.len() as u64, key_len, gas_key.num_nonces)?
                .total()
        }
    }?;
    key.checked_add(gas_key)
}

/// Length of all method names, each with its terminator, in bytes.
fn method_names_len(functions: &FunctionCallPermission) -> Option<u64> {
    functions
        .method_names
        .iter()
        .try_fold(0_u64, |sum, name| sum.checked_add(len(name.as_bytes()))?.checked_add(1))
}

fn gas_key_transfer_fee(
    config: &RuntimeConfig,
    side: Side,
    key: &PublicKey,
    receiver: &AccountId,
) -> Option<Cost> {
    match side {
        Side::Send(locality) => {
            let key_len =
                if config.vm.fix_ml_dsa_cost_charging { key.wire_len() } else { key.trie_id_len() };
            gas_key_transfer_send_fee(&config.fees, locality, key_len as u64)
        }
        Side::Execution => gas_key_transfer_execution_fee(
            &config.fees,
            receiver.len() as u64,
            key.trie_id_len() as u64,
        ),
    }?
    .total()
}

impl Side {
    /// This side of all `terms`, each as often as it says.
    fn sum(self, fees: &FeesConfig, terms: &[(ActionCost, u64)]) -> Option<Cost> {
        terms.iter().try_fold(Cost::ZERO, |sum, (cost, count)| {
            let fee = &fees.actions[*cost];
            let cost = match self {
                Side::Send(locality) => fee.send(locality),
                Side::Execution => fee.execution,
            };
            sum.checked_add(cost.checked_mul(*count)?)
        })
    }
}

fn sum_costs<'a>(
    actions: impl IntoIterator<Item = &'a Action>,
    cost: impl Fn(&'a Action) -> Option<Cost>,
) -> Option<Cost> {
    actions.into_iter().try_fold(Cost::ZERO, |sum, action| sum.checked_add(cost(action)?))
}

const fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

#[cfg(test)]
mod tests;
