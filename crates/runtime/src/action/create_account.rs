//! Creating an account with a name of its own.
//!
//! Names below another belong to that one; short names at the top are the registrar's to give.

use super::{ActionContext, Receiver};
use torr_primitives::error::ActionErrorKind;
use torr_primitives::{Account, AccountContract, Balance};

/// Creates the receiver. From then on the receipt acts in the name of the new account.
pub(super) fn create(
    context: &ActionContext<'_>,
    receiver: &mut Receiver,
) -> Result<(), ActionErrorKind> {
    let account_id = context.receiver_id();
    let predecessor_id = &context.receipt.predecessor_id;
    let config = &context.chunk.config;
    let rules = &config.account_creation;
    if account_id.is_top_level() {
        let is_short = (account_id.len() as u64) < rules.min_allowed_top_level_account_length;
        if is_short && *predecessor_id != rules.registrar_account_id {
            return Err(ActionErrorKind::CreateAccountOnlyByRegistrar {
                account_id: account_id.clone(),
                registrar_account_id: rules.registrar_account_id.clone(),
                predecessor_id: predecessor_id.clone(),
            });
        }
    } else if !account_id.is_sub_account_of(predecessor_id) {
        return Err(ActionErrorKind::CreateAccountNotAllowed {
            account_id: account_id.clone(),
            predecessor_id: predecessor_id.clone(),
        });
    }
    receiver.actor_id = account_id.clone();
    receiver.account = Some(Account::new(
        Balance::ZERO,
        Balance::ZERO,
        AccountContract::None,
        config.fees.storage_usage.num_bytes_account,
    ));
    Ok(())
}
