//! Deploying a contract for all accounts to use (NEP-591).
//!
//! Storage for it is paid once, and burnt. From here the code goes from shard to shard, see
//! `receipt/global_contract.rs`.

use super::{ActionContext, ActionResult, Stop};
use crate::error::Fault;
use crate::state::StateUpdate;
use torr_crypto::hash::CryptoHash;
use torr_primitives::action::DeployGlobalContractAction;
use torr_primitives::error::ActionErrorKind;
use torr_primitives::receipt::{
    GlobalContractDistribution, GlobalContractDistributionV2, Receipt, ReceiptBody,
};
use torr_primitives::{
    Account, AccountId, Balance, GlobalContractDeployMode, GlobalContractIdentifier, TrieKey,
};

/// Pays for the contract and sends it on its way, to this shard first.
pub(super) fn deploy(
    action: &DeployGlobalContractAction,
    context: &ActionContext<'_>,
    state: &mut StateUpdate<'_>,
    account: &mut Account,
    result: &mut ActionResult,
) -> Result<(), Stop> {
    let account_id = context.receiver_id();
    let price = context.chunk.config.fees.storage_usage.global_contract_storage_amount_per_byte;
    let cost = price.checked_mul(action.code.len() as u128).unwrap_or(Balance::MAX);
    let Some(left) = account.amount().checked_sub(cost) else {
        let account_id = account_id.clone();
        return Err(ActionErrorKind::LackBalanceForState { account_id, amount: cost }.into());
    };
    result.burn(cost)?;
    account.set_amount(left);

    let id = match action.deploy_mode {
        GlobalContractDeployMode::CodeHash => {
            GlobalContractIdentifier::CodeHash(CryptoHash::of(&action.code))
        }
        GlobalContractDeployMode::AccountId => {
            GlobalContractIdentifier::AccountId(account_id.clone())
        }
    };
    let nonce = next_nonce(&id, state)?;
    let distribution = GlobalContractDistribution::V2(GlobalContractDistributionV2 {
        id,
        target_shard: context.chunk.shard_id,
        already_delivered_shards: Vec::new(),
        code: action.code.clone(),
        nonce,
    });
    result.new_receipts.push(Receipt {
        predecessor_id: account_id.clone(),
        receiver_id: AccountId::system(),
        receipt_id: CryptoHash::default(),
        body: ReceiptBody::GlobalContractDistribution(distribution),
    });
    Ok(())
}

/// Counts one deployment more under a name. The count is written here, before the contract is, so that
/// no two deployments have the same.
fn next_nonce(id: &GlobalContractIdentifier, state: &mut StateUpdate<'_>) -> Result<u64, Fault> {
    let key = TrieKey::GlobalContractNonce { identifier: id.clone() };
    let last: u64 = state.read(&key)?.unwrap_or_default();
    let what = "the number of deployments of a global contract";
    let nonce = last.checked_add(1).ok_or(Fault::Overflow { what })?;
    state.write(&key, &nonce)?;
    Ok(nonce)
}
