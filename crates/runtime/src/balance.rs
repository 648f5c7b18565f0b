//! Tokens are neither made nor lost: what goes into a transaction or a receipt comes out of it.
//!
//! Held against every transaction and every receipt of every chunk, on values that are in hand, so that
//! nothing more is read and proofs stay as they are. A receipt brings its deposits and the gas that was
//! bought for it. What it changes of balances, what it sends and what it burns has to come to the same.

use crate::action_fees::{prepaid_execution_fees, prepaid_gas, prepaid_send_fees, total_deposit};
use crate::error::Fault;
use crate::receipt::ActionReceiptRef;
use crate::state::Changed;
use crate::stats::BalanceStats;
use borsh::BorshDeserialize;
use std::collections::BTreeMap;
use torr_parameters::{ActionCost, RuntimeConfig};
use torr_primitives::receipt::Receipt;
use torr_primitives::trie_key::Column;
use torr_primitives::{AccessKey, Account, Balance};

const OVERFLOW: Fault = Fault::Overflow { what: "the tokens of a receipt" };

/// Tokens that a receipt carries, in yoctoNEAR.
pub(crate) fn of_receipt(receipt: &Receipt, config: &RuntimeConfig) -> Result<Balance, Fault> {
    let Some(body) = ActionReceiptRef::of(&receipt.body) else { return Ok(Balance::ZERO) };
    let carried = || {
        let deposits = total_deposit(body.actions)?;
        // Nobody has bought gas for a refund.
        if receipt.predecessor_id.is_system() {
            return Some(deposits);
        }
        let gas = prepaid_gas(body.actions)?
            .checked_add(prepaid_send_fees(config, body.actions)?.gas)?
            .checked_add(prepaid_execution_fees(config, body.actions, &receipt.receiver_id)?.gas)?
            .checked_add(config.fees.actions[ActionCost::NewActionReceipt].execution.gas)?;
        deposits.checked_add(body.gas_price.checked_mul(u128::from(gas.as_gas()))?)
    };
    carried().ok_or(OVERFLOW)
}

/// Values of the state that hold tokens, as they were before a receipt.
#[derive(Debug, Default)]
pub(crate) struct Before(BTreeMap<Vec<u8>, Changed>);

impl Before {
    /// Notes what stood under a key before it was changed; the first note counts.
    pub(crate) fn note(&mut self, key: &[u8], value: &Changed) {
        if holds_tokens(key) && !self.0.contains_key(key) {
            self.0.insert(key.to_vec(), value.clone());
        }
    }

    /// What was changed is what was there before, from now on.
    pub(crate) fn replace<'c>(
        &mut self,
        changes: impl Iterator<Item = (&'c Vec<u8>, &'c Changed)>,
    ) {
        for (key, changed) in changes.filter(|(key, _)| holds_tokens(key)) {
            self.0.insert(key.clone(), changed.clone());
        }
    }
}

/// Whether tokens may stand under a key: those of accounts, gas keys and receipts that wait.
fn holds_tokens(key: &[u8]) -> bool {
    const HOLDERS: [u8; 4] = [
        Column::Account as u8,
        Column::AccessKey as u8,
        Column::PostponedReceipt as u8,
        Column::PromiseYieldReceipt as u8,
    ];
    key.first().is_some_and(|column| HOLDERS.contains(column))
}

/// Tokens that stand under a key, in yoctoNEAR.
fn of_value(key: &[u8], value: &Changed, config: &RuntimeConfig) -> Result<Balance, Fault> {
    let (Some(column), Some(value)) = (key.first(), value) else { return Ok(Balance::ZERO) };
    if *column == Column::Account as u8 {
        let account: Account = decoded(value)?;
        return account.amount().checked_add(account.locked()).ok_or(OVERFLOW);
    }
    if *column == Column::AccessKey as u8 {
        // Nonces of gas keys stand among keys, and are shorter than any.
        if value.len() == size_of::<u64>() {
            return Ok(Balance::ZERO);
        }
        let access_key: AccessKey = decoded(value)?;
        return Ok(access_key.permission.gas_key_info().map_or(Balance::ZERO, |key| key.balance));
    }
    of_receipt(&decoded(value)?, config)
}

fn decoded<T: BorshDeserialize>(value: &[u8]) -> Result<T, Fault> {
    T::try_from_slice(value)
        .map_err(|error| Fault::inconsistent(format!("what holds tokens is damaged: {error}")))
}

/// Holds what a receipt came to against what it brought.
pub(crate) fn check_receipt<'c>(
    receipt: &Receipt,
    before: &Before,
    changes: impl Iterator<Item = (&'c Vec<u8>, &'c Changed)>,
    sent: &[Receipt],
    stats: &BalanceStats,
    config: &RuntimeConfig,
) -> Result<(), Fault> {
    // Later changes of the same key replace earlier ones.
    let last: BTreeMap<&Vec<u8>, &Changed> = changes.filter(|(key, _)| holds_tokens(key)).collect();
    let mut brought = Sum(of_receipt(receipt, config)?);
    let mut left = Sum(Balance::ZERO);
    for (key, changed) in last {
        brought.add(
            before.0.get(key).map_or(Ok(Balance::ZERO), |value| of_value(key, value, config))?,
        )?;
        left.add(of_value(key, changed, config)?)?;
    }
    for receipt in sent {
        left.add(of_receipt(receipt, config)?)?;
    }
    brought.add(stats.subsidized_amount)?;
    for burnt in [stats.tx_burnt_amount, stats.slashed_burnt_amount, stats.other_burnt_amount] {
        left.add(burnt)?;
    }
    check("a receipt", receipt.receipt_id, brought.0, left.0)
}

/// Tokens that a signer pays from, in yoctoNEAR: those of its account, and of the gas key.
pub(crate) fn of_signer(
    account: &Account,
    access_key: Option<&AccessKey>,
) -> Result<Balance, Fault> {
    let of_key = access_key.and_then(|key| key.permission.gas_key_info()).map(|key| key.balance);
    account.amount().checked_add(of_key.unwrap_or(Balance::ZERO)).ok_or(OVERFLOW)
}

/// The same of a transaction: what its signer paid, and what became of it.
pub(crate) fn check_transaction(
    hash: torr_crypto::hash::CryptoHash,
    paid: Balance,
    burnt: Balance,
    receipt: Balance,
) -> Result<(), Fault> {
    let left = burnt.checked_add(receipt).ok_or(OVERFLOW)?;
    check("a transaction", hash, paid, left)
}

fn check(
    what: &'static str,
    id: torr_crypto::hash::CryptoHash,
    brought: Balance,
    left: Balance,
) -> Result<(), Fault> {
    if brought == left {
        return Ok(());
    }
    Err(Fault::BalanceMismatch { what, id, brought, left })
}

struct Sum(Balance);

impl Sum {
    fn add(&mut self, more: Balance) -> Result<(), Fault> {
        self.0 = self.0.checked_add(more).ok_or(OVERFLOW)?;
        Ok(())
    }
}
