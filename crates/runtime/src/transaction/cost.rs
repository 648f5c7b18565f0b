//! What a transaction costs its signer.
//!
//! Sending is burnt at once, at the block's price of gas. Gas for the receipt is bought with it at that
//! price or the least price there is, whichever is higher; what the receipt burns at a lower price or
//! does not burn comes back (RuntimeSpec/Refunds).

use crate::action_fees::{
    prepaid_execution_fees, prepaid_gas, prepaid_send_fees, send_fees, signature_verification_cost,
    total_deposit,
};
use torr_parameters::{ActionCost, Locality, RuntimeConfig};
use torr_primitives::transaction::Transaction;
use torr_primitives::{Balance, Compute, Gas};

/// What a transaction costs its signer. Balances are in yoctoNEAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionCost {
    /// Gas burnt for turning it into a receipt.
    pub gas_burnt: Gas,
    /// Compute of turning it into a receipt.
    pub compute_burnt: Compute,
    /// Gas bought for the receipt.
    pub gas_remaining: Gas,
    /// Price that the gas for the receipt is bought at, per unit.
    pub receipt_gas_price: Balance,
    /// Tokens burnt for `gas_burnt`.
    pub burnt_amount: Balance,
    /// Tokens for all gas, burnt and bought.
    pub gas_cost: Balance,
    /// Tokens that the actions move.
    pub deposit_cost: Balance,
    /// Both together.
    pub total_cost: Balance,
}

impl TransactionCost {
    /// The cost of `transaction` in a block where a unit of gas costs `gas_price` yoctoNEAR; `None` if
    /// any sum does not fit its type.
    pub fn of(
        config: &RuntimeConfig,
        transaction: &Transaction,
        gas_price: Balance,
    ) -> Option<TransactionCost> {
        let (actions, receiver) = (transaction.actions(), transaction.receiver_id());
        let locality = Locality::between(transaction.signer_id(), receiver);
        let receipt_fee = &config.fees.actions[ActionCost::NewActionReceipt];
        let burnt = receipt_fee
            .send(locality)
            .checked_add(send_fees(config, locality, actions, receiver)?)?
            .checked_add(signature_verification_cost(config, transaction.public_key(), actions)?)?;
        let gas_remaining = prepaid_gas(actions)?
            .checked_add(prepaid_send_fees(config, actions)?.gas)?
            .checked_add(receipt_fee.execution.gas)?
            .checked_add(prepaid_execution_fees(config, actions, receiver)?.gas)?;

        let burnt_amount = price(burnt.gas, gas_price)?;
        let receipt_gas_price = gas_price.max(config.min_gas_purchase_price);
        let gas_cost = burnt_amount.checked_add(price(gas_remaining, receipt_gas_price)?)?;
        let deposit_cost = total_deposit(actions)?;
        Some(TransactionCost {
            gas_burnt: burnt.gas,
            compute_burnt: burnt.compute,
            gas_remaining,
            receipt_gas_price,
            burnt_amount,
            gas_cost,
            deposit_cost,
            total_cost: gas_cost.checked_add(deposit_cost)?,
        })
    }
}

fn price(gas: Gas, gas_price: Balance) -> Option<Balance> {
    gas_price.checked_mul(u128::from(gas.as_gas()))
}
