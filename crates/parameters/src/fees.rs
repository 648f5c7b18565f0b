//! Fees that are more than one entry of a table.
//!
//! Each function says what is charged, not when; `None` always means that the sum does not fit.
//! Sources: NEP-366, NEP-518, NEP-536, NEP-611, NEP-616 and the protocol's "Fees" document.

use crate::config::FeesConfig;
use crate::cost::{Cost, Fee, Locality};
use crate::cost_names::ActionCost;
use crate::vm_config::VmConfig;
use torr_primitives::state_init::UniversalStateInitCounts;
use torr_primitives::trie_key::{access_key_trie_key_len, gas_key_nonce_trie_key_len};
use torr_primitives::{AccessKey, AccountType, Gas, GasKeyInfo, NonceIndex};

/// Cost of sending a transfer, with that of the account it may create.
///
/// The sender cannot know whether an implicit account exists already, so creation is always paid.
pub fn transfer_send_fee(
    fees: &FeesConfig,
    vm: &VmConfig,
    locality: Locality,
    receiver: AccountType,
) -> Option<Cost> {
    transfer_fee(fees, vm, receiver, |fee| fee.send(locality))
}

/// Cost of executing a transfer, with that of the account it may create.
pub fn transfer_execution_fee(
    fees: &FeesConfig,
    vm: &VmConfig,
    receiver: AccountType,
) -> Option<Cost> {
    transfer_fee(fees, vm, receiver, |fee| fee.execution)
}

fn transfer_fee(
    fees: &FeesConfig,
    vm: &VmConfig,
    receiver: AccountType,
    side: impl Fn(&Fee) -> Cost,
) -> Option<Cost> {
    use ActionCost::{AddFullAccessKey, CreateAccount, Transfer};
    let creates = match receiver {
        AccountType::Named => false,
        AccountType::NearImplicit | AccountType::NearDeterministic => true,
        AccountType::EthImplicit => vm.eth_implicit_accounts,
        AccountType::Universal => vm.universal_accounts,
    };
    // Only an account that stands for an ed25519 key gets that key at once.
    let parts: &[ActionCost] = match (creates, receiver) {
        (false, _) => &[Transfer],
        (true, AccountType::NearImplicit) => &[Transfer, CreateAccount, AddFullAccessKey],
        (true, _) => &[Transfer, CreateAccount],
    };
    parts.iter().try_fold(Cost::ZERO, |sum, part| sum.checked_add(side(&fees.actions[*part])))
}

/// A fee of a gas key, in the two parts that gas profiles tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasKeyFee {
    /// What does not depend on lengths.
    pub base: Cost,
    /// What is charged by the byte, under [`ActionCost::GasKeyByte`].
    pub bytes: Cost,
}

impl GasKeyFee {
    /// Both parts together.
    pub fn total(self) -> Option<Cost> {
        self.base.checked_add(self.bytes)
    }
}

/// Cost of sending a transfer to or from a gas key, whose public key takes `public_key_len` bytes
/// in the action.
pub fn gas_key_transfer_send_fee(
    fees: &FeesConfig,
    locality: Locality,
    public_key_len: u64,
) -> Option<GasKeyFee> {
    let byte = fees.actions[ActionCost::GasKeyByte].send(locality);
    Some(GasKeyFee {
        base: fees.actions[ActionCost::GasKeyTransferBase].send(locality),
        bytes: byte.checked_mul(public_key_len)?,
    })
}

/// Cost of executing a transfer to or from a gas key: its trie key, and its record as if it were
/// the smallest there is. `public_key_len` is that of the key as stored, in bytes.
pub fn gas_key_transfer_execution_fee(
    fees: &FeesConfig,
    account_id_len: u64,
    public_key_len: u64,
) -> Option<GasKeyFee> {
    let record_len = access_key_trie_key_len(account_id_len, public_key_len)
        .checked_add(AccessKey::MIN_GAS_KEY_BORSH_LEN)?;
    let byte = fees.actions[ActionCost::GasKeyByte].execution;
    Some(GasKeyFee {
        base: fees.actions[ActionCost::GasKeyTransferBase].execution,
        bytes: byte.checked_mul(record_len)?,
    })
}

/// Cost of sending the gas key part of an added access key, beyond that of the key itself.
pub fn gas_key_add_send_fee(fees: &FeesConfig, locality: Locality) -> Option<Cost> {
    fees.actions[ActionCost::GasKeyByte].send(locality).checked_mul(GasKeyInfo::BORSH_LEN)
}

/// Cost of writing the nonces of an added gas key, beyond that of the key itself.
/// `public_key_len` is that of the key as stored, in bytes.
pub fn gas_key_add_execution_fee(
    fees: &FeesConfig,
    account_id_len: u64,
    public_key_len: u64,
    num_nonces: NonceIndex,
) -> Option<GasKeyFee> {
    let num_nonces = u64::from(num_nonces);
    let record_len = gas_key_nonce_trie_key_len(account_id_len, public_key_len)
        .checked_add(AccessKey::NONCE_BORSH_LEN)?;
    let write = fees.actions[ActionCost::GasKeyNonceWriteBase].execution;
    let byte = fees.actions[ActionCost::GasKeyByte].execution;
    Some(GasKeyFee {
        base: write.checked_mul(num_nonces)?,
        bytes: byte.checked_mul(record_len)?.checked_mul(num_nonces)?,
    })
}

/// What the length of a universal state init is charged: costs, each with how often.
///
/// Together with [`universal_state_init_content_terms`] this is the whole fee of the action, both
/// of sending and of executing it. There are two lists because a contract pays for the length
/// before the bytes are decoded, and for what is in them after.
pub const fn universal_state_init_size_terms(num_bytes: u64) -> [(ActionCost, u64); 2] {
    [(ActionCost::UniversalStateInitBase, 1), (ActionCost::UniversalStateInitByte, num_bytes)]
}

/// What the contents of a universal state init are charged: storage entries, and access keys at
/// the price of adding one.
pub const fn universal_state_init_content_terms(
    counts: &UniversalStateInitCounts,
) -> [(ActionCost, u64); 2] {
    [
        (ActionCost::UniversalStateInitEntry, counts.num_entries),
        (ActionCost::AddFullAccessKey, counts.num_keys),
    ]
}

/// Cost of sending a universal state init: all its terms.
pub fn universal_state_init_send_fee(
    fees: &FeesConfig,
    locality: Locality,
    counts: &UniversalStateInitCounts,
) -> Option<Cost> {
    universal_state_init_fee(fees, counts, |fee| fee.send(locality))
}

/// Cost of executing a universal state init: all its terms.
pub fn universal_state_init_execution_fee(
    fees: &FeesConfig,
    counts: &UniversalStateInitCounts,
) -> Option<Cost> {
    universal_state_init_fee(fees, counts, |fee| fee.execution)
}

fn universal_state_init_fee(
    fees: &FeesConfig,
    counts: &UniversalStateInitCounts,
    side: impl Fn(&Fee) -> Cost,
) -> Option<Cost> {
    universal_state_init_size_terms(counts.num_bytes)
        .into_iter()
        .chain(universal_state_init_content_terms(counts))
        .try_fold(Cost::ZERO, |sum, (cost, count)| {
            sum.checked_add(side(&fees.actions[cost]).checked_mul(count)?)
        })
}

/// The least gas that a receipt with one function call takes to send and execute. So many receipts
/// can come of prepaid gas at most.
pub fn min_receipt_with_function_call_gas(fees: &FeesConfig) -> Option<Gas> {
    let receipt = fees.actions[ActionCost::NewActionReceipt].min_send_and_execution_gas()?;
    receipt.checked_add(fees.actions[ActionCost::FunctionCallBase].min_send_and_execution_gas()?)
}

/// How much of the gas to be refunded is kept (NEP-536): a share of it, at least the minimum, and
/// never more than there is.
pub fn gas_refund_penalty(fees: &FeesConfig, refund: Gas) -> Gas {
    // A share is at most the whole, and 96 bits hold every product, so neither step can fail.
    let share = fees
        .gas_refund_penalty
        .checked_mul_floor(u128::from(refund.as_gas()))
        .and_then(|gas| u64::try_from(gas).ok())
        .map_or(refund, Gas::from_gas);
    share.max(fees.min_gas_refund_penalty).min(refund)
}

#[cfg(test)]
mod tests;
