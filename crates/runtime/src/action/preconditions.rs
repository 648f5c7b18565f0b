//! What has to hold before an action is done: is there an account, and may the actor do this to it?
//!
//! Defined by the protocol's "Actions" document (RuntimeSpec/Actions); accounts that a transfer creates
//! by "Implicit accounts" (DataStructures/Account), NEP-518 and NEP-616.

use super::{ActionContext, Receiver};
use torr_parameters::VmConfig;
use torr_primitives::action::Action;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{AccountId, AccountType, Balance};

/// Checks that an action may be done to the receiver as it is now.
pub(super) fn check(
    action: &Action,
    context: &ActionContext<'_>,
    receiver: &Receiver,
) -> Result<(), ActionErrorKind> {
    check_existence(action, context, receiver)?;
    check_permission(action, context, receiver)
}

/// How an account of this name comes to be, as far as the protocol's version knows the way.
pub(super) fn account_type(account_id: &AccountId, config: &VmConfig) -> AccountType {
    match account_id.account_type() {
        AccountType::EthImplicit if !config.eth_implicit_accounts => AccountType::Named,
        AccountType::Universal if !config.universal_accounts => AccountType::Named,
        account_type => account_type,
    }
}

fn check_existence(
    action: &Action,
    context: &ActionContext<'_>,
    receiver: &Receiver,
) -> Result<(), ActionErrorKind> {
    let account_id = context.receiver_id();
    match (action, &receiver.account) {
        (Action::CreateAccount(_), None) => check_creation(context),
        (Action::CreateAccount(_), Some(_)) => {
            Err(ActionErrorKind::AccountAlreadyExists { account_id: account_id.clone() })
        }
        (Action::Transfer(_), None) if may_create(context) => Ok(()),
        // The account begins with the first of these; others change nothing, so that a receipt can begin
        // an account and then use it, whoever was first.
        (
            Action::Transfer(_) | Action::DeterministicStateInit(_) | Action::UniversalStateInit(_),
            Some(_),
        )
        | (Action::DeterministicStateInit(_) | Action::UniversalStateInit(_), None) => Ok(()),
        (_, None) => Err(ActionErrorKind::AccountDoesNotExist { account_id: account_id.clone() }),
        (_, Some(account)) if !account.is_initialized() => {
            Err(ActionErrorKind::AccountNotInitialized { account_id: account_id.clone() })
        }
        (_, Some(_)) => Ok(()),
    }
}

/// Who creates an account may go on and add keys to it. An account that stands for a key or for an
/// initial state is not anybody's to take.
fn check_creation(context: &ActionContext<'_>) -> Result<(), ActionErrorKind> {
    let account_id = context.receiver_id();
    if account_type(account_id, &context.chunk.config.vm).is_implicit() {
        let account_id = account_id.clone();
        return Err(ActionErrorKind::OnlyImplicitAccountCreationAllowed { account_id });
    }
    Ok(())
}

/// Whether a transfer creates the account that it goes to.
///
/// Refunds are free and so create nothing. Other actions in the receipt might take the account over,
/// unless its name tells all its keys, as that of a universal one does.
fn may_create(context: &ActionContext<'_>) -> bool {
    if context.is_refund() {
        return false;
    }
    match account_type(context.receiver_id(), &context.chunk.config.vm) {
        AccountType::Named => false,
        AccountType::Universal => true,
        AccountType::NearImplicit | AccountType::EthImplicit | AccountType::NearDeterministic => {
            context.is_only_action()
        }
    }
}

fn check_permission(
    action: &Action,
    context: &ActionContext<'_>,
    receiver: &Receiver,
) -> Result<(), ActionErrorKind> {
    let account_id = context.receiver_id();
    if is_for_owner_alone(action) && receiver.actor_id != *account_id {
        return Err(ActionErrorKind::ActorNoPermission {
            account_id: account_id.clone(),
            actor_id: receiver.actor_id.clone(),
        });
    }
    let stakes = receiver.account.as_ref().is_some_and(|account| account.locked() > Balance::ZERO);
    if matches!(action, Action::DeleteAccount(_)) && stakes {
        return Err(ActionErrorKind::DeleteAccountStaking { account_id: account_id.clone() });
    }
    Ok(())
}

/// Whether only the account itself may do this, or who has created it in the same receipt.
const fn is_for_owner_alone(action: &Action) -> bool {
    match action {
        Action::DeployContract(_)
        | Action::Stake(_)
        | Action::AddKey(_)
        | Action::DeleteKey(_)
        | Action::DeleteAccount(_)
        | Action::DeployGlobalContract(_)
        | Action::UseGlobalContract(_)
        | Action::WithdrawFromGasKey(_) => true,
        // A delegate action brings its own signature.
        Action::CreateAccount(_)
        | Action::FunctionCall(_)
        | Action::Transfer(_)
        | Action::TransferToGasKey(_)
        | Action::Delegate(_)
        | Action::DelegateV2(_)
        | Action::DeterministicStateInit(_)
        | Action::UniversalStateInit(_) => false,
    }
}
