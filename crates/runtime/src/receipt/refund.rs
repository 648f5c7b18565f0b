//! What a receipt gives back: gas that it did not use, and its deposits if it failed.
//!
//! Gas is bought at one price and burnt at another; what lies between them comes back, less what the
//! protocol keeps (NEP-536) and what creating an account costs.

use super::ActionReceiptRef;
use super::execute::Progress;
use crate::action_fees::{prepaid_execution_fees, prepaid_gas, prepaid_send_fees, total_deposit};
use crate::context::ChunkContext;
use crate::error::Fault;
use crate::feature::Feature;
use torr_parameters::ActionCost;
use torr_parameters::fees::gas_refund_penalty;
use torr_primitives::receipt::Receipt;
use torr_primitives::{Balance, Gas};

/// What lies between what gas was bought at and what it is burnt at, in yoctoNEAR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Settlement {
    /// Missing, because gas has become dearer.
    pub(super) price_deficit: Balance,
    /// Left, because gas has become cheaper.
    pub(super) price_surplus: Balance,
    /// Kept of the gas that comes back.
    pub(super) refund_penalty: Balance,
    /// Taken for an account that was created.
    pub(super) account_creation_charge: Balance,
}

/// Prices of gas, in yoctoNEAR per unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct GasPrices {
    /// What it was bought at.
    pub(super) purchase: Balance,
    /// What it is burnt at.
    pub(super) burn: Balance,
}

/// Whether the receipt brought its receiver into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receiver {
    /// It did.
    Created,
    /// It was there, or is still not.
    AsBefore,
}

/// Adds refunds to what a receipt sends.
pub(super) fn refund(
    receipt: &Receipt,
    action_receipt: &ActionReceiptRef<'_>,
    prices: GasPrices,
    receiver: Receiver,
    chunk: &ChunkContext,
    progress: &mut Progress,
) -> Result<Settlement, Fault> {
    let has_failed = progress.result.is_err();
    let unused = unused_gas(receipt, action_receipt, chunk, progress)?;
    let since_minimum = Feature::AccountCostIncrease.is_enabled(chunk.protocol_version);
    let penalty_price = if since_minimum { prices.burn } else { prices.purchase };
    let penalty = price_of(gas_refund_penalty(&chunk.config.fees, unused), penalty_price)?;
    let of_unused = price_of(unused, prices.purchase)?.saturating_sub(penalty);
    let mut settlement = Settlement { refund_penalty: penalty, ..Settlement::default() };
    if prices.burn > prices.purchase {
        let deficit = prices.burn.saturating_sub(prices.purchase);
        settlement.price_deficit = price_of(progress.gas_burnt, deficit)?;
    } else {
        let surplus = prices.purchase.saturating_sub(prices.burn);
        settlement.price_surplus = price_of(progress.gas_burnt, surplus)?;
    }
    let mut of_burnt = if since_minimum { settlement.price_surplus } else { Balance::ZERO };
    if since_minimum && receiver == Receiver::Created {
        settlement.account_creation_charge = creation_charge(prices, chunk)?.min(of_burnt);
        of_burnt = of_burnt.saturating_sub(settlement.account_creation_charge);
    }
    if has_failed {
        let deposits = total_deposit(action_receipt.actions).ok_or(OVERFLOW)?;
        if deposits > Balance::ZERO {
            let refund_receiver = receipt.refund_receiver().clone();
            progress.new_receipts.push(Receipt::balance_refund(refund_receiver, deposits));
        }
    }
    let of_gas = of_unused.checked_add(of_burnt).ok_or(OVERFLOW)?;
    if of_gas > Balance::ZERO {
        progress.new_receipts.push(Receipt::gas_refund(
            action_receipt.signer_id.clone(),
            of_gas,
            action_receipt.signer_public_key.clone(),
        ));
    }
    Ok(settlement)
}

/// Gas that was paid for and neither burnt nor handed on.
fn unused_gas(
    receipt: &Receipt,
    action_receipt: &ActionReceiptRef<'_>,
    chunk: &ChunkContext,
    progress: &Progress,
) -> Result<Gas, Fault> {
    let config = &chunk.config;
    let actions = action_receipt.actions;
    let paid = || {
        let receipt_fee = config.fees.actions[ActionCost::NewActionReceipt].execution;
        let execution = prepaid_execution_fees(config, actions, &receipt.receiver_id)?;
        prepaid_gas(actions)?
            .checked_add(prepaid_send_fees(config, actions)?.gas)?
            .checked_add(execution.checked_add(receipt_fee)?.gas)
    };
    let used = if progress.result.is_err() { progress.gas_burnt } else { progress.gas_used };
    let more = Fault::Bug { what: "a receipt uses no more gas than was paid for" };
    paid().ok_or(OVERFLOW)?.checked_sub(used).ok_or(more)
}

/// What creating an account costs beyond the gas that it burns, in yoctoNEAR.
fn creation_charge(prices: GasPrices, chunk: &ChunkContext) -> Result<Balance, Fault> {
    let gas = chunk.config.fees.actions[ActionCost::CreateAccount].execution.gas;
    let burnt = price_of(gas, prices.burn)?;
    Ok(chunk.config.account_creation_charge.saturating_sub(burnt))
}

/// What gas costs at a price, in yoctoNEAR.
pub(super) fn price_of(gas: Gas, price: Balance) -> Result<Balance, Fault> {
    price.checked_mul(u128::from(gas.as_gas())).ok_or(OVERFLOW)
}

pub(super) const OVERFLOW: Fault = Fault::Overflow { what: "the price of gas" };
