//! The first transaction of a universal account, which has no key yet.
//!
//! The name of such an account is a hash of what it begins with, keys included. So a transaction that
//! brings just that, signed with one of those keys, is the account's own, and pays from what has been
//! sent to it. The account keeps the nonce, because there is no key to keep it.

use torr_crypto::key::PublicKeyHandle;
use torr_parameters::RuntimeConfig;
use torr_primitives::action::Action;
use torr_primitives::state_init::{DecodeMode, UniversalStateInit, universal_account_id};
use torr_primitives::transaction::Transaction;
use torr_primitives::{Account, Nonce};

/// Whether `transaction` brings its signer what it begins with, signed with a key that it begins with.
///
/// Only actions of the transaction itself count, not delegated ones, and a gas key cannot sign, since
/// it would be something the account does not have yet.
pub fn is_bootstrap(transaction: &Transaction) -> bool {
    let account_id = transaction.signer_id();
    if transaction.nonce().nonce_index().is_some() || transaction.receiver_id() != account_id {
        return false;
    }
    transaction.actions().iter().any(|action| {
        let Action::UniversalStateInit(action) = action else { return false };
        let bytes = action.state_init.as_ref();
        // Whether the encoding is the accepted one has been checked with the actions.
        universal_account_id(bytes) == *account_id
            && UniversalStateInit::decode(bytes, DecodeMode::Lenient).is_ok_and(|state_init| {
                state_init.access_keys.contains(&PublicKeyHandle::from(transaction.public_key()))
            })
    })
}

/// The nonce that the transaction has to follow, if it begins `account`.
pub(super) fn nonce(
    config: &RuntimeConfig,
    account: &Account,
    transaction: &Transaction,
) -> Option<Nonce> {
    match account {
        Account::Uninitialized(account)
            if config.vm.universal_accounts && is_bootstrap(transaction) =>
        {
            Some(account.bootstrap_nonce)
        }
        _ => None,
    }
}
